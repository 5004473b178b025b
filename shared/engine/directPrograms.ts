/** What the barrier-free WebGPU programs for emulated adapters share. */
import type * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/**
 * A program whose invocations each compute a block of up to 4 × 4 results in registers. Its WGSL has `index`, the
 * number of the invocation, which may lie beyond the last one; `body` returns where it does. The inputs' buffers have the
 * names given, hold numbers or whole numbers (read them through f32), and `result` takes what comes out.
 */
export interface DirectProgram {
  /** Names the WGSL: two programs with the same key have the same text. */
  readonly key: string;
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  /** Whole numbers the WGSL reads as `uniforms.<name>`. */
  readonly uniforms: Readonly<Record<string, number>>;
  readonly outputShape: readonly number[];
  readonly invocations: number;
  readonly body: string;
}

/** Few to a workgroup: an emulated adapter runs a workgroup on one thread, and small layers have few invocations. */
const WORKGROUP_SIZE = 16;

export function runDirectProgram(backend: WebGPUBackend, program: DirectProgram): tf.TensorInfo {
  const { key, inputs, uniforms, outputShape, invocations, body } = program;
  return backend.runWebGPUProgram(
    {
      variableNames: Object.keys(inputs),
      uniforms: Object.keys(uniforms)
        .map((name) => `${name}: i32,`)
        .join(" "),
      outputShape: [...outputShape],
      workgroupSize: [WORKGROUP_SIZE, 1, 1],
      dispatchLayout: { x: outputShape.map((_, axis) => axis) },
      dispatch: [Math.ceil(invocations / WORKGROUP_SIZE), 1, 1],
      shaderKey: `direct_${key}`,
      getUserCode: () => `fn main(index: i32) {\n${body}\n}`,
    },
    Object.values(inputs),
    "float32",
    Object.values(uniforms).map((value) => ({ type: "int32", data: [value] })),
  );
}

/** Null where the arguments are not what the direct programs read. */
export function findWebgpuBackend(
  backend: object,
  inputs: readonly (tf.TensorInfo | undefined)[],
): WebGPUBackend | null {
  if (!(backend instanceof WebGPUBackend)) return null;
  const isFit = inputs.every(
    (input) => input === undefined || (input.dtype === "float32" && !input.shape.includes(0)),
  );
  return isFit ? backend : null;
}

/** WGSL of the activations that a layer may fuse, on a vec4 named `value`; others are left to the stock programs. */
const activations: ReadonlyMap<unknown, string> = new Map([
  [undefined, "value"],
  [null, "value"],
  ["linear", "value"],
  ["relu", "select(value, vec4<f32>(0.0), value < vec4<f32>(0.0))"],
  ["relu6", "clamp(value, vec4<f32>(0.0), vec4<f32>(6.0))"],
  ["elu", "select(exp(value) - 1.0, value, value >= vec4<f32>(0.0))"],
  ["sigmoid", "1.0 / (1.0 + exp(-value))"],
]);

export function findActivation(name: unknown): string | null {
  return activations.get(name) ?? null;
}

/** Reads four elements of `name` at the four positions in `at`. */
export function readFour(name: string, at: string): string {
  return `vec4<f32>(${["x", "y", "z", "w"].map((lane) => `f32(${name}[${at}.${lane}])`).join(", ")})`;
}

/**
 * Writes `sum0` … `sum3`, each a row of four columns, where they lie inside; `row` and `column` are the first ones'.
 * With bias and activation, where given.
 */
export function writeBlock(block: {
  readonly rows: string;
  readonly columns: string;
  /** Where the matrix starts in `result`. */
  readonly offset: string;
  readonly bias: boolean;
  readonly activation: string;
}): string {
  const { rows, columns, offset, bias, activation } = block;
  const rowLines = [0, 1, 2, 3].map(
    (lane) => `
  if (row + ${lane} < ${rows}) {
    var value = sum${lane}${bias ? " + shift" : ""};
    value = ${activation};
    let to = ${offset} + (row + ${lane}) * ${columns} + column;
    result[to] = value.x;
    if (column + 1 < ${columns}) { result[to + 1] = value.y; }
    if (column + 2 < ${columns}) { result[to + 2] = value.z; }
    if (column + 3 < ${columns}) { result[to + 3] = value.w; }
  }`,
  );
  return (bias ? `  let shift = ${readFour("bias", "columnAt")};` : "") + rowLines.join("");
}

export const startSums = [0, 1, 2, 3]
  .map((lane) => `  var sum${lane} = vec4<f32>(0.0);`)
  .join("\n");

/** Adds the outer product of `left` (rows) and `right` (columns). */
export const addProducts =
  "sum0 += left.x * right; sum1 += left.y * right; sum2 += left.z * right; sum3 += left.w * right;";

/** The four numbers from `first`, none beyond the last of `count`, so that all can be read. */
export function fourFrom(first: string, count: string): string {
  return `min(vec4<i32>(${first}) + vec4<i32>(0, 1, 2, 3), vec4<i32>(${count} - 1))`;
}
