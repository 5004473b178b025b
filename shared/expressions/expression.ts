import type { JsonValue } from "../base/json.ts";

/** What a formula says, as a tree. `at` is where the part begins in the text, in UTF-16 units from 0. */
export type Expression =
  /** A number, a text, true, false or null. */
  | {
      readonly kind: "literal";
      readonly at: number;
      readonly value: string | number | boolean | null;
    }
  | { readonly kind: "name"; readonly at: number; readonly name: string }
  | { readonly kind: "list"; readonly at: number; readonly items: readonly Expression[] }
  | {
      readonly kind: "unary";
      readonly at: number;
      readonly operator: UnaryOperator;
      readonly operand: Expression;
    }
  | {
      readonly kind: "binary";
      /** Of the operator itself. */
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `condition ? whenTrue : whenFalse` */
  | {
      readonly kind: "conditional";
      readonly at: number;
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  /** `max(a, b)`. Which names there are is up to whoever evaluates. */
  | {
      readonly kind: "call";
      readonly at: number;
      readonly name: string;
      readonly arguments: readonly Expression[];
    }
  /** `sizes[index]` */
  | {
      readonly kind: "item";
      readonly at: number;
      readonly list: Expression;
      readonly index: Expression;
    };

export type UnaryOperator = "-" | "+" | "not";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | "and" | "or";

/** Why an expression can't be read or has no value. */
export interface ExpressionIssue {
  /** A sentence that names the place: "There is no ) for the ( at column 3." */
  readonly message: string;
  /** Where in the text, in UTF-16 units from 0; `length` of what is meant, at least 1. */
  readonly offset: number;
  readonly length: number;
  /** A name without a value: what a misspelt variable gives. */
  readonly unknownName?: string;
}

/** Values of the names that an expression may use. */
export type Environment = ReadonlyMap<string, JsonValue>;

/** An expression in place of a value in a document: `{ "$expr": "filters * 4" }`. */
export type ExpressionValue = { readonly $expr: string };

export const expressionKey = "$expr";
/** Characters. */
export const maxExpressionLength = 2000;
/** Parentheses, lists, calls and signs inside each other. */
export const maxExpressionDepth = 64;

const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** Words of the language, and `index`, which counts a block's repetitions. */
const reservedNames: ReadonlySet<string> = new Set(
  // The last three could reach an object's prototype where values are kept as options.
  "true false null and or not index __proto__ constructor prototype".split(" "),
);

/** Why a variable or parameter can't have this name, as a clause ("must be …"), or null. */
export function findNameFault(name: string): string | null {
  if (!namePattern.test(name))
    return "must be a letter or _ followed by at most 99 letters, digits or _";
  if (reservedNames.has(name)) return `must not be “${name}”, which has a meaning of its own`;
  return null;
}

export function expressionIssue(message: string, offset: number, length = 1): ExpressionIssue {
  return { message, offset, length: Math.max(1, length) };
}
