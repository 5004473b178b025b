/** The only place where values become source text. Strings go through `JSON.stringify`; nothing else is escaped. */
import type { JsonValue } from "../base/json.ts";
import { snakeCase } from "../layers/lowerParams.ts";

/**
 * Valid in JavaScript and Python alike. Line separators, invisible and direction-changing characters are spelled out,
 * so that the text reads as what it is.
 */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function typescriptLiteral(value: JsonValue): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return numberLiteral(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(typescriptLiteral).join(", ")}]`;
  const entries = Object.entries(value).map(
    ([key, entry]) => `${objectKey(key)}: ${typescriptLiteral(entry)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Lists become tuples, as Keras's shapes and sizes are usually written. */
export function pythonLiteral(value: JsonValue): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return numberLiteral(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isList(value)) {
    const entries = value.map(pythonLiteral);
    return entries.length === 1 ? `(${entries[0] ?? ""},)` : `(${entries.join(", ")})`;
  }
  const entries = Object.entries(value).map(
    ([key, entry]) => `${quote(key)}: ${pythonLiteral(entry)}`,
  );
  return `{${entries.join(", ")}}`;
}

/** Keras spells the values of its own options with underscores: `channelsLast` → `channels_last`. */
export function pythonOption(value: string): string {
  return quote(snakeCase(value));
}

function numberLiteral(value: number): string {
  // Plans are checked JSON: no NaN, no infinities. 1e-7 and 1e+21 read the same in both languages.
  if (!Number.isFinite(value)) throw new Error(`${value} has no literal.`);
  if (Object.is(value, -0)) return "0";
  // 0.00001001 is hard to read.
  return Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential() : String(value);
}

function objectKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && key !== "__proto__" ? key : quote(key);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
