import * as tf from "@tensorflow/tfjs";

export interface SamplingArgs extends NonNullable<
  ConstructorParameters<typeof tf.layers.Layer>[0]
> {
  /** Makes the draws repeatable, one after the other. */
  seed?: number | null;
  /** Adds this times the divergence from a standard normal distribution, per sample, to the loss. */
  klWeight?: number;
}

/**
 * Inputs mean and logVariance; output = mean + exp(logVariance / 2) · noise in training, mean otherwise. The loss grows by
 * klWeight · mean over samples of −½ Σ (1 + logVariance − mean² − exp(logVariance)).
 * Kingma and Welling 2014, Auto-Encoding Variational Bayes.
 */
export class Sampling extends tf.layers.Layer {
  static className = "netloom>Sampling";

  readonly seed: number | null;
  readonly klWeight: number;
  /** Normal numbers in the shape of a tensor; replaced where training draws its random numbers from one seed. */
  drawNoise: (like: tf.Tensor) => tf.Tensor;
  /** Of the calls since they were last asked for: a shared layer has several. */
  private penalties: tf.Scalar[] = [];

  constructor(args: SamplingArgs = {}) {
    super(args);
    this.seed = args.seed ?? null;
    this.klWeight = args.klWeight ?? 0;
    let draws = 0;
    this.drawNoise = ({ shape }) =>
      tf.randomNormal(shape, 0, 1, "float32", this.seed === null ? undefined : this.seed + ++draws);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const [mean, logVariance] = Array.isArray(inputs) ? inputs : [inputs];
    if (mean === undefined || logVariance === undefined)
      throw new Error("Sampling needs a mean and a logarithm of the variance.");
    if (this.klWeight !== 0) this.addPenalty(this.measureDivergence(mean, logVariance));
    return tf.tidy(() => {
      if (kwargs.training !== true) return tf.clone(mean);
      return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), this.drawNoise(mean)));
    });
  }

  /** Keeps a part of the loss until the losses are asked for. */
  addPenalty(penalty: tf.Scalar): void {
    // Those of passes that nobody asked about are gone with the pass.
    this.penalties = [...this.penalties.filter(({ isDisposed }) => !isDisposed), penalty];
  }

  private measureDivergence(mean: tf.Tensor, logVariance: tf.Tensor): tf.Scalar {
    return tf.tidy(() => {
      const spread = tf.add(tf.square(mean), tf.exp(logVariance));
      const sum = tf.sum(tf.sub(spread, tf.add(logVariance, 1)));
      return tf.mul(sum, (0.5 * this.klWeight) / (mean.shape[0] ?? 1)).asScalar();
    });
  }

  /** All at once: tfjs asks once per use of a layer. */
  override calculateLosses(): tf.Scalar[] {
    const found = this.penalties.filter(({ isDisposed }) => !isDisposed);
    this.penalties = [];
    return found;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // Two inputs, so a list of shapes.
    return (inputShape as tf.Shape[])[0] ?? [];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), seed: this.seed, klWeight: this.klWeight };
  }
}
tf.serialization.registerClass(Sampling, "netloom", "Sampling");
