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
