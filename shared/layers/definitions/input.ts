import { ok } from "../../base/result.ts";
import { parameterIssue } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { shapeFromSizes } from "../shape.ts";

export const input = defineLayer({
  type: "input",
  title: "Input",
  category: "io",
  summary: "Where data enters: says the shape of one sample.",
  about:
    "The batch axis is not written: 28, 28, 1 is one grey image of 28 × 28 pixels, 60, 1 a series of 60 steps with one value each. Leave an entry empty where the size varies (any number of time steps). Binding data fills the shape in. A model may have several inputs, each fed by its own group of columns.",
  sources: [
    { title: "Keras: Input object", url: "https://keras.io/api/layers/core_layers/input/" },
  ],
  keywords: ["data", "source", "placeholder", "image", "sequence"],
  inputs: { min: 0, max: 0 },
  outputs: 1,
  params: {
    shape: {
      kind: "intList",
      default: [4],
      min: 1,
      maxLength: 5,
      allowsNull: true,
      isRequired: true,
      label: "Shape",
      help: "Size of each axis of one sample, without the batch. Empty means any size.",
    },
    dtype: {
      kind: "enum",
      options: ["float32", "int32", "bool"],
      default: "float32",
      label: "Data type",
      help: "float32 for measurements and pixels; int32 for token or category numbers that go into an Embedding; bool for masks.",
    },
    batchSize: {
      kind: "int",
      default: null,
      nullable: true,
      min: 1,
      max: 1_000_000,
      group: "advanced",
      label: "Batch size",
      help: "Fixes the number of samples per batch. Only stateful layers need it; training must then use the same batch size.",
    },
    field: {
      kind: "text",
      default: "",
      maxLength: 100,
      label: "Data field",
      help: "Which group of the data feeds this input. Empty takes the first that isn't used yet.",
    },
  },
  caption: ({ shape, dtype }) => [
    shape.length === 0 ? "scalar" : shape.map((size) => size ?? "?").join(" × "),
    ...(dtype === "float32" ? [] : [dtype]),
  ],
  inferShape({ shape, dtype, batchSize }) {
    const values = shape.reduce<number>((product, size) => product * (size ?? 1), 1);
    // More than a buffer can hold in any backend: 2^31 values of 4 bytes.
    if (values > 2 ** 31)
      return parameterIssue("shape", `'s shape has ${values} values per sample, too many to hold`);
    const sized = shapeFromSizes(shape, dtype);
    return ok(batchSize === null ? sized : { ...sized, batch: batchSize });
  },
  weights: () => [],
  lower: () => null,
  examples: [
    { params: { shape: [28, 28, 1] }, inputs: [], output: [28, 28, 1], weightCount: 0 },
    { params: { shape: [null, 8] }, inputs: [], output: [null, 8], weightCount: 0 },
    {
      params: { shape: [6], batchSize: 4, field: "x" },
      inputs: [],
      batch: 4,
      output: [6],
      weightCount: 0,
    },
    { params: { shape: [12], dtype: "int32" }, inputs: [], output: [12], weightCount: 0 },
  ],
});
