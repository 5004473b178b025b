import type { JsonObject, JsonValue } from "../base/json.ts";
import { type Result, ok } from "../base/result.ts";
import { evaluateExpression } from "./evaluateExpression.ts";
import {
  type Environment,
  type ExpressionIssue,
  type ExpressionValue,
  expressionKey,
} from "./expression.ts";
import { listNames } from "./listNames.ts";
import { parseExpression } from "./parseExpression.ts";

/** An option whose expression has no value. */
export interface UnresolvedParam {
  readonly param: string;
  /** The text of the expression at fault. */
  readonly text: string;
  readonly issue: ExpressionIssue;
}

export interface ResolvedParams {
  /** With values in place of expressions; options that have no value are left out, so that their defaults stand. */
  readonly params: JsonObject;
  readonly unresolved: readonly UnresolvedParam[];
}

/** The text of `{ $expr: text }`, or null for any other value. */
export function readExpressionText(value: JsonValue | undefined): string | null {
  if (!isObject(value)) return null;
  const text = value[expressionKey];
  return typeof text === "string" && Object.keys(value).length === 1 ? text : null;
}

export function makeExpression(text: string): ExpressionValue {
  return { [expressionKey]: text };
}

/** Whether there is an expression anywhere in the value. */
export function hasExpression(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return readExpressionText(value) !== null || Object.values(value).some(hasExpression);
}

/** The value with every expression in it worked out, however deep in lists and named configurations. */
export function resolveValue(
  value: JsonValue,
  environment: Environment,
): Result<JsonValue, Omit<UnresolvedParam, "param">> {
  const text = readExpressionText(value);
  if (text !== null) {
    const parsed = parseExpression(text);
    const result = parsed.ok ? evaluateExpression(parsed.value, environment) : parsed;
    return result.ok ? result : { ok: false, error: { text, issue: result.error } };
  }
  if (typeof value !== "object" || value === null || !hasExpression(value)) return ok(value);
  const entries: [string, JsonValue][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const resolved = resolveValue(entry, environment);
    if (!resolved.ok) return resolved;
    entries.push([key, resolved.value]);
  }
  return ok(Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries));
}

/** The very same object comes back where there is no expression in it. */
export function resolveParams(params: JsonObject, environment: Environment): ResolvedParams {
  if (!hasExpression(params)) return { params, unresolved: [] };
  const resolved: [string, JsonValue][] = [];
  const unresolved: UnresolvedParam[] = [];
  for (const [param, value] of Object.entries(params)) {
    const result = resolveValue(value, environment);
    if (result.ok) resolved.push([param, result.value]);
    else unresolved.push({ param, ...result.error });
  }
  return { params: Object.fromEntries(resolved), unresolved };
}

/** Every expression in the value, once. */
export function listExpressions(value: JsonValue): readonly string[] {
  const text = readExpressionText(value);
  if (text !== null) return [text];
  if (typeof value !== "object" || value === null) return [];
  return [...new Set(Object.values(value).flatMap(listExpressions))];
}

/** The names that the expressions in a value need; what can't be read needs none. */
export function listNamesIn(value: JsonValue): readonly string[] {
  const names = listExpressions(value).flatMap((text) => {
    const parsed = parseExpression(text);
    return parsed.ok ? listNames(parsed.value) : [];
  });
  return [...new Set(names)];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
