/** Copies of blocks that become one function, and what happens in them. */
import type { PlanLayer, PlanTensor } from "../../compiler/plan.ts";
import type { CallOption, CallValue } from "../../layers/defineLayer.ts";
import type { ScopeNode, ScopeTree } from "./listParts.ts";

export type Target = "tfjs" | "python";

export type Item = LayerItem | CallItem;

interface ItemBase {
  /** The same in all copies. */
  readonly key: string;
  readonly inputs: readonly PlanTensor[];
}

export interface LayerItem extends ItemBase {
  readonly kind: "layer";
  readonly layer: PlanLayer;
}

/** A call of a function; of several scopes, a loop that passes the one at position `chained` on. */
export interface CallItem extends ItemBase {
  readonly kind: "call";
  readonly variant: Variant;
  readonly scopes: readonly ScopeNode[];
  readonly chained: number | null;
}

/** Copies of one block, to become one function. The first stands for all in what is not about values. */
export interface Variant {
  readonly scopes: readonly ScopeNode[];
  /** By scope, then in the first one's order. */
  readonly items: readonly (readonly Item[])[];
  /** By input, then by scope: what comes from outside. */
  readonly inputs: readonly (readonly PlanTensor[])[];
  /** What is needed outside: places in a scope (`place`). */
  readonly outputs: readonly string[];
  /** By scope, in the order of its parameters; set by `chooseArguments` before outer variants are looked for. */
  readonly args: Map<string, readonly CallValue[]>;
}

/** What the prefixes of a repeated block's copies have in common; null where the first isn't number 1. */
export function loopPrefix({ scopes: [first] }: CallItem): string | null {
  const prefix = first?.prefix ?? "";
  return prefix.endsWith("_1_") ? prefix.slice(0, -3) : null;
}

export function inputsOf(variant: Variant, scope: ScopeNode): readonly PlanTensor[] {
  const index = variant.scopes.indexOf(scope);
  return variant.inputs.flatMap((column) => column[index] ?? []);
}

/** What a call gives, in the order of its function's outputs. */
export function outputsOf(tree: ScopeTree, { variant, scopes }: CallItem): readonly PlanTensor[] {
  const last = scopes.at(-1)?.key ?? "";
  return variant.outputs.map((place) => findPlace(tree, last, place));
}

/** `place` as in `Variant.outputs`. */
export function findPlace(tree: ScopeTree, scope: string, place: string): PlanTensor {
  const end = place.lastIndexOf(":");
  const layer = tree.findAt(scope, place.slice(0, end));
  if (layer === undefined) throw new Error(`There is no ${place} in ${scope}.`);
  return { layer: layer.name, port: Number(place.slice(end + 1)) };
}

/** Options that the target has, with their position in the call. */
export function listTargetOptions(options: readonly CallOption[], target: Target) {
  return options.flatMap((option, at) => {
    const name = target === "tfjs" ? option.tfjsName : option.pythonName;
    return name === null ? [] : [{ option, name, at }];
  });
}
