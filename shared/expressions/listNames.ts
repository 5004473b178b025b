import { assertNever } from "../base/assertNever.ts";
import type { Expression } from "./expression.ts";

/** Each name whose value the expression needs, once, in the order of the text; functions aren't among them. */
export function listNames(expression: Expression): readonly string[] {
  const names = new Map<string, number>();
  const waiting: Expression[] = [expression];
  // A stack of its own: a chain `1+1+1+…` is as deep as the text is long.
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === "name") {
      names.set(next.name, Math.min(next.at, names.get(next.name) ?? next.at));
    }
    waiting.push(...listParts(next));
  }
  return [...names].toSorted((left, right) => left[1] - right[1]).map(([name]) => name);
}

/** Where names stand in the text, so that they can be replaced there. */
export function listNamePlaces(
  expression: Expression,
): readonly { readonly name: string; readonly at: number }[] {
  const places: { readonly name: string; readonly at: number }[] = [];
  const waiting: Expression[] = [expression];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === "name") places.push({ name: next.name, at: next.at });
    waiting.push(...listParts(next));
  }
  return places.toSorted((left, right) => left.at - right.at);
}

/** The expressions right inside this one, in the order of the text. */
function listParts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "name":
      return [];
    case "list":
      return expression.items;
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case "call":
      return expression.arguments;
    case "item":
      return [expression.list, expression.index];
    default:
      return assertNever(expression);
  }
}
