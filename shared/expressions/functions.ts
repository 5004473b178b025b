import type { JsonValue } from "../base/json.ts";
import { type Result, err, ok } from "../base/result.ts";

/** A function that expressions may call; `call` gets arguments that were counted but not looked at. */
export interface ExpressionFunction {
  readonly name: string;
  /** For the help: `max(a, b, …)`. */
  readonly usage: string;
  readonly summary: string;
  readonly arity: { readonly min: number; readonly max: number };
  /** The error is a clause to stand after the function's name: "needs numbers, got a text". */
  call(values: readonly JsonValue[]): Result<JsonValue, string>;
}

const any = { min: 1, max: 100 };
const one = { min: 1, max: 1 };

export const expressionFunctions: readonly ExpressionFunction[] = [
  ofNumbers("min", "min(a, b, …)", "the smallest", any, (...values) => Math.min(...values)),
  ofNumbers("max", "max(a, b, …)", "the largest", any, (...values) => Math.max(...values)),
  ofNumbers("floor", "floor(a)", "the next whole number below", one, Math.floor),
  ofNumbers("ceil", "ceil(a)", "the next whole number above", one, Math.ceil),
  ofNumbers("round", "round(a)", "the nearest whole number, a half goes up", one, Math.round),
  ofNumbers("trunc", "trunc(a)", "without what is behind the point", one, Math.trunc),
  ofNumbers("abs", "abs(a)", "without its sign", one, Math.abs),
  ofNumbers("sqrt", "sqrt(a)", "the square root", one, Math.sqrt),
  ofNumbers("exp", "exp(a)", "e to this power", one, Math.exp),
  ofNumbers("log", "log(a)", "the natural logarithm", one, Math.log),
  ofNumbers("log2", "log2(a)", "the logarithm to the base 2", one, Math.log2),
  ofNumbers("log10", "log10(a)", "the logarithm to the base 10", one, Math.log10),
  ofNumbers("sum", "sum(list)", "all added together", any, (...values) =>
    values.reduce((total, value) => total + value, 0),
  ),
  ofNumbers("product", "product(list)", "all multiplied together", any, (...values) =>
    values.reduce((total, value) => total * value, 1),
  ),
  {
    name: "len",
    usage: "len(list)",
    summary: "how many entries a list has, or characters a text",
    arity: one,
    call([value]) {
      if (typeof value === "string") return ok(Array.from(value).length);
      return isList(value) ? ok(value.length) : err(`needs a list or a text, got ${kindOf(value)}`);
    },
  },
  {
    name: "repeat",
    usage: "repeat(value, count)",
    summary: "a list with the value that many times",
    arity: { min: 2, max: 2 },
    call([value = null, count]) {
      if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > maxEntries)
        return err(`needs a count from 0 to ${maxEntries}`);
      return ok(Array.from({ length: count }, () => value));
    },
  },
];

/** Entries of a list, and characters of a text, that an expression may make. */
export const maxEntries = 10_000;

const byName = new Map(expressionFunctions.map((entry) => [entry.name, entry]));

export function findFunction(name: string): ExpressionFunction | null {
  return byName.get(name) ?? null;
}

/** Takes numbers one by one, or a single list of them. */
function ofNumbers(
  name: string,
  usage: string,
  summary: string,
  arity: ExpressionFunction["arity"],
  compute: (...values: readonly number[]) => number,
): ExpressionFunction {
  return {
    name,
    usage,
    summary,
    arity,
    call(values) {
      const [first] = values;
      const numbers = arity.max > 1 && values.length === 1 && isList(first) ? first : values;
      const wrong = numbers.find((value) => typeof value !== "number");
      if (wrong !== undefined) return err(`needs numbers, got ${kindOf(wrong)}`);
      if (numbers.length === 0 && (name === "min" || name === "max"))
        return err("needs at least one number, got an empty list");
      return ok(compute(...numbers.filter((value) => typeof value === "number")));
    },
  };
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** For messages: "a text", "a list". */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "string") return "a text";
  if (typeof value === "boolean") return "true or false";
  if (typeof value === "number") return "a number";
  return isList(value) ? "a list" : "a group of options";
}
