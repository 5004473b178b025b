import * as tf from "@tensorflow/tfjs";

/** A number, or a list of an operation's name and its operands: `["add", ["input", 0], 2]`. */
export type ExpressionProgram = number | readonly ExpressionPart[];
type ExpressionPart = string | number | boolean | readonly ExpressionPart[];

export interface ExpressionArgs extends NonNullable<
  ConstructorParameters<typeof tf.layers.Layer>[0]
> {
  program: ExpressionProgram;
}

/** Axes of a value with the batch in front; none for a constant. */
type ExpressionShape = (number | null)[];

/** A step has slope 0 everywhere that it has one; tfjs has no gradient for comparisons at all. */
function expressionStep(compute: () => tf.Tensor, operands: tf.Tensor[]): tf.Tensor {
  return tf.customGrad(() => ({
    value: compute(),
    gradFunc: () => operands.map((operand) => tf.zeros(operand.shape)),
  }))(...operands);
}

function expressionTruth(
  compare: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): (a: tf.Tensor, b: tf.Tensor) => tf.Tensor {
  return (a, b) => expressionStep(() => tf.cast(compare(a, b), "float32"), [a, b]);
}

const expressionUnary: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  neg: (x) => tf.neg(x),
  not: (x) => expressionStep(() => tf.cast(tf.equal(x, 0), "float32"), [x]),
  abs: (x) => tf.abs(x),
  square: (x) => tf.square(x),
  sqrt: (x) => tf.sqrt(x),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  sin: (x) => tf.sin(x),
  cos: (x) => tf.cos(x),
  tanh: (x) => tf.tanh(x),
  relu: (x) => tf.relu(x),
  sigmoid: (x) => tf.sigmoid(x),
  softplus: (x) => tf.softplus(x),
  elu: (x) => tf.elu(x),
  sign: (x) => tf.sign(x),
  floor: (x) => tf.floor(x),
  ceil: (x) => tf.ceil(x),
  round: (x) => tf.round(x),
};

/** Both of the same shape, where it matters to the gradient. */
const expressionBinary: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  floordiv: (a, b) => tf.floor(tf.div(a, b)),
  mod: (a, b) => tf.sub(a, tf.mul(b, tf.floor(tf.div(a, b)))),
  pow: (a, b) => tf.pow(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  eq: expressionTruth((a, b) => tf.equal(a, b)),
  ne: expressionTruth((a, b) => tf.notEqual(a, b)),
  lt: expressionTruth((a, b) => tf.less(a, b)),
  le: expressionTruth((a, b) => tf.lessEqual(a, b)),
  gt: expressionTruth((a, b) => tf.greater(a, b)),
  ge: expressionTruth((a, b) => tf.greaterEqual(a, b)),
  and: expressionTruth((a, b) => tf.logicalAnd(tf.notEqual(a, 0), tf.notEqual(b, 0))),
  or: expressionTruth((a, b) => tf.logicalOr(tf.notEqual(a, 0), tf.notEqual(b, 0))),
};

type ExpressionReduction = (x: tf.Tensor, axes: number[], keep: boolean) => tf.Tensor;
const expressionReductions: Readonly<Record<string, ExpressionReduction>> = {
  sum: (x, axes, keep) => tf.sum(x, axes, keep),
  mean: (x, axes, keep) => tf.mean(x, axes, keep),
  max: (x, axes, keep) => tf.max(x, axes, keep),
  min: (x, axes, keep) => tf.min(x, axes, keep),
};

/**
 * Works out a formula, kept as nested lists, on its inputs; no code is run. Sizes broadcast, and a value of fewer axes
 * gets axes of size 1 behind the batch. Truth is 1 and 0.
 */
export class Expression extends tf.layers.Layer {
  static className = "netloom>Expression";

  readonly program: ExpressionProgram;

  constructor(args: ExpressionArgs) {
    super(args);
    this.program = args.program;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs : [inputs];
      return this.run(
        this.program,
        given.map((input) => tf.cast(input, "float32")),
      );
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [first] = inputShape;
    // One input gives one shape, several a list of shapes.
    const shapes = (Array.isArray(first) ? inputShape : [inputShape]) as tf.Shape[];
    return this.infer(this.program, shapes);
  }

  override getConfig(): tf.serialization.ConfigDict {
    // Nested lists of plain values, which tfjs's type for configurations does not tell from others.
    return { ...super.getConfig(), program: this.program as never };
  }

