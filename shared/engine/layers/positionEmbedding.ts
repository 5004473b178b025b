import * as tf from "@tensorflow/tfjs";

export interface PositionEmbeddingArgs {
  name?: string;
  trainable?: boolean;
  /** The longest sequence. */
  sequenceLength: number;
  /** Adds the positions to the input instead of giving them alone; true unless told. */
  add?: boolean;
  embeddingsInitializer?: NonNullable<
    Parameters<typeof tf.layers.embedding>[0]["embeddingsInitializer"]
  >;
  embeddingsRegularizer?: NonNullable<
    Parameters<typeof tf.layers.embedding>[0]["embeddingsRegularizer"]
  >;
  embeddingsConstraint?: NonNullable<
    Parameters<typeof tf.layers.embedding>[0]["embeddingsConstraint"]
  >;
}

/** output[t] = input[t] + embeddings[t]: a learned vector for each place in a sequence. Gehring et al. 2017. */
export class PositionEmbedding extends tf.layers.Layer {
  static className = "netloom>PositionEmbedding";

  readonly sequenceLength: number;
  readonly add: boolean;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly embeddingsInitializer: ReturnType<typeof tf.initializers.ones>;
  embeddings: tf.LayerVariable | null = null;

  constructor(args: PositionEmbeddingArgs) {
    super(args);
    this.sequenceLength = args.sequenceLength;
    this.add = args.add ?? true;
    this.supportsMasking = true;
    const start = { embeddingsInitializer: "glorotUniform" } as const;
    this.reader = tf.layers.embedding({ ...start, ...args, inputDim: 1, outputDim: 1 });
    this.embeddingsInitializer = Reflect.get(this.reader, "embeddingsInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    // A list of shapes comes only where a layer has several inputs.
    const size = (inputShape as tf.Shape).at(-1) ?? null;
    if (size === null) throw new Error("PositionEmbedding needs a known number of features.");
    this.embeddings = this.addWeight(
      "embeddings",
      [this.sequenceLength, size],
      "float32",
      this.embeddingsInitializer,
      Reflect.get(this.reader, "embeddingsRegularizer"),
      true,
      Reflect.get(this.reader, "embeddingsConstraint"),
    );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined || this.embeddings === null) throw new Error("There is no input.");
      const [, steps = 1, size = 1] = input.shape;
      const positions = tf.slice(this.embeddings.read(), [0, 0], [steps, size]);
      return tf.add(this.add ? input : tf.zerosLike(input), tf.expandDims(positions, 0));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const {
      embeddingsInitializer = null,
      embeddingsRegularizer = null,
      embeddingsConstraint = null,
    } = this.reader.getConfig();
    return {
      ...super.getConfig(),
      sequenceLength: this.sequenceLength,
      add: this.add,
      embeddingsInitializer,
      embeddingsRegularizer,
      embeddingsConstraint,
    };
  }
}
tf.serialization.registerClass(PositionEmbedding, "netloom", "PositionEmbedding");
