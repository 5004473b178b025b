import * as tf from "@tensorflow/tfjs";

export interface AttentionArgs {
  name?: string;
  trainable?: boolean;
  useScale?: boolean;
  /** "additive" is Keras's AdditiveAttention. */
  scoreMode?: "dot" | "concat" | "additive";
  dropout?: number;
  seed?: number;
  useCausalMask?: boolean;
  returnAttentionScores?: boolean;
  /** Which inputs carry their mask as an additional last feature (see MaskFeature). */
  maskedInputs?: boolean[];
}

/**
 * Inputs: query [batch, T, dim], value [batch, S, …], perhaps key [batch, S, dim] (else the value).
 * scores = query · keyᵀ (Luong et al. 2015), or Σ scale · tanh(query + key) (Bahdanau et al. 2015);
 * output = softmax(scores) · value.
 */
export class Attention extends tf.layers.Layer {
  static className = "netloom>Attention";

  readonly args: AttentionArgs;
  readonly scaleInitializer: ReturnType<typeof tf.initializers.ones>;
  /** Replaced where training draws its random numbers from one seed. */
  dropoutFunc: (input: tf.Tensor, rate: number) => tf.Tensor;
  scale: tf.LayerVariable | null = null;
  scoreWeight: tf.LayerVariable | null = null;

  constructor(args: AttentionArgs = {}) {
    super(args);
    this.args = { ...args };
    this.dropoutFunc = (input, rate) => tf.dropout(input, rate, undefined, args.seed);
    this.supportsMasking = true;
    this.scaleInitializer =
      args.scoreMode === "additive" ? tf.initializers.glorotUniform({}) : tf.initializers.ones();
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const [query = []] = this.listShapes(inputShape);
    const shape = this.args.scoreMode === "additive" ? [query.at(-1) ?? 1] : [];
    if (this.args.useScale === true) {
      this.scale = this.addWeight("scale", shape, "float32", this.scaleInitializer);
    }
    if (this.args.scoreMode === "concat") {
      const ones = tf.initializers.ones();
      this.scoreWeight = this.addWeight("concat_score_weight", [], "float32", ones);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) {
    return tf.tidy(() => {
      const pairs = (Array.isArray(inputs) ? inputs : [inputs]).map((each, index) =>
        this.splitMask(each, index),
      );
      const [first, second, third = second] = pairs;
      if (!first || !second || !third) throw new Error("No query or no value.");
      const [query, queryMask] = first;
      const [value, valueMask] = second;
      const [key] = third;
      let scores = this.score(query, key);
      const [, T = 1, S = 1] = scores.shape;
      if (valueMask) {
        const isOpen = tf.reshape(valueMask, [-1, 1, S]);
        scores = tf.add(scores, tf.mul(tf.sub(isOpen, 1), 1e9));
      }
      if (this.args.useCausalMask === true) {
        const shifts = Array.from({ length: T * S }, (_unused, at) =>
          at % S <= Math.floor(at / S) ? 0 : -1e9,
        );
        scores = tf.add(scores, tf.tensor(shifts, [1, T, S]));
      }
      const { dropout = 0 } = this.args;
      const isDropping = dropout > 0 && kwargs["training"] === true;
      const shares = tf.softmax(scores);
      const weights = isDropping ? this.dropoutFunc(shares, dropout) : shares;
      const mixed = tf.matMul(weights, value);
      const output = queryMask ? tf.mul(mixed, queryMask) : mixed;
      return this.args.returnAttentionScores === true ? [output, weights] : output;
    });
  }

  /** [batch, T, dim], [batch, S, dim] → [batch, T, S]. */
  private score(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const scale = this.scale?.read() ?? null;
    const { scoreMode = "dot" } = this.args;
    if (scoreMode === "dot") {
      const products = tf.matMul(query, key, false, true);
      return scale === null ? products : tf.mul(products, scale);
    }
    const sums = tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1));
    if (scoreMode === "additive") {
      const bent = tf.tanh(sums);
      return tf.sum(scale === null ? bent : tf.mul(bent, scale), -1);
    }
    const bent = tf.sum(tf.tanh(scale === null ? sums : tf.mul(sums, scale)), -1);
    return this.scoreWeight === null ? bent : tf.mul(bent, this.scoreWeight.read());
  }

  /** The tensor, and its mask [batch, steps, 1] or null. */
  private splitMask(input: tf.Tensor, index: number): [tf.Tensor, tf.Tensor | null] {
    if (this.args.maskedInputs?.[index] !== true) return [input, null];
    const [tensor, mask] = tf.split(input, [(input.shape.at(-1) ?? 1) - 1, 1], -1);
    return [tensor ?? input, mask ?? null];
  }

  private listShapes(inputShape: tf.Shape | tf.Shape[]): tf.Shape[] {
    // This layer has at least two inputs.
    return (inputShape as tf.Shape[]).map((shape, index) => {
      const extra = this.args.maskedInputs?.[index] === true ? 1 : 0;
      return [...shape.slice(0, -1), (shape.at(-1) ?? 1) - extra];
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [query = [], value = []] = this.listShapes(inputShape);
    const output = [...query.slice(0, -1), value.at(-1) ?? null];
    if (this.args.returnAttentionScores !== true) return output;
    return [output, [...query.slice(0, -1), value[1] ?? null]];
  }

  /** The query's mask goes on. */
  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]) {
    const first = (Array.isArray(mask) ? mask[0] : mask) ?? null;
    // tfjs takes null for "no mask", which its types don't say.
    return (this.args.returnAttentionScores === true ? [first, null] : first) as tf.Tensor[];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.args, ...super.getConfig() };
  }
}
tf.serialization.registerClass(Attention, "netloom", "Attention");
