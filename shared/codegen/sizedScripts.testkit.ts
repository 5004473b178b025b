/** One script for each generator of any size, small. */
import type { DataBinding, DataSource, GeneratorName } from "../datasets/binding.ts";
import { defaultTraining } from "../training/config.ts";
import { makePlan, type LayerLine, type ScriptCase } from "./scripts.testkit.ts";

type Generated = Extract<DataSource, { readonly kind: "generated" }>;

function bind(
  generator: GeneratorName,
  sizes: Pick<Generated, "shape" | "classes" | "vocabulary"> = {},
  scaling: DataBinding["scaling"] = "none",
): DataBinding {
  return {
    source: { kind: "generated", generator, samples: 40, noise: 0.1, seed: 2, ...sizes },
    split: { validation: 0.25, seed: 4 },
    scaling,
    imageSize: null,
  };
}

function makeCase(
  data: DataBinding,
  [inputs, lines, outputs, options]: readonly [
    Parameters<typeof makePlan>[1],
    readonly LayerLine[],
    Parameters<typeof makePlan>[3],
    Parameters<typeof makePlan>[4]?,
  ],
): ScriptCase {
  const title = data.source.kind === "generated" ? data.source.generator : "";
  return {
    title,
    data,
    training: { ...defaultTraining, epochs: 1, batchSize: 16 },
    plan: makePlan(title.replaceAll("-", "_"), inputs, lines, outputs, options),
  };
}

const words = { dtype: "int32" } as const;
const image: LayerLine = [
  "conv",
  "conv2d",
  { filters: 2, kernelSize: [3, 3], padding: "same" },
  ["x"],
];
const pixels = (filters: number, activation: string): LayerLine => [
  "y",
  "conv2d",
  { filters, kernelSize: [1, 1], activation },
  ["conv"],
];
const softmax = (name: string, units: number, from: string): LayerLine => [
  name,
  "dense",
  { units, activation: "softmax" },
  [from],
];

export const sizedCases: readonly ScriptCase[] = [
  makeCase(bind("two-clouds", {}, "standardise"), [
    { x: [3] },
    [["y", "dense", { units: 1, activation: "sigmoid" }, ["x"]]],
    [{ source: "y", loss: "binaryCrossentropy" }],
  ]),
  makeCase(bind("pictures", { shape: [12, 10, 3], classes: 20 }, "minusOneToOne"), [
    { x: [12, 10, 3] },
    [image, ["flat", "flatten", {}, ["conv"]], softmax("y", 20, "flat")],
    [{ source: "y" }],
  ]),
  makeCase(bind("picture-masks", { shape: [12, 10, 1], classes: 3 }, "zeroToOne"), [
    { x: [12, 10, 1] },
    [image, pixels(3, "softmax")],
    [{ source: "y", metrics: ["accuracy"] }],
  ]),
  makeCase(bind("edge-maps", { shape: [12, 10, 1] }, "standardise"), [
    { x: [12, 10, 1] },
    [image, pixels(1, "linear")],
    [{ source: "y", loss: "meanSquaredError" }],
  ]),
  makeCase(bind("noisy-digits", {}, "zeroToOne"), [
    { x: [28, 28, 1] },
    [image, pixels(1, "sigmoid")],
    [{ source: "y", loss: "binaryCrossentropy" }],
  ]),
  makeCase(bind("digit-pairs", {}, "zeroToOne"), [
    { x: [28, 28, 1], z: [28, 28, 1] },
    [
      image,
      ["other", "conv2d", { filters: 2, kernelSize: [3, 3], padding: "same" }, ["z"]],
      ["both", "subtract", {}, ["conv", "other"]],
      ["flat", "flatten", {}, ["both"]],
      ["y", "dense", { units: 1, activation: "sigmoid" }, ["flat"]],
    ],
    [{ source: "y", loss: "binaryCrossentropy" }],
  ]),
  makeCase(bind("moving-figures", { shape: [3, 6, 5, 1] }), [
    { x: [3, 6, 5, 1] },
    [["flat", "flatten", {}, ["x"]], softmax("y", 4, "flat")],
    [{ source: "y" }],
  ]),
  makeCase(bind("drawn-waves", { shape: [9] }, "standardise"), [
    { x: [2] },
    [
      ["again", "repeatVector", { n: 9 }, ["x"]],
      ["y", "dense", { units: 1 }, ["again"]],
    ],
    [{ source: "y", loss: "meanSquaredError" }],
  ]),
  makeCase(bind("audio-steps", { shape: [12], classes: 8 }), [
    { x: [12, 1] },
    [softmax("y", 8, "x")],
    [{ source: "y" }],
  ]),
  makeCase(bind("word-topics", { shape: [10], classes: 3, vocabulary: 40 }), [
    { x: [10] },
    [
      ["vectors", "embedding", { inputDim: 40, outputDim: 4 }, ["x"]],
      ["mean", "globalAveragePooling1d", {}, ["vectors"]],
      softmax("y", 3, "mean"),
    ],
    [{ source: "y" }],
    words,
  ]),
  makeCase(bind("next-words", { shape: [7], vocabulary: 11 }), [
    { x: [7] },
    [["vectors", "embedding", { inputDim: 11, outputDim: 4 }, ["x"]], softmax("y", 11, "vectors")],
    [{ source: "y", loss: "sparseCategoricalCrossentropy" }],
    words,
  ]),
  makeCase(bind("reversed-words", { shape: [5], vocabulary: 9 }), [
    { x: [5], z: [5] },
    [
      ["vectors", "embedding", { inputDim: 9, outputDim: 4 }, ["x"]],
      ["others", "embedding", { inputDim: 9, outputDim: 4 }, ["z"]],
      ["both", "concatenate", {}, ["vectors", "others"]],
      softmax("y", 9, "both"),
    ],
    [{ source: "y" }],
    { ...words, fields: { x: "source", z: "previous" } },
  ]),
];
