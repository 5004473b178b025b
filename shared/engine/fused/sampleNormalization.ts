/**
 * Layer, group and RMS normalization: one dispatch forward, one back to the input, one for the sums of gamma and beta,
 * instead of some forty. tfjs's own LayerNormalization tiles mean, variance and weights, and the gradient of a tile is a
 * slice and an addition for each repetition: two dispatches for every row (tfjs-layers src/layers/normalization.ts,
 * tfjs-core src/gradients/Tile_grad.ts). Ba et al. 2016; Wu & He 2018; Zhang & Sennrich 2019.
 */
import * as tf from "@tensorflow/tfjs";
import { type GpuBinding, makeOutput } from "../gpu/dispatch.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import {
  type Attributes,
  countAll,
  dispatchFused,
  needInput,
  only,
  registerFused,
  runFusedKernel,
  runOne,
  shareGradients,
  writeLiteral,
} from "./kernels.ts";
import { readList, readNumber, readWeight } from "./layerFields.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

/** How x is seen: [outer, before, groups · size, after]; one mean and variance for each of `outer` and group. */
interface Form {
  readonly outer: number;
  readonly before: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly size: number;
  readonly after: number;
}

interface NormalizeAttributes extends Form {
  readonly epsilon: number;
  /** Whether the mean is taken off. */
  readonly isCentered: boolean;
  readonly gamma: tf.Tensor | null;
}

function readAttributes(attrs: Attributes): NormalizeAttributes {
  // Only `normalize` below makes these.
  return attrs as unknown as NormalizeAttributes;
}

function measure({ outer, before, groups, size, after }: Form) {
  return {
    rows: outer * groups,
    /** Of a row. */
    values: before * size * after,
    before,
    groups,
    size,
    after,
  };
}

/** WGSL: where value `i` of row `row` lies, and its channel. */
const place = `let step = i / (uniforms.size * uniforms.after);
    let channel = (row % uniforms.groups) * uniforms.size + (i / uniforms.after) % uniforms.size;
    let at = (((row / uniforms.groups) * uniforms.before + step) * uniforms.groups * uniforms.size + channel)
      * uniforms.after + i % uniforms.after;`;

const eachValue = (body: string) =>
  `for (var i = lane; i < uniforms.values; i += lanes) {
    ${place}
    ${body}
  }`;

const optional = (name: string, tensor: tf.TensorInfo | undefined): readonly GpuBinding[] =>
  tensor ? [{ name, tensor, access: "read" }] : [];

