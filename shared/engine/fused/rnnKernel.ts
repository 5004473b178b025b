/** Recurrent sequences as kernels of tfjs: one dispatch forward, one back, and products for the weights' gradients. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { areDirectProgramsUsed } from "../directKernels.ts";
import { dispatch, type GpuBinding, makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import "./convolutionKernels.ts";
import { matrixSizes } from "./convolutionSizes.ts";
import {
  countAll,
  type Inputs,
  needInput,
  registerFused,
  runFusedKernel,
  runOne,
} from "./kernels.ts";
import { type RnnGradients, writeBackward } from "./rnnBackward.ts";
import { sumRnnBias } from "./rnnBias.ts";
import { writeForward } from "./rnnForward.ts";
import type { RnnText } from "./rnnProgram.ts";
import {
  chooseRnnTiling,
  countKept,
  gateCounts,
  type RnnOptions,
  type RnnParts,
} from "./rnnShape.ts";

/** Names as in `writeForward`; `x` is `[batch, time, gates · units]`. */
export interface RnnInputs {
  readonly x: tf.Tensor;
  readonly kernel: tf.Tensor;
  /** Of gruAfter only; other cells have theirs in `x`. */
  readonly bias: tf.Tensor | null;
  readonly mask: tf.Tensor | null;
  readonly dropout: tf.Tensor | null;
  readonly initialState: tf.Tensor | null;
  readonly initialCell: tf.Tensor | null;
}

export interface RnnOutputs {
  readonly output: tf.Tensor;
  readonly finalState: tf.Tensor | null;
  readonly finalCell: tf.Tensor | null;
  /** What only the gradient needs. */
  readonly kept: readonly tf.Tensor[];
}

export function runRnnKernel(
  options: RnnOptions,
  parts: RnnParts,
  { mask, dropout, ...inputs }: RnnInputs,
): RnnOutputs {
  const name = registerRnn(options, parts);
  const constants = { mask: mask && detach(mask), dropout: dropout && detach(dropout) };
  const outputs = runFusedKernel(name, { ...inputs, ...constants }, {});
  tf.dispose(Object.values(constants).filter((tensor) => tensor !== null));
  const [output, ...others] = outputs;
  if (output === undefined) throw new Error(`${name} gave nothing.`);
  const finalState = parts.finalState ? (others.shift() ?? null) : null;
  const finalCell = parts.finalCell ? (others.shift() ?? null) : null;
  return { output, finalState, finalCell, kept: others };
}

/** The same values, unknown to the tape: a mask has no gradient, and tfjs would make zeros and carry them on. */
function detach(tensor: tf.Tensor): tf.Tensor {
  const engine = tf.engine();
  engine.backend.incRef(tensor.dataId);
  return engine.makeTensorFromTensorInfo(tensor);
}

/** A kernel for each kind of layer: tfjs saves inputs for gradients by fixed names, and all must be there. */
function registerRnn(options: RnnOptions, parts: RnnParts): string {
  const name = `NetloomRnn ${JSON.stringify([options, parts])}`;
  const names = inputNames(options, parts).filter((input) => input !== "x" && input !== "bias");
  registerFused({
    name,
    compute: (backend, inputs) => runForward(backend, options, parts, inputs),
    gradient: {
      inputsToSave: names.filter((input) => !input.startsWith("initial")),
      outputsToSave: outputNames(options, parts).map((output) =>
        ["kept", "before", "reset"].includes(output),
      ),
      compute: (dy, saved) => {
        const savedNames = [
          ...names.filter((input) => !input.startsWith("initial")),
          ...outputNames(options, parts).filter((output) =>
            ["kept", "before", "reset"].includes(output),
          ),
        ];
        const tensors = new Map(savedNames.map((entry, at) => [entry, saved[at]]));
        return runBackward(options, parts, { dy, tensors });
      },
    },
  });
  return name;
}

function inputNames({ kind }: RnnOptions, parts: RnnParts): readonly string[] {
  return [
    "x",
    "kernel",
    ...(parts.bias ? ["bias"] : []),
    ...(parts.mask === null ? [] : ["mask"]),
    ...(parts.dropout ? ["dropout"] : []),
    ...(parts.initial ? ["initialState"] : []),
    ...(parts.initial && kind === "lstm" ? ["initialCell"] : []),
  ];
}

