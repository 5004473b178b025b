/**
 * Loss, metrics and the gradient of the loss in two dispatches, where stock ops take 20 and more and upload constants.
 * Definitions as in `losses.ts` and `metrics.ts`, which the other backends and the rarer losses use.
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { bufferOf, dispatch, makeOutput, type GpuBinding } from "../gpu/dispatch.ts";
import {
  countSums,
  writeReduceShader,
  writeRowsShader,
  type FusedLossName,
  type FusedMetric,
  type LossShader,
} from "./lossShader.ts";
import type { LossOptions } from "../../training/losses.ts";

const kernelName = "NetloomObjective";

/** Rows that are longer than this are shared by the 64 threads of a workgroup. */
const longRow = 256;
/** Threads (or workgroups) that go over the rows; what they sum is added up by one workgroup. */
const mostWorkers = 4096;

export interface FusedObjective {
  readonly loss: FusedLossName;
  readonly options: LossOptions;
  readonly metrics: readonly FusedMetric[];
  /** By class; null: all alike. */
  readonly classWeights: readonly number[] | null;
  /** What the mean loss is multiplied by in the scalar, and in the first of the sums. */
  readonly factors: { readonly loss: number; readonly head: number };
}

/** `sums`: mean loss, then the sums of the metrics in their order. Only on WebGPU; differentiable in `predicted`. */
export function runFusedObjective(
  objective: FusedObjective,
  tensors: {
    readonly truth: tf.Tensor;
    readonly predicted: tf.Tensor;
    /** One per sample. */
    readonly weights: tf.Tensor | null;
    /**
     * What the gradient of the total loss is multiplied by, where it is scaled. The kernel does so itself, before the
     * gradient is stored: where that is in 16 bits, it would be too late behind it.
     */
    readonly scale: tf.Tensor | null;
  },
): { readonly loss: tf.Scalar; readonly sums: tf.Tensor1D } {
  const { truth, predicted, weights, scale } = tensors;
  const hasGradient = tf.engine().state.gradientDepth > 0;
  const inputs = { truth, predicted, ...(weights === null ? {} : { weights }) };
  const attributes: Attributes = { objective, hasGradient, scale: hasGradient ? scale : null };
  // The engine passes attributes on untouched; its type knows only what models can store.
  const outputs: tf.Tensor[] = tf
    .engine()
    .runKernel(kernelName, inputs, attributes as unknown as tf.NamedAttrMap);
  const [loss, sums] = outputs;
  if (loss === undefined || sums === undefined) throw new Error("The objective gave nothing.");
  return { loss: loss.asScalar(), sums: sums.as1D() };
}

interface Attributes {
  readonly objective: FusedObjective;
  readonly hasGradient: boolean;
  readonly scale: tf.Tensor | null;
}

tf.registerKernel({
  kernelName,
  backendName: "webgpu",
  kernelFunc({ inputs, attrs, backend }) {
    // The engine hands over the backend that the kernel is registered for, and what `runFusedObjective` gave.
    const gpu = backend as WebGPUBackend;
    const attributes = attrs as unknown as Attributes;
    const { truth, predicted, weights } = inputs as Readonly<
      Record<"truth" | "predicted", tf.TensorInfo> & { weights?: tf.TensorInfo }
    >;
    return encode(gpu, attributes, { truth, predicted, weights: weights ?? null });
  },
});

tf.registerGradient({
  kernelName,
  outputsToSave: [false, false, true],
  gradFunc(changes, saved, attrs) {
    const [change] = Array.isArray(changes) ? changes : [changes];
    const [gradient] = saved;
    if (change === undefined || gradient === undefined) throw new Error("Nothing was saved.");
    // What `runFusedObjective` gave.
    const { scale } = attrs as unknown as Attributes;
    return { predicted: () => scaleBy(gradient, change, { scale }) };
  },
});

/**
 * The loss's own gradient is nearly always 1, made on the host, or the scale that the kernel has multiplied by: then
 * nothing needs to be multiplied, nor uploaded.
 */
