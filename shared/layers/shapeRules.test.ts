/** Shapes that fit and shapes that don't: names of axes, the reason, and the repairs offered. */
import { describe, expect, test } from "vitest";
import type { StoredParams } from "./params.ts";
import { readParams } from "./readParams.ts";
import { findLayer } from "./registry.ts";
import { axis, formatShape, shapeFromSizes, shapeOf, type Shape } from "./shape.ts";

type Sizes = readonly (number | null)[];

function infer(type: string, params: StoredParams, inputs: readonly Shape[]) {
  const definition = findLayer(type);
  const read = definition && readParams(definition.params, params);
  if (!definition || !read?.ok) throw new Error(`${type} ${JSON.stringify(params)}`);
  return definition.inferShape(read.value, inputs);
}

const shapes = (inputs: readonly Sizes[]) => inputs.map((sizes) => shapeFromSizes(sizes));

describe("axes keep their names", () => {
  test.each<[string, StoredParams, readonly Sizes[], string]>([
    ["dense", { units: 5 }, [[7, 3]], "time 7 × features 5"],
    ["flatten", {}, [[2, 3, 4]], "features 24"],
    ["rnn", { returnSequences: true }, [[7, 3]], "time 7 × features 32"],
    [
      "convLstm2d",
      { filters: 4, padding: "same", returnSequences: true },
      [[7, 9, 8, 3]],
      "time 7 × height 9 × width 8 × channels 4",
    ],
    ["masking", {}, [[7, 3]], "time 7 × features 3"],
    ["permute", { dims: [3, 1, 2] }, [[5, 6, 3]], "channels 3 × height 5 × width 6"],
    ["repeatVector", { n: 4 }, [[3]], "time 4 × features 3"],
    ["reshape", { targetShape: [2, -1] }, [[6]], "time 2 × features 3"],
    ["reshape", { targetShape: [-1, 2] }, [[null, 4]], "time ? × features 2"],
    [
      "concatenate",
      { axis: 1 },
      [
        [2, 3],
        [null, 3],
      ],
      "time ? × features 3",
    ],
    ["add", {}, [[3], [null, 3]], "time ? × features 3"],
    [
      "multiply",
      {},
      [
        [1, 1, 8],
        [5, 6, 8],
      ],
      "height 5 × width 6 × channels 8",
    ],
    [
      "dot",
      { axes: [2, 2] },
      [
        [4, 8],
        [6, 8],
      ],
      "time 4 × time 6",
    ],
    ["dot", {}, [[8], [8]], "features 1"],
    ["activation", { activation: "relu" }, [[4, 4, 2]], "height 4 × width 4 × channels 2"],
    ["conv1d", { filters: 3, kernelSize: [2] }, [[7, 2]], "time 6 × features 3"],
    ["conv1d", { filters: 3, dataFormat: "channelsFirst" }, [[2, 7]], "features 3 × time 5"],
    ["conv1d", { filters: 3, padding: "causal", strides: [2] }, [[7, 2]], "time 4 × features 3"],
    ["conv3d", { filters: 4 }, [[5, 6, 7, 1]], "depth 3 × height 4 × width 5 × channels 4"],
    [
      "conv3dTranspose",
      { filters: 4, strides: [2, 2, 2], padding: "same", dataFormat: "channelsFirst" },
      [[1, 2, 3, 4]],
      "channels 4 × depth 4 × height 6 × width 8",
    ],
    ["maxPooling3d", {}, [[4, 6, 8, 2]], "depth 2 × height 3 × width 4 × channels 2"],
    [
      "globalAveragePooling2d",
      { keepdims: true },
      [[4, null, 8]],
      "height 1 × width 1 × channels 8",
    ],
    ["cropping1d", { cropping: [2, 1] }, [[9, 2]], "time 6 × features 2"],
    ["randomWidth", {}, [[4, 6, 1]], "height 4 × width ? × channels 1"],
    ["resizing", { height: 3, width: 5 }, [[null, null, 2]], "height 3 × width 5 × channels 2"],
  ])("%s %j on %j", (type, params, inputs, expected) => {
    const output = infer(type, params, shapes(inputs));
    expect(output.ok && formatShape(output.value)).toBe(expected);
  });
});

