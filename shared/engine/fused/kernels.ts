/** What kernels of ours share: how they are registered with tfjs, called, and give several gradients out of one dispatch. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch, type GpuBinding, type GpuProgram } from "../gpu/dispatch.ts";

export interface FusedKernel {
  /** Begins with "Netloom". */
  readonly name: string;
  /** The outputs of one call, made with `makeOutput`. */
  readonly compute: (
    backend: WebGPUBackend,
    inputs: Inputs,
    attrs: Attributes,
  ) => tf.TensorInfo | tf.TensorInfo[];
  /** Null for kernels that only gradients call. */
  readonly gradient: {
    readonly inputsToSave: readonly string[];
    readonly outputsToSave?: readonly boolean[];
    /** `saved` holds the inputs, then the outputs asked for; every gradient is computed when it is asked for. */
    readonly compute: (
      dy: readonly tf.Tensor[],
      saved: readonly tf.Tensor[],
      attrs: Attributes,
    ) => Readonly<Record<string, () => tf.Tensor>>;
  } | null;
}

export type Inputs = Readonly<Record<string, tf.TensorInfo | undefined>>;
export type Attributes = Readonly<Record<string, unknown>>;

const registered = new Set<string>();

/** Makes a kernel known to tfjs; call once a module. */
export function registerFused(kernel: FusedKernel): void {
  if (registered.has(kernel.name)) return;
  registered.add(kernel.name);
  tf.registerKernel({
    kernelName: kernel.name,
    backendName: "webgpu",
    kernelFunc: ({ inputs, attrs, backend }) => {
      if (!(backend instanceof WebGPUBackend)) throw new Error(`${kernel.name} needs WebGPU.`);
      return kernel.compute(backend, inputs, attrs ?? {});
    },
  });
  const { gradient } = kernel;
  if (gradient === null) return;
  tf.registerGradient({
    kernelName: kernel.name,
    inputsToSave: [...gradient.inputsToSave],
    outputsToSave: [...(gradient.outputsToSave ?? [])],
    gradFunc: (dy, saved, attrs) => ({
      ...gradient.compute(Array.isArray(dy) ? dy : [dy], saved, attrs),
    }),
  });
}

/** All outputs of a kernel of ours, on the tape where one runs. Inputs that are null are left out. */
export function runFusedKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | null>>,
  attrs: object,
): tf.Tensor[] {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== null));
  const engine = tf.engine();
  // Attributes are whatever the kernel documents; tfjs types them as JSON, and its inputs as never null.
  const result: unknown = engine.runKernel(
    name,
    given as tf.NamedTensorMap,
    attrs as tf.NamedAttrMap,
  );
  const tensors: readonly unknown[] = Array.isArray(result) ? result : [result];
  return tensors.filter((tensor) => tensor instanceof tf.Tensor);
}

export function runOne(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | null>>,
  attrs: object,
): tf.Tensor {
  return only(runFusedKernel(name, inputs, attrs), name);
}

export function only<T>(values: readonly T[], what: string): T {
  const [value] = values;
  if (value === undefined) throw new Error(`${what} gave nothing.`);
  return value;
}

/** The tensor that a kernel cannot do without. */
export function needInput(inputs: Inputs, name: string): tf.TensorInfo {
  const info = inputs[name];
  if (info === undefined) throw new Error(`The kernel's input "${name}" is missing.`);
  return info;
}

/**
 * Gradients that come out of one dispatch. tfjs asks for each on its own, inside a tidy of its own that would dispose of
 * the others: so all of them belong to the scope around, that of the whole backward pass.
 */
export function shareGradients(compute: () => readonly tf.Tensor[]): (index: number) => tf.Tensor {
  const { state } = tf.engine();
  const scope = state.activeScope;
  let made: readonly tf.Tensor[] | null = null;
  return (index) => {
    if (made === null) {
      const inner = state.activeScope;
      state.activeScope = scope;
      try {
        made = compute();
      } finally {
        state.activeScope = inner;
      }
    }
    const gradient = made[index];
    if (gradient === undefined) throw new Error(`There is no gradient ${index}.`);
    return gradient;
  };
}

/**
 * As `dispatch`, for inputs of any type: WGSL reads them as `f32(name[i])`. A cast to float32 only changes the label of
 * whole numbers (tfjs-backend-webgpu src/kernels/Cast.ts), so what lies in the buffer is asked for, and part of the key.
 */
export function dispatchFused(backend: WebGPUBackend, program: GpuProgram): void {
  const bindings = program.bindings.map((binding): GpuBinding => {
    if (binding.element !== undefined || binding.access === "read_write") return binding;
    return { ...binding, element: isDecimal(backend, binding.tensor) ? "f32" : "i32" };
  });
  const types = bindings.map(({ element }) => (element === "i32" ? "i" : "f")).join("");
  dispatch(backend, { ...program, key: `${program.key}/${types}`, bindings });
}

/** Whether a tensor's buffer holds floats, whatever its label says. */
export function isDecimal(backend: WebGPUBackend, tensor: tf.TensorInfo): boolean {
  return backend.tensorMap.get(tensor.dataId).dtype === "float32";
}

export function countAll(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/** WGSL of a program that has one invocation for each of `count` places. `index` is the place. */
export function writeElementwise(count: string, body: string): string {
  return `@compute @workgroup_size(64) fn main(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  if (index >= ${count}) { return; }
${body}
}`;
}

/** A number that differs from layer to layer, for WGSL. */
export function writeLiteral(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}