function outputNames({ kind }: RnnOptions, parts: RnnParts): readonly string[] {
  return [
    "output",
    ...(parts.finalState ? ["finalState"] : []),
    ...(parts.finalCell ? ["finalCell"] : []),
    "kept",
    "before",
    ...(kind === "gruBefore" ? ["reset"] : []),
  ];
}

function describe(backend: WebGPUBackend, options: RnnOptions, parts: RnnParts, batch: number) {
  const { limits } = backend.device;
  const tiling = chooseRnnTiling(options, batch, {
    isSoftware: areDirectProgramsUsed(),
    sharedBytes: limits.maxComputeWorkgroupStorageSize,
    mostThreads: Math.min(
      limits.maxComputeInvocationsPerWorkgroup,
      limits.maxComputeWorkgroupSizeX,
    ),
  });
  const text: RnnText = { options, tiling, parts };
  const element: "f32" | "vec4<f32>" = tiling.lanes === 4 ? "vec4<f32>" : "f32";
  const bind = (
    name: string,
    tensor: tf.TensorInfo,
    access: GpuBinding["access"] = "read",
  ): GpuBinding => ({
    name,
    tensor,
    access,
    element: name === "mask" ? (parts.mask ?? "f32") : element,
  });
  const workgroups = spreadWorkgroups(backend, Math.ceil(batch / tiling.samples));
  return { text, bind, workgroups };
}

function runForward(
  backend: WebGPUBackend,
  options: RnnOptions,
  parts: RnnParts,
  inputs: Inputs,
): tf.TensorInfo[] {
  const [batch = 1, time = 1] = needInput(inputs, "x").shape;
  const { kind, units, returnSequences } = options;
  const { text, bind, workgroups } = describe(backend, options, parts, batch);
  const shapes: Readonly<Record<string, readonly number[]>> = {
    output: returnSequences ? [batch, time, units] : [batch, units],
    finalState: [batch, units],
    finalCell: [batch, units],
    kept: [batch, time, countKept(kind) * units],
    before: [batch, time, units],
    reset: [batch, time, units],
  };
  const names = outputNames(options, parts);
  const outputs = names.map((name) => makeOutput(backend, shapes[name] ?? []));
  dispatch(backend, {
    key: `rnnForward ${JSON.stringify(text)}`,
    bindings: [
      ...inputNames(options, parts).map((name) => bind(name, needInput(inputs, name))),
      ...outputs.map((output, at) => bind(names[at] ?? "", output, "read_write")),
    ],
    uniforms: { batch, time },
    workgroups,
    wgsl: writeForward(text),
  });
  return outputs;
}

