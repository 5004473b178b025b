import * as tf from "@tensorflow/tfjs";

type DepthwiseConvolutionReader = Parameters<typeof tf.layers.conv1d>[0];

/** What tfjs's own DepthwiseConv2D and SeparableConv2D take (numbers or one per spatial axis). */
export interface DepthwiseConvolutionArgs extends Omit<
  DepthwiseConvolutionReader,
  "filters" | "kernelSize" | "strides" | "dilationRate" | "padding" | "dataFormat"
> {
  /** Spatial axes: 1 for sequences, 2 for images. */
  rank: 1 | 2;
  /** Given: a convolution with windows of one place mixes the channels into so many (SeparableConv). */
  filters?: number;
  kernelSize: number | number[];
  strides?: number | number[];
  dilationRate?: number | number[];
  padding?: "valid" | "same";
  depthMultiplier?: number;
  dataFormat?: "channelsLast" | "channelsFirst";
  depthwiseInitializer?: DepthwiseConvolutionReader["kernelInitializer"];
  depthwiseRegularizer?: DepthwiseConvolutionReader["kernelRegularizer"];
  depthwiseConstraint?: DepthwiseConvolutionReader["kernelConstraint"];
  pointwiseInitializer?: DepthwiseConvolutionReader["kernelInitializer"];
  pointwiseRegularizer?: DepthwiseConvolutionReader["kernelRegularizer"];
  pointwiseConstraint?: DepthwiseConvolutionReader["kernelConstraint"];
}

/**
 * DepthwiseConv1D and 2D, SeparableConv1D and 2D as in Keras 3, with what tfjs-layers 4.22 lacks: sequences, dilation
 * with gradients, a pointwise initializer, a bias for channels first, options that survive saving.
 */
export class DepthwiseConvolution extends tf.layers.Layer {
  static className = "netloom>DepthwiseConvolution";

  readonly rank: 1 | 2;
  readonly filters: number | null;
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly dilationRate: number[];
  readonly padding: "valid" | "same";
  readonly depthMultiplier: number;
  readonly dataFormat: "channelsLast" | "channelsFirst";
  readonly useBias: boolean;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: these do it for us. */
  readonly depthwiseReader: tf.layers.Layer;
  readonly pointwiseReader: tf.layers.Layer;
  readonly depthwiseInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly pointwiseInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly biasInitializer: ReturnType<typeof tf.initializers.ones>;
  depthwiseKernel: tf.LayerVariable | null = null;
  pointwiseKernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;

