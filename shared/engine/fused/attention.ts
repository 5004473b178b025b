/**
 * MultiHeadAttention over one axis of steps: projections as Dense has them, products without transposing, and scale, mask
 * and softmax in one dispatch each way. Vaswani et al. 2017, Attention Is All You Need.
 */
import * as tf from "@tensorflow/tfjs";
import { makeOutput } from "../gpu/dispatch.ts";
import { MultiHeadAttention } from "../layers/multiHeadAttention.ts";
import { runConvolution } from "./convolutionKernels.ts";
import { matrixSizes } from "./convolutionSizes.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import "./headProducts.ts";
import {
  countAll,
  dispatchFused,
  needInput,
  registerFused,
  runOne,
  writeLiteral,
} from "./kernels.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

/**
 * softmax(factor · scores + (mask − 1) · 1e9) over the last axis; times the mask where `isStrict`. The mask holds 0 and 1,
 * each of its axes as long as that of the scores, or 1.
 */
registerFused({
  name: "NetloomAttend",
  compute(backend, inputs, attrs) {
    const scores = needInput(inputs, "scores");
    const { mask } = inputs;
    const values = scores.shape.at(-1) ?? 1;
    const rows = countAll(scores.shape) / values;
    const output = makeOutput(backend, scores.shape);
    const form = chooseRowForm(backend, rows, values);
    const place = mask ? writeMaskPlace(scores.shape, mask.shape) : "";
    const isStrict = mask !== undefined && attrs["isStrict"] === true;
    const shifted = `f32(scores[start + i]) * ${writeLiteral(Number(attrs["factor"]))}${mask ? ` + (f32(mask[${place}]) - 1.0) * 1e9` : ""}`;
    dispatchFused(backend, {
      key: `attend_${form.key}_${Number(attrs["factor"])}_${place}_${isStrict}`,
      bindings: [
        { name: "scores", tensor: scores, access: "read" },
        ...(mask ? [{ name: "mask", tensor: mask, access: "read" } as const] : []),
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { rows, values },
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.rows",
        `let start = row * uniforms.values;
  var most = -3.4e38;
  for (var i = lane; i < uniforms.values; i += lanes) { most = max(most, ${shifted}); }
  most = maxLanes(most, lane);
  var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) { sum += exp(${shifted} - most); }
  sum = addLanes(sum, lane);
  for (var i = lane; i < uniforms.values; i += lanes) {
    result[start + i] = exp(${shifted} - most) / sum${isStrict ? ` * f32(mask[${place}])` : ""};
  }`,
      ),
    });
    return output;
  },
  gradient: {
    inputsToSave: [],
    outputsToSave: [true],
    compute: ([dy], [weights], attrs) => ({
      scores: () =>
        runOne("NetloomAttendBack", { dy: dy ?? null, weights: weights ?? null }, attrs),
      // It is made of numbers that nobody trains.
      mask: () => tf.fill(readShape(attrs["maskShape"]), 0),
    }),
  },
});

function readShape(value: unknown): number[] {
  const sizes: readonly unknown[] = Array.isArray(value) ? value : [];
  return sizes.map(Number);
}

/** WGSL: where the mask's number for value `i` of row `row` lies. */
function writeMaskPlace(shape: readonly number[], maskShape: readonly number[]): string {
  const terms: string[] = [];
  let step = 1;
  let maskStep = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    const isLast = axis === shape.length - 1;
    if ((maskShape[axis] ?? 1) > 1) {
      terms.push(isLast ? "i" : `((row / ${step}u) % ${size}u) * ${maskStep}u`);
      maskStep *= size;
    }
    if (!isLast) step *= size;
  }
  return terms.length === 0 ? "0u" : terms.join(" + ");
}

