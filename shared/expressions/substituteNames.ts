import type { JsonValue } from "../base/json.ts";
import { evaluateExpression } from "./evaluateExpression.ts";
import type { Expression } from "./expression.ts";
import { listNamePlaces } from "./listNames.ts";
import { parseExpression } from "./parseExpression.ts";
import { hasExpression, makeExpression, readExpressionText } from "./resolveParams.ts";

/** What stands for each name: a value, or an expression `{ $expr }`. */
export type Substitution = ReadonlyMap<string, JsonValue>;

/**
 * The value with names in its expressions replaced, however deep. An expression that is only a name becomes what stands
 * for it; one in which no name is left becomes its value. The very same object comes back where no name is in it.
 */
export function substituteNames(value: JsonValue, substitution: Substitution): JsonValue {
  const text = readExpressionText(value);
  if (text !== null) return substituteInText(text, substitution) ?? value;
  if (typeof value !== "object" || value === null || !hasExpression(value)) return value;
  let hasChanged = false;
  const entries = Object.entries(value).map(([key, entry]): [string, JsonValue] => {
    const changed = substituteNames(entry, substitution);
    if (changed !== entry) hasChanged = true;
    return [key, changed];
  });
  if (!hasChanged) return value;
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

/** null where nothing is to be replaced, or the text can't be read. */
function substituteInText(text: string, substitution: Substitution): JsonValue | null {
  const parsed = parseExpression(text);
  if (!parsed.ok) return null;
  if (parsed.value.kind === "name") return substitution.get(parsed.value.name) ?? null;
  const places = listNamePlaces(parsed.value).filter(({ name }) => substitution.has(name));
  if (places.length === 0) return null;
  let replaced = text;
  for (const { name, at } of places.toReversed()) {
    const substitute = formatOperand(substitution.get(name) ?? null);
    if (substitute === null) return null;
    replaced = replaced.slice(0, at) + substitute + replaced.slice(at + name.length);
  }
  return foldConstant(replaced);
}

function foldConstant(text: string): JsonValue {
  const parsed = parseExpression(text);
  if (parsed.ok && listNamePlaces(parsed.value).length === 0) {
    const value = evaluateExpression(parsed.value, new Map());
    if (value.ok) return value.value;
  }
  return makeExpression(text);
}

/** A value as part of a larger expression, in parentheses where it needs them; null for what can't be written. */
function formatOperand(value: JsonValue): string | null {
  const text = readExpressionText(value) ?? formatValue(value);
  if (text === null) return null;
  const parsed = parseExpression(text);
  return parsed.ok && isTight(parsed.value) ? text.trim() : `(${text.trim()})`;
}

function isTight(expression: Expression): boolean {
  const { kind } = expression;
  return (
    kind === "name" || kind === "literal" || kind === "list" || kind === "call" || kind === "item"
  );
}

/** A plain value as the language writes it: 3, 'text', true, [1, 2]; null where it has no way to. */
export function formatValue(value: JsonValue): string | null {
  if (value === null || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "string") return formatText(value);
  if (!Array.isArray(value)) return null;
  const items = value.map((entry: JsonValue) => formatValue(entry));
  return items.every((item) => item !== null) ? `[${items.join(", ")}]` : null;
}

/** There are no escapes: a text with both kinds of quotation marks is put together from pieces. */
function formatText(text: string): string | null {
  if (/[\r\n]/.test(text)) return null;
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  return text
    .split(/(')/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece === "'" ? `"'"` : `'${piece}'`))
    .join(" + ");
}
