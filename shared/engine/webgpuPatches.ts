/** Kernels of tfjs-backend-webgpu 4.22 that give wrong numbers without an error, put right. */
import * as tf from "@tensorflow/tfjs";
import { giveToFirstMaximum } from "./fused/maxPoolGradient.ts";
import { type KernelWrapper, wrapKernel } from "./wrapKernel.ts";

let isPatched = false;

/** Once a process is enough: kernels belong to a backend's name, not to a device. */
export function patchWebgpuKernels(): void {
  if (isPatched) return;
  isPatched = true;
  wrapKernel("BatchMatMul", avoidSplitK);
  wrapKernel("_FusedMatMul", avoidSplitK);
  wrapKernel("Transpose", transposeAnyType);
  // They transpose by themselves, unseen by the registry, where the axis is not the last (src/kernel_utils/reduce.ts).
  for (const name of ["Sum", "Mean", "Max", "Min", "Prod"]) wrapKernel(name, transposeAnyType);
  for (const name of ["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum"])
    wrapKernel(name, alignVector);
  wrapKernel("Reverse", reverseManyAxes);
  wrapKernel("Select", selectManyAxes);
  wrapKernel("MaxPoolGrad", giveToFirstMaximum);
}

/**
 * `tf.where` throws for five axes or more (src/select_webgpu.ts: "Where for rank 5 is not yet supported"), which the slope
 * of hardSigmoid over a volume is. All three have been given the same shape, so they are lists as well.
 */
const selectManyAxes: KernelWrapper = (stock, args) => {
  const { condition, t, e } = args.inputs;
  if (condition === undefined || t === undefined || e === undefined || t.shape.length < 5)
    return stock(args);
  const { shape } = t;
  const list = [shape.reduce((all, size) => all * size, 1)];
  const chosen = stock({
    ...args,
    inputs: {
      condition: { ...condition, shape: list },
      t: { ...t, shape: list },
      e: { ...e, shape: list },
    },
  });
  return Array.isArray(chosen) ? chosen : { ...chosen, shape };
};

/**
 * Reversing five axes or more throws (src/kernels/Reverse.js lays everything out in four). One axis lies between all
 * before it and all behind it, so three are enough: the steps of a film, going backwards through a recurrent layer.
 */
const reverseManyAxes: KernelWrapper = (stock, args) => {
  const { x } = args.inputs;
  const [axis, ...more] = readAxes(args.attrs?.["dims"]);
  if (x === undefined || x.shape.length < 5 || axis === undefined || more.length > 0)
    return stock(args);
  const { shape } = x;
  const at = axis < 0 ? axis + shape.length : axis;
  const count = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const three = [count(shape.slice(0, at)), shape[at] ?? 1, count(shape.slice(at + 1))];
  const reversed = stock({
    ...args,
    inputs: { x: { ...x, shape: three } },
    attrs: { ...args.attrs, dims: [1] },
  });
  return Array.isArray(reversed) ? reversed : { ...reversed, shape };
};

function readAxes(dims: unknown): readonly number[] {
  const axes: readonly unknown[] = Array.isArray(dims) ? dims : [dims];
  return axes.filter((axis) => typeof axis === "number");
}

/**
 * A vector against five axes or more makes a shader that does not compile: src/binary_op_webgpu.ts writes `coords[4]`,
 * but coordinates of so many axes are a struct. With axes of size 1 in front it takes the other program.
 */
const alignVector: KernelWrapper = (stock, args) => {
  const { a, b } = args.inputs;
  const rank = Math.max(a?.shape.length ?? 0, b?.shape.length ?? 0);
  if (rank < 5 || a === undefined || b === undefined) return stock(args);
  const align = (info: tf.TensorInfo): tf.TensorInfo =>
    info.shape.length === 1
      ? { ...info, shape: [...Array.from({ length: rank - 1 }, () => 1), ...info.shape] }
      : info;
  return stock({ ...args, inputs: { a: align(a), b: align(b) } });
};

/**
 * `a · bᵀ` over an inner size of 2000 and more is wrong by 100 % where the split-K program is chosen
 * (src/matmul_splitK_webgpu.ts with 4 components reads `b` as if it were not transposed; chosen in
 * src/kernels/BatchMatMul_impl.ts when there are few tiles). It is what the gradient of a wide Dense behind a narrow
 * layer is made of. The program for small outputs is right, so that one is asked for instead.
 */
