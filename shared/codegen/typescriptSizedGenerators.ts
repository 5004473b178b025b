/** Printed TypeScript for the built-in sets of any size: the same kind of data, other random numbers. */
import type { GeneratorName } from "../datasets/binding.ts";
import type { GeneratedSizes } from "../datasets/generators/generatedSizes.ts";
import { digitGlyphs } from "./generatorFacts.ts";
import { typescriptLiteral } from "./literals.ts";

export interface SizedPrint {
  readonly keys: readonly string[];
  readonly functions: readonly string[];
  readonly isImage?: true;
}

/** null: a set of one size, which `typescriptGenerators.ts` prints. */
export function printSizedGenerator(
  generator: GeneratorName,
  { shape, classes, vocabulary }: GeneratedSizes,
): SizedPrint | null {
  const [first = 1, second = 1, third = 1, fourth = 1] = shape;
  switch (generator) {
    case "two-clouds":
      return { keys: ["features", "cloud"], functions: [twoClouds] };
    case "pictures":
      return { keys: ["image", "label"], functions: [pictures(shape, classes)], isImage: true };
    case "picture-masks":
      return {
        keys: ["image", "mask"],
        functions: [paintFigures(first, second), masks(shape, classes)],
        isImage: true,
      };
    case "edge-maps":
      return {
        keys: ["image", "edges"],
        functions: [paintFigures(first, second), edgeMaps(shape)],
        isImage: true,
      };
    case "noisy-digits":
      return { keys: ["image", "clean"], functions: [drawDigit, noisyDigits], isImage: true };
    case "digit-pairs":
      return { keys: ["left", "right", "same"], functions: [drawDigit, digitPairs], isImage: true };
    case "moving-figures":
      return { keys: ["frames", "direction"], functions: [films([first, second, third, fourth])] };
    case "drawn-waves":
      return { keys: ["settings", "wave"], functions: [waves(first)] };
    case "audio-steps":
      return { keys: ["sound", "nextLevel"], functions: [audio(first, classes)] };
    case "word-topics":
      return { keys: ["words", "topic"], functions: [topics(first, classes, vocabulary)] };
    case "next-words":
      return { keys: ["words", "nextWord"], functions: [nextWords(first, vocabulary)] };
    case "reversed-words":
      return { keys: ["source", "previous", "answer"], functions: [reversed(first, vocabulary)] };
    default:
      return null;
  }
}

const field = (name: string, width: string | number) =>
  `  const ${name}: Field = { values: new Float32Array(count * ${width}), width: ${width} };`;

const twoClouds = `/** Three measurements; a plane parts the two classes. */
function makeData(count: number, noise: number, random: () => number) {
${field("features", 3)}
${field("cloud", 1)}
  for (let sample = 0; sample < count; sample++) {
    const label = sample % 2;
    cloud.values[sample] = label;
    const across = (label === 0 ? -1 : 1) * (0.25 + random());
    const [a, b] = [2 * random() - 1, 2 * random() - 1];
    const point = [a + across / 6, b + across / 3, a + 2 * b - across / 6];
    point.forEach((value, index) => {
      features.values[sample * 3 + index] = value + noise * normal(random);
    });
  }
  return { features, cloud };
}`;

function pictures([height = 1, width = 1, channels = 1]: readonly number[], classes: number) {
  const size = height * width * channels;
  return `/** Coloured stripes of ${height} × ${width} × ${channels} bytes: direction, width and colour tell the class. */
function makeData(count: number, noise: number, random: () => number) {
${field("image", size)}
${field("label", 1)}
  // Of many classes only as many occur as have eight pictures each.
  const shown = Math.max(2, Math.min(${classes}, Math.floor(count / 8)));
  for (let sample = 0; sample < count; sample++) {
    const kind = Math.floor(((sample % shown) * ${classes}) / shown);
    label.values[sample] = kind;
    const angle = Math.PI * 0.382 * kind;
    const stripes = Math.PI * (3 + (kind % 5));
    const phase = 2 * Math.PI * random();
    const strength = 0.25 + 0.2 * random();
    const light = 0.4 + 0.2 * random();
    for (let index = 0; index < ${size}; index++) {
      const channel = index % ${channels};
      const x = Math.floor(index / ${channels}) % ${width};
      const y = Math.floor(index / ${channels * width});
      const way = (Math.cos(angle) * x) / ${width} + (Math.sin(angle) * y) / ${height};
      const colour = strength * Math.cos(2 * Math.PI * (0.618 * kind + channel / 3));
      const value = light + colour * Math.sin(stripes * way + phase) + noise * normal(random);
      image.values[sample * ${size} + index] = 255 * Math.min(1, Math.max(0, value));
    }
  }
  return { image, label };
}`;
}

