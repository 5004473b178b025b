import * as tf from "@tensorflow/tfjs";

export interface MultiHeadAttentionArgs extends Omit<
  Parameters<typeof tf.layers.dense>[0],
  "units" | "activation"
> {
  numHeads: number;
  keyDim: number;
  valueDim?: number;
  dropout?: number;
  outputShape?: number | number[];
  attentionAxes?: number[];
  slidingWindow?: number;
  useGate?: boolean;
  seed?: number;
  useCausalMask?: boolean;
  returnAttentionScores?: boolean;
  /** Which inputs carry their mask as an additional last feature (see MaskFeature). */
  maskedInputs?: boolean[];
}

/**
 * Inputs: query [batch, T, …], value [batch, S, …], then perhaps key [batch, S, …] and an attention mask [batch, T, S].
 * attention = softmax(query · keyᵀ / √keyDim) per head, output = (attention · value) projected. Vaswani et al. 2017.
 */
export class MultiHeadAttention extends tf.layers.Layer {
  static className = "netloom>MultiHeadAttention";

  readonly args: MultiHeadAttentionArgs;
  /** Reads initializers and the like by name or from a model file, as only tfjs's own layers can. */
  readonly reader: tf.layers.Layer;
  /** Replaced where training draws its random numbers from one seed. */
  dropoutFunc: (input: tf.Tensor, rate: number) => tf.Tensor;
  readonly parts = new Map<string, tf.LayerVariable>();
  /** Of the calls since they were last asked for: one for each projection, as in Keras. */
  private penalties: tf.Scalar[] = [];

  constructor(args: MultiHeadAttentionArgs) {
    super(args);
    this.args = { ...args };
    this.dropoutFunc = (input, rate) => tf.dropout(input, rate, undefined, args.seed);
    this.supportsMasking = true;
    const start = { kernelInitializer: "glorotUniform", biasInitializer: "zeros" } as const;
    this.reader = tf.layers.dense({ ...start, ...args, units: 1 });
    const read = Reflect.get(this.reader, "kernelInitializer");
    // One each (queryInitializer …): an initializer with a seed would make the same kernel four times.
    for (const part of ["query", "key", "value", "gate", "attention_output"]) {
      const copy: unknown = Reflect.construct(read.constructor, [read.getConfig()]);
      Reflect.set(this, `${part}Initializer`, copy);
    }
    Reflect.set(this, "biasInitializer", Reflect.get(this.reader, "biasInitializer"));
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { numHeads, keyDim, valueDim = keyDim, useGate = false } = this.args;
    const [query, value, key] = this.listShapes(inputShape).map((shape) => shape.at(-1) ?? 1);
    if (query === undefined || value === undefined) throw new Error("No query or no value.");
    this.addPart("query", [query], [numHeads, keyDim]);
    this.addPart("key", [key ?? value], [numHeads, keyDim]);
    if (useGate) this.addPart("gate", [query], [numHeads, valueDim]);
    this.addPart("value", [value], [numHeads, valueDim]);
    this.addPart("attention_output", [numHeads, valueDim], this.outputFeatures(query));
    this.built = true;
  }

  private addPart(name: string, from: number[], to: number[]): void {
    const initializer = Reflect.get(Object(this), `${name}Initializer`);
    const add = (part: "kernel" | "bias", shape: number[], start: typeof initializer) => {
      const regularizer = Reflect.get(this.reader, `${part}Regularizer`);
      const constraint = Reflect.get(this.reader, `${part}Constraint`);
      const path = `${name}/${part}`;
      const weight = this.addWeight(path, shape, "float32", start, regularizer, true, constraint);
      this.parts.set(path, weight);
    };
    const shape = [...from, ...to];
    // Drawn as the matrix that it is: so Keras counts what goes in and out.
    const matrix = [tf.util.sizeFromShape(from), tf.util.sizeFromShape(to)];
    const draw = () => tf.reshape(initializer.apply(matrix), shape);
    add("kernel", shape, Object.create(initializer, { apply: { value: draw } }));
    if (this.args.useBias ?? true) add("bias", to, Reflect.get(Object(this), "biasInitializer"));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) {
    const given = Array.isArray(inputs) ? inputs : [inputs];
    const before = this.penalties.splice(0).filter(({ isDisposed }) => !isDisposed);
    const run = () => ({ outputs: this.attend(given, kwargs), added: this.penalties });
    const { outputs, added } = tf.tidy(run);
    this.penalties = [...before, ...added];
    return outputs.length === 1 ? (outputs[0] ?? []) : outputs;
  }

