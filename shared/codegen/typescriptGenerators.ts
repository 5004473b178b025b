/** Printed TypeScript that makes data like Netloom's built-in sets: the same figures, other random numbers. */
import { assertNever } from "../base/assertNever.ts";
import { type GeneratedSource, readSizes } from "../datasets/generators/generatedSizes.ts";
import { digitGlyphs } from "./generatorFacts.ts";
import { typescriptLiteral } from "./literals.ts";
import { printSizedGenerator } from "./typescriptSizedGenerators.ts";

/** The body of \`loadData\` up to its fields, and the functions it calls. */
export interface PrintedGenerator {
  readonly functions: readonly string[];
  /** Declares one constant per field. */
  readonly lines: readonly string[];
  readonly isImage: boolean;
  readonly isWindow: boolean;
  /** The constant whose length counts samples, and its width. */
  readonly count: number;
}

export function printGenerator(source: GeneratedSource): PrintedGenerator {
  const { generator, samples, noise, seed } = source;
  const base = { isImage: false, isWindow: false, count: samples };
  const made = (keys: readonly string[], functions: readonly string[]): PrintedGenerator => ({
    ...base,
    functions,
    lines: [
      `const { ${keys.join(", ")} } = makeData(${samples}, ${noise}, createRandom(${seed}));`,
    ],
  });
  switch (generator) {
    case "moons":
      return made(["features", "moon"], [points("moon", 2, 2, moons)]);
    case "circles":
      return made(["features", "circle"], [points("circle", 2, 2, circles)]);
    case "spirals":
      return made(["features", "spiral"], [points("spiral", 2, 2, spirals)]);
    case "blobs":
      return made(["features", "blob"], [points("blob", 3, 3, blobs)]);
    case "xor":
      return made(["features", "xor"], [points("xor", 2, 2, xor)]);
    case "iris-like":
      return made(["features", "species"], [points("species", 3, 4, irisLike)]);
    case "two-views":
      return made(["left", "right", "pattern"], [twoViews]);
    case "sensor-steps":
      return made(["sequence", "reading"], [sensorSteps]);
    case "sine":
      return series(source, 24, sine);
    case "seasonal":
      return series(source, 12, seasonal);
    case "trend-windows":
      return series(source, 60, trend);
    case "digits":
      return { ...made(["image", "digit"], [digits]), isImage: true };
    case "colour-shapes":
      return { ...made(["image", "shape"], [shapes]), isImage: true };
    case "two-clouds":
    case "pictures":
    case "picture-masks":
    case "edge-maps":
    case "noisy-digits":
    case "digit-pairs":
    case "moving-figures":
    case "drawn-waves":
    case "audio-steps":
    case "word-topics":
    case "next-words":
    case "reversed-words": {
      const printed = printSizedGenerator(generator, readSizes(source));
      // Every one of them is printed there; the scripts' test runs all.
      if (printed === null) throw new Error(`Nothing prints ${generator}`);
      return { ...made(printed.keys, printed.functions), isImage: printed.isImage ?? false };
    }
    default:
      return assertNever(generator);
  }
}

function points(target: string, classes: number, width: number, drawPoint: string): string {
  return `${drawPoint}

function makeData(count: number, noise: number, random: () => number) {
  const features: Field = { values: new Float32Array(count * ${width}), width: ${width} };
  const ${target}: Field = { values: new Float32Array(count), width: 1 };
  for (let sample = 0; sample < count; sample++) {
    const label = sample % ${classes};
    ${target}.values[sample] = label;
    drawPoint(label, sample / count, random).forEach((value, index) => {
      features.values[sample * ${width} + index] = value + noise * normal(random);
    });
  }
  return { features, ${target} };
}`;
}

const moons = `/** A point on one of two interleaving half circles. */
function drawPoint(label: number, share: number, _random: () => number): number[] {
  const angle = Math.PI * share;
  return label === 0
    ? [Math.cos(angle), Math.sin(angle)]
    : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
}`;

const circles = `/** A point on the outer or the inner circle. */
function drawPoint(label: number, share: number, _random: () => number): number[] {
  const radius = label === 0 ? 1 : 0.5;
  return [radius * Math.cos(2 * Math.PI * share), radius * Math.sin(2 * Math.PI * share)];
}`;

const spirals = `/** A point on one of two arms that wind around each other. */
function drawPoint(label: number, share: number, _random: () => number): number[] {
  const turn = Math.sqrt(share);
  const angle = 3.5 * Math.PI * turn + Math.PI * label;
  const radius = 0.08 + 0.92 * turn;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}`;

