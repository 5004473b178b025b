import * as tf from "@tensorflow/tfjs";

export interface ActivationArgs {
  name?: string;
  trainable?: boolean;
  /** One of `activationFunctions`, with or without the "netloom>" in front. */
  activation: string;
}

/** Functions of Keras 3 that tfjs-layers lacks or, as hardSigmoid, computes otherwise. https://keras.io/api/layers/activations/ */
const activationFunctions: { [name: string]: (x: tf.Tensor) => tf.Tensor } = {
  celu: (x) => tf.elu(x),
  exponential: (x) => tf.exp(x),
  hardShrink: (x) => tf.mul(x, tf.step(tf.sub(tf.abs(x), 0.5))),
  hardSigmoid: (x) => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6),
  hardSilu: (x) => tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6)),
  hardTanh: (x) => tf.clipByValue(x, -1, 1),
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  logSigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
  softShrink: (x) => tf.sub(tf.relu(tf.sub(x, 0.5)), tf.relu(tf.sub(-0.5, x))),
  sparsePlus: (x) =>
    tf.add(tf.div(tf.square(tf.add(tf.clipByValue(x, -1, 1), 1)), 4), tf.relu(tf.sub(x, 1))),
  sparseSigmoid: (x) => tf.div(tf.add(tf.clipByValue(x, -1, 1), 1), 2),
  squareplus: (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2),
  tanhShrink: (x) => tf.sub(x, tf.tanh(x)),
};

for (const [name, compute] of Object.entries(activationFunctions)) {
  // Every layer finds it by this name, as it does tfjs's own functions.
  const called = class extends tf.serialization.Serializable {
    static className = `netloom>${name}`;
    getConfig() {
      return {};
    }
    apply(x: tf.Tensor) {
      return tf.tidy(() => compute(x));
    }
  };
  tf.serialization.registerClass(called, "netloom", name);
}

/** Applies one of the functions above to every value. */
export class Activation extends tf.layers.Layer {
  static className = "netloom>Activation";

  readonly args: ActivationArgs;
  readonly compute: (x: tf.Tensor) => tf.Tensor;

  constructor(args: ActivationArgs) {
    super(args);
    this.args = args;
    const found = activationFunctions[args.activation.replace("netloom>", "")];
    if (found === undefined) throw new Error(`There is no activation "${args.activation}".`);
    this.compute = found;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("Activation got no input.");
      return this.compute(input);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.args.activation };
  }
}
tf.serialization.registerClass(Activation, "netloom", "Activation");