function paintFigures(height: number, width: number): string {
  return `/** Whether a point (-1 … 1) is inside a disc, a square, a diamond or a cross. */
const figures: ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y < 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  (x, y) => Math.abs(x) + Math.abs(y) < 1.1,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.35 && Math.max(Math.abs(x), Math.abs(y)) < 1,
];

/** Brightness of every pixel, and the number of the figure that it belongs to, from 1 on. */
function paintFigures(kinds: number, random: () => number) {
  const level = new Float32Array(${height * width}).fill(0.15 + 0.2 * random());
  const kind = new Uint8Array(${height * width});
  const count = 1 + Math.floor(3 * random());
  for (let index = 0; index < count; index++) {
    const figure = Math.floor(kinds * random());
    const radius = ${Math.min(height, width)} * (0.12 + 0.14 * random());
    const centreX = radius + (${width} - 2 * radius) * random();
    const centreY = radius + (${height} - 2 * radius) * random();
    const brightness = 0.55 + 0.4 * random();
    for (let pixel = 0; pixel < ${height * width}; pixel++) {
      const x = ((pixel % ${width}) + 0.5 - centreX) / radius;
      const y = (Math.floor(pixel / ${width}) + 0.5 - centreY) / radius;
      if (!figures[figure](x, y)) continue;
      level[pixel] = brightness;
      kind[pixel] = figure + 1;
    }
  }
  return { level, kind };
}`;
}

const fillImage = (
  pixels: number,
  channels: number,
) => `    for (let index = 0; index < ${pixels * channels}; index++) {
      const value = level[Math.floor(index / ${channels})] + noise * normal(random);
      image.values[sample * ${pixels * channels} + index] = 255 * Math.min(1, Math.max(0, value));
    }`;

function masks([height = 1, width = 1, channels = 1]: readonly number[], classes: number): string {
  const pixels = height * width;
  return `/** Bright figures on dark ground, and for every pixel what it belongs to. */
function makeData(count: number, noise: number, random: () => number) {
${field("image", pixels * channels)}
${field("mask", pixels)}
  for (let sample = 0; sample < count; sample++) {
    const { level, kind } = paintFigures(${classes - 1}, random);
    mask.values.set(kind, sample * ${pixels});
${fillImage(pixels, channels)}
  }
  return { image, mask };
}`;
}

function edgeMaps([height = 1, width = 1, channels = 1]: readonly number[]): string {
  const pixels = height * width;
  return `/** Noisy figures, and how steep the clean picture is at every pixel (Sobel's operator). */
function makeData(count: number, noise: number, random: () => number) {
${field("image", pixels * channels)}
${field("edges", pixels)}
  for (let sample = 0; sample < count; sample++) {
    const { level } = paintFigures(figures.length, random);
    for (let pixel = 0; pixel < ${pixels}; pixel++) {
      const at = (down: number, across: number) => {
        const row = Math.min(${height - 1}, Math.max(0, Math.floor(pixel / ${width}) + down));
        const column = Math.min(${width - 1}, Math.max(0, (pixel % ${width}) + across));
        return level[row * ${width} + column];
      };
      const side = (step: number) => at(-1, step) + 2 * at(0, step) + at(1, step);
      const line = (step: number) => at(step, -1) + 2 * at(step, 0) + at(step, 1);
      const steepness = Math.hypot(side(1) - side(-1), line(1) - line(-1)) / 4;
      edges.values[sample * ${pixels} + pixel] = Math.min(1, steepness);
    }
${fillImage(pixels, channels)}
  }
  return { image, edges };
}`;
}

