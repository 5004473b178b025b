/**
 * Sampling in training: one dispatch for the samples, one for the divergence, one back for both inputs, which draws the
 * noise anew. Kingma & Welling 2014, Auto-Encoding Variational Bayes.
 */
import * as tf from "@tensorflow/tfjs";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { Sampling } from "../layers/sampling.ts";
import { stepLayout, stepTensor } from "../step/stepNumbers.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import {
  countAll,
  dispatchFused,
  needInput,
  registerFused,
  runFusedKernel,
  shareGradients,
  writeElementwise,
  writeLiteral,
} from "./kernels.ts";
import { isNumbered, randomWgsl, takeStream } from "./random.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

/** WGSL: the noise of a value, as `disturb` draws it. */
const drawNoise = `let key = randomKey(words[${stepLayout.seed}], words[${stepLayout.step}], uniforms.stream);
  let one = randomUnit(randomBits(key, 2u * index));
  let two = randomUnit(randomBits(key, 2u * index + 1u));
  let noise = randomNormal(one, two);
  let spread = exp(0.5 * f32(logVariance[index]));`;

/** → [mean + exp(logVariance / 2) · noise, and where `factor` is not 0 factor · Σ (mean² + exp(l) − l − 1)]. */
registerFused({
  name: "NetloomSample",
  compute(backend, inputs, attrs) {
    const mean = needInput(inputs, "mean");
    const logVariance = needInput(inputs, "logVariance");
    const count = countAll(mean.shape);
    const samples = makeOutput(backend, mean.shape);
    dispatchFused(backend, {
      key: "sample",
      bindings: [
        { name: "mean", tensor: mean, access: "read" },
        { name: "logVariance", tensor: logVariance, access: "read" },
        { name: "words", tensor: stepTensor(backend), access: "read", element: "u32" },
        { name: "result", tensor: samples, access: "read_write" },
      ],
      uniforms: { count, stream: Number(attrs["stream"]) },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl:
        randomWgsl +
        writeElementwise(
          "uniforms.count",
          `${drawNoise}
  result[index] = f32(mean[index]) + spread * noise;`,
        ),
    });
    const factor = Number(attrs["factor"]);
    if (factor === 0) return [samples];
    const divergence = makeOutput(backend, []);
    const form = chooseRowForm(backend, 1, count);
    dispatchFused(backend, {
      key: `divergence_${form.key}_${factor}`,
      bindings: [
        { name: "mean", tensor: mean, access: "read" },
        { name: "logVariance", tensor: logVariance, access: "read" },
        { name: "result", tensor: divergence, access: "read_write" },
      ],
      uniforms: { rows: 1, values: count },
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.rows",
        `var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) {
    let m = f32(mean[i]);
    let l = f32(logVariance[i]);
    sum += m * m + exp(l) - l - 1.0;
  }
  let all = addLanes(sum, lane);
  if (lane == 0u) { result[row] = all * ${writeLiteral(factor)}; }`,
      ),
    });
    return [samples, divergence];
  },
  gradient: {
    inputsToSave: ["mean", "logVariance"],
    compute([dy, toDivergence], [mean, logVariance], attrs) {
      if (!dy || !mean || !logVariance) throw new Error("NetloomSample lacks a tensor.");
      const inputs = { dy, toDivergence: toDivergence ?? null, mean, logVariance };
      const gradients = shareGradients(() => runFusedKernel("NetloomSampleBack", inputs, attrs));
      return { mean: () => gradients(0), logVariance: () => gradients(1) };
    },
  },
});

registerFused({
  name: "NetloomSampleBack",
  compute(backend, inputs, attrs) {
    const { toDivergence } = inputs;
    const mean = needInput(inputs, "mean");
    const count = countAll(mean.shape);
    const toMean = makeOutput(backend, mean.shape);
    const toLogVariance = makeOutput(backend, mean.shape);
    const factor = writeLiteral(Number(attrs["factor"]));
    const names = ["dy", "mean", "logVariance"] as const;
    const share = toDivergence ? `f32(toDivergence[0]) * ${factor}` : "0.0";
    dispatchFused(backend, {
      key: `sampleBack_${toDivergence !== undefined}_${factor}`,
      bindings: [
        ...names.map(
          (name) => ({ name, tensor: needInput(inputs, name), access: "read" }) as const,
        ),
        ...(toDivergence
          ? [{ name: "toDivergence", tensor: toDivergence, access: "read" } as const]
          : []),
        { name: "words", tensor: stepTensor(backend), access: "read", element: "u32" },
        { name: "toMean", tensor: toMean, access: "read_write" },
        { name: "toLogVariance", tensor: toLogVariance, access: "read_write" },
      ],
      uniforms: { count, stream: Number(attrs["stream"]) },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl:
        randomWgsl +
        writeElementwise(
          "uniforms.count",
          `${drawNoise}
  let share = ${share};
  let error = f32(dy[index]);
  toMean[index] = error + share * 2.0 * f32(mean[index]);
  toLogVariance[index] = error * 0.5 * spread * noise + share * (spread * spread - 1.0);`,
        ),
    });
    return [toMean, toLogVariance];
  },
  gradient: null,
});

/** In training of a run; otherwise the layer's own few operations. */
export const fusedSampling: FusedLayer = ({ layer, inputs, training }) => {
  const [mean, logVariance] = inputs;
  if (!(layer instanceof Sampling) || !training || !isNumbered(layer)) return null;
  if (mean === undefined || logVariance === undefined || mean.size === 0) return null;
  if (!tf.util.arraysEqual(mean.shape, logVariance.shape)) return null;
  const factor = (0.5 * layer.klWeight) / (mean.shape[0] ?? 1);
  const attrs = { stream: takeStream(layer), factor };
  const [samples, divergence] = runFusedKernel("NetloomSample", { mean, logVariance }, attrs);
  if (divergence !== undefined) layer.addPenalty(divergence.asScalar());
  return samples ?? null;
};
