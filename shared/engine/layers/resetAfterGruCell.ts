import * as tf from "@tensorflow/tfjs";

export type ResetAfterGruCellArgs = Parameters<typeof tf.layers.gruCell>[0];

/** A function of the gates or of the candidate, read from its name by tfjs's own cell. */
interface ResetAfterGruCellFunction {
  apply(input: tf.Tensor): tf.Tensor;
}

/** Draws a dropout mask from ones; set from outside where masks must come again. */
type ResetAfterGruCellDraw = (input: tf.Tensor, rate: number) => tf.Tensor;

/**
 * Keras 3's GRUCell with reset_after: the reset gate works after the product with the recurrent kernel, and the bias is
 * [2, 3 × units], for the input and for the state. tf.layers.gruCell knows the other kind only.
 * z, r = gates(x · W + b₁ + h · U + b₂); h̃ = activation(x · Wₕ + b₁ₕ + r · (h · Uₕ + b₂ₕ)); h' = z · h + (1 − z) · h̃.
 */
export class ResetAfterGruCell extends tf.layers.RNNCell {
  static className = "netloom>ResetAfterGruCell";

  readonly units: number;
  readonly stateSize: number;
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** tfjs's cell reads activations, initializers and the like from names and model files for us. */
  readonly reader: tf.layers.RNNCell;
  readonly kernelInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly recurrentInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly biasInitializer: ReturnType<typeof tf.initializers.ones>;
  override dropoutMask: tf.Tensor | tf.Tensor[] = [];
  override recurrentDropoutMask: tf.Tensor | tf.Tensor[] = [];
  dropoutFunc: ResetAfterGruCellDraw = (input, rate) => tf.dropout(input, rate);
  kernel: tf.LayerVariable | null = null;
  recurrentKernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;

  constructor(args: ResetAfterGruCellArgs) {
    super(args);
    this.units = args.units;
    this.stateSize = args.units;
    this.dropout = args.dropout ?? 0;
    this.recurrentDropout = args.recurrentDropout ?? 0;
    this.reader = tf.layers.gruCell({
      recurrentActivation: "sigmoid",
      kernelInitializer: "glorotUniform",
      ...args,
    });
    this.kernelInitializer = Reflect.get(this.reader, "kernelInitializer");
    this.recurrentInitializer = Reflect.get(this.reader, "recurrentInitializer");
    this.biasInitializer = Reflect.get(this.reader, "biasInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const features = Number([inputShape].flat(2).at(-1));
    const width = 3 * this.units;
    this.kernel = this.addPart("kernel", [features, width]);
    this.recurrentKernel = this.addPart("recurrent", [this.units, width]);
    if (Reflect.get(this.reader, "useBias") !== false) this.bias = this.addPart("bias", [2, width]);
    this.built = true;
  }

  private addPart(part: "kernel" | "recurrent" | "bias", shape: number[]): tf.LayerVariable {
    return this.addWeight(
      part === "recurrent" ? "recurrent_kernel" : part,
      shape,
      "float32",
      this[`${part}Initializer`],
      Reflect.get(this.reader, `${part}Regularizer`),
      true,
      Reflect.get(this.reader, `${part}Constraint`),
    );
  }

  /** [x, h] → [h', h']. */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor[] {
    return tf.tidy(() => {
      const [input, state] = [inputs].flat();
      const { kernel, recurrentKernel, bias, units } = this;
      if (input === undefined || state === undefined || kernel === null || recurrentKernel === null)
        throw new Error("ResetAfterGruCell needs an input and a state, and to be built.");
      const isTraining = kwargs["training"] === true;
      const given = isTraining ? this.drop("dropout", input) : input;
      const known = isTraining ? this.drop("recurrentDropout", state) : state;
      const [inputBias = null, stateBias = null] = bias === null ? [] : tf.unstack(bias.read());
      const project = (value: tf.Tensor, weight: tf.LayerVariable, shift: tf.Tensor | null) => {
        const product = tf.matMul(value, weight.read());
        return tf.split(
          shift === null ? product : tf.add(product, shift),
          [units, units, units],
          1,
        );
      };
      const [xUpdate, xReset, xNew] = project(given, kernel, inputBias);
      const [hUpdate, hReset, hNew] = project(known, recurrentKernel, stateBias);
      if (!xUpdate || !xReset || !xNew || !hUpdate || !hReset || !hNew)
        throw new Error("unreachable");
      const update = this.apply_("recurrentActivation", tf.add(xUpdate, hUpdate));
      const reset = this.apply_("recurrentActivation", tf.add(xReset, hReset));
      const candidate = this.apply_("activation", tf.add(xNew, tf.mul(reset, hNew)));
      const next = tf.add(tf.mul(update, state), tf.mul(tf.sub(1, update), candidate));
      return [next, next];
    });
  }

  private apply_(name: "activation" | "recurrentActivation", value: tf.Tensor): tf.Tensor {
    const chosen: ResetAfterGruCellFunction = Reflect.get(this.reader, name);
    return chosen.apply(value);
  }

  /** One mask for all steps of a sequence; whoever runs the cell clears it between sequences. */
  private drop(kind: "dropout" | "recurrentDropout", value: tf.Tensor): tf.Tensor {
    const rate = this[kind];
    if (rate <= 0) return value;
    const field = `${kind}Mask` as const;
    let [mask] = [this[field] ?? []].flat();
    if (mask === undefined) {
      mask = tf.keep(tf.clone(this.dropoutFunc(tf.onesLike(value), rate)));
      this[field] = mask;
    }
    return tf.mul(value, mask);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.reader.getConfig(), ...super.getConfig() };
  }
}
tf.serialization.registerClass(ResetAfterGruCell, "netloom", "ResetAfterGruCell");