const drawDigit = `/** The ten digits as 5 × 7 dots, one number per row. */
const glyphs = [
${digitGlyphs.map((glyph) => `  ${typescriptLiteral(glyph)},`).join("\n")}
];

/** A digit of 28 × 28 values from 0 to 1: shifted, stretched, slanted. */
function drawDigit(label: number, random: () => number): Float32Array {
  const width = 2 + 1.6 * random();
  const height = 2.2 + random();
  const slant = 0.3 * (random() - 0.5);
  const left = 14 - 2.5 * width + 4 * (random() - 0.5);
  const top = 14 - 3.5 * height + 4 * (random() - 0.5);
  return Float32Array.from({ length: 784 }, (_, pixel) => {
    const y = Math.floor(pixel / 28);
    const column = Math.floor(((pixel % 28) - left + slant * (y - 14)) / width);
    const row = Math.floor((y - top) / height);
    const isInside = column >= 0 && column < 5 && row >= 0 && row < 7;
    return isInside ? 0.9 * ((glyphs[label][row] >> (4 - column)) & 1) : 0;
  });
}`;

const noisyDigits = `/** Digits with noise as bytes, and the same picture without it, 0 to 1. */
function makeData(count: number, noise: number, random: () => number) {
${field("image", 784)}
${field("clean", 784)}
  for (let sample = 0; sample < count; sample++) {
    drawDigit(sample % 10, random).forEach((ink, pixel) => {
      const noisy = Math.min(1, Math.max(0, ink + noise * normal(random)));
      clean.values[sample * 784 + pixel] = ink;
      image.values[sample * 784 + pixel] = 255 * noisy;
    });
  }
  return { image, clean };
}`;

const digitPairs = `/** Two digits, and whether they are the same one. */
function makeData(count: number, noise: number, random: () => number) {
${field("left", 784)}
${field("right", 784)}
${field("same", 1)}
  for (let sample = 0; sample < count; sample++) {
    same.values[sample] = sample % 2;
    const first = Math.floor(10 * random());
    const second = sample % 2 === 1 ? first : (first + 1 + Math.floor(9 * random())) % 10;
    for (const [side, digit] of [[left, first], [right, second]] as const) {
      drawDigit(digit, random).forEach((ink, pixel) => {
        const noisy = Math.min(1, Math.max(0, ink + noise * normal(random)));
        side.values[sample * 784 + pixel] = 255 * noisy;
      });
    }
  }
  return { left, right, same };
}`;

function films([frames, height, width, channels]: readonly [number, number, number, number]) {
  const size = frames * height * width * channels;
  const side = Math.max(2, Math.round(Math.min(height, width) / 4));
  return `/** ${frames} frames of a square that moves right, left, down or up, and comes back on the other side. */
function makeData(count: number, noise: number, random: () => number) {
${field("frames", size)}
${field("direction", 1)}
  const wrap = (value: number, size: number) => ((value % size) + size) % size;
  for (let sample = 0; sample < count; sample++) {
    const way = sample % 4;
    direction.values[sample] = way;
    const startX = Math.floor(${width} * random());
    const startY = Math.floor(${height} * random());
    for (let index = 0; index < ${size}; index++) {
      const frame = Math.floor(index / ${height * width * channels});
      const y = Math.floor(index / ${width * channels}) % ${height};
      const x = Math.floor(index / ${channels}) % ${width};
      const step = way % 2 === 0 ? frame : -frame;
      const fromLeft = wrap(x - startX - (way < 2 ? step : 0), ${width});
      const fromTop = wrap(y - startY - (way < 2 ? 0 : step), ${height});
      const isInside = fromLeft < ${side} && fromTop < ${side};
      frames.values[sample * ${size} + index] = (isInside ? 1 : 0) + noise * normal(random);
    }
  }
  return { frames, direction };
}`;
}

