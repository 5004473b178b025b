import * as tf from "@tensorflow/tfjs";

export interface LocalResponseNormalizationArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  /** Neighbouring channels on each side. */
  depthRadius?: number;
  bias?: number;
  alpha?: number;
  beta?: number;
}

/** output = input / (bias + alpha · Σ squares of the neighbouring channels)^beta. Krizhevsky et al. 2012. */
export class LocalResponseNormalization extends tf.layers.Layer {
  static className = "netloom>LocalResponseNormalization";

  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;

  constructor(args: LocalResponseNormalizationArgs) {
    super(args as object);
    this.depthRadius = args.depthRadius ?? 5;
    this.bias = args.bias ?? 1;
    this.alpha = args.alpha ?? 1;
    this.beta = args.beta ?? 0.5;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (input === undefined) throw new Error(`${this.name}: no input.`);
    const { depthRadius, bias, alpha, beta } = this;
    return tf.localResponseNormalization(input as tf.Tensor4D, depthRadius, bias, alpha, beta);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return inputShape as tf.Shape; // One input, so one shape.
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { depthRadius, bias, alpha, beta } = this;
    return { ...super.getConfig(), depthRadius, bias, alpha, beta };
  }
}
tf.serialization.registerClass(LocalResponseNormalization, "netloom", "LocalResponseNormalization");
