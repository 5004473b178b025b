import * as tf from "@tensorflow/tfjs";

/** What tfjs's own convolutions take (numbers or one number per spatial axis), and what they lack. */
export interface ConvolutionArgs extends Omit<
  Parameters<typeof tf.layers.conv1d>[0],
  "kernelSize" | "strides" | "dilationRate" | "padding" | "dataFormat"
> {
  /** Spatial axes: 1 for sequences, 2 for images, 3 for volumes. */
  rank: 1 | 2 | 3;
  kernelSize: number | number[];
  strides?: number | number[];
  dilationRate?: number | number[];
  /** "causal": zeros in front only, so that no step sees a later one (sequences only). */
  padding?: "valid" | "same" | "causal";
  dataFormat?: "channelsLast" | "channelsFirst";
  /** Channels are cut into so many groups, each with its own filters; 1 unless told. */
  groups?: number;
}

/**
 * Conv1D, Conv2D and Conv3D as in Keras 3, with what tfjs-layers 4.22 lacks: groups, causal padding, channels-first
 * sequences, and gradients of dilated convolutions. Kernel [...size, channels / groups, filters].
 */
export class Convolution extends tf.layers.Layer {
  static className = "netloom>Convolution";

  readonly rank: 1 | 2 | 3;
  readonly filters: number;
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly dilationRate: number[];
  readonly padding: "valid" | "same" | "causal";
  readonly dataFormat: "channelsLast" | "channelsFirst";
  readonly groups: number;
  readonly useBias: boolean;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly kernelInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly biasInitializer: ReturnType<typeof tf.initializers.ones>;
  kernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;

  constructor(args: ConvolutionArgs) {
    super(args as object);
    const toList = (value: number | number[] | undefined) =>
      Array.isArray(value) ? [...value] : Array.from({ length: args.rank }, () => value ?? 1);
    this.rank = args.rank;
    this.filters = args.filters;
    this.kernelSize = toList(args.kernelSize);
    this.strides = toList(args.strides);
    this.dilationRate = toList(args.dilationRate);
    this.padding = args.padding ?? "valid";
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.groups = args.groups ?? 1;
    this.useBias = args.useBias ?? true;
    this.reader = tf.layers.conv1d({
      ...args,
      kernelSize: 1,
      strides: 1,
      dilationRate: 1,
      padding: "valid",
      dataFormat: "channelsLast",
      kernelInitializer: args.kernelInitializer ?? "glorotUniform",
    });
    this.kernelInitializer = Reflect.get(this.reader, "kernelInitializer");
    this.biasInitializer = Reflect.get(this.reader, "biasInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = inputShape as tf.Shape; // A list of shapes comes only to layers with several inputs.
    const channels = (this.dataFormat === "channelsFirst" ? shape[1] : shape.at(-1)) ?? null;
    if (channels === null || channels % this.groups !== 0 || this.filters % this.groups !== 0)
      throw new Error(
        `${this.name}: channels (${channels}) and filters must be multiples of groups.`,
      );
    this.kernel = this.addWeight(
      "kernel",
      [...this.kernelSize, channels / this.groups, this.filters],
      "float32",
      this.kernelInitializer,
      Reflect.get(this.reader, "kernelRegularizer"),
      true,
      Reflect.get(this.reader, "kernelConstraint"),
    );
    if (this.useBias)
      this.bias = this.addWeight(
        "bias",
        [this.filters],
        "float32",
        this.biasInitializer,
        Reflect.get(this.reader, "biasRegularizer"),
        true,
        Reflect.get(this.reader, "biasConstraint"),
      );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs[0] : inputs;
      if (given === undefined || this.kernel === null) throw new Error(`${this.name}: no input.`);
      const spatial = Array.from({ length: this.rank }, (_, index) => index + 1);
      const isFirst = this.dataFormat === "channelsFirst";
      const last = this.rank + 1;
      const input = isFirst ? tf.transpose(given, [0, ...spatial.map((i) => i + 1), 1]) : given;
      const convolved = this.convolveGroups(input, this.kernel.read());
      // With all axes, because tfjs-webgpu adds no vector to five axes.
      const bias = this.bias && tf.reshape(this.bias.read(), [1, ...spatial.map(() => 1), -1]);
      const shifted = bias === null ? convolved : tf.add(convolved, bias);
      const activation: { apply(x: tf.Tensor): tf.Tensor } = Reflect.get(this.reader, "activation");
      // As in Keras, the activation comes when the axes stand where the data format wants them.
      return activation.apply(isFirst ? tf.transpose(shifted, [0, last, ...spatial]) : shifted);
    });
  }

  private convolveGroups(input: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    if (this.groups === 1) return this.convolve(input, kernel);
    const kernels = tf.split(kernel, this.groups, -1);
    const parts = tf.split(input, this.groups, -1).map((part, index) => {
      const filters = kernels[index];
      return filters === undefined ? part : this.convolve(part, filters);
    });
    return tf.concat(parts, -1);
  }

  /** Channels last; sequences are images of width 1. */
  private convolve(input: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    const [batch = 1, ...sizes] = input.shape;
    const isDilated = this.dilationRate.some((rate) => rate !== 1);
    const padding = this.padding === "same" ? "same" : "valid";
    if (this.rank === 3) {
      // Zeros between the points of the kernel: tfjs has no gradient of a dilated conv3d.
      const spread = this.dilationRate.reduce(
        (k, rate, axis) => convolutionSpread(k, axis, rate),
        kernel,
      );
      const strides = this.strides as [number, number, number]; // Its length is the rank.
      return tf.conv3d(input as tf.Tensor5D, spread as tf.Tensor5D, strides, padding);
    }
    const image = this.rank === 2 ? input : tf.reshape(input, [batch, sizes[0] ?? 1, 1, -1]);
    const [inner = 1, outer = 1] = kernel.shape.slice(-2);
    const [height = 1, width = 1] = this.kernelSize;
    const filter = tf.reshape(kernel, [height, width, inner, outer]) as tf.Tensor4D;
    const strides: [number, number] = [this.strides[0] ?? 1, this.strides[1] ?? 1];
    const rates: [number, number] = [this.dilationRate[0] ?? 1, this.dilationRate[1] ?? 1];
    const padded = (
      this.padding === "causal" || isDilated ? this.pad(image) : image
    ) as tf.Tensor4D;
    const output = isDilated
      ? convolutionDilated(padded, filter, rates)
      : tf.conv2d(padded, filter, strides, this.padding === "causal" ? "valid" : padding);
    return this.rank === 2 ? output : tf.reshape(output, [batch, output.shape[1] ?? 1, outer]);
  }

  /** Zeros around an image, so that windows without padding give the size asked for. */
  private pad(image: tf.Tensor): tf.Tensor {
    if (this.padding === "valid") return image;
    const around = [0, 1].map((axis): [number, number] => {
      const reach = ((this.kernelSize[axis] ?? 1) - 1) * (this.dilationRate[axis] ?? 1);
      const before = this.padding === "causal" ? reach : Math.floor(reach / 2);
      return [before, reach - before];
    });
    return tf.pad(image, [[0, 0], ...around, [0, 0]]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape; // As in `build`.
    const isFirst = this.dataFormat === "channelsFirst";
    const sizes = isFirst ? shape.slice(2) : shape.slice(1, -1);
    const output = sizes.map((size, axis) => {
      if (size === null || size === undefined) return null;
      const reach = ((this.kernelSize[axis] ?? 1) - 1) * (this.dilationRate[axis] ?? 1);
      return Math.ceil(
        (this.padding === "valid" ? size - reach : size) / (this.strides[axis] ?? 1),
      );
    });
    const batch = shape[0] ?? null;
    return isFirst ? [batch, this.filters, ...output] : [batch, ...output, this.filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rank, filters, kernelSize, strides, dilationRate, padding, dataFormat, groups } = this;
    const own = { rank, filters, kernelSize, strides, dilationRate, padding, dataFormat, groups };
    return { ...this.reader.getConfig(), ...super.getConfig(), ...own, useBias: this.useBias };
  }
}

