/** Fixed parts of printed TypeScript: no user's text in here, only what scripts have in common. */

export const field = `/** Numbers of all samples, \`width\` each. */
interface Field {
  values: Float32Array;
  width: number;
  /** The columns that are measured numbers, where others are one-hot. */
  measured?: number[];
}

interface Part {
  inputs: tf.Tensor[];
  targets: tf.Tensor[];
}`;

export const createRandom = `/** Random numbers in [0, 1) from a seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}`;

export const quickenOrthogonal = `/** Orthogonal matrices by Gram and Schmidt: TensorFlow.js's own way takes minutes for a big one. */
function quickenOrthogonal(): void {
  const { constructor } = tf.initializers.orthogonal({});
  constructor.prototype.apply = function (
    this: { gain?: number; seed?: number },
    [rows, columns]: number[],
  ): tf.Tensor {
    const random = createRandom(this.seed ?? Math.floor(Math.random() * 2 ** 32));
    const length = Math.max(rows, columns);
    const vectors: Float64Array[] = [];
    while (vectors.length < Math.min(rows, columns)) {
      const vector = Float64Array.from(
        { length },
        () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
      );
      // Twice, because of rounding.
      for (const other of [...vectors, ...vectors]) {
        let along = 0;
        for (let at = 0; at < length; at++) along += vector[at] * other[at];
        for (let at = 0; at < length; at++) vector[at] -= along * other[at];
      }
      const norm = Math.hypot(...vector);
      if (norm > 1e-8) vectors.push(vector.map((value) => value / norm));
    }
    const gain = this.gain ?? 1;
    const values = new Float32Array(rows * columns);
    vectors.forEach((vector, which) => {
      vector.forEach((value, at) => {
        values[rows >= columns ? at * columns + which : which * columns + at] = gain * value;
      });
    });
    return tf.tensor2d(values, [rows, columns]);
  };
}
quickenOrthogonal();`;

export const normal = `/** A standard normal number (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}`;

export const pick = `/** The numbers of some samples, one sample after the other. */
function pick(field: Field, samples: number[]): Float32Array {
  const picked = new Float32Array(samples.length * field.width);
  samples.forEach((sample, row) => {
    const start = sample * field.width;
    picked.set(field.values.subarray(start, start + field.width), row * field.width);
  });
  return picked;
}`;

export const splitBySeed = (
  share: number,
  seed: number,
) => `/** Sample numbers for training and validation, mixed by seed. */
function splitSamples(count: number): { train: number[]; validation: number[] } {
  const random = createRandom(${seed});
  const order = Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  const heldOut = Math.round(count * ${share});
  return { train: order.slice(heldOut), validation: order.slice(0, heldOut) };
}`;

export const splitByTime = (
  share: number,
) => `/** Sample numbers for training and validation: what comes last is held out. */
function splitSamples(count: number): { train: number[]; validation: number[] } {
  const order = Array.from({ length: count }, (_, index) => index);
  const trainCount = count - Math.round(count * ${share});
  return { train: order.slice(0, trainCount), validation: order.slice(trainCount) };
}`;

/** How offset and scale follow from the training values of a column. */
const fits = {
  standardise: {
    doc: "mean 0 and deviation 1",
    lines: `    const offset = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    const spread = seen.reduce((sum, value) => sum + (value - offset) ** 2, 0) / seen.length;
    const scale = Math.sqrt(spread) || 1;`,
  },
  zeroToOne: {
    doc: "the range 0 to 1",
    lines: `    const offset = seen.reduce((low, value) => Math.min(low, value));
    const scale = seen.reduce((high, value) => Math.max(high, value)) - offset || 1;`,
  },
  minusOneToOne: {
    doc: "the range -1 to 1",
    lines: `    const low = seen.reduce((lowest, value) => Math.min(lowest, value));
    const high = seen.reduce((highest, value) => Math.max(highest, value));
    const offset = (low + high) / 2;
    const scale = (high - low) / 2 || 1;`,
  },
} as const;

export const scaleColumns = (
  scaling: keyof typeof fits,
) => `/** Brings measured columns to ${fits[scaling].doc}, measured on the given rows alone. */
function scaleColumns({ values, width, measured }: Field, rows: number[]): void {
  for (const column of measured ?? Array.from({ length: width }, (_, index) => index)) {
    const seen = rows.map((row) => values[row * width + column]);
${fits[scaling].lines}
    for (let index = column; index < values.length; index += width)
      values[index] = (values[index] - offset) / scale;
  }
}`;

export const standardiseImages = `/** Brings every channel to mean 0 and deviation 1, measured on the training images alone. */
function standardiseImages({ values, width }: Field, train: number[], channels: number): void {
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (const image of train) {
      for (let index = image * width + channel; index < (image + 1) * width; index += channels) {
        sum += values[index];
        squares += values[index] ** 2;
      }
    }
    const count = (train.length * width) / channels;
    const mean = sum / count;
    const deviation = Math.sqrt(squares / count - mean ** 2) || 1;
    for (let index = channel; index < values.length; index += channels)
      values[index] = (values[index] - mean) / deviation;
  }
}`;

export const readIdx = `/** An IDX file of bytes (MNIST's format), gzipped or not: the size of each axis and all values. */
function readIdx(path: string): { sizes: number[]; values: Float32Array } {
  const file = readFileSync(path);
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8)
    throw new Error(\`\${path} is no IDX file of bytes.\`);
  const sizes = Array.from({ length: bytes[3] }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const values = Float32Array.from(bytes.subarray(4 + 4 * sizes.length));
  if (values.length !== sizes.reduce((product, size) => product * size, 1))
    throw new Error(\`\${path} is cut off.\`);
  return { sizes, values };
}`;

