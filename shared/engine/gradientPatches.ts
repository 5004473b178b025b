/**
 * Gradients that tfjs 4.22 lacks or gets wrong, on every backend. Each is checked against finite differences in
 * `gradients.webgpu.test.ts`.
 */
import * as tf from "@tensorflow/tfjs";

let isPatched = false;

export function patchGradients(): void {
  if (isPatched) return;
  isPatched = true;
  tf.registerGradient(dilatedConvolution);
  tf.registerGradient(averagePool);
  tf.registerGradient(maxPoolVolumes);
  tf.registerGradient(enlargeNearest);
  tf.registerGradient(unpack);
  tf.registerGradient(pickOne("Maximum", tf.greaterEqual, tf.less));
  tf.registerGradient(pickOne("Minimum", tf.lessEqual, tf.greater));
}

type GradConfig = Parameters<typeof tf.registerGradient>[0];
type Pair = readonly [number, number];
type Padding = "valid" | "same" | number;

/** Attributes come from tfjs's own ops, which have normalised nothing: a number or a pair. */
function toPair(value: unknown, fallback: Pair = [1, 1]): Pair {
  if (typeof value === "number") return [value, value];
  if (!Array.isArray(value)) return fallback;
  const [height = 1, width = 1]: unknown[] = value;
  return [Number(height), Number(width)];
}

function expect4d(tensor: tf.Tensor | undefined, what: string): tf.Tensor4D {
  if (tensor === undefined || tensor.rank !== 4) throw new Error(`${what} must have four axes.`);
  return tensor as tf.Tensor4D; // The rank was checked.
}

/** tfjs lets kernels differ in what they take; all go through the engine so that the backend is the current one. */
function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor {
  const engine = tf.engine();
  // Attributes are whatever the kernel documents; tfjs types them as JSON.
  const result: unknown = engine.runKernel(name, inputs, attrs as tf.NamedAttrMap);
  if (result instanceof tf.Tensor) return result;
  throw new Error(`${name} gave no tensor.`);
}

/**
 * tfjs-core src/gradients/Conv2D_grad.ts refuses dilation. A dilated convolution is a plain one whose kernel has zeros
 * in its gaps, so the gradients are those of the plain one, read at the kernel's points. For ConvLSTM2D; dilated layers of other kinds
 * are our own (`layers/convolution.ts`).
 */
const dilatedConvolution: GradConfig = {
  kernelName: "Conv2D",
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const gradient = expect4d(Array.isArray(dy) ? dy[0] : dy, "The gradient of Conv2D");
    const x = expect4d(saved[0], "The input of Conv2D");
    const filter = expect4d(saved[1], "The kernel of Conv2D");
    const dilations = toPair(attrs["dilations"]);
    const { strides, pad, dataFormat, dimRoundingMode } = attrs;
    const common = { strides, pad, dataFormat, dimRoundingMode };
    const spread = spreadShape(filter.shape, dilations);
    return {
      x: () =>
        runKernel(
          "Conv2DBackpropInput",
          { dy: gradient, filter: spreadKernel(filter, dilations) },
          { ...common, inputShape: x.shape },
        ),
      filter: () =>
        readKernelPoints(
          runKernel(
            "Conv2DBackpropFilter",
            { x, dy: gradient },
            { ...common, filterShape: spread },
          ),
          dilations,
        ),
    };
  },
};

function spreadShape(shape: readonly number[], [byHeight, byWidth]: Pair): number[] {
  const [height = 1, width = 1, ...channels] = shape;
  return [(height - 1) * byHeight + 1, (width - 1) * byWidth + 1, ...channels];
}

/**
 * Puts zeros between the points of a kernel: `[h, w, …]` → `[(h − 1) · d + 1, …]`. With three axes at a time, because
 * padding five makes a WebGPU shader that does not compile (tfjs-backend-webgpu src/pad_webgpu.ts).
 */
function spreadKernel(kernel: tf.Tensor4D, dilations: Pair): tf.Tensor4D {
  const [byHeight, byWidth] = dilations;
  if (byHeight === 1 && byWidth === 1) return kernel;
  const [height, width, inner, outer] = kernel.shape;
  return tf.tidy(() => {
    const tall = spreadRows(tf.reshape(kernel, [height, 1, -1]), byHeight);
    const wide = spreadRows(tf.reshape(tall, [height * byHeight * width, 1, -1]), byWidth);
    const spread = tf.reshape(wide, [height * byHeight, width * byWidth, inner, outer]);
    const [toHeight = 1, toWidth = 1] = spreadShape(kernel.shape, dilations);
    return tf.slice(spread, [0, 0, 0, 0], [toHeight, toWidth, inner, outer]) as tf.Tensor4D; // Rank is kept.
  });
}

