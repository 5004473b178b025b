import { expressionKey, maxExpressionLength } from "../expressions/expression.ts";

/** Keys that could reach an object's prototype. */
export const forbiddenKeys: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

const maxDepth = 32;

/** Why a value can't stand in a document, as a clause ("is not a finite number"), or null where it can. */
export function findJsonFault(value: unknown, depth = 0): string | null {
  if (depth > maxDepth) return `is nested more than ${maxDepth} levels deep`;
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : "is not a finite number";
  if (Array.isArray(value)) return findFirst(value, (entry) => findJsonFault(entry, depth + 1));
  if (typeof value !== "object") return `is of type ${typeof value}, which a file can't hold`;
  const entries = Object.entries(value);
  return findFirst(entries, ([key, entry]) => {
    if (forbiddenKeys.has(key)) return `has the key "${key}", which is not allowed`;
    if (key === expressionKey) return entries.length === 1 ? findExpressionFault(entry) : notAlone;
    return findJsonFault(entry, depth + 1);
  });
}

const notAlone = `has the key "${expressionKey}", which is kept for expressions and must stand alone`;

/** Only what a file can't hold: whether the text can be read as a formula is for analysis to say. */
function findExpressionFault(text: unknown): string | null {
  if (typeof text !== "string") return `has the key "${expressionKey}", which must hold a text`;
  return text.length <= maxExpressionLength
    ? null
    : `has an expression of ${text.length} characters; the limit is ${maxExpressionLength}`;
}

function findFirst<T>(entries: readonly T[], check: (entry: T) => string | null): string | null {
  for (const entry of entries) {
    const fault = check(entry);
    if (fault !== null) return fault;
  }
  return null;
}

/** Whether two values that hold plain JSON are the same, key order aside. */
export function areSameJson(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const leftEntries = Object.entries(left);
  const rightValues = new Map(Object.entries(right));
  return (
    leftEntries.length === rightValues.size &&
    leftEntries.every(
      ([key, value]) => rightValues.has(key) && areSameJson(value, rightValues.get(key)),
    )
  );
}
