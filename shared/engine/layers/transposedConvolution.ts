import * as tf from "@tensorflow/tfjs";

/** What tfjs's own Conv2DTranspose takes (numbers or one number per spatial axis), and what it lacks. */
export interface TransposedConvolutionArgs extends Omit<
  Parameters<typeof tf.layers.conv1d>[0],
  "kernelSize" | "strides" | "dilationRate" | "padding" | "dataFormat"
> {
  /** Spatial axes: 1 for sequences, 2 for images, 3 for volumes. */
  rank: 1 | 2 | 3;
  kernelSize: number | number[];
  strides?: number | number[];
  dilationRate?: number | number[];
  padding?: "valid" | "same";
  /** How much the output is longer than the shortest that fits; as Keras says unless told. */
  outputPadding?: number | number[] | null;
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * Conv1DTranspose, Conv2DTranspose and Conv3DTranspose as in Keras 3, with what tfjs-layers 4.22 lacks: sequences,
 * dilation, output padding, and the gradient of conv3dTranspose. Kernel [...size, filters, channels].
 */
export class TransposedConvolution extends tf.layers.Layer {
  static className = "netloom>TransposedConvolution";

  readonly rank: 1 | 2 | 3;
  readonly filters: number;
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly dilationRate: number[];
  readonly padding: "valid" | "same";
  readonly outputPadding: number[] | null;
  readonly dataFormat: "channelsLast" | "channelsFirst";
  readonly useBias: boolean;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly kernelInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly biasInitializer: ReturnType<typeof tf.initializers.ones>;
  kernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;

  constructor(args: TransposedConvolutionArgs) {
    super(args as object);
    const toList = (value: number | number[] | undefined) =>
      Array.isArray(value) ? [...value] : Array.from({ length: args.rank }, () => value ?? 1);
    this.rank = args.rank;
    this.filters = args.filters;
    this.kernelSize = toList(args.kernelSize);
    this.strides = toList(args.strides);
    this.dilationRate = toList(args.dilationRate);
    this.padding = args.padding ?? "valid";
    const more = args.outputPadding ?? null;
    this.outputPadding = more === null ? null : toList(more);
    this.dataFormat = args.dataFormat ?? "channelsLast";
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
    if (channels === null) throw new Error(`${this.name} needs a known number of channels.`);
    this.kernel = this.addWeight(
      "kernel",
      [...this.kernelSize, this.filters, channels],
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
      const input = isFirst ? tf.transpose(given, [0, ...spatial.map((i) => i + 1), 1]) : given;
      let output = this.stamp(input, this.kernel.read());
      spatial.forEach((axis) => {
        const size = this.measure(input.shape[axis] ?? 1, axis - 1);
        output = transposedConvolutionCut(output, axis, this.cropBefore(axis - 1), size);
      });
      // With all axes, because tfjs-webgpu adds no vector to five axes.
      const bias = this.bias && tf.reshape(this.bias.read(), [1, ...spatial.map(() => 1), -1]);
      const shifted = bias === null ? output : tf.add(output, bias);
      const activation: { apply(x: tf.Tensor): tf.Tensor } = Reflect.get(this.reader, "activation");
      // As in Keras, the activation comes when the axes stand where the data format wants them.
      return activation.apply(
        isFirst ? tf.transpose(shifted, [0, this.rank + 1, ...spatial]) : shifted,
      );
    });
  }

  /** Each value of the input stamps its kernel into an output of (n − 1) · stride + reach. */
  private stamp(input: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    const spread = this.dilationRate.reduce(
      (sparse, rate, axis) => transposedConvolutionSpread(sparse, axis, rate),
      kernel,
    );
    const [batch = 1] = input.shape;
    const sizes = this.strides.map(
      (stride, axis) => ((input.shape[axis + 1] ?? 1) - 1) * stride + this.reach(axis),
    );
    if (this.rank === 3)
      return transposedConvolution3d(input, spread, this.strides, [batch, ...sizes, this.filters]);
    // Sequences are images of width 1.
    const [length = 1, width = 1] = sizes;
    const [strideY = 1, strideX = 1] = this.strides;
    const isImage = this.rank === 2;
    const image = isImage ? input : tf.expandDims(input, 2);
    const output = tf.conv2dTranspose(
      image as tf.Tensor4D,
      (isImage ? spread : tf.expandDims(spread, 1)) as tf.Tensor4D,
      [batch, length, width, this.filters],
      [strideY, strideX],
      "valid",
    );
    return isImage ? output : tf.squeeze(output, [2]);
  }

  private reach(axis: number): number {
    return ((this.kernelSize[axis] ?? 1) - 1) * (this.dilationRate[axis] ?? 1) + 1;
  }

  private measure(size: number, axis: number): number {
    const stride = this.strides[axis] ?? 1;
    const reach = this.reach(axis);
    const more = this.outputPadding?.[axis];
    if (this.padding === "valid")
      return (size - 1) * stride + reach + (more ?? Math.max(stride - reach, 0));
    return more === undefined ? size * stride : (size - 1) * stride + (reach % 2) + more;
  }

  /** What Keras leaves off at the front for padding "same". */
  private cropBefore(axis: number): number {
    if (this.padding === "valid") return 0;
    const reach = this.reach(axis);
    const more = this.outputPadding?.[axis];
    const total = reach - 2 + (more === undefined ? (this.strides[axis] ?? 1) : (reach % 2) + more);
    return reach - 1 - Math.min(Math.ceil(total / 2), reach - 1);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape; // As in `build`.
    const isFirst = this.dataFormat === "channelsFirst";
    const sizes = (isFirst ? shape.slice(2) : shape.slice(1, -1)).map((size, axis) =>
      size === null || size === undefined ? null : this.measure(size, axis),
    );
    const batch = shape[0] ?? null;
    return isFirst ? [batch, this.filters, ...sizes] : [batch, ...sizes, this.filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rank, filters, kernelSize, strides, dilationRate, padding, dataFormat, useBias } = this;
    const own = { rank, filters, kernelSize, strides, dilationRate, padding, dataFormat, useBias };
    const { outputPadding } = this;
    return { ...this.reader.getConfig(), ...super.getConfig(), ...own, outputPadding };
  }
}

