/** Which layers of a plan are written in which function: the tree of blocks, without those that can't have one. */
import type { ModelPlan, PlanInstance, PlanLayer, PlanTensor } from "../../compiler/plan.ts";
import { joinWords } from "../identifiers.ts";

/** The main model or one copy of a block that can be a function. */
export interface ScopeNode {
  /** Of `plan.instances`; "" for the main model. */
  readonly key: string;
  readonly instance: PlanInstance | null;
  /** What the names of its layers begin with, and an underscore. */
  readonly prefix: string;
  readonly parts: readonly Part[];
  /** 0 where no functions are called. */
  readonly height: number;
}

/** A layer, or a block's copy. */
export type Part =
  | { readonly kind: "layer"; readonly key: string; readonly layer: PlanLayer }
  | { readonly kind: "scope"; readonly key: string; readonly scope: ScopeNode };

export interface ScopeTree {
  readonly top: ScopeNode;
  /** By name, in the plan's order. */
  readonly layers: ReadonlyMap<string, PlanLayer>;
  /** A place in a scope, the same in every copy of it and however often what is inside repeats. */
  placeOf(layer: PlanLayer, scope: string): string;
  /** The layer at a place in a scope. */
  findAt(scope: string, place: string): PlanLayer | undefined;
  /** Scopes with a function that a layer lies in, outermost first, the main model ("") included. */
  chainOf(layer: PlanLayer): readonly string[];
}

/**
 * Blocks whose layers are shared across their border, or named otherwise than by their place, are written out where
 * they stand; `inlined` names more of them.
 */
export function listParts(plan: ModelPlan, inlined: ReadonlySet<string>): ScopeTree {
  const instances = plan.instances ?? {};
  const layers = new Map(plan.layers.map((layer) => [layer.name, layer]));
  const chains = new Map<string, readonly string[]>();
  const fullChain = (scope: string | undefined): readonly string[] => {
    if (scope === undefined || scope === "" || !Object.hasOwn(instances, scope)) return [""];
    const known = chains.get(scope) ?? [...fullChain(instances[scope]?.outer), scope];
    chains.set(scope, known);
    return known;
  };
  const flat = new Set([...inlined, ...findShared(plan, layers, fullChain)]);
  for (const { name, scope } of plan.layers)
    for (const key of fullChain(scope))
      if (!name.startsWith(prefixOf(instances[key]))) flat.add(key);
  const chainOf = ({ scope }: PlanLayer) => fullChain(scope).filter((key) => !flat.has(key));

  const children = new Map<string, (PlanLayer | string)[]>();
  for (const layer of plan.layers) {
    const chain = chainOf(layer);
    chain.forEach((key, depth) => {
      const inside = children.get(key) ?? [];
      if (!children.has(key)) children.set(key, inside);
      const next = chain[depth + 1];
      if (next === undefined) inside.push(layer);
      else if (!inside.includes(next)) inside.push(next);
    });
  }
  const make = (key: string): ScopeNode => {
    const relative = (id: string) => (key === "" ? id : id.slice(key.length + 1));
    const parts = (children.get(key) ?? []).map((child): Part => {
      if (typeof child !== "string")
        return { kind: "layer", key: relative(child.id), layer: child };
      return { kind: "scope", key: relative(child), scope: make(child) };
    });
    const inner = parts.map((part) => (part.kind === "layer" ? 0 : part.scope.height + 1));
    const instance = instances[key] ?? null;
    return {
      key,
      instance,
      prefix: prefixOf(instances[key]),
      parts,
      height: Math.max(0, ...inner),
    };
  };
  const placeOf = ({ id, scope }: PlanLayer, outer: string) => {
    // Of a repeated block's copies the last is the one that gives something on.
    const last = fullChain(scope).filter((key) => isLast(instances[key]));
    const depth = outer === "" ? 0 : outer.split("/").length;
    const parts = id.split("/").map((part, index, all) => {
      const path = all.slice(0, index + 1).join("/");
      return last.includes(path) ? part.replace(/#\d+$/, "#last") : part;
    });
    return parts.slice(depth).join("/");
  };
  const places = new Map<string, PlanLayer>();
  for (const layer of plan.layers)
    for (const key of chainOf(layer)) places.set(`${key} ${placeOf(layer, key)}`, layer);
  const findAt = (scope: string, place: string) => places.get(`${scope} ${place}`);
  return { top: make(""), layers, chainOf, placeOf, findAt };
}

const isLast = (instance: PlanInstance | undefined) =>
  instance !== undefined && instance.copies > 1 && instance.copy === instance.copies - 1;

const prefixOf = (instance: PlanInstance | undefined) => {
  if (instance === undefined) return "";
  const words = joinWords(instance.path.join(" "));
  return /^[0-9]/.test(words) ? `layer_${words}_` : `${words}_`;
};

/** Scopes that lie around one use of a shared layer and not around another. */
function findShared(
  { layers }: ModelPlan,
  named: ReadonlyMap<string, PlanLayer>,
  chainOf: (scope: string | undefined) => readonly string[],
): readonly string[] {
  return layers.flatMap(({ sharedWith, scope }) => {
    const other = sharedWith === null ? undefined : named.get(sharedWith);
    if (other === undefined) return [];
    const [ours, theirs] = [chainOf(scope), chainOf(other.scope)];
    return [
      ...ours.filter((key) => !theirs.includes(key)),
      ...theirs.filter((key) => !ours.includes(key)),
    ];
  });
}

export const tensorKey = ({ layer, port }: PlanTensor) => `${layer}/${port}`;