/** → [y, mean (absent where none is taken off), 1 / √(variance + epsilon)], the latter one a row. */
registerFused({
  name: "NetloomSampleNormalize",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const { gamma, beta } = inputs;
    const { epsilon, isCentered, ...wanted } = readAttributes(attrs);
    const sizes = measure(wanted);
    const output = makeOutput(backend, x.shape);
    const mean = makeOutput(backend, [sizes.rows]);
    const scale = makeOutput(backend, [sizes.rows]);
    const form = chooseRowForm(backend, sizes.rows, sizes.values);
    // Differences from the first value keep the digits of a variance that is small beside the mean.
    const center = isCentered
      ? `var sum = 0.0;
  let first = (row / uniforms.groups) * uniforms.before * uniforms.groups * uniforms.size * uniforms.after
    + (row % uniforms.groups) * uniforms.size * uniforms.after;
  let origin = f32(x[first]);
  ${eachValue("sum += f32(x[at]) - origin;")}
  let offset = addLanes(sum, lane) / f32(uniforms.values);`
      : "let origin = 0.0;\n  let offset = 0.0;";
    dispatchFused(backend, {
      key: `sampleNormalize_${form.key}_${writeLiteral(epsilon)}_${isCentered}_${gamma !== undefined}_${beta !== undefined}`,
      bindings: [
        { name: "x", tensor: x, access: "read" },
        ...optional("gamma", gamma),
        ...optional("beta", beta),
        { name: "means", tensor: mean, access: "read_write" },
        { name: "scales", tensor: scale, access: "read_write" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: sizes,
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.rows",
        `${center}
  var squares = 0.0;
  ${eachValue(`let difference = f32(x[at]) - origin - offset;
    squares += difference * difference;`)}
  let variance = addLanes(squares, lane) / f32(uniforms.values);
  let factor = 1.0 / sqrt(variance + ${writeLiteral(epsilon)});
  if (lane == 0u) {
    means[row] = origin + offset;
    scales[row] = factor;
  }
  ${eachValue(`let normal = (f32(x[at]) - origin - offset) * factor;
    result[at] = normal${gamma ? " * gamma[channel]" : ""}${beta ? " + beta[channel]" : ""};`)}`,
      ),
    });
    return [output, mean, scale];
  },
  gradient: {
    inputsToSave: ["x"],
    outputsToSave: [false, true, true],
    compute([dy], [x, mean, scale], attrs) {
      if (!dy || !x || !mean || !scale) throw new Error("NetloomSampleNormalize lacks a tensor.");
      const { gamma } = readAttributes(attrs);
      const inputs = { dy, x, mean, scale };
      const sums = shareGradients(() => runFusedKernel("NetloomSampleSums", inputs, attrs));
      return {
        x: () => runOne("NetloomSampleBackward", { ...inputs, gamma }, attrs),
        beta: () => sums(0),
        gamma: () => sums(1),
      };
    },
  },
});

registerFused({
  name: "NetloomSampleBackward",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const { gamma } = inputs;
    const { isCentered, ...wanted } = readAttributes(attrs);
    const sizes = measure(wanted);
    const output = makeOutput(backend, x.shape);
    const form = chooseRowForm(backend, sizes.rows, sizes.values);
    const error = `let error = f32(dy[at])${gamma ? " * gamma[channel]" : ""};
    let normal = (f32(x[at]) - center) * factor;`;
    dispatchFused(backend, {
      key: `sampleBackward_${form.key}_${isCentered}_${gamma !== undefined}`,
      bindings: [
        { name: "dy", tensor: needInput(inputs, "dy"), access: "read" },
        { name: "x", tensor: x, access: "read" },
        { name: "means", tensor: needInput(inputs, "mean"), access: "read" },
        { name: "scales", tensor: needInput(inputs, "scale"), access: "read" },
        ...optional("gamma", gamma),
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: sizes,
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.rows",
        `let center = means[row];
  let factor = scales[row];
  var sum = 0.0;
  var product = 0.0;
  ${eachValue(`${error}
    ${isCentered ? "sum += error;" : ""}
    product += error * normal;`)}
  ${isCentered ? "sum = addLanes(sum, lane) / f32(uniforms.values);" : ""}
  product = addLanes(product, lane) / f32(uniforms.values);
  ${eachValue(`${error}
    result[at] = (error - sum - normal * product) * factor;`)}`,
      ),
    });
    return output;
  },
  gradient: null,
});

