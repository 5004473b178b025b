/** Formulas over tensors: read with the language of expressions, checked, and turned into nested lists. */
import { err, ok, type Result } from "../base/result.ts";
import type { BinaryOperator, Expression } from "../expressions/expression.ts";
import { parseExpression } from "../expressions/parseExpression.ts";
import type { Shape } from "./shape.ts";

/** A number, or an operation with its operands: `["add", ["input", 0], 2]`. Only lower case: model files keep that. */
export type FormulaProgram = number | readonly FormulaPart[];
type FormulaPart = string | number | boolean | readonly FormulaPart[];

export interface Formula {
  readonly program: FormulaProgram;
  /** Sizes of the result without the batch. */
  readonly sizes: readonly (number | null)[];
}

/** Operations on each value by itself. */
const formulaFunctions =
  "abs square sqrt exp log sin cos tanh relu sigmoid softplus elu sign floor ceil round".split(" ");
const reductions = ["sum", "mean", "max", "min"];
const pairs = ["maximum", "minimum"];
const letters = ["a", "b", "c", "d"];
/** Operations of one formula; a limit keeps model files and scripts readable. */
const maxOperations = 300;

const operators: Readonly<Record<BinaryOperator, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  and: "and",
  or: "or",
};

/** Sizes without the batch; null for a constant, which fits anything. */
type Sizes = readonly (number | null)[] | null;

interface Compiled {
  readonly program: FormulaProgram;
  readonly sizes: Sizes;
}

/**
 * The program of a formula over the inputs x0, x1, … (also a, b, c, d; x where there is one). The error is a clause:
 * what the formula "must" be or do.
 */