/** weights · (dy − Σ weights · dy) · factor: right for a strict mask, too, whose places have no weight. */
registerFused({
  name: "NetloomAttendBack",
  compute(backend, inputs, attrs) {
    const weights = needInput(inputs, "weights");
    const values = weights.shape.at(-1) ?? 1;
    const rows = countAll(weights.shape) / values;
    const output = makeOutput(backend, weights.shape);
    const form = chooseRowForm(backend, rows, values);
    const factor = Number(attrs["factor"]);
    dispatchFused(backend, {
      key: `attendBack_${form.key}_${factor}`,
      bindings: [
        { name: "dy", tensor: needInput(inputs, "dy"), access: "read" },
        { name: "weights", tensor: weights, access: "read" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { rows, values },
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.rows",
        `let start = row * uniforms.values;
  var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) { sum += f32(weights[start + i]) * f32(dy[start + i]); }
  sum = addLanes(sum, lane);
  for (var i = lane; i < uniforms.values; i += lanes) {
    result[start + i] = f32(weights[start + i]) * (f32(dy[start + i]) - sum) * ${writeLiteral(factor)};
  }`,
      ),
    });
    return output;
  },
  gradient: null,
});

/** Over one axis of steps, without a gate and a penalty on what the projections give; else the layer's own operations. */
export const fusedMultiHeadAttention: FusedLayer = ({ layer, inputs, training }) => {
  if (!(layer instanceof MultiHeadAttention) || inputs.some(({ size }) => size === 0)) return null;
  const [first] = inputs;
  const { numHeads, keyDim, valueDim = keyDim, dropout = 0, useGate, ...args } = layer.args;
  const hasPenalty = (Reflect.get(layer.reader, "activityRegularizer") ?? null) !== null;
  if (first?.rank !== 3 || useGate === true || hasPenalty) return null;
  if (layer.attended(3).join() !== "1") return null;
  const run = () => {
    const { tensors, masks } = layer.splitMasks([...inputs]);
    const [query, value, key = value, attentionMask] = tensors;
    if (!query || !value || !key) throw new Error(`${layer.name}: no query or no value.`);
    const split = (name: string, x: tf.Tensor, size: number) =>
      project(layer, name, { x, shape: [...x.shape.slice(0, -1), numHeads, size] });
    const [q, k] = [split("query", query, keyDim), split("key", key, keyDim)];
    const v = split("value", value, valueDim);
    const scores = runOne("NetloomHeadScores", { left: q, right: k }, {});
    const mask = layer.combineMasks(scores.shape, masks, attentionMask);
    const isStrict = dropout !== 0 || args.returnAttentionScores === true;
    const attrs = { factor: keyDim ** -0.5, isStrict, maskShape: mask?.shape ?? [] };
    const weights = runOne("NetloomAttend", { scores, mask }, attrs);
    const kept = dropout > 0 && training ? layer.dropoutFunc(weights, dropout) : weights;
    const mixed = runOne("NetloomHeadMix", { left: kept, right: v }, {});
    const rows = tf.reshape(mixed, [...query.shape.slice(0, -1), numHeads * valueDim]);
    const features = layer.outputFeatures(query.shape.at(-1) ?? 1);
    const shape = [...query.shape.slice(0, -1), ...features];
    const output = project(layer, "attention_output", { x: rows, shape });
    return args.returnAttentionScores === true ? [output, weights] : [output];
  };
  return tf.tidy(run);
};

function project(
  layer: MultiHeadAttention,
  name: string,
  { x, shape }: { readonly x: tf.Tensor; readonly shape: readonly number[] },
): tf.Tensor {
  const kernel = layer.parts.get(`${name}/kernel`)?.read();
  if (kernel === undefined) throw new Error(`${layer.name} has no ${name} yet.`);
  const bias = layer.parts.get(`${name}/bias`)?.read();
  const size = x.shape.at(-1) ?? 1;
  const width = kernel.size / size;
  return runConvolution(
    {
      x,
      filter: tf.reshape(kernel, [size, width]),
      bias: bias === undefined ? null : tf.reshape(bias, [width]),
    },
    { sizes: matrixSizes(x.size / size, size, width), shape, activation: "linear" },
  );
}