/** tfjs has no gradient of conv3dTranspose: to the input it is the convolution, to the kernel the convolution's. */
function transposedConvolution3d(
  input: tf.Tensor,
  kernel: tf.Tensor,
  strides: number[],
  shape: number[],
): tf.Tensor {
  const steps = strides as [number, number, number]; // One a spatial axis.
  const compute = tf.customGrad((...args) => {
    // tfjs's types hide that the last argument is the function that keeps tensors.
    const [x, w, save] = args as unknown as [tf.Tensor5D, tf.Tensor5D, (kept: tf.Tensor[]) => void];
    save([x, w]);
    const size = shape as [number, number, number, number, number]; // Five axes as the input's.
    const value = tf.conv3dTranspose(x, w, size, steps, "valid");
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [volume, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const attrs = { strides: steps, pad: "valid", filterShape: filter.shape };
      const given = { x: dy, dy: volume };
      const toFilter = tf.engine().runKernel("Conv3DBackpropFilterV2", given, attrs);
      return [tf.conv3d(dy as tf.Tensor5D, filter, steps, "valid"), toFilter as tf.Tensor];
    };
    return { value, gradFunc };
  });
  return compute(input, kernel);
}

/** `size` values along one axis from `start` on, with zeros where there are none; three axes at a time, as tfjs-webgpu pads no five. */
function transposedConvolutionCut(
  output: tf.Tensor,
  axis: number,
  start: number,
  size: number,
): tf.Tensor {
  const shape = [...output.shape];
  const length = shape[axis] ?? 1;
  if (start === 0 && length === size) return output;
  const outer = shape.slice(0, axis).reduce((product, entry) => product * entry, 1);
  const missing = Math.max(start + size - length, 0);
  const rows = tf.pad(tf.reshape(output, [outer, length, -1]), [
    [0, 0],
    [0, missing],
    [0, 0],
  ]);
  shape[axis] = size;
  return tf.reshape(tf.slice(rows, [0, start, 0], [-1, size, -1]), shape);
}

/** Puts `rate − 1` zeros between the points of a kernel along one axis. */
function transposedConvolutionSpread(kernel: tf.Tensor, axis: number, rate: number): tf.Tensor {
  const shape = [...kernel.shape];
  const size = shape[axis] ?? 1;
  if (rate === 1 || size === 1) return kernel;
  const inner = shape.slice(axis + 1).reduce((product, entry) => product * entry, 1);
  const points = transposedConvolutionCut(tf.reshape(kernel, [-1, 1, inner]), 1, 0, rate);
  shape[axis] = size * rate;
  return transposedConvolutionCut(tf.reshape(points, shape), axis, 0, (size - 1) * rate + 1);
}
tf.serialization.registerClass(TransposedConvolution, "netloom", "TransposedConvolution");
