import * as tf from "@tensorflow/tfjs";

export interface CategoryEncodingArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  numTokens: number;
  outputMode?: "multiHot" | "oneHot" | "count";
}

/**
 * CategoryEncoding as in Keras 3. tfjs-layers 4.22 waits for the device to check every batch
 * (layers/preprocessing/category_encoding.ts reads with bufferSync) and takes no weights as a second input.
 */
export class CategoryEncoding extends tf.layers.Layer {
  static className = "netloom>CategoryEncoding";

  readonly numTokens: number;
  readonly outputMode: "multiHot" | "oneHot" | "count";

  constructor(args: CategoryEncodingArgs) {
    super(args as object);
    this.numTokens = args.numTokens;
    this.outputMode = args.outputMode ?? "multiHot";
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [tokens, weights] = Array.isArray(inputs) ? inputs : [inputs];
      if (tokens === undefined) throw new Error(`${this.name}: no input.`);
      const flat = tf.reshape(tf.cast(tokens, "int32"), [-1]);
      // tfjs's oneHot wants two classes or more.
      const two = tf.oneHot(flat as tf.Tensor1D, Math.max(2, this.numTokens));
      const hot = tf.cast(tf.slice(two, [0, 0], [-1, this.numTokens]), "float32");
      const all = tf.reshape(hot, [...tokens.shape, this.numTokens]);
      switch (this.outputMode) {
        case "oneHot":
          return tokens.rank > 1 && tokens.shape.at(-1) === 1 ? tf.squeeze(all, [-2]) : all;
        case "multiHot":
          return tf.max(all, -2);
        case "count":
          return tf.sum(
            weights === undefined
              ? all
              : tf.mul(all, tf.expandDims(tf.cast(weights, "float32"), -1)),
            -2,
          );
      }
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [first] = inputShape;
    // Several inputs come with a list of shapes.
    const shape = (Array.isArray(first) ? first : inputShape) as tf.Shape;
    const staysLonger = this.outputMode === "oneHot" && (shape.length === 1 || shape.at(-1) !== 1);
    return [...(staysLonger ? shape : shape.slice(0, -1)), this.numTokens];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { numTokens, outputMode } = this;
    return { ...super.getConfig(), numTokens, outputMode };
  }
}
tf.serialization.registerClass(CategoryEncoding, "netloom", "CategoryEncoding");
