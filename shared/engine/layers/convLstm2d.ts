import * as tf from "@tensorflow/tfjs";

export type ConvLstm2dArgs = Parameters<typeof tf.layers.convLstm2d>[0];

type ConvLstm2dInitializer = ReturnType<typeof tf.initializers.ones>;

/** The same at every step of a sequence. */
interface ConvLstm2dStep {
  kernel: tf.Tensor4D;
  recurrentKernel: tf.Tensor4D;
  bias: tf.Tensor | null;
  inputMask: tf.Tensor | null;
  stateMask: tf.Tensor | null;
}

/**
 * Keras's ConvLSTM2D: an LSTM whose products are convolutions, [batch, time, height, width, channels] →
 * [batch, height, width, filters]. tf.layers.convLstm2d can't start (its Orthogonal takes matrices only), has no gradient
 * when dilated, and takes no first states; here further inputs are h and c. Shi et al. 2015.
 */
export class ConvLstm2d extends tf.layers.Layer {
  static className = "netloom>ConvLstm2d";

  readonly filters: number;
  /** tfjs's cell reads activations, initializers and the like from names and model files for us. */
  readonly reader: tf.layers.RNNCell;
  readonly goBackwards: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly kernelInitializer: ConvLstm2dInitializer;
  readonly recurrentInitializer: ConvLstm2dInitializer;
  readonly biasInitializer: ConvLstm2dInitializer;
  dropoutFunc: (input: tf.Tensor, rate: number) => tf.Tensor = (input, rate) =>
    tf.dropout(input, rate);
  kernel: tf.LayerVariable | null = null;
  recurrentKernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;
  /** Of a stateful layer, from batch to batch; empty until the first one. */
  kept: tf.Tensor[] = [];

  constructor(args: ConvLstm2dArgs) {
    // A name made of the class's would have a ">" in it, which weights may not.
    super({ name: "conv_lstm2d", ...args });
    this.goBackwards = args.goBackwards ?? false;
    this.filters = args.filters ?? 1;
    this.dropout = args.dropout ?? 0;
    this.recurrentDropout = args.recurrentDropout ?? 0;
    this.returnSequences = args.returnSequences ?? false;
    this.returnState = args.returnState ?? false;
    this._stateful = args.stateful ?? false;
    this.reader = tf.layers.convLstm2dCell({
      recurrentActivation: "sigmoid",
      kernelInitializer: "glorotUniform",
      unitForgetBias: true,
      ...args,
    });
    this.kernelInitializer = this.read("kernelInitializer");
    this.recurrentInitializer = this.read("recurrentInitializer");
    this.biasInitializer = this.read("biasInitializer");
  }

  get states(): readonly null[] {
    return [null, null];
  }

  /** An option as tfjs has understood it, of the type that the place of use names. */
  private read<Value>(name: string): Value {
    return Reflect.get(this.reader, name);
  }

  private isFirst(): boolean {
    return this.read("dataFormat") === "channelsFirst";
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = ConvLstm2d.firstShape(inputShape);
    const channels = Number(this.isFirst() ? shape[2] : shape[4]);
    const [height, width] = this.read<[number, number]>("kernelSize");
    const [filters, gates] = [this.filters, 4 * this.filters];
    const add = (name: string, part: string, sizes: number[], initializer: ConvLstm2dInitializer) =>
      this.addWeight(
        name,
        sizes,
        "float32",
        initializer,
        this.read(`${part}Regularizer`),
        true,
        this.read(`${part}Constraint`),
      );
    const { biasInitializer } = this;
    const from = ConvLstm2d.flatten(this.kernelInitializer);
    this.kernel = add("kernel", "kernel", [height, width, channels, gates], from);
    this.recurrentKernel = add(
      "recurrent_kernel",
      "recurrent",
      [height, width, filters, gates],
      ConvLstm2d.flatten(this.recurrentInitializer),
    );
    if (this.read("useBias") !== false) {
      // The forget gate's starts at 1, where that is wanted.
      const draw = (sizes: tf.Shape) =>
        tf.tidy(() => {
          const parts = tf.split(biasInitializer.apply(sizes), 4);
          const forgets = this.read("unitForgetBias") === true;
          return tf.concat(
            parts.map((part, at) => (at === 1 && forgets ? tf.onesLike(part) : part)),
          );
        });
      const initializer = Object.create(biasInitializer, { apply: { value: draw } });
      this.bias = add("bias", "bias", [gates], initializer);
    }
    this.built = true;
  }