/** Puts `rate − 1` zeros between the points of a kernel along one axis; three axes at a time, as tfjs-webgpu pads no five. */
function convolutionSpread(kernel: tf.Tensor, axis: number, rate: number): tf.Tensor {
  const shape = [...kernel.shape];
  const size = shape[axis] ?? 1;
  if (rate === 1 || size === 1) return kernel;
  const outer = shape.slice(0, axis).reduce((product, entry) => product * entry, 1);
  const rows = tf.reshape(kernel, [outer * size, 1, -1]);
  const spread = tf.reshape(
    tf.pad(rows, [
      [0, 0],
      [0, rate - 1],
      [0, 0],
    ]),
    [outer, size * rate, -1],
  );
  const reach = (size - 1) * rate + 1;
  shape[axis] = reach;
  return tf.reshape(tf.slice(spread, [0, 0, 0], [-1, reach, -1]), shape);
}

/**
 * A dilated convolution with strides of 1 and no padding. tfjs has no gradient of it ("dilation rates greater than 1
 * are not yet supported in gradients"): to the input it is the convolution with the kernel turned about, to the
 * kernel one matrix product for each of its points.
 */
function convolutionDilated(
  input: tf.Tensor4D,
  filter: tf.Tensor4D,
  [byHeight, byWidth]: [number, number],
): tf.Tensor {
  const rates: [number, number] = [byHeight, byWidth];
  const compute = tf.customGrad((...args) => {
    // tfjs's types hide that the last argument is the function that keeps tensors.
    const [x, w, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, (kept: tf.Tensor[]) => void];
    save([x, w]);
    const value = tf.conv2d(x, w, 1, "valid", "NHWC", rates);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [image, kernel] = saved as [tf.Tensor4D, tf.Tensor4D];
      const [height, width, inner, outer] = kernel.shape;
      const [batch, rows = 1, columns = 1] = dy.shape;
      const tall = (height - 1) * byHeight;
      const wide = (width - 1) * byWidth;
      const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
      const around = tf.pad(dy, [
        [0, 0],
        [tall, tall],
        [wide, wide],
        [0, 0],
      ]);
      const slope = tf.reshape(dy, [-1, outer]);
      const points = Array.from({ length: height * width }, (_, at) => {
        const start = [0, Math.floor(at / width) * byHeight, (at % width) * byWidth, 0];
        const seen = tf.slice(image, start, [batch ?? 1, rows, columns, inner]);
        return tf.matMul(tf.reshape(seen, [-1, inner]), slope, true, false);
      });
      const toImage = tf.conv2d(around as tf.Tensor4D, turned, 1, "valid", "NHWC", rates);
      return [toImage, tf.reshape(tf.stack(points), kernel.shape)];
    };
    return { value, gradFunc };
  });
  return compute(input, filter);
}
tf.serialization.registerClass(Convolution, "netloom", "Convolution");
