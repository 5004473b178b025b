/** Convolutions, transposed ones and Dense as kernels with gradients. */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeOutput } from "../gpu/dispatch.ts";
import { slopeOf } from "./activationKernels.ts";
import { convolve, convolveBack } from "./convolutionPrograms.ts";
import type { ConvolutionSizes } from "./convolutionSizes.ts";
import { convolveFilter } from "./filterPrograms.ts";
import {
  type Attributes,
  countAll,
  dispatchFused,
  type Inputs,
  needInput,
  registerFused,
  runFusedKernel,
  runOne,
  shareGradients,
} from "./kernels.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

export interface ConvolutionAttributes {
  readonly sizes: ConvolutionSizes;
  /** Of what comes out. */
  readonly shape: readonly number[];
  /** One whose slope the output tells. */
  readonly activation: string;
}

function readAttributes(attrs: Attributes): ConvolutionAttributes {
  // Only the functions below make these, from this very type.
  return attrs as unknown as ConvolutionAttributes;
}

function finishOf(inputs: Inputs, attrs: Attributes) {
  const { activation, shape } = readAttributes(attrs);
  return { bias: inputs["bias"] ?? null, activation, shape };
}

/** x, filter, bias → activation(x ∗ filter + bias). */
export function runConvolution(
  inputs: { readonly x: tf.Tensor; readonly filter: tf.Tensor; readonly bias: tf.Tensor | null },
  attrs: ConvolutionAttributes,
): tf.Tensor {
  return runOne("NetloomConvolve", { ...inputs }, attrs);
}

/** The same for a transposed convolution; `sizes` are those of the convolution that leads back. */
export function runTransposed(
  inputs: { readonly x: tf.Tensor; readonly filter: tf.Tensor; readonly bias: tf.Tensor | null },
  attrs: ConvolutionAttributes,
): tf.Tensor {
  return runOne("NetloomConvolveBack", { ...inputs }, attrs);
}

registerFused({
  name: "NetloomConvolve",
  compute: (backend, inputs, attrs) =>
    convolve(
      backend,
      needInput(inputs, "x"),
      needInput(inputs, "filter"),
      readAttributes(attrs).sizes,
      finishOf(inputs, attrs),
    ),
  gradient: {
    inputsToSave: ["x", "filter"],
    outputsToSave: [true],
    compute([dy], [x, filter, y], attrs) {
      const { sizes, activation } = readAttributes(attrs);
      if (!dy || !x || !filter || !y) throw new Error("NetloomConvolve lacks a tensor.");
      const slope = shareGradients(() => [slopeOf(activation, dy, y)]);
      const plain = { sizes, activation: "linear" };
      const weights = shareGradients(() =>
        runFusedKernel(
          "NetloomConvolveFilter",
          { x, dy: slope(0) },
          { ...plain, shape: filter.shape, withBias: true },
        ),
      );
      return {
        x: () =>
          runOne("NetloomConvolveBack", { x: slope(0), filter }, { ...plain, shape: x.shape }),
        filter: () => weights(0),
        bias: () => weights(1),
      };
    },
  },
});

registerFused({
  name: "NetloomConvolveBack",
  compute: (backend, inputs, attrs) =>
    convolveBack(
      backend,
      needInput(inputs, "x"),
      needInput(inputs, "filter"),
      readAttributes(attrs).sizes,
      finishOf(inputs, attrs),
    ),
  gradient: {
    inputsToSave: ["x", "filter"],
    outputsToSave: [true],
    compute([dy], [x, filter, y], attrs) {
      const { sizes, activation } = readAttributes(attrs);
      if (!dy || !x || !filter || !y) throw new Error("NetloomConvolveBack lacks a tensor.");
      const slope = shareGradients(() => [slopeOf(activation, dy, y)]);
      const plain = { sizes, activation: "linear" };
      return {
        x: () => runOne("NetloomConvolve", { x: slope(0), filter }, { ...plain, shape: x.shape }),
        filter: () =>
          runOne(
            "NetloomConvolveFilter",
            { x: slope(0), dy: x },
            { ...plain, shape: filter.shape, withBias: false },
          ),
        bias: () => runOne("NetloomColumnSum", { x: slope(0) }, {}),
      };
    },
  },
});

registerFused({
  name: "NetloomConvolveFilter",
  compute(backend, inputs, attrs) {
    const { sizes, shape } = readAttributes(attrs);
    const { filter, bias } = convolveFilter(
      backend,
      needInput(inputs, "x"),
      needInput(inputs, "dy"),
      sizes,
      { shape, withBias: attrs["withBias"] === true },
    );
    return bias === null ? filter : [filter, bias];
  },
  gradient: null,
});

/** [..., columns] → [columns]. */
registerFused({
  name: "NetloomColumnSum",
  compute(backend, inputs) {
    return sumColumns(backend, needInput(inputs, "x"));
  },
  gradient: null,
});

function sumColumns(backend: WebGPUBackend, x: tf.TensorInfo): tf.TensorInfo {
  const columns = x.shape.at(-1) ?? 1;
  const values = countAll(x.shape) / columns;
  const output = makeOutput(backend, [columns]);
  const form = chooseRowForm(backend, columns, values);
  dispatchFused(backend, {
    key: `columnSum_${form.key}`,
    bindings: [
      { name: "x", tensor: x, access: "read" },
      { name: "result", tensor: output, access: "read_write" },
    ],
    uniforms: { columns, values },
    workgroups: form.workgroups,
    wgsl: writeRowProgram(
      form,
      "uniforms.columns",
      `var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) { sum += f32(x[i * uniforms.columns + row]); }
  sum = addLanes(sum, lane);
  if (lane == 0u) { result[row] = sum; }`,
    ),
  });
  return output;
}
