import * as tf from "@tensorflow/tfjs";

export interface EinsumDenseArgs extends Omit<Parameters<typeof tf.layers.dense>[0], "units"> {
  /** "abc,cd->abd", or with an ellipsis in front of input and output: "...x,xy->...y". */
  equation: string;
  /** Sizes of the output's axes behind the batch (or the ellipsis); null: as in the input. */
  outputShape: number | (number | null)[];
  /** Letters of the output along which the bias runs; none: no bias. */
  biasAxes?: string;
}

/**
 * output = activation(einsum(equation, input, kernel) + bias). tfjs has einsum without a gradient; here it is a
 * transposition, a product of matrices, and a transposition back.
 */
export class EinsumDense extends tf.layers.Layer {
  static className = "netloom>EinsumDense";

  readonly args: EinsumDenseArgs;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly kernelInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly biasInitializer: ReturnType<typeof tf.initializers.ones>;
  kernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;

  constructor(args: EinsumDenseArgs) {
    super(args);
    this.args = { ...args };
    const start = { kernelInitializer: "glorotUniform", biasInitializer: "zeros" } as const;
    this.reader = tf.layers.dense({ ...start, ...args, units: 1 });
    this.kernelInitializer = Reflect.get(this.reader, "kernelInitializer");
    this.biasInitializer = Reflect.get(this.reader, "biasInitializer");
  }

  /** Letters of input, kernel and output, the ellipsis spelled out in capitals, and each letter's size. */
  private read(shape: tf.Shape) {
    const [left = "", output = ""] = this.args.equation.replaceAll(" ", "").split("->");
    const [input = "", kernel = ""] = left.split(",");
    const elided = shape.length - input.replace("...", "").length;
    const ellipsis = Array.from({ length: elided }, (_unused, at) => String.fromCharCode(65 + at));
    const spell = (text: string) => text.replace("...", ellipsis.join("")).split("");
    const letters = { input: spell(input), kernel: spell(kernel), output: spell(output) };
    const sizes = new Map<string, number | null>();
    letters.input.forEach((letter, index) => sizes.set(letter, shape[index] ?? null));
    const given = [this.args.outputShape].flat();
    letters.output.slice(letters.output.length - given.length).forEach((letter, index) => {
      if (!sizes.has(letter)) sizes.set(letter, given[index] ?? null);
    });
    return { ...letters, sizeOf: (letter: string) => sizes.get(letter) ?? null };
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    // A list of shapes comes only where a layer has several inputs.
    const { kernel, output, sizeOf } = this.read(inputShape as tf.Shape);
    const know = (letter: string) => {
      const size = sizeOf(letter);
      if (size === null) throw new Error(`EinsumDense needs a known size along ${letter}.`);
      return size;
    };
    const part = (name: "kernel" | "bias", shape: number[], start: typeof this.kernelInitializer) =>
      this.addWeight(
        name,
        shape,
        "float32",
        start,
        Reflect.get(this.reader, `${name}Regularizer`),
        true,
        Reflect.get(this.reader, `${name}Constraint`),
      );
    this.kernel = part("kernel", kernel.map(know), this.kernelInitializer);
    const axes = this.args.biasAxes ?? "";
    if (axes !== "") {
      const first = output.findIndex((letter) => axes.includes(letter));
      const shape = output.slice(first).map((letter) => (axes.includes(letter) ? know(letter) : 1));
      this.bias = part("bias", shape, this.biasInitializer);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs[0] : inputs;
      if (given === undefined || this.kernel === null) throw new Error("There is no input.");
      const { input, kernel, output, sizeOf } = this.read(given.shape);
      const count = (letters: string[]) =>
        letters.reduce((product, letter) => product * (sizeOf(letter) ?? 1), 1);
      const batch = input.filter((letter) => kernel.includes(letter) && output.includes(letter));
      const summed = input.filter((letter) => !output.includes(letter));
      const rows = input.filter((letter) => output.includes(letter) && !kernel.includes(letter));
      const columns = output.filter((letter) => !input.includes(letter));
      const arrange = (tensor: tf.Tensor, from: string[], to: string[][]) =>
        tf.reshape(
          tf.transpose(
            tensor,
            to.flat().map((letter) => from.indexOf(letter)),
          ),
          to.map(count),
        );
      const left = arrange(given, input, [batch, rows, summed]);
      const right = arrange(this.kernel.read(), kernel, [batch, summed, columns]);
      const order = [...batch, ...rows, ...columns];
      const product = tf.reshape(
        tf.matMul(left, right),
        order.map((letter) => sizeOf(letter) ?? 1),
      );
      const sums = tf.transpose(
        product,
        output.map((letter) => order.indexOf(letter)),
      );
      const shifted = this.bias === null ? sums : tf.add(sums, this.bias.read());
      return Reflect.get(this.reader, "activation")?.apply(shifted) ?? shifted;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // A list of shapes comes only where a layer has several inputs.
    const { output, sizeOf } = this.read(inputShape as tf.Shape);
    return output.map(sizeOf);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { equation, outputShape, biasAxes = null } = this.args;
    return { ...this.reader.getConfig(), ...super.getConfig(), equation, outputShape, biasAxes };
  }
}
tf.serialization.registerClass(EinsumDense, "netloom", "EinsumDense");
