import type { DataBinding, GeneratorName, Scaling } from "./binding.ts";

/**
 * The built-in data sets and the names of their fields. Without the batch axis:
 *
 * | generator       | feature fields              | target field            | values of the target |
 * |-----------------|-----------------------------|-------------------------|----------------------|
 * | `moons`         | `features` [2]              | `moon`, 2 classes       | upper, lower |
 * | `circles`       | `features` [2]              | `circle`, 2 classes     | outer, inner |
 * | `spirals`       | `features` [2]              | `spiral`, 2 classes     | first, second |
 * | `blobs`         | `features` [3]              | `blob`, 3 classes       | A, B, C |
 * | `xor`           | `features` [2]              | `xor`, 2 classes        | same, different |
 * | `iris-like`     | `features` [4]              | `species`, 3 classes    | setosa, versicolor, virginica |
 * | `two-views`     | `left` [16], `right` [32]   | `pattern`, 4 classes    | both views are needed |
 * | `digits`        | `image` [28, 28, 1]         | `digit`, 10 classes     | 0 … 9 |
 * | `colour-shapes` | `image` [32, 32, 3]         | `shape`, 10 classes     | circle, ring, square … |
 * | `sine`          | `sequence` [24, 1]          | `next` [1]              | the next value |
 * | `seasonal`      | `sequence` [12, 1]          | `next` [1]              | the next month |
 * | `trend-windows` | `sequence` [60, 1]          | `next` [1]              | the next day |
 * | `sensor-steps`  | `sequence` [10, 5]          | `reading` [10, 1]       | one value a step |
 *
 * | `two-clouds`    | `features` [3]              | `cloud`, 2 classes      | below, above |
 * | `pictures`      | `image` [any, any, any]     | `label`, any number     | class 0 … |
 * | `picture-masks` | `image` [h, w, any]         | `mask` [h, w], 2 to 5   | ground, disc … |
 * | `edge-maps`     | `image` [h, w, any]         | `edges` [h, w, 1]       | 0 to 1 |
 * | `noisy-digits`  | `image` [28, 28, 1]         | `clean` [28, 28, 1]     | 0 to 1 |
 * | `digit-pairs`   | `left`, `right` [28, 28, 1] | `same`, 2 classes       | different, same |
 * | `moving-figures`| `frames` [t, h, w, any]     | `direction`, 4 classes  | right, left, down, up |
 * | `drawn-waves`   | `settings` [2]              | `wave` [t, 1]           | −1 to 1 |
 * | `audio-steps`   | `sound` [t, 1]              | `nextLevel` [t], any    | the next value's level |
 * | `word-topics`   | `words` [t] int32           | `topic`, any number     | topic 0 … |
 * | `next-words`    | `words` [t] int32           | `nextWord` [t], vocab.  | the next word |
 * | `reversed-words`| `source`, `previous` [t]    | `answer` [t], vocabulary| the source from last to first |
 *
 * Class targets are one int32 class number per sample. The three series are split by time, the others by seed.
 */
export interface GeneratorInfo {
  readonly name: GeneratorName;
  readonly title: string;
  readonly summary: string;
  readonly kind: "table" | "images" | "sequence";
  readonly samples: number;
  readonly noise: number;
  /** What `noise` means, for the form's help. */
  readonly noiseHelp: string;
  readonly scaling: Scaling;
}

const pointNoise = "Deviation added to every coordinate.";
const pixelNoise = "Deviation added to every pixel, where white is 1.";