function waves(steps: number): string {
  return `/** Frequency and height of a wave, and the wave. */
function makeData(count: number, noise: number, random: () => number) {
${field("settings", 2)}
${field("wave", steps)}
  for (let sample = 0; sample < count; sample++) {
    const turns = 0.5 + 2 * random();
    const height = 0.3 + 0.7 * random();
    settings.values.set([turns, height], sample * 2);
    for (let step = 0; step < ${steps}; step++)
      wave.values[sample * ${steps} + step] =
        height * Math.sin((2 * Math.PI * turns * step) / ${steps}) + noise * normal(random);
  }
  return { settings, wave };
}`;
}

function audio(steps: number, classes: number): string {
  return `/** Two tones, and at each step the next value as one of ${classes} levels (mu-law). */
function makeData(count: number, noise: number, random: () => number) {
${field("sound", steps)}
${field("nextLevel", steps)}
  const findLevel = (value: number) => {
    const bent = Math.log1p(${classes - 1} * Math.abs(value)) / Math.log1p(${classes - 1});
    return Math.min(${classes - 1}, Math.floor(((Math.sign(value) * bent + 1) / 2) * ${classes}));
  };
  for (let sample = 0; sample < count; sample++) {
    const low = 0.2 + 0.3 * random();
    const high = 0.7 + 0.6 * random();
    const phase = 2 * Math.PI * random();
    for (let step = 0; step <= ${steps}; step++) {
      const clean = 0.6 * Math.sin(low * step + phase) + 0.3 * Math.sin(high * step);
      const value = Math.max(-1, Math.min(1, clean + noise * normal(random)));
      if (step < ${steps}) sound.values[sample * ${steps} + step] = value;
      if (step > 0) nextLevel.values[sample * ${steps} + step - 1] = findLevel(value);
    }
  }
  return { sound, nextLevel };
}`;
}

function topics(steps: number, classes: number, vocabulary: number): string {
  const own = Math.max(1, Math.min(20, Math.floor((vocabulary - 1) / (2 * classes))));
  const common = Math.max(1, vocabulary - 1 - own * classes);
  return `/** Texts of ${steps} word numbers; each topic has ${own} words of its own. */
function makeData(count: number, noise: number, random: () => number) {
${field("words", steps)}
${field("topic", 1)}
  const draw = (limit: number) => Math.floor(limit * random());
  for (let sample = 0; sample < count; sample++) {
    const label = sample % ${classes};
    topic.values[sample] = label;
    for (let step = 0; step < ${steps}; step++) {
      const from = random() < noise ? draw(${classes}) : label;
      words.values[sample * ${steps} + step] =
        random() < 0.2 ? 1 + from * ${own} + draw(${own}) : ${1 + own * classes} + draw(${common});
    }
  }
  return { words, topic };
}`;
}

function nextWords(steps: number, vocabulary: number): string {
  return `/** An invented language: each word follows from the two before it. */
function makeData(count: number, noise: number, random: () => number) {
${field("words", steps)}
${field("nextWord", steps)}
  const draw = () => Math.floor(${vocabulary - 1} * random());
  for (let sample = 0; sample < count; sample++) {
    let before = draw();
    let word = draw();
    for (let step = 0; step < ${steps}; step++) {
      const rule = (word + 1 + 5 * (before % 2)) % ${vocabulary - 1};
      const follower = random() < noise ? draw() : rule;
      words.values[sample * ${steps} + step] = 1 + word;
      nextWord.values[sample * ${steps} + step] = 1 + follower;
      before = word;
      word = follower;
    }
  }
  return { words, nextWord };
}`;
}

function reversed(steps: number, vocabulary: number): string {
  return `/** Sentences, what was answered before each step (word 1 begins), and the answer: reversed. */
function makeData(count: number, noise: number, random: () => number) {
${field("source", steps)}
${field("previous", steps)}
${field("answer", steps)}
  const draw = () => 2 + Math.floor(${vocabulary - 2} * random());
  for (let sample = 0; sample < count; sample++) {
    const sentence = Array.from({ length: ${steps} }, draw);
    const said = [...sentence].reverse().map((word) => (random() < noise ? draw() : word));
    source.values.set(sentence, sample * ${steps});
    answer.values.set(said, sample * ${steps});
    previous.values.set([1, ...said.slice(0, -1)], sample * ${steps});
  }
  return { source, previous, answer };
}`;
}
