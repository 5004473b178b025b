/** Which options of a call a target has to be told. */
import type { CallOption, CallValue } from "../layers/defineLayer.ts";
import { findNamedConfig, type NamedConfigSpec } from "../layers/namedConfigs.ts";
import type { JsonPrimitive } from "../base/json.ts";
import type { Code } from "./program/program.ts";

export type NamedValue = Extract<CallValue, { readonly config: object }>;
type LayersValue = Extract<CallValue, { readonly calls: object }>;
type JsonOptionValue = Extract<CallValue, { readonly kind: "json" }>;
export type LayerValue = Extract<CallValue, { readonly call: object }>;

export interface SaidOption {
  readonly name: string;
  readonly value: CallValue;
  /** What stands for the value, where it depends on the parameters of a function. */
  readonly code: Code | null;
  /** The target has no default for it. */
  readonly isRequired: boolean;
  readonly isGivenOnCall: boolean;
}

/** Options that differ from the target's default, in order. `codes` by position. */
export function listSaidOptions(
  options: readonly CallOption[],
  target: "tfjs" | "python",
  codes: ReadonlyMap<number, Code> = new Map(),
): readonly SaidOption[] {
  return options.flatMap((option, at) => {
    const code = codes.get(at) ?? null;
    const name = target === "tfjs" ? option.tfjsName : option.pythonName;
    const initial = target === "tfjs" ? option.tfjsDefault : option.pythonDefault;
    if (name === null) return [];
    if (code === null && initial !== undefined && isSame(initial, option.value)) return [];
    const { value, isGivenOnCall = false } = option;
    return [{ name, value, code, isRequired: initial === undefined, isGivenOnCall }];
  });
}

/** Options of an initializer and the like that differ from the target's default. */
export function listNamedOptions(
  value: NamedValue,
  target: "tfjs" | "python",
): readonly (readonly [string, JsonPrimitive])[] {
  const spec = findSpec(value);
  return Object.entries(spec.options).flatMap(([option, { default: initial, ...optionSpec }]) => {
    const given = value.config[option] ?? initial;
    const targetDefault = target === "tfjs" ? (optionSpec.tfjsDefault ?? initial) : initial;
    const isNeeded = optionSpec.isRequired === true;
    return !isNeeded && given === targetDefault ? [] : [[option, given] as const];
  });
}

export function findSpec(value: NamedValue): NamedConfigSpec {
  const spec = findNamedConfig(value.kind, value.name);
  if (spec === null) throw new Error(`There is no ${value.kind} "${value.name}".`);
  return spec;
}

export function isNamedValue(value: CallValue): value is NamedValue {
  return isRecord(value) && "config" in value;
}

export function isLayerValue(value: CallValue): value is LayerValue {
  return isRecord(value) && value.kind === "layer";
}

export function isLayersValue(value: CallValue): value is LayersValue {
  return isRecord(value) && value.kind === "layers";
}

export function isJsonValue(value: CallValue): value is JsonOptionValue {
  return isRecord(value) && value.kind === "json";
}

function isRecord(value: CallValue): value is Extract<CallValue, { readonly kind: string }> {
  return typeof value === "object" && value !== null && "kind" in value;
}

function isSame(left: CallValue, right: CallValue): boolean {
  // Both come from the same code in the same order of keys.
  return JSON.stringify(left) === JSON.stringify(right);
}
