/** Activations as kernels: one dispatch forward, one back, nothing uploaded. */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { activationWgsl, findFusedActivation, writeActivate } from "./activations.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import { readActivation } from "./layerFields.ts";
import {
  type Attributes,
  countAll,
  dispatchFused,
  isDecimal,
  needInput,
  registerFused,
  runOne,
  writeElementwise,
} from "./kernels.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

function readName(attrs: Attributes): string {
  const { activation } = attrs;
  if (typeof activation !== "string") throw new Error("The kernel's activation is missing.");
  return activation;
}

registerFused({
  name: "NetloomActivation",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const name = readName(attrs);
    const output = makeOutput(backend, x.shape);
    const count = countAll(x.shape);
    dispatchFused(backend, {
      key: `activation_${name}`,
      bindings: [
        { name: "given", tensor: x, access: "read" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { count },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl:
        writeActivate(name) +
        writeElementwise("uniforms.count", "result[index] = activate(f32(given[index]));"),
    });
    return output;
  },
  gradient: {
    inputsToSave: ["x"],
    compute: ([dy], [x], attrs) => ({
      x: () =>
        runOne(
          "NetloomActivationSlope",
          { dy: dy ?? null, known: x ?? null },
          { ...attrs, from: "x" },
        ),
    }),
  },
});

/** dy times the slope, which `known` tells: what was given to the activation ("x") or what came out of it ("y"). */
registerFused({
  name: "NetloomActivationSlope",
  compute(backend, inputs, attrs) {
    const dy = needInput(inputs, "dy");
    const known = needInput(inputs, "known");
    const from = attrs["from"] === "x" ? "x" : "y";
    const name = readName(attrs);
    const found = findFusedActivation(name);
    const slope = from === "x" ? found?.fromInput : found?.fromOutput;
    if (slope === undefined || slope === null) throw new Error(`No slope of "${name}".`);
    const output = makeOutput(backend, dy.shape);
    const all = countAll(dy.shape);
    const isVector = all % 4 === 0 && isDecimal(backend, dy) && isDecimal(backend, known);
    const count = isVector ? all / 4 : all;
    const element = isVector ? ({ element: "vec4<f32>" } as const) : {};
    dispatchFused(backend, {
      key: `activationSlope_${name}_${from}_${isVector}`,
      bindings: [
        { name: "errors", tensor: dy, access: "read", ...element },
        { name: "known", tensor: known, access: "read", ...element },
        { name: "result", tensor: output, access: "read_write", ...element },
      ],
      uniforms: { count },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl:
        activationWgsl +
        `fn slope(dy: f32, ${from}: f32) -> f32 { return ${slope}; }\n` +
        writeElementwise(
          "uniforms.count",
          isVector
            ? `let dy = errors[index];
  let given = known[index];
  result[index] = vec4<f32>(${["x", "y", "z", "w"].map((lane) => `slope(dy.${lane}, given.${lane})`).join(", ")});`
            : "result[index] = slope(f32(errors[index]), f32(known[index]));",
        ),
    });
    return output;
  },
  gradient: null,
});

/** Over the last axis. */
registerFused({
  name: "NetloomSoftmax",
  compute(backend, inputs) {
    const x = needInput(inputs, "x");
    return runRows(
      backend,
      { x },
      x.shape,
      `
  var most = -3.4e38;
  for (var i = lane; i < uniforms.values; i += lanes) { most = max(most, f32(x[start + i])); }
  most = maxLanes(most, lane);
  var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) { sum += exp(f32(x[start + i]) - most); }
  sum = addLanes(sum, lane);
  for (var i = lane; i < uniforms.values; i += lanes) { result[start + i] = exp(f32(x[start + i]) - most) / sum; }`,
    );
  },
  gradient: {
    inputsToSave: [],
    outputsToSave: [true],
    compute: ([dy], [y]) => ({
      x: () => runOne("NetloomSoftmaxSlope", { dy: dy ?? null, y: y ?? null }, {}),
    }),
  },
});

registerFused({
  name: "NetloomSoftmaxSlope",
  compute(backend, inputs) {
    const dy = needInput(inputs, "dy");
    return runRows(
      backend,
      { dy, y: needInput(inputs, "y") },
      dy.shape,
      `
  var sum = 0.0;
  for (var i = lane; i < uniforms.values; i += lanes) { sum += dy[start + i] * y[start + i]; }
  sum = addLanes(sum, lane);
  for (var i = lane; i < uniforms.values; i += lanes) { result[start + i] = y[start + i] * (dy[start + i] - sum); }`,
    );
  },
  gradient: null,
});

function runRows(
  backend: WebGPUBackend,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  shape: readonly number[],
  body: string,
): tf.TensorInfo {
  const names = Object.keys(inputs);
  const output = makeOutput(backend, shape);
  const values = shape.at(-1) ?? 1;
  const rows = countAll(shape) / values;
  const form = chooseRowForm(backend, rows, values);
  dispatchFused(backend, {
    key: `softmax_${names.join("_")}_${form.key}`,
    bindings: [
      ...Object.entries(inputs).map(
        ([name, tensor]) => ({ name, tensor, access: "read" }) as const,
      ),
      { name: "result", tensor: output, access: "read_write" },
    ],
    uniforms: { rows, values },
    workgroups: form.workgroups,
    wgsl: writeRowProgram(form, "uniforms.rows", `let start = row * uniforms.values;${body}`),
  });
  return output;
}

/** Applies any activation that a layer of tfjs or ours may have, by kernels where there are some. */
export function applyActivation(
  activation: { apply(x: tf.Tensor): tf.Tensor; getClassName(): string },
  x: tf.Tensor,
): tf.Tensor {
  const name = activation.getClassName();
  if (name === "linear") return x;
  if (name === "softmax") return runOne("NetloomSoftmax", { x }, {});
  if (findFusedActivation(name) === null) return activation.apply(x);
  return runOne("NetloomActivation", { x }, { activation: name });
}

/** The activation that a forward kernel may apply itself, because what comes out tells its slope; else "linear". */
export function chooseFusedActivation(name: string): string {
  return (findFusedActivation(name)?.fromOutput ?? null) === null ? "linear" : name;
}

/** The gradient before the activation, of that behind it and what came out of it; without one, the same tensor. */
export function slopeOf(activation: string, dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (activation === "linear") return dy;
  return runOne("NetloomActivationSlope", { dy, known: y }, { activation, from: "y" });
}

/** tfjs's Activation layer; "linear" is left to it, because an output must not be the input itself. */
export const fusedActivation: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  const activation = readActivation(layer, "activation");
  if (x === undefined || x.size === 0 || activation === null) return null;
  const name = activation.getClassName();
  if (name !== "softmax" && (name === "linear" || findFusedActivation(name) === null)) return null;
  return applyActivation(activation, x);
};