const blobs = `/** The centre of one of three clouds. */
function drawPoint(label: number, _share: number, _random: () => number): number[] {
  return [
    [1, 0, -0.6],
    [-0.5, 0.9, 0.2],
    [-0.4, -0.9, 0.7],
  ][label];
}`;

const xor = `/** A point in one of four quadrants: class 0 where both signs are the same. */
function drawPoint(label: number, _share: number, random: () => number): number[] {
  const sign = random() < 0.5 ? 1 : -1;
  const other = label === 0 ? sign : -sign;
  return [sign * (0.1 + 0.9 * random()), other * (0.1 + 0.9 * random())];
}`;

const irisLike = `/** Four measurements of an invented flower, in centimetres, like Fisher's irises. */
function drawPoint(label: number, _share: number, random: () => number): number[] {
  const flowers = [
    { mean: [5.01, 3.43, 1.46, 0.25], deviation: [0.35, 0.38, 0.17, 0.11] },
    { mean: [5.94, 2.77, 4.26, 1.33], deviation: [0.52, 0.31, 0.47, 0.2] },
    { mean: [6.59, 2.97, 5.55, 2.03], deviation: [0.64, 0.32, 0.55, 0.27] },
  ];
  const { mean, deviation } = flowers[label];
  const size = normal(random);
  return mean.map((value, index) =>
    Math.max(0.1, value + deviation[index] * (0.75 * size + 0.66 * normal(random))),
  );
}`;

const twoViews = `/** A ramp and a wave per sample; the class takes one bit from each. */
function makeData(count: number, noise: number, random: () => number) {
  const left: Field = { values: new Float32Array(count * 16), width: 16 };
  const right: Field = { values: new Float32Array(count * 32), width: 32 };
  const pattern: Field = { values: new Float32Array(count), width: 1 };
  for (let sample = 0; sample < count; sample++) {
    const label = sample % 4;
    pattern.values[sample] = label;
    const sign = label % 2 === 0 ? 1 : -1;
    const waves = label < 2 ? 2 : 5;
    const phase = 2 * Math.PI * random();
    for (let index = 0; index < 16; index++)
      left.values[sample * 16 + index] = sign * (index / 7.5 - 1) + noise * normal(random);
    for (let index = 0; index < 32; index++)
      right.values[sample * 32 + index] =
        Math.sin((2 * Math.PI * waves * index) / 32 + phase) + noise * normal(random);
  }
  return { left, right, pattern };
}`;

const sensorSteps = `/** Five sensors over ten steps, and a reading at each step that depends on all five. */
function makeData(count: number, noise: number, random: () => number) {
  const weights = [0.8, -0.5, 0.3, 0.6, -0.2];
  const sequence: Field = { values: new Float32Array(count * 50), width: 50 };
  const reading: Field = { values: new Float32Array(count * 10), width: 10 };
  for (let step = 0; step < count * 10; step++) {
    let sum = 0;
    weights.forEach((weight, sensor) => {
      const value = normal(random);
      sequence.values[step * 5 + sensor] = value;
      sum += weight * value;
    });
    reading.values[step] = Math.tanh(sum) + 0.3 * sum * sum + noise * normal(random);
  }
  return { sequence, reading };
}`;

function series(source: GeneratedSource, steps: number, makeSeries: string): PrintedGenerator {
  const { samples, noise, seed } = source;
  return {
    functions: [makeSeries],
    lines: [
      `const series: Field = {`,
      `  values: makeSeries(${samples + steps}, ${noise}, createRandom(${seed})),`,
      `  width: 1,`,
      `};`,
      `const sampleCount = ${samples};`,
    ],
    isImage: false,
    isWindow: true,
    count: samples,
  };
}

const sine = `/** Two waves in one. */
function makeSeries(length: number, noise: number, random: () => number): Float32Array {
  const phase = 2 * Math.PI * random();
  return Float32Array.from(
    { length },
    (_, step) =>
      Math.sin((2 * Math.PI * step) / 25 + phase) +
      0.4 * Math.sin((2 * Math.PI * step) / 61 + 2 * phase) +
      noise * normal(random),
  );
}`;

