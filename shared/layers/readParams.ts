import { assertNever } from "../base/assertNever.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  findNamedConfig,
  namedTable,
  type NamedConfigSpec,
  type NamedKind,
  type NamedOption,
} from "./namedConfigs.ts";
import type {
  InnerLayer,
  LayerListParam,
  NamedConfig,
  ParamSpec,
  ParamSpecs,
  Params,
  StoredParams,
} from "./params.ts";

export interface ParamIssue {
  readonly param: string;
  /** To stand after the option's name: "must be 1 or more, got 0". */
  readonly message: string;
}

type Checked = Result<JsonValue, string>;

/**
 * Fills in defaults and checks kinds, ranges and options. All issues are reported, not only the first. Stored keys
 * that the specs don't know are ignored here and kept in the document.
 */
export function readParams<Specs extends ParamSpecs>(
  specs: Specs,
  stored: StoredParams,
): Result<Params<Specs>, readonly ParamIssue[]> {
  const values: Record<string, JsonValue> = {};
  const issues: ParamIssue[] = [];
  for (const [param, spec] of Object.entries(specs)) {
    const given = Object.hasOwn(stored, param) ? stored[param] : undefined;
    const checked = checkParam(spec, given === undefined ? specDefault(spec) : given);
    if (checked.ok) values[param] = checked.value;
    else issues.push({ param, message: checked.error });
  }
  // Sound because every key of the specs was checked against its own spec above.
  return issues.length > 0 ? err(issues) : ok(values as unknown as Params<Specs>);
}

/** The default as plain JSON. */
export function specDefault(spec: ParamSpec): JsonValue {
  if (spec.kind === "layer") return toJson(spec.default);
  return spec.kind === "layerList" ? spec.default.map(toJson) : spec.default;
}

const toJson = ({ type, params }: InnerLayer): JsonObject => ({ type, params });

/** One value against its spec; initializers and the like come back with all their options filled in. */
export function checkParam(spec: ParamSpec, value: JsonValue): Checked {
  if (isObject(value) && Object.hasOwn(value, "$expr"))
    return err("is an expression over variables, which this version cannot read");
  switch (spec.kind) {
    case "int":
    case "float":
      if (value === null) return spec.nullable ? ok(null) : err(`must be a number`);
      return checkNumber(spec, value, spec.kind === "int");
    case "bool":
      return typeof value === "boolean" ? ok(value) : mismatch("true or false", value);
    case "enum":
      if (value === null) return spec.nullable ? ok(null) : mismatch(oneOf(spec.options), value);
      return isOption(spec.options, value) ? ok(value) : mismatch(oneOf(spec.options), value);
    case "enumList":
      if (!isList(value) || !value.every((entry) => isOption(spec.options, entry)))
        return mismatch(`a list of ${spec.options.join(", ")}`, value);
      return new Set(value).size === value.length ? ok(value) : err("must not name one twice");
    case "text":
      if (typeof value !== "string") return mismatch("text", value);
      return value.length <= (spec.maxLength ?? 200)
        ? ok(value)
        : err(`must be at most ${spec.maxLength ?? 200} characters long`);
    case "intTuple":
      if (value === null && spec.nullable) return ok(null);
      if (!isList(value) || value.length !== spec.length)
        return mismatch(count(spec.length, "whole number"), value);
      return checkEntries(value, spec, false);
    case "intList":
      if (!isList(value)) return mismatch("a list of whole numbers", value);
      if (value.length < (spec.minLength ?? 0))
        return err(`must have at least ${count(spec.minLength ?? 0, "entry")}`);
      if (spec.maxLength !== undefined && value.length > spec.maxLength)
        return err(`must have at most ${count(spec.maxLength, "entry")}`);
      return checkEntries(value, spec, spec.allowsNull === true);
    case "initializer":
      return checkNamed("initializer", value, spec.options);
    case "regularizer":
    case "constraint":
      return value === null ? ok(null) : checkNamed(spec.kind, value);
    case "layer":
      return checkInnerLayer(value, spec.options);
    case "layerList":
      return checkLayerList(value, spec);
    default:
      return assertNever(spec);
  }
}

interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  readonly isMinExclusive?: true;
  readonly isMaxExclusive?: true;
}