function runBackward(
  options: RnnOptions,
  parts: RnnParts,
  {
    dy,
    tensors,
  }: {
    readonly dy: readonly tf.Tensor[];
    readonly tensors: ReadonlyMap<string, tf.Tensor | undefined>;
  },
): Readonly<Record<string, () => tf.Tensor>> {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("This gradient needs WebGPU.");
  const find = (name: string): tf.Tensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`The gradient of a recurrent layer lacks "${name}".`);
    return tensor;
  };
  const { kind, units } = options;
  const gates = gateCounts[kind];
  const kernel = find("kernel");
  const before = find("before");
  const [batch = 1, time = 1] = before.shape;
  const incoming = new Map(
    outputNames(options, parts).map((name, at) => {
      const gradient = dy[at];
      return [name, gradient !== undefined && !isMissing(backend, gradient) ? gradient : null];
    }),
  );
  const given: RnnGradients = {
    output: Boolean(incoming.get("output")),
    finalState: Boolean(incoming.get("finalState")),
    finalCell: Boolean(incoming.get("finalCell")),
  };
  const { text, bind, workgroups } = describe(backend, options, parts, batch);
  const shapes: Readonly<Record<string, readonly number[]>> = {
    gradient: [batch, time, gates * units],
    ...(kind === "gruAfter" ? { hiddenGradient: [batch, time, gates * units] } : {}),
    ...(parts.initial ? { initialStateGradient: [batch, units] } : {}),
    ...(parts.initial && kind === "lstm" ? { initialCellGradient: [batch, units] } : {}),
  };
  const engine = tf.engine();
  const made = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      engine.makeTensorFromTensorInfo(makeOutput(backend, shape)),
    ]),
  );
  const transposed = tf.transpose(kernel.as2D(units, gates * units));
  dispatch(backend, {
    key: `rnnBackward ${JSON.stringify([text, given])}`,
    bindings: [
      bind("transposed", transposed),
      bind("kept", find("kept")),
      ...(kind === "gruBefore" ? [bind("before", before)] : []),
      ...(parts.mask === null ? [] : [bind("mask", find("mask"))]),
      ...(parts.dropout ? [bind("dropout", find("dropout"))] : []),
      ...[...incoming].flatMap(([name, gradient]) =>
        gradient === null ? [] : [bind(`${name}Gradient`, gradient)],
      ),
      ...[...made].map(([name, tensor]) => bind(name, tensor, "read_write")),
    ],
    uniforms: { batch, time },
    workgroups,
    wgsl: writeBackward(text, given),
  });
  transposed.dispose();
  const need = (name: string): tf.Tensor => {
    const tensor = made.get(name);
    if (tensor === undefined) throw new Error(`"${name}" was not computed.`);
    return tensor;
  };
  const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [batch * time, -1]);
  const multiply = (states: tf.Tensor, gradients: tf.Tensor) => {
    // On an emulated adapter the plain product is the faster one; on a GPU tfjs's may add up in any order.
    if (areDirectProgramsUsed()) return tf.matMul(rows(states), rows(gradients), true, false);
    const columns = gradients.size / (batch * time);
    const sizes = matrixSizes(batch * time, units, columns);
    return runOne(
      "NetloomConvolveFilter",
      { x: rows(states), dy: rows(gradients) },
      { sizes, shape: [units, columns], activation: "linear", withBias: false },
    );
  };
  const gradient = need("gradient");
  const hidden = made.get("hiddenGradient") ?? null;
  return {
    x: () => gradient,
    kernel: () => {
      if (kind !== "gruBefore") return multiply(before, hidden ?? gradient);
      const [ofGates, ofCandidate] = tf.split(rows(gradient), [2 * units, units], 1);
      if (ofGates === undefined || ofCandidate === undefined) throw new Error("unreachable");
      return tf.concat([multiply(before, ofGates), multiply(find("reset"), ofCandidate)], 1);
    },
    bias: () => sumRnnBias(backend, gradient, need("hiddenGradient")),
    initialState: () => need("initialStateGradient"),
    initialCell: () => need("initialCellGradient"),
  };
}

/**
 * True for zeros that tfjs makes for outputs that nothing was computed of (tfjs-core src/engine.ts, addTapeNode): they
 * were never on the device, and uploading them would also break the recording of a step.
 */
function isMissing(backend: WebGPUBackend, gradient: tf.Tensor): boolean {
  const { resource, values } = backend.tensorMap.get(gradient.dataId);
  return (
    (resource === undefined || resource === null) &&
    values instanceof Float32Array &&
    values.every((value) => value === 0)
  );
}

/** What a tensor's buffer holds: a cast to float32 may only have changed its label (src/kernels/Cast.ts). */
export function readElement(tensor: tf.Tensor): "f32" | "i32" {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) return "f32";
  return backend.tensorMap.get(tensor.dataId).dtype === "float32" ? "f32" : "i32";
}

/** Whether the device takes the buffers and their sizes. */
export function fitsDevice(
  options: RnnOptions,
  sizes: { readonly batch: number; readonly time: number; readonly buffers: number },
): boolean {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) return false;
  const { limits } = backend.device;
  const largest = Math.max(countKept(options.kind), gateCounts[options.kind]);
  const bytes = 4 * countAll([sizes.batch, sizes.time, largest, options.units]);
  return (
    sizes.buffers <= limits.maxStorageBuffersPerShaderStage &&
    bytes <= Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) &&
    4 * countAll([gateCounts[options.kind], options.units, options.units]) <=
      limits.maxStorageBufferBindingSize
  );
}
