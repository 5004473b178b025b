import type { JsonValue } from "#shared/base/json.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { GraphNode } from "#shared/document/model.ts";
import { checkParam, specDefault } from "#shared/layers/readParams.ts";
import type { ParamSpec, StoredParams } from "#shared/layers/params.ts";

/** A parameter's value as stored, or its default. */
export function valueOf(spec: ParamSpec, stored: StoredParams, name: string): JsonValue {
  const value = Object.hasOwn(stored, name) ? stored[name] : undefined;
  return value === undefined ? specDefault(spec) : value;
}

export function isSameValue(left: JsonValue, right: JsonValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Sets a parameter of one or several layers; what equals the default isn't stored, so that files stay short. */
export function buildParamEdit(
  nodes: readonly GraphNode[],
  change: { readonly name: string; readonly spec: ParamSpec; readonly value: JsonValue },
): DocumentEdit {
  const { name, spec, value } = change;
  const isDefault = isSameValue(value, specDefault(spec));
  const edits = nodes.map((node): DocumentEdit =>
    isDefault
      ? { kind: "resetParams", node: node.id, params: [name] }
      : { kind: "setParams", node: node.id, params: { [name]: value } },
  );
  const [only] = edits;
  return edits.length === 1 && only !== undefined
    ? only
    : { kind: "batch", label: `Set ${spec.label.toLowerCase()}`, edits };
}

/** Why a value can't be set: a sentence with the option's label; null where it can. */
export function findValueFault(spec: ParamSpec, value: JsonValue): string | null {
  const checked = checkParam(spec, value);
  return checked.ok ? null : withLabel(spec, checked.error);
}

/** Issues stand after the option's name: "must be 1 or more", ", entry 2, must be …". */
export function withLabel(spec: ParamSpec, message: string): string {
  const joint = message.startsWith(",") || message.startsWith(":") ? "" : " ";
  return `${spec.label}${joint}${message}.`;
}

/** `28, 28, 1`, `28 × 28 × 1`, `28x28x1`, `?, 8` (`?`, `null` and an empty place mean any size, where allowed). */
export function readIntList(text: string): readonly (number | null)[] | null {
  const trimmed = text.trim().replace(/^[[(]|[\])]$/g, "");
  if (trimmed.trim() === "") return [];
  const parts = trimmed.split(/\s*[,;×x*]\s*|\s+/i);
  const values = parts.map((part) => {
    if (part === "" || /^(\?|null|none|any)$/i.test(part)) return null;
    return /^[-+]?\d+$/.test(part) ? Number(part) : Number.NaN;
  });
  return values.some((value) => Number.isNaN(value)) ? null : values;
}

/** `28 × 28 × 1`; any size is `?`. */
export function formatIntList(values: readonly JsonValue[]): string {
  return values.map((value) => (typeof value === "number" ? value : "?")).join(" × ");
}

/** What may be entered and what it is by itself: "Whole number, 1 or more. Default 32." */
export function describeRange(spec: ParamSpec): string {
  const initial = formatDefault(specDefault(spec));
  switch (spec.kind) {
    case "int":
    case "float": {
      const kind = spec.kind === "int" ? "Whole number" : "Number";
      const least =
        spec.min === undefined
          ? ""
          : "isMinExclusive" in spec && spec.isMinExclusive === true
            ? `above ${spec.min}`
            : `${spec.min} or more`;
      const most =
        spec.max === undefined
          ? ""
          : "isMaxExclusive" in spec && spec.isMaxExclusive === true
            ? `below ${spec.max}`
            : `at most ${spec.max}`;
      const range = [least, most].filter((part) => part !== "").join(", ");
      return `${kind}${range === "" ? "" : `, ${range}`}. Default ${initial}.`;
    }
    default:
      return `Default ${initial}.`;
  }
}

function formatDefault(value: JsonValue): string {
  if (value === null) return "none";
  if (value === "") return "empty";
  if (typeof value === "object" && !Array.isArray(value) && "name" in value)
    return typeof value["name"] === "string" ? value["name"] : "as shown";
  if (Array.isArray(value)) return value.length === 0 ? "none" : formatIntList(value);
  return typeof value === "object" ? "as shown" : String(value);
}