function checkNumber(range: NumberRange, value: JsonValue, isWhole: boolean): Checked {
  const wanted = isWhole ? "a whole number" : "a number";
  if (typeof value !== "number" || !Number.isFinite(value)) return mismatch(wanted, value);
  if (isWhole && !Number.isSafeInteger(value)) return mismatch(wanted, value);
  const { min, max } = range;
  if (min !== undefined && (range.isMinExclusive ? value <= min : value < min))
    return err(`must be ${range.isMinExclusive ? `above ${min}` : `${min} or more`}, got ${value}`);
  if (max !== undefined && (range.isMaxExclusive ? value >= max : value > max))
    return err(`must be ${range.isMaxExclusive ? `below ${max}` : `${max} or less`}, got ${value}`);
  return ok(value);
}

function checkEntries(
  values: readonly JsonValue[],
  range: NumberRange,
  allowsNull: boolean,
): Checked {
  for (const [index, value] of values.entries()) {
    if (value === null && allowsNull) continue;
    const checked = checkNumber(range, value, true);
    if (!checked.ok) return err(`, entry ${index + 1}, ${checked.error}`);
  }
  return ok(values);
}

function checkInnerLayer(value: JsonValue, options: readonly string[]): Checked {
  if (!isObject(value) || !isOption(options, value["type"] ?? null))
    return mismatch(`a layer: ${options.join(", ")}`, value);
  return isObject(value["params"] ?? {})
    ? ok({ type: value["type"] ?? "", params: value["params"] ?? {} })
    : err("has a layer without options");
}

function checkLayerList(value: JsonValue, spec: LayerListParam): Checked {
  if (!isList(value)) return mismatch("a list of layers", value);
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, options } = spec;
  if (value.length < minLength) return err(`must have at least ${count(minLength, "layer")}`);
  if (value.length > maxLength) return err(`must have at most ${count(maxLength, "layer")}`);
  const layers: JsonValue[] = [];
  for (const [index, entry] of value.entries()) {
    const checked = checkInnerLayer(entry, options);
    if (!checked.ok) return err(`, entry ${index + 1}, ${checked.error}`);
    layers.push(checked.value);
  }
  return ok(layers);
}

function checkNamed(kind: NamedKind, value: JsonValue, allowed?: readonly string[]): Checked {
  const names = allowed ?? Object.keys(namedTable(kind));
  const name = isObject(value) ? value["name"] : undefined;
  if (!isObject(value) || typeof name !== "string" || !names.includes(name))
    return mismatch(oneOf(names), name ?? value);
  const spec = findNamedConfig(kind, name);
  if (spec === null) return mismatch(oneOf(names), name);
  const config: Record<string, JsonValue> & { name: string } = { name };
  for (const [option, optionSpec] of Object.entries(spec.options)) {
    const checked = checkNamedOption(optionSpec, value[option] ?? optionSpec.default);
    if (!checked.ok) return err(`: ${optionSpec.label.toLowerCase()} ${checked.error}`);
    config[option] = checked.value;
  }
  const disorder = tellDisorder(spec, config);
  return disorder === null ? ok(config satisfies NamedConfig) : err(disorder);
}

function tellDisorder(spec: NamedConfigSpec, config: Readonly<Record<string, JsonValue>>) {
  const [smaller = "", larger = ""] = spec.ordered ?? [];
  const [low, high] = [config[smaller], config[larger]];
  if (typeof low !== "number" || typeof high !== "number" || low <= high) return null;
  const [lowest, highest] = [smaller, larger].map((name) => spec.options[name]?.label ?? name);
  return `: ${lowest?.toLowerCase()} must be at most the ${highest?.toLowerCase()}, ${high}, got ${low}`;
}

function checkNamedOption(spec: NamedOption, value: JsonValue): Checked {
  if (value === null) return spec.nullable ? ok(null) : err("must be set");
  if (spec.kind === "enum")
    return isOption(spec.options ?? [], value)
      ? ok(value)
      : mismatch(oneOf(spec.options ?? []), value);
  return checkNumber(spec, value, spec.kind === "int");
}

function mismatch(wanted: string, got: JsonValue): Checked {
  return err(`must be ${wanted}, got ${shorten(JSON.stringify(got))}`);
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
const oneOf = (options: readonly string[]) =>
  options.length === 1 ? (options[0] ?? "") : `one of ${options.join(", ")}`;
const count = (number: number, noun: string) =>
  number === 1
    ? `1 ${noun}`
    : `${number} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;

function isOption(options: readonly string[], value: JsonValue): value is string {
  return typeof value === "string" && options.includes(value);
}
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