export function compileFormula(text: string, inputs: readonly Shape[]): Result<Formula, string> {
  const parsed = parseExpression(text);
  if (!parsed.ok) return err(`be readable (${parsed.error.message})`);
  const used = new Set<number>();
  let operations = 0;
  try {
    const { program, sizes } = compile(parsed.value);
    if (sizes === null) return err("use its inputs, as in x0 * 2");
    const idle = inputs.findIndex((_input, index) => !used.has(index));
    if (idle !== -1) return err(`use all its inputs; x${idle} is not in it`);
    return ok({ program, sizes });
  } catch (error) {
    if (error instanceof FormulaError) return err(error.message);
    throw error;
  }

  function compile(node: Expression): Compiled {
    if (++operations > maxOperations) fail(`have at most ${maxOperations} operations`);
    switch (node.kind) {
      case "literal":
        if (typeof node.value === "number") return { program: node.value, sizes: null };
        if (typeof node.value === "boolean") return { program: node.value ? 1 : 0, sizes: null };
        return fail("compute with numbers only");
      case "name":
        return compileName(node.name);
      case "unary": {
        const operand = compile(node.operand);
        if (node.operator === "+") return operand;
        // A plain negative number stays one.
        if (node.operator === "-" && typeof operand.program === "number")
          return { program: -operand.program, sizes: null };
        return apply(node.operator === "-" ? "neg" : "not", [operand]);
      }
      case "binary":
        return compileBinary(operators[node.operator], compile(node.left), compile(node.right));
      case "conditional":
        return apply("where", [node.condition, node.whenTrue, node.whenFalse].map(compile));
      case "call":
        return compileCall(node.name, node.arguments);
      case "list":
        return fail("have lists only as axes, as in mean(x0, [1, 2])");
      case "item":
        return fail("take no entries of an input (the Slice layer does)");
    }
  }

  function compileName(name: string): Compiled {
    if (name === "pi") return { program: Math.PI, sizes: null };
    const number = /^x(\d{1,2})$/.exec(name)?.[1];
    const index =
      number !== undefined
        ? Number(number)
        : name === "x" && inputs.length === 1
          ? 0
          : letters.indexOf(name);
    const input = inputs[index];
    if (index < 0) fail(`use the inputs' names x0 to x${inputs.length - 1}, not “${name}”`);
    if (input === undefined)
      return fail(`use its ${inputs.length} inputs only; “${name}” has no wire`);
    used.add(index);
    return { program: ["input", index], sizes: input.axes.map(({ size }) => size) };
  }

  function compileBinary(operation: string, left: Compiled, right: Compiled): Compiled {
    // tfjs's power of a negative number is safe only as a product.
    const power = operation === "pow" ? right.program : 0;
    if (typeof power === "number" && Number.isInteger(power) && power >= 2 && power <= 4) {
      const square = apply("square", [left]);
      if (power === 2) return square;
      return power === 3 ? apply("mul", [square, left]) : apply("square", [square]);
    }
    return apply(operation, [left, right]);
  }

  function compileCall(name: string, given: readonly Expression[]): Compiled {
    if (formulaFunctions.includes(name)) return apply(name, takeArguments(name, given, 1));
    if (pairs.includes(name)) return apply(name, takeArguments(name, given, 2));
    if (name === "where") return apply(name, takeArguments(name, given, 3));
    if (name === "clip") {
      const [x, low, high] = takeArguments(name, given, 3);
      if (x && low && high) return apply("minimum", [apply("maximum", [x, low]), high]);
    }
    if (name === "softmax") return compileSoftmax(given);
    if (reductions.includes(name)) return compileReduction(name, given);
    return fail(
      `use functions that there are, not “${name}” (${[...formulaFunctions, "softmax", ...reductions, ...pairs, "where", "clip"].join(", ")})`,
    );
  }

  function takeArguments(name: string, given: readonly Expression[], count: number) {
    if (given.length !== count)
      fail(`give ${name} ${count} value${count === 1 ? "" : "s"}, not ${given.length}`);
    return given.map(compile);
  }

  function compileSoftmax([first, axis]: readonly Expression[]): Compiled {
    if (first === undefined) return fail("give softmax a value");
    const x = compile(first);
    const sizes = x.sizes ?? fail("take softmax of an input");
    const [along = sizes.length] = axis === undefined ? [sizes.length] : readAxes(axis, sizes);
    return { program: ["softmax", x.program, [along]], sizes };
  }

  function compileReduction(name: string, [first, axis, keep]: readonly Expression[]): Compiled {
    if (first === undefined) return fail(`give ${name} a value`);
    const x = compile(first);
    const sizes = x.sizes ?? fail(`take ${name} of an input (of two values: maximum, minimum)`);
    const isAll = axis === undefined || (axis.kind === "literal" && axis.value === null);
    const axes = isAll ? sizes.map((_size, index) => index + 1) : readAxes(axis, sizes);
    const isKept = keep?.kind === "literal" && keep.value === true;
    return {
      program: [name, x.program, isAll ? [] : axes, isKept],
      sizes: isKept
        ? sizes.map((size, index) => (axes.includes(index + 1) ? 1 : size))
        : sizes.filter((_size, index) => !axes.includes(index + 1)),
    };
  }

  function readAxes(node: Expression, sizes: readonly (number | null)[]): readonly number[] {
    const listed = node.kind === "list" ? node.items : [node];
    const axes = listed.map((item) => {
      const { program } = compile(item);
      const axis = typeof program === "number" ? program : Number.NaN;
      const resolved = axis < 0 ? sizes.length + 1 + axis : axis;
      if (!Number.isInteger(resolved) || resolved < 1 || resolved > sizes.length)
        return fail(`name axes from 1 to ${sizes.length} or from −1 (0 is the batch, which stays)`);
      return resolved;
    });
    return [...new Set(axes)];
  }

  function apply(operation: string, operands: readonly Compiled[]): Compiled {
    return {
      program: [operation, ...operands.map(({ program }) => program)],
      sizes: operands.reduce<Sizes>((sizes, operand) => merge(sizes, operand.sizes), null),
    };
  }
}

/** Leaves the recursion; never leaves this file. */
class FormulaError extends Error {}

function fail(message: string): never {
  throw new FormulaError(message);
}

/** The fewer axes get axes of size 1 in front, which is behind the batch; then sizes broadcast as in NumPy. */
function merge(left: Sizes, right: Sizes): Sizes {
  if (left === null || right === null) return left ?? right;
  const rank = Math.max(left.length, right.length);
  const raise = (sizes: readonly (number | null)[]): readonly (number | null)[] => [
    ...Array.from({ length: rank - sizes.length }, () => 1),
    ...sizes,
  ];
  const [a, b] = [raise(left), raise(right)];
  return a.map((size, axis) => {
    const other = b[axis] ?? null;
    if (size === 1) return other;
    if (other === 1) return size;
    if (size !== null && other !== null && size !== other)
      fail(`combine sizes that fit: ${format(left)} and ${format(right)} differ`);
    return size ?? other;
  });
}

const format = (sizes: readonly (number | null)[]) => sizes.map((size) => size ?? "?").join(" × ");
