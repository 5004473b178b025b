import * as tf from "@tensorflow/tfjs";

export interface SamplingArgs extends NonNullable<
  ConstructorParameters<typeof tf.layers.Layer>[0]
> {
  /** Makes the draws repeatable, one after the other. */
  seed?: number | null;
}

/**
 * Inputs mean and logVariance; output = mean + exp(logVariance / 2) · noise in training, mean otherwise.
 * Kingma and Welling 2014, Auto-Encoding Variational Bayes.
 */
export class Sampling extends tf.layers.Layer {
  static className = "netloom>Sampling";

  readonly seed: number | null;
  /** Set before each step, where training draws its random numbers from one seed. */
  stepSeed: number | null = null;
  private draws = 0;

  constructor(args: SamplingArgs = {}) {
    super(args);
    this.seed = args.seed ?? null;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const [mean, logVariance] = Array.isArray(inputs) ? inputs : [inputs];
      if (mean === undefined || logVariance === undefined)
        throw new Error("Sampling needs a mean and a logarithm of the variance.");
      if (kwargs.training !== true) return tf.clone(mean);
      const seed = this.stepSeed ?? (this.seed === null ? undefined : this.seed + ++this.draws);
      const noise = tf.randomNormal(mean.shape, 0, 1, "float32", seed);
      return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // Two inputs, so a list of shapes.
    return (inputShape as tf.Shape[])[0] ?? [];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), seed: this.seed };
  }
}
tf.serialization.registerClass(Sampling, "netloom", "Sampling");