function spreadRows(rows: tf.Tensor, by: number): tf.Tensor {
  return tf.pad(rows, [
    [0, 0],
    [0, by - 1],
    [0, 0],
  ]);
}

function readKernelPoints(gradient: tf.Tensor, [byHeight, byWidth]: Pair): tf.Tensor {
  if (byHeight === 1 && byWidth === 1) return gradient;
  return tf.stridedSlice(
    gradient,
    gradient.shape.map(() => 0),
    [...gradient.shape],
    [byHeight, byWidth, 1, 1],
  );
}

/**
 * tfjs-core src/gradients/Unpack_grad.ts expects a list also where there is only one part, and then gets the part:
 * recurrent layers and TimeDistributed over a single step could not be trained.
 */
const unpack: GradConfig = {
  kernelName: "Unpack",
  gradFunc: (dy, _saved, { axis }) => ({
    value: () => tf.stack(Array.isArray(dy) ? dy : [dy], Number(axis)),
  }),
};

/**
 * Average pooling divides by the values that a window really has, its gradient by the window's full size
 * (tfjs-backend-cpu src/kernels/AvgPoolGrad.ts, tfjs-backend-webgpu src/avg_pool_backprop_webgpu.ts): wrong at the
 * edges where there is padding. The gradient is scaled by full size / real count first.
 */
const averagePool: GradConfig = {
  kernelName: "AvgPool",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const gradient = expect4d(Array.isArray(dy) ? dy[0] : dy, "The gradient of AvgPool");
    const x = expect4d(saved[0], "The input of AvgPool");
    const filterSize = toPair(attrs["filterSize"]);
    const strides = toPair(attrs["strides"]);
    const { pad, dimRoundingMode } = attrs;
    const scale = averageScale(x.shape, filterSize, strides, pad === "same" ? "same" : "valid");
    return {
      x: () => {
        const scaled =
          scale === null || pad !== "same" ? gradient : tf.mul(gradient, tf.tensor(...scale));
        return runKernel(
          "AvgPoolGrad",
          { dy: scaled, input: x },
          { filterSize, strides, pad, dimRoundingMode },
        );
      },
    };
  },
};

/**
 * The first of equal maxima in a window gets the gradient, as in Keras and as for images; tfjs gives it to the last one
 * (tfjs-backend-cpu src/utils/pool_utils.ts, `maxPool3dPositions`; tfjs-backend-webgpu src/pool_webgpu.ts). A maximum over
 * a volume is one over each layer and then one over the layers: two poolings of images.
 */
const maxPoolVolumes: GradConfig = {
  kernelName: "MaxPool3D",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const gradient = Array.isArray(dy) ? dy[0] : dy;
    if (x === undefined || gradient === undefined || x.rank !== 5 || gradient.rank !== 5)
      throw new Error("The gradient of MaxPool3D needs five axes.");
    const [samples = 1, depth = 1, height = 1, width = 1, channels = 1] = x.shape;
    const [, outDepth = 1, outHeight = 1, outWidth = 1] = gradient.shape;
    const [filterDepth, filterHeight, filterWidth] = toTriple(attrs["filterSize"]);
    const [strideDepth, strideHeight, strideWidth] = toTriple(attrs["strides"]);
    const { pad, dimRoundingMode } = attrs;
    const common = { pad, dimRoundingMode };
    const within = {
      ...common,
      filterSize: [filterHeight, filterWidth],
      strides: [strideHeight, strideWidth],
    };
    const across = { ...common, filterSize: [filterDepth, 1], strides: [strideDepth, 1] };
    return {
      x: () => {
        const layers = tf.reshape(x, [samples * depth, height, width, channels]);
        const flat = runKernel("MaxPool", { x: layers }, within);
        const columns = [samples, depth, outHeight * outWidth, channels];
        const input = tf.reshape(flat, columns);
        const output = runKernel("MaxPool", { x: input }, across);
        const error = tf.reshape(gradient, [samples, outDepth, outHeight * outWidth, channels]);
        const share = runKernel("MaxPoolGrad", { dy: error, input, output }, across);
        const back = runKernel(
          "MaxPoolGrad",
          { dy: tf.reshape(share, flat.shape), input: layers, output: flat },
          within,
        );
        return tf.reshape(back, x.shape);
      },
    };
  },
};

