/**
 * Batch normalization in two dispatches forward (statistics with the moving averages; the values) and two back, along
 * any axis. Ioffe & Szegedy 2015. x is seen as [outer, channels, inner].
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import "./activationKernels.ts";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { leavesNoTraces } from "../observe/withoutTraces.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import {
  countAll,
  dispatchFused,
  type Inputs,
  needInput,
  only,
  registerFused,
  runFusedKernel,
  runOne,
  shareGradients,
  writeElementwise,
  writeLiteral,
} from "./kernels.ts";
import { readNumber, readWeight } from "./layerFields.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

/** Where channel `row`'s value number `i` lies. */
const at =
  "(i / uniforms.inner) * uniforms.channels * uniforms.inner + row * uniforms.inner + i % uniforms.inner";

function measure(x: tf.TensorInfo, axis: number) {
  const channels = x.shape[axis] ?? 1;
  const inner = countAll(x.shape.slice(axis + 1));
  return { channels, inner, values: countAll(x.shape) / channels };
}

function readAxis(attrs: Readonly<Record<string, unknown>>): number {
  return Number(attrs["axis"]);
}

/** → [y, mean, 1 / √(variance + epsilon)]; moves the moving averages in their own buffers. */
registerFused({
  name: "NetloomBatchNormalize",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const { channels, inner, values } = measure(x, readAxis(attrs));
    const mean = makeOutput(backend, [channels]);
    const scale = makeOutput(backend, [channels]);
    const form = chooseRowForm(backend, channels, values);
    const share = writeLiteral(1 - Number(attrs["momentum"]));
    const epsilon = writeLiteral(Number(attrs["epsilon"]));
    dispatchFused(backend, {
      key: `batchStatistics_${form.key}_${share}_${epsilon}`,
      bindings: [
        { name: "x", tensor: x, access: "read" },
        { name: "means", tensor: mean, access: "read_write" },
        { name: "scales", tensor: scale, access: "read_write" },
        { name: "movingMean", tensor: needInput(inputs, "movingMean"), access: "read_write" },
        {
          name: "movingVariance",
          tensor: needInput(inputs, "movingVariance"),
          access: "read_write",
        },
      ],
      uniforms: { channels, inner, values },
      workgroups: form.workgroups,
      // Differences from the first value keep the digits of a variance that is small beside the mean.
      wgsl: writeRowProgram(
        form,
        "uniforms.channels",
        `let origin = f32(x[row * uniforms.inner]);
  var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) { sum += f32(x[${at}]) - origin; }
  let offset = addLanes(sum, lane) / f32(uniforms.values);
  var squares = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) {
    let difference = f32(x[${at}]) - origin - offset;
    squares += difference * difference;
  }
  let variance = addLanes(squares, lane) / f32(uniforms.values);
  if (lane == 0u) {
    means[row] = origin + offset;
    scales[row] = 1.0 / sqrt(variance + ${epsilon});
    movingMean[row] += (origin + offset - movingMean[row]) * ${share};
    movingVariance[row] += (variance - movingVariance[row]) * ${share};
  }`,
      ),
    });
    return [normalize(backend, inputs, { mean, scale, channels, inner }), mean, scale];
  },
  gradient: {
    inputsToSave: ["x"],
    outputsToSave: [false, true, true],
    compute([dy], [x, mean, scale], attrs) {
      if (!dy || !x || !mean || !scale) throw new Error("NetloomBatchNormalize lacks a tensor.");
      const given: unknown = attrs["gamma"];
      const gamma = given instanceof tf.Tensor ? given : null;
      const sums = shareGradients(() =>
        runFusedKernel("NetloomBatchSums", { dy, x, mean, scale }, attrs),
      );
      return {
        x: () =>
          runOne(
            "NetloomBatchBack",
            { dy, x, mean, scale, gamma, toBeta: sums(0), toGamma: sums(1) },
            attrs,
          ),
        beta: () => sums(0),
        gamma: () => sums(1),
        movingMean: () => tf.zerosLike(mean),
        movingVariance: () => tf.zerosLike(mean),
      };
    },
  },
});

function normalize(
  backend: WebGPUBackend,
  inputs: Inputs,
  by: {
    readonly mean: tf.TensorInfo;
    readonly scale: tf.TensorInfo;
    readonly channels: number;
    readonly inner: number;
  },
): tf.TensorInfo {
  const x = needInput(inputs, "x");
  const { gamma, beta } = inputs;
  const output = makeOutput(backend, x.shape);
  const count = countAll(x.shape);
  dispatchFused(backend, {
    key: `batchNormalize_${gamma !== undefined}_${beta !== undefined}`,
    bindings: [
      { name: "x", tensor: x, access: "read" },
      { name: "means", tensor: by.mean, access: "read" },
      { name: "scales", tensor: by.scale, access: "read" },
      ...(gamma ? [{ name: "gamma", tensor: gamma, access: "read" } as const] : []),
      ...(beta ? [{ name: "beta", tensor: beta, access: "read" } as const] : []),
      { name: "result", tensor: output, access: "read_write" },
    ],
    uniforms: { count, channels: by.channels, inner: by.inner },
    workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
    wgsl: writeElementwise(
      "uniforms.count",
      `let channel = (index / uniforms.inner) % uniforms.channels;
  let normal = (f32(x[index]) - means[channel]) * scales[channel];
  result[index] = normal${gamma ? " * gamma[channel]" : ""}${beta ? " + beta[channel]" : ""};`,
    ),
  });
  return output;
}