  constructor(args: DepthwiseConvolutionArgs) {
    super(args as object);
    const toList = (value: number | number[] | undefined) =>
      Array.isArray(value) ? [...value] : Array.from({ length: args.rank }, () => value ?? 1);
    this.rank = args.rank;
    this.filters = args.filters ?? null;
    this.kernelSize = toList(args.kernelSize);
    this.strides = toList(args.strides);
    this.dilationRate = toList(args.dilationRate);
    this.padding = args.padding ?? "valid";
    this.depthMultiplier = args.depthMultiplier ?? 1;
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.useBias = args.useBias ?? true;
    const { activation, biasInitializer, biasRegularizer, biasConstraint } = args;
    const plain = { filters: 1, kernelSize: 1 };
    // Absent and undefined mean the same to tfjs.
    this.depthwiseReader = tf.layers.conv1d({
      ...plain,
      activation,
      biasInitializer,
      biasRegularizer,
      biasConstraint,
      kernelInitializer: args.depthwiseInitializer ?? "glorotUniform",
      kernelRegularizer: args.depthwiseRegularizer,
      kernelConstraint: args.depthwiseConstraint,
    } as DepthwiseConvolutionReader);
    this.pointwiseReader = tf.layers.conv1d({
      ...plain,
      kernelInitializer: args.pointwiseInitializer ?? "glorotUniform",
      kernelRegularizer: args.pointwiseRegularizer,
      kernelConstraint: args.pointwiseConstraint,
    } as DepthwiseConvolutionReader);
    this.depthwiseInitializer = Reflect.get(this.depthwiseReader, "kernelInitializer");
    this.pointwiseInitializer = Reflect.get(this.pointwiseReader, "kernelInitializer");
    this.biasInitializer = Reflect.get(this.depthwiseReader, "biasInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = inputShape as tf.Shape; // A list of shapes comes only to layers with several inputs.
    const channels = (this.dataFormat === "channelsFirst" ? shape[1] : shape.at(-1)) ?? null;
    if (channels === null) throw new Error(`${this.name} needs a known number of channels.`);
    const between = channels * this.depthMultiplier;
    this.depthwiseKernel = this.addWeight(
      "depthwise_kernel",
      [...this.kernelSize, channels, this.depthMultiplier],
      "float32",
      this.depthwiseInitializer,
      Reflect.get(this.depthwiseReader, "kernelRegularizer"),
      true,
      Reflect.get(this.depthwiseReader, "kernelConstraint"),
    );
    if (this.filters !== null)
      this.pointwiseKernel = this.addWeight(
        "pointwise_kernel",
        [...this.kernelSize.map(() => 1), between, this.filters],
        "float32",
        this.pointwiseInitializer,
        Reflect.get(this.pointwiseReader, "kernelRegularizer"),
        true,
        Reflect.get(this.pointwiseReader, "kernelConstraint"),
      );
    if (this.useBias)
      this.bias = this.addWeight(
        "bias",
        [this.filters ?? between],
        "float32",
        this.biasInitializer,
        Reflect.get(this.depthwiseReader, "biasRegularizer"),
        true,
        Reflect.get(this.depthwiseReader, "biasConstraint"),
      );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs[0] : inputs;
      if (given === undefined || this.depthwiseKernel === null)
        throw new Error(`${this.name}: no input.`);
      const isFirst = this.dataFormat === "channelsFirst";
      const isImage = this.rank === 2;
      const input = isFirst ? tf.transpose(given, isImage ? [0, 2, 3, 1] : [0, 2, 1]) : given;
      // Sequences are images of width 1. Zeros between the points of the kernel, because tfjs has no gradient of a
      // dilated depthwise convolution.
      const kernel = this.dilationRate.reduce(
        (sparse, rate, axis) => depthwiseConvolutionSpread(sparse, axis, rate),
        this.depthwiseKernel.read(),
      );
      const [strideY = 1, strideX = strideY] = this.strides;
      let output: tf.Tensor4D = tf.depthwiseConv2d(
        (isImage ? input : tf.expandDims(input, 2)) as tf.Tensor4D,
        (isImage ? kernel : tf.expandDims(kernel, 1)) as tf.Tensor4D,
        [strideY, strideX],
        this.padding,
      );
      if (this.pointwiseKernel !== null) {
        const between = output.shape[3];
        const mixer = tf.reshape(this.pointwiseKernel.read(), [1, 1, between, this.filters ?? 1]);
        output = tf.conv2d(output, mixer as tf.Tensor4D, 1, "valid");
      }
      const shifted = this.bias === null ? output : tf.add(output, this.bias.read());
      const result = isImage ? shifted : tf.squeeze(shifted, [2]);
      const activation: { apply(x: tf.Tensor): tf.Tensor } = Reflect.get(
        this.depthwiseReader,
        "activation",
      );
      // As in Keras, the activation comes when the axes stand where the data format wants them.
      return activation.apply(
        isFirst ? tf.transpose(result, isImage ? [0, 3, 1, 2] : [0, 2, 1]) : result,
      );
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape; // As in `build`.
    const isFirst = this.dataFormat === "channelsFirst";
    const sizes = isFirst ? shape.slice(2) : shape.slice(1, -1);
    const output = sizes.map((size, axis) => {
      if (size === null || size === undefined) return null;
      const reach = ((this.kernelSize[axis] ?? 1) - 1) * (this.dilationRate[axis] ?? 1);
      return Math.ceil((this.padding === "same" ? size : size - reach) / (this.strides[axis] ?? 1));
    });
    const channels = Number(isFirst ? shape[1] : shape.at(-1)) * this.depthMultiplier;
    const batch = shape[0] ?? null;
    const last = this.filters ?? channels;
    return isFirst ? [batch, last, ...output] : [batch, ...output, last];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rank, filters, kernelSize, strides, dilationRate, padding, dataFormat } = this;
    const { filters: _one, ...depthwise } = this.depthwiseReader.getConfig();
    const pointwise = this.pointwiseReader.getConfig();
    return {
      ...depthwise,
      ...super.getConfig(),
      rank,
      kernelSize,
      strides,
      dilationRate,
      padding,
      dataFormat,
      ...(filters === null ? {} : { filters }),
      depthMultiplier: this.depthMultiplier,
      useBias: this.useBias,
      ...DepthwiseConvolution.rename(depthwise, "depthwise"),
      ...DepthwiseConvolution.rename(pointwise, "pointwise"),
    };
  }

  /** `kernelInitializer` → `depthwiseInitializer`, and so on. */
  private static rename(
    config: tf.serialization.ConfigDict,
    prefix: string,
  ): tf.serialization.ConfigDict {
    return Object.fromEntries(
      ["Initializer", "Regularizer", "Constraint"].map((kind) => [
        `${prefix}${kind}`,
        config[`kernel${kind}`] ?? null,
      ]),
    );
  }
}

/** Puts `rate − 1` zeros between the points of a kernel along one axis; three axes at a time, as tfjs-webgpu pads no five. */
function depthwiseConvolutionSpread(kernel: tf.Tensor, axis: number, rate: number): tf.Tensor {
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
tf.serialization.registerClass(DepthwiseConvolution, "netloom", "DepthwiseConvolution");