  private run(node: ExpressionPart, inputs: readonly tf.Tensor[]): tf.Tensor {
    if (typeof node === "number") return tf.scalar(node);
    const { operation, operands } = this.read(node);
    if (operation === "input") {
      const input = inputs[Number(operands[0])];
      if (input === undefined) throw new Error(`Expression has no input ${String(operands[0])}.`);
      return input;
    }
    const [first = 0, second = 0, third = 0] = operands;
    const x = this.run(first, inputs);
    const unary = expressionUnary[operation];
    if (unary !== undefined) return unary(x);
    const reduction = expressionReductions[operation];
    if (reduction !== undefined) return reduction(x, this.axesOf(second, x.rank), third === true);
    if (operation === "softmax") {
      const axes = this.axesOf(second, x.rank);
      const powers = tf.exp(tf.sub(x, tf.max(x, axes, true)));
      return tf.div(powers, tf.sum(powers, axes, true));
    }
    const binary = expressionBinary[operation];
    if (binary !== undefined) {
      // tfjs's gradients of these two forget to add up what was broadcast.
      const isPicky = operation === "maximum" || operation === "minimum";
      const [a, b] = this.align([x, this.run(second, inputs)], isPicky);
      if (a !== undefined && b !== undefined) return binary(a, b);
    }
    if (operation === "where") {
      const values = [x, this.run(second, inputs), this.run(third, inputs)];
      const [condition, a, b] = this.align(values, true);
      if (condition !== undefined && a !== undefined && b !== undefined)
        return tf.where(
          expressionStep(() => tf.notEqual(condition, 0), [condition]),
          a,
          b,
        );
    }
    throw new Error(`Expression knows no "${operation}".`);
  }

  /** Brings values to as many axes, and to the same sizes where asked. */
  private align(values: readonly tf.Tensor[], isFull: boolean): tf.Tensor[] {
    const rank = Math.max(...values.map((value) => value.rank));
    const raised = values.map((value) => {
      let result = value;
      while (value.rank > 0 && result.rank < rank) result = tf.expandDims(result, 1);
      return result;
    });
    if (!isFull) return raised;
    const shape = raised.reduce<number[]>(
      (sizes, value) => tf.broadcast_util.assertAndGetBroadcastShape(sizes, value.shape),
      [],
    );
    return raised.map((value) => tf.add(value, tf.zeros(shape)));
  }

  private infer(node: ExpressionPart, inputs: readonly tf.Shape[]): ExpressionShape {
    if (typeof node === "number") return [];
    const { operation, operands } = this.read(node);
    if (operation === "input") return [...(inputs[Number(operands[0])] ?? [])];
    const [first = 0, second = 0, third = 0] = operands;
    const shape = this.infer(first, inputs);
    if (operation in expressionUnary || operation === "softmax") return shape;
    if (operation in expressionReductions) {
      const axes = this.axesOf(second, shape.length);
      return third === true
        ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
        : shape.filter((_size, axis) => !axes.includes(axis));
    }
    const others = operation === "where" ? [second, third] : [second];
    return others.reduce<ExpressionShape>(
      (sizes, other) => this.merge(sizes, this.infer(other, inputs)),
      shape,
    );
  }

  private merge(left: ExpressionShape, right: ExpressionShape): ExpressionShape {
    const rank = Math.max(left.length, right.length);
    const raise = (shape: ExpressionShape): ExpressionShape => {
      const ones = Array.from({ length: rank - shape.length }, () => 1);
      return [...shape.slice(0, 1), ...ones, ...shape.slice(1)];
    };
    if (left.length === 0 || right.length === 0) return left.length === 0 ? right : left;
    const [a, b] = [raise(left), raise(right)];
    return a.map((size, axis) => {
      const other = b[axis] ?? null;
      if (size === 1 || size === null) return other === 1 ? size : other;
      return size;
    });
  }

  /** Axes as Keras counts them, batch first; an empty list stands for all but the batch. */
  private axesOf(part: ExpressionPart, rank: number): number[] {
    const listed = Array.isArray(part) ? part.map(Number) : [];
    if (listed.length === 0) return Array.from({ length: rank - 1 }, (_unused, axis) => axis + 1);
    return listed.map((axis) => (axis < 0 ? rank + axis : axis));
  }

  private read(node: ExpressionPart) {
    const [operation, ...operands] = Array.isArray(node) ? (node as ExpressionPart[]) : [];
    // What every object has, such as "constructor", is no operation of the tables above.
    if (typeof operation !== "string" || operation in Object.prototype)
      throw new Error("Expression has a program it can't read.");
    return { operation, operands };
  }
}
tf.serialization.registerClass(Expression, "netloom", "Expression");
