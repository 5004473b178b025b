import type { JsonValue } from "../../shared/base/json.ts";
import type { BlockParam } from "../../shared/document/model.ts";
import type { StoredParams } from "../../shared/layers/params.ts";

/** A node to come: a layer, or an instance of a block. Its name is its id, so names are unique in a graph. */
export interface Part {
  readonly type: string;
  readonly name: string;
  readonly params: StoredParams;
}

export function layer(type: string, name: string, params: StoredParams = {}): Part {
  return { type, name, params };
}

/** An option computed from variables and the parameters of the block around it. */
export function expr(text: string): JsonValue {
  return { $expr: text };
}

export const relu = (name: string): Part => layer("activation", name, { activation: "relu" });

export const softmax = (name: string, units: JsonValue = expr("classes")): Part =>
  layer("dense", name, { units, activation: "softmax" });

export function classOutput(name: string, params: StoredParams = {}): Part {
  return layer("output", name, {
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
    ...params,
  });
}

/** Parameters of a block, as `name: int(64, "Filters", "…")`. */
export type ParamTable = Readonly<Record<string, Omit<BlockParam, "name">>>;

export function int(
  initial: JsonValue,
  label: string,
  help: string,
  limits: { readonly min?: number; readonly max?: number } = { min: 1 },
): Omit<BlockParam, "name"> {
  return { kind: "int", default: initial, label, help, ...limits };
}

export function intList(
  initial: readonly number[],
  label: string,
  help: string,
): Omit<BlockParam, "name"> {
  return { kind: "intList", default: initial, label, help, min: 1 };
}

export function float(initial: number, label: string, help: string): Omit<BlockParam, "name"> {
  return { kind: "float", default: initial, label, help };
}

export function text(
  initial: string,
  label: string,
  help: string,
  options: readonly string[],
): Omit<BlockParam, "name"> {
  return { kind: "text", default: initial, label, help, options };
}

export const filtersParam = (initial: number) => int(initial, "Filters", "Channels that come out.");
export const strideParam = (initial = 1) => int(initial, "Stride", "2 halves height and width.");