/** [Σ dy, Σ dy · normal] of each channel: the gradients of beta and gamma. */
registerFused({
  name: "NetloomBatchSums",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const { channels, inner, values } = measure(x, readAxis(attrs));
    const toBeta = makeOutput(backend, [channels]);
    const toGamma = makeOutput(backend, [channels]);
    const form = chooseRowForm(backend, channels, values);
    dispatchFused(backend, {
      key: `batchSums_${form.key}`,
      bindings: [
        { name: "dy", tensor: needInput(inputs, "dy"), access: "read" },
        { name: "x", tensor: x, access: "read" },
        { name: "means", tensor: needInput(inputs, "mean"), access: "read" },
        { name: "scales", tensor: needInput(inputs, "scale"), access: "read" },
        { name: "toBeta", tensor: toBeta, access: "read_write" },
        { name: "toGamma", tensor: toGamma, access: "read_write" },
      ],
      uniforms: { channels, inner, values },
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.channels",
        `var sum = 0.0;
  var product = 0.0;
  let mean = means[row];
  for (var i = lane; i < uniforms.values; i += lanes) {
    let at = ${at};
    let error = f32(dy[at]);
    sum += error;
    product += error * (f32(x[at]) - mean);
  }
  sum = addLanes(sum, lane);
  product = addLanes(product, lane) * scales[row];
  if (lane == 0u) {
    toBeta[row] = sum;
    toGamma[row] = product;
  }`,
      ),
    });
    return [toBeta, toGamma];
  },
  gradient: null,
});

registerFused({
  name: "NetloomBatchBack",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const { channels, inner, values } = measure(x, readAxis(attrs));
    const { gamma } = inputs;
    const output = makeOutput(backend, x.shape);
    const count = countAll(x.shape);
    const names = ["dy", "x", "mean", "scale", "toBeta", "toGamma"] as const;
    dispatchFused(backend, {
      key: `batchBack_${gamma !== undefined}`,
      bindings: [
        ...names.map(
          (name) => ({ name, tensor: needInput(inputs, name), access: "read" }) as const,
        ),
        ...(gamma ? [{ name: "gamma", tensor: gamma, access: "read" } as const] : []),
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { count, channels, inner, values },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl: writeElementwise(
        "uniforms.count",
        `let channel = (index / uniforms.inner) % uniforms.channels;
  let normal = (f32(x[index]) - mean[channel]) * scale[channel];
  let error = f32(dy[index]) - (toBeta[channel] + normal * toGamma[channel]) / f32(uniforms.values);
  result[index] = error * scale[channel]${gamma ? " * gamma[channel]" : ""};`,
      ),
    });
    return output;
  },
  gradient: null,
});

/**
 * The tensor of a moving average, in a buffer that no other tensor shares: it is changed in place, and a snapshot or the
 * tensor that it was set from must not follow.
 */
function ownBuffer(layer: tf.layers.Layer, name: string): tf.Tensor | null {
  const average = readWeight(layer, name);
  const backend = tf.backend();
  if (average === null || !(backend instanceof WebGPUBackend)) return null;
  const { refCount }: { refCount: number } = backend.tensorMap.get(average.dataId);
  if (refCount > 1 && average instanceof tf.Variable) {
    const copy = runOne("NetloomActivation", { x: average }, { activation: "linear" });
    average.assign(copy);
    copy.dispose();
  }
  return average;
}

/** tfjs's class and ours, in training and not frozen; otherwise the layer's own few operations. */
export const fusedBatchNormalization: FusedLayer = ({ layer, inputs, training }) => {
  const [x] = inputs;
  if (x === undefined || x.size === 0) return null;
  // tfjs's own class takes the batch's statistics even when it is frozen.
  const isOwn = layer.getClassName().startsWith("netloom>");
  // A look inside must not move the averages, as the kernel does.
  if (!training || leavesNoTraces() || (isOwn && !layer.trainable)) return null;
  const movingMean = ownBuffer(layer, "movingMean");
  const movingVariance = ownBuffer(layer, "movingVariance");
  if (movingMean === null || movingVariance === null) return null;
  const given = readNumber(layer, "axis") ?? -1;
  const axis = given < 0 ? given + x.rank : given;
  const gamma = readWeight(layer, "gamma");
  const beta = readWeight(layer, "beta");
  const momentum = readNumber(layer, "momentum") ?? 0.99;
  const epsilon = readNumber(layer, "epsilon") ?? 1e-3;
  // The statistics beside it go with the tidy.
  return tf.tidy(() =>
    only(
      runFusedKernel(
        "NetloomBatchNormalize",
        { x, gamma, beta, movingMean, movingVariance },
        { axis, momentum, epsilon, gamma },
      ),
      layer.name,
    ),
  );
};