function toTriple(value: unknown): readonly [number, number, number] {
  if (typeof value === "number") return [value, value, value];
  const [depth = 1, height = 1, width = 1]: unknown[] = Array.isArray(value) ? value : [];
  return [Number(depth), Number(height), Number(width)];
}

/** Full size / real count for every place of the output, `[1, height, width, 1]`; null where no window is cut. */
function averageScale(
  inputShape: readonly number[],
  filterSize: Pair,
  strides: Pair,
  padding: Padding,
): [Float32Array, number[]] | null {
  if (padding !== "same") return null;
  const rows = countInWindows(inputShape[1] ?? 1, filterSize[0], strides[0]);
  const columns = countInWindows(inputShape[2] ?? 1, filterSize[1], strides[1]);
  const full = filterSize[0] * filterSize[1];
  const values = rows.flatMap((row) => columns.map((column) => full / (row * column)));
  if (values.every((value) => value === 1)) return null;
  return [Float32Array.from(values), [1, rows.length, columns.length, 1]];
}

/** How many real values each window has along one axis, padded as TensorFlow does for `same`. */
function countInWindows(size: number, window: number, stride: number): number[] {
  const count = Math.ceil(size / stride);
  const before = Math.floor(Math.max(0, (count - 1) * stride + window - size) / 2);
  return Array.from({ length: count }, (_unused, index) => {
    const start = index * stride - before;
    return Math.min(size, start + window) - Math.max(0, start);
  });
}

/**
 * The gradient of enlarging by whole factors with nearest neighbour is the sum over each block. tfjs-backend-cpu
 * (src/kernels/ResizeNearestNeighborGrad.ts) writes every sample's gradient over the first one's when there are
 * several. Other resizings, which no layer here makes, keep tfjs's own kernel.
 */
const enlargeNearest: GradConfig = {
  kernelName: "ResizeNearestNeighbor",
  inputsToSave: ["images"],
  gradFunc: (dy, saved, attrs) => {
    const gradient = expect4d(Array.isArray(dy) ? dy[0] : dy, "The gradient of a resizing");
    const images = expect4d(saved[0], "The input of a resizing");
    const byHeight = gradient.shape[1] / images.shape[1];
    const byWidth = gradient.shape[2] / images.shape[2];
    const isPlain = attrs["alignCorners"] !== true && attrs["halfPixelCenters"] !== true;
    return {
      images: () => {
        if (!isPlain || !Number.isInteger(byHeight) || !Number.isInteger(byWidth)) {
          return runKernel("ResizeNearestNeighborGrad", { dy: gradient, images }, attrs);
        }
        const block: [number, number] = [byHeight, byWidth];
        return tf.mul(tf.avgPool(gradient, block, block, "valid"), byHeight * byWidth);
      },
    };
  },
};

/**
 * tfjs-core src/gradients/Maximum_grad.ts and Minimum_grad.ts forget to add up over broadcast axes and throw
 * ("has shape …, which does not match the shape of the input").
 */
function pickOne(
  kernelName: "Maximum" | "Minimum",
  isFirst: typeof tf.less,
  isSecond: typeof tf.less,
): GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = saved;
      const gradient = Array.isArray(dy) ? dy[0] : dy;
      if (a === undefined || b === undefined || gradient === undefined) {
        throw new Error(`${kernelName} has lost its inputs.`);
      }
      return {
        a: () => sumTo(a.shape, tf.mul(gradient, tf.cast(isFirst(a, b), "float32"))),
        b: () => sumTo(b.shape, tf.mul(gradient, tf.cast(isSecond(a, b), "float32"))),
      };
    },
  };
}

/** Undoes broadcasting: adds up along the axes that `shape` lacks or has with size 1. */
function sumTo(shape: number[], tensor: tf.Tensor): tf.Tensor {
  const missing = tensor.rank - shape.length;
  const axes = tensor.shape.flatMap((size, index) => {
    const isSpread = index < missing || (shape[index - missing] === 1 && size !== 1);
    return isSpread ? [index] : [];
  });
  return tf.reshape(axes.length === 0 ? tensor : tf.sum(tensor, axes), shape);
}