const avoidSplitK: KernelWrapper = (stock, args) => {
  const { a, b } = args.inputs;
  const transposeB = args.attrs?.["transposeB"] === true;
  const innerSize = b?.shape.at(-1) ?? 0;
  if (!transposeB || innerSize < SPLIT_K_INNER_SIZE || a === undefined || b === undefined) {
    return stock(args);
  }
  const rows = args.attrs?.["transposeA"] === true ? a.shape.at(-1) : a.shape.at(-2);
  if (!isSplitKChosen(args.backend, rows ?? 1, b.shape.at(-2) ?? 1, [a, b])) return stock(args);
  const before = tf.env().getNumber(PROGRAM_FLAG);
  tf.env().set(PROGRAM_FLAG, SMALL_OUTPUT_PROGRAM);
  try {
    return stock(args);
  } finally {
    tf.env().set(PROGRAM_FLAG, before);
  }
};

const SPLIT_K_INNER_SIZE = 2000;
const PROGRAM_FLAG = "WEBGPU_MATMUL_PROGRAM_TYPE";
/** MatMulProgramType.MatMulSmallOutputSizeProgram in src/webgpu_util.ts. */
const SMALL_OUTPUT_PROGRAM = 2;

/** The choice in src/kernels/BatchMatMul_impl.ts, retold. */
function isSplitKChosen(
  backend: object,
  rows: number,
  columns: number,
  inputs: readonly tf.TensorInfo[],
): boolean {
  const hasBatch = inputs.some(({ shape }) => shape.slice(0, -2).some((size) => size !== 1));
  if (hasBatch || rows * columns <= 128) return false;
  const flag = tf.env().getNumber("WEBGPU_THRESHOLD_TO_INCREASE_WORKGROUPS_FOR_MATMUL");
  const own = Number(Reflect.get(backend, "thresholdToIncreaseWorkgroups"));
  const threshold = flag > 0 ? flag : own;
  const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32);
  return tiles <= threshold || (rows <= 8 && tiles <= threshold * 2);
}

/**
 * Transposing whole numbers or booleans makes a shader that does not compile (src/transpose_webgpu.ts writes the
 * stored type as it is) and leaves zeros. A cast to float32 does not help, because it only changes the label
 * (src/kernels/Cast.ts). So they are made real decimals first and turned back after. Exact up to 2²⁴.
 */
const transposeAnyType: KernelWrapper = (stock, args) => {
  const { x } = args.inputs;
  if (x === undefined || storedType(args.backend, x) === "float32") return stock(args);
  const { backend } = args;
  const one = makeScalar(1);
  const decimals = runKernel("Multiply", { a: { ...x, dtype: "float32" }, b: one }, backend, {});
  one.dispose();
  const transposed = only(stock({ ...args, inputs: { x: decimals } }));
  disposeInfo(backend, decimals);
  if (x.dtype === "float32") return transposed;
  const result = runKernel("Cast", { x: transposed }, backend, { dtype: x.dtype });
  disposeInfo(backend, transposed);
  return result;
};

function makeScalar(value: number): tf.Tensor {
  return tf.scalar(value, "float32");
}

/** How the numbers lie in the buffer; a tensor's own `dtype` may be only a label. */
function storedType(backend: object, info: tf.TensorInfo): string {
  const map: unknown = Reflect.get(backend, "tensorMap");
  const get: unknown = Reflect.get(Object(map), "get");
  if (typeof get !== "function") return info.dtype;
  const data: unknown = Reflect.apply(get, map, [info.dataId]);
  const dtype: unknown = Reflect.get(Object(data), "dtype");
  return typeof dtype === "string" ? dtype : info.dtype;
}

function runKernel(
  name: string,
  inputs: Record<string, tf.TensorInfo>,
  backend: object,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo {
  return only(tf.getKernel(name, "webgpu").kernelFunc({ inputs, backend, attrs }));
}

function only(result: tf.TensorInfo | tf.TensorInfo[]): tf.TensorInfo {
  const info = Array.isArray(result) ? result[0] : result;
  if (info === undefined) throw new Error("A WebGPU kernel gave no result.");
  return info;
}

function disposeInfo(backend: object, info: tf.TensorInfo): void {
  const dispose: unknown = Reflect.get(backend, "disposeData");
  if (typeof dispose === "function") Reflect.apply(dispose, backend, [info.dataId]);
}
