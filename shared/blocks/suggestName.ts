import type { JsonValue } from "../base/json.ts";
import type { Environment, ExpressionIssue } from "../expressions/expression.ts";
import { makeExpression, readExpressionText } from "../expressions/resolveParams.ts";

/** What an option with an unknown name in it was probably meant to be, as a part of an `ExpansionIssue`. */
export function suggestFor(
  value: JsonValue | undefined,
  { unknownName }: ExpressionIssue,
  environment: Environment,
): { readonly suggestion?: { readonly name: string; readonly value: JsonValue } } {
  if (unknownName === undefined || value === undefined) return {};
  const name = suggestName(unknownName, environment);
  return name === null
    ? {}
    : { suggestion: { name, value: replaceName(value, unknownName, name) } };
}

/** The known name that a misspelt one was probably meant to be, or null. */
function suggestName(unknown: string, environment: Environment): string | null {
  let best: string | null = null;
  let least = Math.min(2, Math.floor(unknown.length / 2)) + 1;
  for (const name of environment.keys()) {
    const distance =
      name.toLowerCase() === unknown.toLowerCase() ? 0 : countChanges(name, unknown, least);
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

/** The value with a name replaced by another in every expression in it. */
function replaceName(value: JsonValue, from: string, to: string): JsonValue {
  const text = readExpressionText(value);
  if (text !== null)
    return makeExpression(text.replaceAll(/[A-Za-z_]\w*/g, (name) => (name === from ? to : name)));
  if (typeof value !== "object" || value === null) return value;
  const replace = (entry: JsonValue) => replaceName(entry, from, to);
  if (Array.isArray(value)) return value.map(replace);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, replace(entry)]));
}

/** Levenshtein's distance with neighbours swapped counting 1 (Damerau), or `limit` where it is that or more. */
function countChanges(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (previous[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (previous[column - 1] ?? limit) + (isSame ? 0 : 1),
      );
      const isSwapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (isSwapped) cost = Math.min(cost, (before[column - 2] ?? limit) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return Math.min(limit, previous.at(-1) ?? limit);
}