const seasonal = `/** Months with growth and a season that grows with it. */
function makeSeries(length: number, noise: number, random: () => number): Float32Array {
  const season = [0.9, 0.87, 1, 0.98, 0.98, 1.1, 1.23, 1.22, 1.06, 0.92, 0.81, 0.92];
  return Float32Array.from({ length }, (_, month) => {
    const trend = 110 + (380 * month) / Math.max(144, length);
    return trend * season[month % 12] * (1 + noise * normal(random));
  });
}`;

const trend = `/** A price-like walk: drifting trend, slow waves, small shocks. */
function makeSeries(length: number, noise: number, random: () => number): Float32Array {
  let drift = 0.05;
  let level = 100;
  return Float32Array.from({ length }, (_, day) => {
    drift = 0.97 * drift + 0.03 * (0.06 + 0.25 * normal(random));
    level = Math.max(10, level + drift + 0.35 * Math.sin((2 * Math.PI * day) / 90));
    return level + noise * normal(random);
  });
}`;

const digits = `/** The ten digits as 5 × 7 dots, one number per row. */
const glyphs = [
${digitGlyphs.map((glyph) => `  ${typescriptLiteral(glyph)},`).join("\n")}
];

/** Digits of 28 × 28 bytes: shifted, stretched, slanted, noisy. */
function makeData(count: number, noise: number, random: () => number) {
  const image: Field = { values: new Float32Array(count * 784), width: 784 };
  const digit: Field = { values: new Float32Array(count), width: 1 };
  for (let sample = 0; sample < count; sample++) {
    const label = sample % 10;
    digit.values[sample] = label;
    const width = 2 + 1.6 * random();
    const height = 2.2 + random();
    const slant = 0.3 * (random() - 0.5);
    const left = 14 - 2.5 * width + 4 * (random() - 0.5);
    const top = 14 - 3.5 * height + 4 * (random() - 0.5);
    for (let y = 0; y < 28; y++) {
      for (let x = 0; x < 28; x++) {
        const column = Math.floor((x - left + slant * (y - 14)) / width);
        const row = Math.floor((y - top) / height);
        const isInside = column >= 0 && column < 5 && row >= 0 && row < 7;
        const ink = isInside ? (glyphs[label][row] >> (4 - column)) & 1 : 0;
        const value = 0.9 * ink + noise * normal(random);
        image.values[sample * 784 + y * 28 + x] = 255 * Math.min(1, Math.max(0, value));
      }
    }
  }
  return { image, digit };
}`;

const shapes = `/** Whether a point (-1 … 1, y downwards) is inside each of the ten figures. */
const figures: ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y < 0.72,
  (x, y) => Math.abs(Math.hypot(x, y) - 0.68) < 0.2,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.74,
  (x, y) => y < 0.62 && y > -0.85 + 1.75 * Math.abs(x),
  (x, y) =>
    Math.min(Math.abs(x), Math.abs(y)) < 0.25 && Math.max(Math.abs(x), Math.abs(y)) < 0.9,
  (x, y) => Math.abs(x) + Math.abs(y) < 0.95,
  (x, y) => x * x + y * y < 0.8 && (x - 0.42) ** 2 + y * y > 0.5,
  (x, y) => Math.abs(y) < 0.85 && Math.abs(x) < 0.85 * Math.abs(y) + 0.06,
  (x, y) => Math.abs(x) < 0.3 && Math.abs(y) < 0.95,
  (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.3,
];

/** Coloured figures on coloured ground, 32 × 32 × 3 bytes. */
function makeData(count: number, noise: number, random: () => number) {
  const image: Field = { values: new Float32Array(count * 3072), width: 3072 };
  const shape: Field = { values: new Float32Array(count), width: 1 };
  for (let sample = 0; sample < count; sample++) {
    const label = sample % figures.length;
    shape.values[sample] = label;
    const ground = [random(), random(), random()];
    const ink = ground.map((value) => (value + 0.35 + 0.3 * random()) % 1);
    const radius = 8 + 5 * random();
    const centreX = 16 + 2 * (random() - 0.5) * (16 - radius);
    const centreY = 16 + 2 * (random() - 0.5) * (16 - radius);
    for (let pixel = 0; pixel < 1024; pixel++) {
      const x = ((pixel % 32) + 0.5 - centreX) / radius;
      const y = (Math.floor(pixel / 32) + 0.5 - centreY) / radius;
      const colour = figures[label](x, y) ? ink : ground;
      colour.forEach((value, channel) => {
        const noisy = Math.min(1, Math.max(0, value + noise * normal(random)));
        image.values[sample * 3072 + pixel * 3 + channel] = 255 * noisy;
      });
    }
  }
  return { image, shape };
}`;