export const numberClasses = `/** Class numbers from 0 on, in ascending order of the labels. */
function numberClasses(labels: Float32Array): Field {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const numbers = new Map(classes.map((label, index) => [label, index]));
  return { values: labels.map((label) => numbers.get(label) ?? 0), width: 1 };
}`;

export const resizeImages = `/** Pads with zeros or crops around the centre. Sizes are height, width, channels. */
function resizeImages(images: Float32Array, from: number[], to: number[]): Float32Array {
  const [height, width, channels] = from;
  const [newHeight, newWidth] = to;
  const count = images.length / (height * width * channels);
  const resized = new Float32Array(count * newHeight * newWidth * channels);
  const top = Math.floor((newHeight - height) / 2);
  const left = Math.floor((newWidth - width) / 2);
  for (let image = 0; image < count; image++) {
    for (let y = Math.max(0, -top); y < Math.min(height, newHeight - top); y++) {
      for (let x = Math.max(0, -left); x < Math.min(width, newWidth - left); x++) {
        const source = ((image * height + y) * width + x) * channels;
        const target = ((image * newHeight + y + top) * newWidth + x + left) * channels;
        resized.set(images.subarray(source, source + channels), target);
      }
    }
  }
  return resized;
}`;

export const readCsv = `/** Rows of cells. Quoted cells may contain the delimiter and line ends. */
function readCsv(path: string, delimiter: string): string[][] {
  const text = readFileSync(path, "utf8").replace(/^\\uFEFF/, "");
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let index = 0; index <= text.length; index++) {
    const character = text[index] ?? "\\n";
    if (isQuoted && character === '"' && text[index + 1] === '"') {
      cell += character;
      index++;
    } else if (character === '"') {
      isQuoted = !isQuoted;
    } else if (!isQuoted && (character === delimiter || character === "\\n")) {
      row.push(cell.trim());
      cell = "";
      if (character === "\\n") {
        if (row.some((text) => text !== "")) rows.push(row);
        row = [];
      }
    } else {
      cell += character;
    }
  }
  return rows;
}`;

export const numberColumn = `/** A column of numbers; missing ones are NaN. */
function numberColumn(rows: string[][], column: number): Field {
  const values = Float32Array.from(rows, (row) => {
    const cell = row[column];
    if (missing.has(cell)) return NaN;
    const value = Number(cell.replace(",", "."));
    if (Number.isNaN(value)) throw new Error(\`"\${cell}" is not a number.\`);
    return value;
  });
  return { values, width: 1, measured: [0] };
}`;

export const classColumn = `/** Class numbers from 0 on, in the order of the sorted texts; missing ones are -1. */
function classColumn(rows: string[][], column: number, merged = new Map<string, string>()) {
  const cells = rows.map((row) => merged.get(row[column]) ?? row[column]);
  const classes = [...new Set(cells)].filter((cell) => !missing.has(cell)).sort(compareTexts);
  return { values: Float32Array.from(cells, (cell) => classes.indexOf(cell)), width: 1, classes };
}

/** By value where both are numbers, else by code. */
function compareTexts(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? (a < b ? -1 : 1) : difference;
}`;

export const oneHotColumns = `/** One column per category. */
function oneHotColumns(rows: string[][], column: number, merged?: Map<string, string>): Field {
  const { values: numbers, classes } = classColumn(rows, column, merged);
  const values = new Float32Array(numbers.length * classes.length);
  numbers.forEach((number, row) => {
    if (number >= 0) values[row * classes.length + number] = 1;
  });
  return { values, width: classes.length, measured: [] };
}`;

export const joinColumns = `/** Puts fields side by side. */
function joinColumns(fields: Field[]): Field {
  const width = fields.reduce((sum, field) => sum + field.width, 0);
  const count = fields[0].values.length / fields[0].width;
  const values = new Float32Array(count * width);
  const measured: number[] = [];
  let start = 0;
  for (const field of fields) {
    measured.push(...(field.measured ?? []).map((column) => start + column));
    for (let row = 0; row < count; row++)
      values.set(
        field.values.subarray(row * field.width, (row + 1) * field.width),
        row * width + start,
      );
    start += field.width;
  }
  return { values, width, measured };
}`;

export const fillMissing = `/** Missing numbers become their column's mean over the training rows. */
function fillMissing({ values, width }: Field, rows: number[]): void {
  for (let column = 0; column < width; column++) {
    const seen = rows.map((row) => values[row * width + column]).filter((value) => !isNaN(value));
    const mean = seen.reduce((sum, value) => sum + value, 0) / Math.max(1, seen.length);
    for (let index = column; index < values.length; index += width)
      if (isNaN(values[index])) values[index] = mean;
  }
}`;

export const fillForward = `/** A missing number takes the one before it. */
function fillForward({ values, width }: Field): void {
  for (let index = 0; index < values.length; index++) {
    if (!isNaN(values[index])) continue;
    let next = index;
    while (next < values.length && isNaN(values[next])) next += width;
    values[index] = index >= width ? values[index - width] : (values[next] ?? 0);
  }
}`;

export const makeWindows = `/** \`rows\` rows of the series for every sample, from row \`sample + first\` on. */
function makeWindows(
  series: Field,
  count: number,
  { first, rows }: { first: number; rows: number },
): Field {
  const width = rows * series.width;
  const values = new Float32Array(count * width);
  for (let sample = 0; sample < count; sample++) {
    const start = (sample + first) * series.width;
    values.set(series.values.subarray(start, start + width), sample * width);
  }
  return { values, width };
}`;