  /** As Keras does it: of an orthogonal kernel, all axes but the last are one. */
  private static flatten(initializer: ConvLstm2dInitializer): ConvLstm2dInitializer {
    if (initializer.getClassName() !== "Orthogonal") return initializer;
    const draw = (shape: number[]) => {
      const columns = shape.at(-1) ?? 1;
      const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
      return tf.tidy(() => tf.reshape(initializer.apply([rows, columns]), shape));
    };
    return Object.create(initializer, { apply: { value: draw } });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) {
    return tf.tidy(() => {
      const [input, ...given] = [inputs].flat();
      if (input === undefined || this.kernel === null || this.recurrentKernel === null)
        throw new Error("ConvLstm2d got no input.");
      const isFirst = this.isFirst();
      const first = (value: tf.Tensor) => (isFirst ? tf.transpose(value, [0, 2, 3, 1]) : value);
      const back = (value: tf.Tensor) => (isFirst ? tf.transpose(value, [0, 3, 1, 2]) : value);
      const steps = tf.unstack(input, 1).map(first);
      if (this.goBackwards) steps.reverse();
      const [frame] = steps;
      if (frame === undefined) throw new Error("ConvLstm2d got a sequence without steps.");
      const output = ConvLstm2d.firstShape(this.computeOutputShape(input.shape));
      const sizes = (this.returnSequences ? [output[0], ...output.slice(2)] : output).map(Number);
      const shape = isFirst ? [0, 2, 3, 1].map((axis) => sizes[axis] ?? 1) : sizes;
      const old = this.kept.length > 0 ? this.kept : [tf.zeros(shape), tf.zeros(shape)];
      let [h = frame, c = frame] = given.length > 0 ? given.map(first) : old;
      const draw = (rate: number, like: tf.Tensor) =>
        kwargs["training"] === true && rate > 0 ? this.dropoutFunc(tf.onesLike(like), rate) : null;
      const step: ConvLstm2dStep = {
        kernel: this.dilate(this.kernel.read() as tf.Tensor4D),
        recurrentKernel: this.recurrentKernel.read() as tf.Tensor4D,
        bias: this.bias === null ? null : this.bias.read(),
        inputMask: draw(this.dropout, frame),
        stateMask: draw(this.recurrentDropout, h),
      };
      const outputs: tf.Tensor[] = [];
      for (const each of steps) {
        const [state, memory] = [h, c];
        [h, c] = tf.tidy(() => this.step(each, state, memory, step));
        outputs.push(back(h));
      }
      if (this.stateful) {
        const before = this.kept;
        this.kept = [h, c].map((state) => tf.keep(tf.clone(state)));
        tf.dispose(before);
      }
      const result = this.returnSequences ? tf.stack(outputs, 1) : back(h);
      return this.returnState ? [result, back(h), back(c)] : result;
    });
  }

  private step(
    input: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    { kernel, recurrentKernel, bias, inputMask, stateMask }: ConvLstm2dStep,
  ): [tf.Tensor, tf.Tensor] {
    const x = (inputMask === null ? input : tf.mul(input, inputMask)) as tf.Tensor4D;
    const state = (stateMask === null ? h : tf.mul(h, stateMask)) as tf.Tensor4D;
    const padding = this.read<"same" | "valid">("padding");
    const seen = tf.conv2d(x, kernel, this.read<[number, number]>("strides"), padding);
    const known = tf.conv2d(state, recurrentKernel, 1, "same");
    const sum = tf.add(bias === null ? seen : tf.add(seen, bias), known);
    const [input_, forget, fresh, output] = tf.split(sum, 4, 3);
    if (!input_ || !forget || !fresh || !output) throw new Error("unreachable");
    const gate = this.read<{ apply(value: tf.Tensor): tf.Tensor }>("recurrentActivation");
    const activation = this.read<{ apply(value: tf.Tensor): tf.Tensor }>("activation");
    const kept = tf.mul(gate.apply(forget), c);
    const memory = tf.add(kept, tf.mul(gate.apply(input_), activation.apply(fresh)));
    return [tf.mul(gate.apply(output), activation.apply(memory)), memory];
  }

  /** Zeros between the points of a kernel: tfjs has no gradient for a dilated convolution. */
  private dilate(kernel: tf.Tensor4D): tf.Tensor4D {
    const [rows, columns] = this.read<[number, number]>("dilationRate");
    if (rows === 1 && columns === 1) return kernel;
    const [height, width, channels, gates] = kernel.shape;
    // One axis after the other: WebGPU pads four axes at most.
    const tall = tf.pad(tf.reshape(kernel, [height, 1, width * channels * gates]), [
      [0, 0],
      [0, rows - 1],
      [0, 0],
    ]);
    const wide = tf.pad(tf.reshape(tall, [height * rows, width, 1, channels * gates]), [
      [0, 0],
      [0, 0],
      [0, columns - 1],
      [0, 0],
    ]);
    const large = tf.reshape(wide, [height * rows, width * columns, channels, gates]);
    const reach = [(height - 1) * rows + 1, (width - 1) * columns + 1, channels, gates];
    return tf.slice(large, [0, 0, 0, 0], reach) as tf.Tensor4D;
  }

  override resetStates(): void {
    tf.dispose(this.kept);
    this.kept = [];
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [batch = null, time = null, ...frame] = ConvLstm2d.firstShape(inputShape);
    const spatial = (this.isFirst() ? frame.slice(1) : frame.slice(0, 2)).map((size, axis) => {
      const [kernel = 1, stride = 1, dilation = 1] = ["kernelSize", "strides", "dilationRate"].map(
        (name) => this.read<number[]>(name)[axis],
      );
      if (size === null) return null;
      const reach = this.read("padding") === "same" ? 1 : (kernel - 1) * dilation + 1;
      return Math.ceil((size - reach + 1) / stride);
    });
    const state = this.isFirst()
      ? [batch, this.filters, ...spatial]
      : [batch, ...spatial, this.filters];
    const output = this.returnSequences ? [batch, time, ...state.slice(1)] : state;
    return this.returnState ? [output, state, [...state]] : output;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { returnSequences, returnState, goBackwards, stateful } = this;
    const loop = { returnSequences, returnState, goBackwards, stateful };
    return { ...this.reader.getConfig(), ...super.getConfig(), ...loop };
  }

  private static firstShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    // Several inputs have a list of shapes; the sequence comes first.
    return (Array.isArray(shape[0]) ? shape[0] : shape) as tf.Shape;
  }
}
tf.serialization.registerClass(ConvLstm2d, "netloom", "ConvLstm2d");