describe("what doesn't fit says why and how to mend it", () => {
  test.each<[string, StoredParams, readonly Sizes[], string, readonly string[]]>([
    ["dense", {}, [[28, 28, 1]], "rank", ["flatten", "globalAveragePooling2d"]],
    ["dense", {}, [[4, 28, 28, 1]], "rank", ["flatten"]],
    ["dense", {}, [[null]], "unknown-size", []],
    ["dense", { kernelInitializer: { name: "identity" } }, [[4]], "parameter", ["units = 4"]],
    ["flatten", {}, [[5]], "rank", []],
    ["masking", {}, [[5]], "rank", ["reshape"]],
    ["convLstm2d", {}, [[7, 9, 8]], "rank", ["reshape"]],
    ["convLstm2d", {}, [[7, 2, 8, 1]], "size", ['padding = "same"', "kernelSize = [2,3]"]],
    ["lstm", {}, [[4, null]], "unknown-size", []],
    ["flatten", {}, [[null, null, 3]], "unknown-size", ["globalAveragePooling2d"]],
    ["flatten", {}, [[null, 3]], "unknown-size", ["globalAveragePooling1d"]],
    ["reshape", { targetShape: [5] }, [[6]], "size", ["targetShape = [6]"]],
    ["reshape", { targetShape: [4, -1] }, [[6]], "size", ["targetShape = [6]"]],
    ["reshape", { targetShape: [-1, -1] }, [[6]], "parameter", []],
    ["reshape", { targetShape: [0] }, [[6]], "parameter", []],
    ["permute", { dims: [1, 1] }, [[2, 3]], "parameter", ["dims = [2,1]"]],
    ["repeatVector", {}, [[2, 3]], "rank", ["flatten"]],
    ["softmax", { axis: 3 }, [[2, 3]], "parameter", ["axis = -1"]],
    ["softmax", {}, [[2, 3], [3]], "merge", []],
    ["batchNormalization", { axis: 3 }, [[2, 3]], "parameter", ["axis = -1"]],
    ["batchNormalization", { axis: 1 }, [[null, 3]], "unknown-size", []],
    ["batchNormalization", {}, [[1, 2, 2, 2, 2, 3]], "rank", []],
    ["einsumDense", { equation: "abc" }, [[2, 3]], "parameter", []],
    ["einsumDense", { equation: "ab,bc->ac", outputShape: [4] }, [[2, 3]], "parameter", []],
    ["einsumDense", { outputShape: [3, 4] }, [[2, 3]], "parameter", []],
    ["einsumDense", { outputShape: [null, null] }, [[2, 3]], "parameter", []],
    ["einsumDense", { biasAxes: "x" }, [[2, 3]], "parameter", []],
    ["einsumDense", {}, [[2, null]], "unknown-size", []],
    ["positionEmbedding", { sequenceLength: 4 }, [[6, 3]], "size", ["sequenceLength = 6"]],
    ["groupNormalization", { groups: 4 }, [[4, 4, 6]], "parameter", ["groups = 3"]],
    ["groupNormalization", {}, [[4, 4, 6]], "parameter", ["groups = 6"]],
    ["rmsNormalization", { axis: [1, 1] }, [[4]], "parameter", ["axis = [-1]"]],
    ["unitNormalization", { axis: [0] }, [[4]], "parameter", ["axis = [-1]"]],
    [
      "attention",
      {},
      [
        [4, 3],
        [5, 2],
      ],
      "merge",
      ["dense"],
    ],
    [
      "attention",
      {},
      [
        [4, 3],
        [5, 3],
        [6, 3],
      ],
      "merge",
      [],
    ],
    ["additiveAttention", {}, [[12], [5, 3]], "rank", ["reshape"]],
    [
      "multiHeadAttention",
      {},
      [
        [4, 3],
        [2, 4, 3],
      ],
      "merge",
      [],
    ],
    [
      "multiHeadAttention",
      {},
      [
        [4, 3],
        [5, null],
      ],
      "unknown-size",
      [],
    ],
    [
      "multiHeadAttention",
      {},
      [
        [4, 3],
        [5, 3],
        [6, 3],
      ],
      "merge",
      [],
    ],
    [
      "multiHeadAttention",
      {},
      [
        [4, 3],
        [5, 3],
        [5, 3],
        [5, 4],
      ],
      "merge",
      [],
    ],
    [
      "multiHeadAttention",
      { attentionAxes: [2] },
      [
        [4, 3],
        [5, 3],
      ],
      "parameter",
      ["attentionAxes = []"],
    ],
    [
      "multiHeadAttention",
      { attentionAxes: [1] },
      [
        [4, 3, 2],
        [4, 5, 2],
      ],
      "merge",
      [],
    ],
    [
      "multiHeadAttention",
      { useCausalMask: true },
      [
        [4, 3, 2],
        [4, 3, 2],
      ],
      "parameter",
      ["useCausalMask = false"],
    ],
    ["layerNormalization", { axis: [0] }, [[3]], "parameter", ["axis = [-1]"]],
    ["prelu", {}, [[null, 3]], "unknown-size", ["sharedAxes = [1]"]],
    ["conv3d", {}, [[4, 4, 4]], "rank", ["reshape"]],
    ["conv3d", {}, [[4, 4, 2, 1]], "size", ['padding = "same"', "kernelSize = [3,3,2]"]],
    ["conv2d", { groups: 4, filters: 6 }, [[8, 8, 4]], "parameter", ["groups = 2"]],
    ["cropping2d", { cropping: [3, 3, 0, 0] }, [[6, 6, 1]], "size", ["cropping = [2,3,0,0]"]],
    ["cropping1d", { cropping: [0, 9] }, [[4, 1]], "size", ["cropping = [0,3]"]],
    [
      "conv2dTranspose",
      { strides: [2, 3], outputPadding: [1, 3] },
      [[4, 4, 1]],
      "parameter",
      ["outputPadding = null", "outputPadding = [1,2]"],
    ],
    [
      "resizing",
      { cropToAspectRatio: true, padToAspectRatio: true },
      [[4, 4, 1]],
      "parameter",
      ["padToAspectRatio = false"],
    ],
    ["centerCrop", { height: 9, width: 4 }, [[8, 8, 1]], "size", ["height = 8", "resizing"]],
    ["centerCrop", { height: 9, width: 9 }, [[8, 8, 1]], "size", ["resizing"]],
    ["categoryEncoding", {}, [[4]], "dtype", []],
    ["normalization", { axis: [3] }, [[4, 2]], "parameter", ["axis = [-1]"]],
    ["normalization", { axis: [1] }, [[null, 2]], "parameter", ["axis = [-1]"]],
    ["normalization", { mean: "1, 2" }, [[4, 2]], "parameter", ['variance = "1"']],
    ["normalization", { mean: "1, 2, 3", variance: "1" }, [[4, 2]], "parameter", []],
    ["normalization", { mean: "one", variance: "1" }, [[4, 2]], "parameter", []],
    ["normalization", { mean: "0", variance: "-1" }, [[4, 2]], "parameter", []],
    ["localResponseNormalization", {}, [[4, 2]], "rank", ["reshape"]],
    ["dropout", { noiseShape: [null, 1] }, [[2, 3]], "parameter", []],
    ["spatialDropout1d", {}, [[3]], "rank", []],
    ["add", {}, [[3], [4]], "merge", []],
    ["subtract", {}, [[2, 3], [2]], "merge", []],
    [
      "concatenate",
      {},
      [
        [2, 3],
        [3, 3],
      ],
      "merge",
      [],
    ],
    ["concatenate", {}, [[3], [2, 3]], "merge", []],
    ["concatenate", { axis: 3 }, [[3], [3]], "parameter", ["axis = -1"]],
    ["dot", {}, [[3], [4]], "merge", []],
    ["dot", {}, [[1, 2, 2, 2, 2], [2]], "rank", ["flatten"]],
  ])("%s %j on %j: %s", (type, params, inputs, code, repairs) => {
    const output = infer(type, params, shapes(inputs));
    expect(output.ok ? "fits" : output.error.code).toBe(code);
    if (output.ok) return;
    expect(output.error.needs.length).toBeGreaterThan(10);
    const hints = (output.error.hints ?? []).map((hint) =>
      hint.kind === "insert" ? hint.type : `${hint.param} = ${JSON.stringify(hint.value)}`,
    );
    expect(hints).toEqual(repairs);
    for (const hint of output.error.hints ?? [])
      if (hint.kind === "insert") expect(findLayer(hint.type), hint.type).not.toBeNull();
  });

  test("numbers of words must go through an Embedding before they are computed with", () => {
    const words = shapeOf([axis("time", 8)], "int32");
    for (const type of ["relu", "batchNormalization", "dropout", "softmax"]) {
      const output = infer(type, {}, [words]);
      expect(output.ok ? "fits" : output.error.code, type).toBe("dtype");
      if (!output.ok) expect(output.error.hints).toEqual([{ kind: "insert", type: "embedding" }]);
    }
  });
});