export const generatorCatalogue: readonly GeneratorInfo[] = [
  table("moons", "Two moons", "Two interlocking half circles; no straight line parts them.", 0.12),
  table("circles", "Two circles", "A circle within a circle.", 0.08),
  table(
    "spirals",
    "Two spirals",
    "Two arms wound around each other: hard for a small network.",
    0.02,
  ),
  table("xor", "XOR", "Opposite quadrants belong together; one layer cannot learn it.", 0.05),
  table("blobs", "Three blobs", "Three clouds in three dimensions.", 0.35, 900),
  table(
    "iris-like",
    "Iris-like",
    "Four measurements of three invented kinds of flower.",
    0.05,
    600,
  ),
  table(
    "two-views",
    "Two views",
    "Two groups of numbers that only together tell the class.",
    0.4,
    2000,
  ),
  {
    name: "digits",
    title: "Drawn digits",
    kind: "images",
    samples: 4000,
    noise: 0.06,
    summary: "Pen strokes of the ten digits, 28 × 28, no two alike.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "colour-shapes",
    title: "Colour shapes",
    kind: "images",
    samples: 3000,
    noise: 0.05,
    summary: "Ten figures in any colours on any ground, 32 × 32 × 3.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "sine",
    title: "Sine series",
    kind: "sequence",
    samples: 1000,
    noise: 0.05,
    summary: "Two waves in one; the next value from the last 24.",
    noiseHelp: "Deviation added to every value of a wave of height 1.",
    scaling: "none",
  },
  {
    name: "seasonal",
    title: "Seasonal months",
    kind: "sequence",
    samples: 228,
    noise: 0.02,
    summary: "Monthly sales with growth and season; the next month from the last 12.",
    noiseHelp: "Deviation as a share of each month's value.",
    scaling: "minusOneToOne",
  },
  {
    name: "trend-windows",
    title: "Trend windows",
    kind: "sequence",
    samples: 800,
    noise: 0.5,
    summary: "A price-like walk; the next day from the last 60.",
    noiseHelp: "Deviation added to every day's value.",
    scaling: "zeroToOne",
  },
  {
    name: "sensor-steps",
    title: "Sensor steps",
    kind: "sequence",
    samples: 1000,
    noise: 0.05,
    summary: "Five sensors over ten steps, with one reading to predict at each step.",
    noiseHelp: "Deviation added to every target.",
    scaling: "standardise",
  },
  table("two-clouds", "Two clouds", "Three measurements; a plane parts the two classes.", 0.05),
  {
    name: "pictures",
    title: "Striped pictures",
    kind: "images",
    samples: 400,
    noise: 0.05,
    summary: "Coloured stripes in any size with any number of classes, quickly drawn.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "picture-masks",
    title: "Figures and masks",
    kind: "images",
    samples: 200,
    noise: 0.05,
    summary: "Bright figures, and for every pixel what it belongs to.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "edge-maps",
    title: "Figures and edges",
    kind: "images",
    samples: 200,
    noise: 0.05,
    summary: "Noisy figures, and how steep the clean picture is at every pixel.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "noisy-digits",
    title: "Noisy digits",
    kind: "images",
    samples: 2000,
    noise: 0.3,
    summary: "Drawn digits with noise, and the same picture without.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "digit-pairs",
    title: "Pairs of digits",
    kind: "images",
    samples: 2000,
    noise: 0.05,
    summary: "Two drawn digits each, and whether they are the same.",
    noiseHelp: pixelNoise,
    scaling: "zeroToOne",
  },
  {
    name: "moving-figures",
    title: "Moving figures",
    kind: "sequence",
    samples: 400,
    noise: 0.05,
    summary: "Short films of a square that moves in one of four directions.",
    noiseHelp: pixelNoise,
    scaling: "none",
  },
  {
    name: "drawn-waves",
    title: "Drawn waves",
    kind: "table",
    samples: 1000,
    noise: 0.02,
    summary: "Frequency and height of a wave, and the wave itself to draw.",
    noiseHelp: "Deviation added to every value of the wave.",
    scaling: "standardise",
  },
  {
    name: "audio-steps",
    title: "Sound in steps",
    kind: "sequence",
    samples: 400,
    noise: 0.02,
    summary: "Two tones; at every step the next value as one of several levels.",
    noiseHelp: "Deviation added to every value of a sound from −1 to 1.",
    scaling: "none",
  },
  {
    name: "word-topics",
    title: "Texts by topic",
    kind: "sequence",
    samples: 1000,
    noise: 0.1,
    summary: "Texts of word numbers; a few words tell the topic.",
    noiseHelp: "Share of telling words that belong to another topic.",
    scaling: "none",
  },
  {
    name: "next-words",
    title: "Next words",
    kind: "sequence",
    samples: 1000,
    noise: 0.05,
    summary: "An invented language; at every step the word that follows from the two before.",
    noiseHelp: "Share of words that follow from nothing.",
    scaling: "none",
  },
  {
    name: "reversed-words",
    title: "Reversed sentences",
    kind: "sequence",
    samples: 2000,
    noise: 0,
    summary: "A sentence, what was answered so far, and the answer: its words from last to first.",
    noiseHelp: "Share of words that are answered wrongly.",
    scaling: "none",
  },
];

function table(
  name: GeneratorName,
  title: string,
  summary: string,
  noise: number,
  samples = 600,
): GeneratorInfo {
  return {
    name,
    title,
    summary,
    noise,
    samples,
    kind: "table",
    noiseHelp: pointNoise,
    scaling: "standardise",
  };
}

export function findGenerator(name: GeneratorName): GeneratorInfo {
  const info = generatorCatalogue.find((entry) => entry.name === name);
  // The catalogue's test holds it complete over the union.
  if (!info) throw new Error(`No generator is called ${name}`);
  return info;
}

/** A binding with the generator's sound defaults. */
export function proposeGenerated(name: GeneratorName): DataBinding {
  const { samples, noise, scaling } = findGenerator(name);
  return {
    source: { kind: "generated", generator: name, samples, noise, seed: 1 },
    split: { validation: 0.2, seed: 1 },
    scaling,
    imageSize: null,
  };
}