/** [Σ dy, Σ dy · normal] of each channel: the gradients of beta and gamma. */
registerFused({
  name: "NetloomSampleSums",
  compute(backend, inputs, attrs) {
    const { outer, before, groups, size, after } = readAttributes(attrs);
    const channels = groups * size;
    const values = outer * before * after;
    const toBeta = makeOutput(backend, [channels]);
    const toGamma = makeOutput(backend, [channels]);
    const form = chooseRowForm(backend, channels, values);
    dispatchFused(backend, {
      key: `sampleSums_${form.key}`,
      bindings: [
        { name: "dy", tensor: needInput(inputs, "dy"), access: "read" },
        { name: "x", tensor: needInput(inputs, "x"), access: "read" },
        { name: "means", tensor: needInput(inputs, "mean"), access: "read" },
        { name: "scales", tensor: needInput(inputs, "scale"), access: "read" },
        { name: "toBeta", tensor: toBeta, access: "read_write" },
        { name: "toGamma", tensor: toGamma, access: "read_write" },
      ],
      uniforms: { channels, values, before, groups, size, after },
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.channels",
        `var sum = 0.0;
  var product = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) {
    let line = i / uniforms.after;
    let at = (line * uniforms.channels + row) * uniforms.after + i % uniforms.after;
    let normalized = (line / uniforms.before) * uniforms.groups + row / uniforms.size;
    let error = f32(dy[at]);
    sum += error;
    product += error * (f32(x[at]) - means[normalized]) * scales[normalized];
  }
  sum = addLanes(sum, lane);
  product = addLanes(product, lane);
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

interface Normalization {
  readonly x: tf.Tensor;
  readonly gamma: tf.Tensor | null;
  readonly beta: tf.Tensor | null;
  readonly form: Form;
  readonly epsilon: number;
  readonly isCentered: boolean;
}

function normalize({ x, gamma, beta, form, epsilon, isCentered }: Normalization): tf.Tensor {
  // Weights of several axes are as long as a row.
  const flat = (weight: tf.Tensor | null) => (weight === null ? null : tf.reshape(weight, [-1]));
  // Mean and scale beside it go with the tidy.
  return tf.tidy(() => {
    const inputs = { x, gamma: flat(gamma), beta: flat(beta) };
    // The weight itself: the flat view of it goes with the tidy, before the gradient is asked for.
    const attrs = { ...form, epsilon, isCentered, gamma };
    return only(runFusedKernel("NetloomSampleNormalize", inputs, attrs), "Normalization");
  });
}

/** Rows of the last axes; null where others than the last are normalized together. */
function findRows(layer: tf.layers.Layer, x: tf.Tensor): Form | null {
  const found = readList(layer, "axes" in layer ? "axes" : "axis");
  const axes = found.map((axis) => (axis < 0 ? axis + x.rank : axis)).sort((a, b) => a - b);
  const [first = 0] = axes;
  if (first < 1 || axes.some((axis, index) => axis !== first + index)) return null;
  if (axes.length !== x.rank - first) return null;
  const size = countAll(x.shape.slice(first));
  return { outer: x.size / size, before: 1, groups: 1, size, after: 1 };
}

export const fusedLayerNormalization: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  if (x === undefined || x.size === 0) return null;
  const form = findRows(layer, x);
  if (form === null) return null;
  const [gamma, beta] = [readWeight(layer, "gamma"), readWeight(layer, "beta")];
  const epsilon = readNumber(layer, "epsilon") ?? 1e-3;
  return normalize({ x, gamma, beta, form, epsilon, isCentered: true });
};

export const fusedRmsNormalization: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  if (x === undefined || x.size === 0) return null;
  const form = findRows(layer, x);
  if (form === null) return null;
  const epsilon = readNumber(layer, "epsilon") ?? 1e-6;
  const gamma = readWeight(layer, "scale");
  return normalize({ x, gamma, beta: null, form, epsilon, isCentered: false });
};

export const fusedGroupNormalization: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  const wanted = readNumber(layer, "groups");
  if (x === undefined || x.size === 0 || wanted === null) return null;
  const given = readNumber(layer, "axis") ?? -1;
  const axis = given < 0 ? given + x.rank : given;
  const channels = x.shape[axis] ?? 1;
  const groups = wanted === -1 ? channels : wanted;
  const form = {
    outer: x.shape[0] ?? 1,
    before: countAll(x.shape.slice(1, axis)),
    groups,
    size: channels / groups,
    after: countAll(x.shape.slice(axis + 1)),
  };
  const [gamma, beta] = [readWeight(layer, "gamma"), readWeight(layer, "beta")];
  const epsilon = readNumber(layer, "epsilon") ?? 1e-3;
  return normalize({ x, gamma, beta, form, epsilon, isCentered: true });
};