function scaleBy(
  gradient: tf.Tensor,
  change: tf.Tensor,
  { scale }: Pick<Attributes, "scale">,
): tf.Tensor {
  if (scale !== null) {
    if (change.dataId === scale.dataId) return gradient.clone();
    return tf.mul(gradient, tf.div(change, scale));
  }
  const backend = tf.backend();
  if (backend instanceof WebGPUBackend) {
    const { values, resource } = backend.tensorMap.get(change.dataId);
    const isHeld = resource === undefined && values instanceof Float32Array;
    if (isHeld && values[0] === 1) return gradient.clone();
  }
  return tf.mul(gradient, change);
}

function encode(
  backend: WebGPUBackend,
  { objective, hasGradient, scale }: Attributes,
  tensors: {
    readonly truth: tf.TensorInfo;
    readonly predicted: tf.TensorInfo;
    readonly weights: tf.TensorInfo | null;
  },
): tf.TensorInfo[] {
  const { truth, predicted, weights } = tensors;
  const { metrics, classWeights, factors } = objective;
  const units = predicted.shape.at(-1) ?? 1;
  const rows = predicted.shape.reduce((product, size) => product * size, 1) / units;
  const lanes = units > longRow ? 64 : 1;
  const workers = Math.min(rows, mostWorkers);
  const count = countSums(metrics);
  const shader: LossShader = {
    loss: objective.loss,
    options: objective.options,
    metrics,
    isWeighted: weights !== null,
    hasClassWeights: classWeights !== null,
    hasGradient,
    ...(scale === null ? {} : { isScaled: true }),
    factor: factors.loss,
    lanes,
  };
  const partial = makeOutput(backend, [workers, count]);
  const gradient = hasGradient ? makeOutput(backend, predicted.shape) : null;
  const bindings: GpuBinding[] = [
    { name: "truth", tensor: truth, access: "read" },
    { name: "predicted", tensor: predicted, access: "read" },
    { name: "partial", tensor: partial, access: "read_write" },
  ];
  if (gradient !== null) {
    bindings.push({ name: "gradient", tensor: gradient, access: "read_write" });
  }
  if (weights !== null) bindings.push({ name: "weights", tensor: weights, access: "read" });
  if (classWeights !== null) {
    const tensor = constantTensor(backend, classWeights);
    bindings.push({ name: "class_weights", tensor, access: "read" });
  }
  if (scale !== null) bindings.push({ name: "loss_scale", tensor: scale, access: "read" });
  const positions = rows / Math.max(1, predicted.shape[0] ?? 1);
  dispatch(backend, {
    ...findText("netloom_objective", shader, writeRowsShader),
    bindings,
    uniforms: { rows, units, positions, workers },
    workgroups: [lanes === 1 ? Math.ceil(workers / 64) : workers],
  });
  const loss = makeOutput(backend, []);
  const sums = makeOutput(backend, [count]);
  dispatch(backend, {
    ...findText("netloom_objective_sums", { count, factors }, writeReduceShader),
    bindings: [
      { name: "partial", tensor: partial, access: "read" },
      { name: "loss", tensor: loss, access: "read_write" },
      { name: "sums", tensor: sums, access: "read_write" },
    ],
    uniforms: { workers, rows },
    workgroups: [1],
  });
  backend.disposeData(partial.dataId);
  return gradient === null ? [loss, sums] : [loss, sums, gradient];
}

const texts = new Map<string, string>();

/** Writing a shader takes longer than encoding it: each is written once. */
function findText<Choice>(
  name: string,
  choice: Choice,
  write: (choice: Choice) => string,
): { readonly key: string; readonly wgsl: string } {
  const key = `${name}_${JSON.stringify(choice)}`;
  const wgsl = texts.get(key) ?? write(choice);
  texts.set(key, wgsl);
  return { key, wgsl };
}

const constants = new WeakMap<WebGPUBackend, Map<string, tf.TensorInfo>>();

/** A list that stays on the device as long as the backend lives: steps upload nothing. */
function constantTensor(backend: WebGPUBackend, values: readonly number[]): tf.TensorInfo {
  const known = constants.get(backend) ?? new Map<string, tf.TensorInfo>();
  constants.set(backend, known);
  const key = values.join();
  const tensor =
    known.get(key) ?? backend.makeTensorInfo([values.length], "float32", Float32Array.from(values));
  bufferOf(backend, tensor);
  known.set(key, tensor);
  return tensor;
}