  private attend(inputs: tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor[] {
    const { tensors, masks } = this.splitMasks(inputs);
    const [query, value, key = value, attentionMask] = tensors;
    if (!query || !value || !key) throw new Error("No query or no value.");
    const { numHeads, keyDim, valueDim = keyDim, dropout = 0 } = this.args;
    const scaled = tf.mul(this.project("query", query, [numHeads, keyDim]), keyDim ** -0.5);
    const q = this.gather(scaled);
    const k = this.gather(this.project("key", key, [numHeads, keyDim]));
    const v = this.gather(this.project("value", value, [numHeads, valueDim]));
    const scores = tf.matMul(q, k, false, true);
    const mask = this.combineMasks(scores.shape, masks, attentionMask);
    const shifted = mask === null ? scores : tf.add(scores, tf.mul(tf.sub(mask, 1), 1e9));
    let weights = tf.softmax(shifted);
    // As Keras: with scores to give or drop, steps that may attend to nothing attend to nothing.
    const isPlain = dropout === 0 && this.args.returnAttentionScores !== true;
    if (mask !== null && !isPlain) weights = tf.mul(weights, mask);
    const isDropping = dropout > 0 && kwargs["training"] === true;
    const kept = isDropping ? this.dropoutFunc(weights, dropout) : weights;
    let mixed = this.scatter(tf.matMul(kept, v), query.shape, valueDim);
    if (this.args.useGate === true)
      mixed = tf.mul(mixed, tf.sigmoid(this.project("gate", query, [numHeads, valueDim])));
    const rows = tf.reshape(mixed, [...query.shape.slice(0, -1), numHeads * valueDim]);
    const features = this.outputFeatures(query.shape.at(-1) ?? 1);
    const output = this.project("attention_output", rows, features);
    if (this.args.returnAttentionScores !== true) return [output];
    return [output, tf.reshape(weights, this.scoresShape(query.shape, key.shape) as number[])];
  }

  override calculateLosses(): tf.Scalar[] {
    const found = this.penalties.splice(0).filter(({ isDisposed }) => !isDisposed);
    return [...(this.trainable ? super.calculateLosses() : []), ...found];
  }

  /** [..., features] → [..., ...to]. */
  private project(name: string, input: tf.Tensor, to: number[]): tf.Tensor {
    const kernel = this.parts.get(`${name}/kernel`);
    if (kernel === undefined) throw new Error(`MultiHeadAttention has no ${name} yet.`);
    const size = input.shape.at(-1) ?? 1;
    const width = tf.util.sizeFromShape(to);
    const rows = tf.reshape(input, [-1, size]);
    const product = tf.matMul(rows, tf.reshape(kernel.read(), [size, width]));
    const bias = this.parts.get(`${name}/bias`);
    const sums = bias === undefined ? product : tf.add(product, tf.reshape(bias.read(), [width]));
    const regularizer = Reflect.get(this.reader, "activityRegularizer") ?? null;
    if (regularizer !== null)
      this.penalties.push(tf.div(regularizer.apply(sums), input.shape[0] ?? 1).asScalar());
    return tf.reshape(sums, [...input.shape.slice(0, -1), ...to]);
  }

  /** [batch, …, heads, size] → [batch and other axes, heads, attended steps, size]. */
  private gather(tensor: tf.Tensor): tf.Tensor {
    const order = this.orderAxes(tensor.rank);
    const sizes = this.attended(tensor.rank - 1).map((axis) => tensor.shape[axis] ?? 1);
    const shape = [-1, this.args.numHeads, tf.util.sizeFromShape(sizes), tensor.shape.at(-1) ?? 1];
    return tf.reshape(tf.transpose(tensor, order), shape);
  }

  /** The way back: [.., heads, steps, size] → [batch, …, heads, size]. */
  private scatter(tensor: tf.Tensor, queryShape: number[], size: number): tf.Tensor {
    const shape = [...queryShape.slice(0, -1), this.args.numHeads, size];
    const order = this.orderAxes(shape.length);
    const sizes = order.map((axis) => shape[axis] ?? 1);
    const back = order.map((_axis, index) => order.indexOf(index));
    return tf.transpose(tf.reshape(tensor, sizes), back);
  }

  /** Of a projected tensor: the axes that are not attended to, heads, the attended ones, size. */
  private orderAxes(rank: number): number[] {
    const attended = this.attended(rank - 1);
    const axes = Array.from({ length: rank - 2 }, (_unused, axis) => axis);
    const others = axes.filter((axis) => !attended.includes(axis));
    return [...others, rank - 2, ...attended, rank - 1];
  }

  /** Axes over which to attend, of inputs with `rank` axes: all but batch and features unless told. */
  attended(rank: number): number[] {
    const { attentionAxes = [] } = this.args;
    if (attentionAxes.length === 0) {
      return Array.from({ length: rank - 2 }, (_unused, index) => index + 1);
    }
    return attentionAxes.map((axis) => (axis < 0 ? axis + rank : axis));
  }

  /** 1 where a query step may look at a key step, else 0; broadcasts to [batch, heads, T, S]. */
  combineMasks(
    [, , T = 1, S = 1]: number[],
    [queryMask, ...otherMasks]: (tf.Tensor | null)[],
    attentionMask: tf.Tensor | undefined,
  ): tf.Tensor | null {
    const masks: tf.Tensor[] = [];
    if (queryMask) masks.push(tf.reshape(queryMask, [-1, 1, T, 1]));
    for (const mask of otherMasks) if (mask) masks.push(tf.reshape(mask, [-1, 1, 1, S]));
    if (attentionMask !== undefined) {
      const isOpen = tf.step(tf.abs(tf.cast(attentionMask, "float32")));
      masks.push(tf.reshape(isOpen, [-1, 1, T, S]));
    }
    const { useCausalMask = false, slidingWindow } = this.args;
    if (useCausalMask || slidingWindow !== undefined) {
      const isOpen = (t: number, s: number) =>
        (!useCausalMask || s <= t) &&
        (slidingWindow === undefined || Math.abs(t - s) < slidingWindow);
      const values = Array.from({ length: T * S }, (_v, at) => +isOpen(Math.floor(at / S), at % S));
      masks.push(tf.tensor(values, [1, 1, T, S]));
    }
    const [first, ...others] = masks;
    return first === undefined ? null : others.reduce((all, mask) => tf.mul(all, mask), first);
  }

  splitMasks(inputs: tf.Tensor[]) {
    const pairs = inputs.map((input, index): [tf.Tensor, tf.Tensor | null] => {
      if (this.args.maskedInputs?.[index] !== true) return [input, null];
      const [tensor, mask] = tf.split(input, [(input.shape.at(-1) ?? 1) - 1, 1], -1);
      return [tensor ?? input, mask ?? null];
    });
    return { tensors: pairs.map(([tensor]) => tensor), masks: pairs.map(([, mask]) => mask) };
  }

  private listShapes(inputShape: tf.Shape | tf.Shape[]): tf.Shape[] {
    // This layer has at least two inputs.
    return (inputShape as tf.Shape[]).map((shape, index) => {
      const extra = this.args.maskedInputs?.[index] === true ? 1 : 0;
      return [...shape.slice(0, -1), (shape.at(-1) ?? 1) - extra];
    });
  }

  outputFeatures(queryFeatures: number): number[] {
    const { outputShape = [] } = this.args;
    const features = typeof outputShape === "number" ? [outputShape] : outputShape;
    return features.length === 0 ? [queryFeatures] : features;
  }

  private scoresShape(query: tf.Shape, key: tf.Shape): tf.Shape {
    const attended = this.attended(query.length);
    const others = query.slice(0, -1).filter((_size, axis) => !attended.includes(axis));
    const along = (shape: tf.Shape) => attended.map((axis) => shape[axis] ?? null);
    return [...others, this.args.numHeads, ...along(query), ...along(key)];
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [query = [], value = [], key = value] = this.listShapes(inputShape);
    const output = [...query.slice(0, -1), ...this.outputFeatures(query.at(-1) ?? 1)];
    if (this.args.returnAttentionScores !== true) return output;
    return [output, this.scoresShape(query, key)];
  }

  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]) {
    const first = (Array.isArray(mask) ? mask[0] : mask) ?? null;
    // tfjs takes null for "no mask", which its types don't say.
    return (this.args.returnAttentionScores === true ? [first, null] : first) as tf.Tensor[];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const read = this.reader.getConfig();
    const said = Object.entries(this.args);
    const own = said.map(([option, value]) => [option, option in read ? read[option] : value]);
    return { ...Object.fromEntries(own), ...super.getConfig() };
  }
}
tf.serialization.registerClass(MultiHeadAttention, "netloom", "MultiHeadAttention");
