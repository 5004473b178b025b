import type { PlanLayer } from "../../compiler/plan.ts";
import type { Item } from "./variant.ts";

/**
 * Everything after what it needs, and otherwise one branch after the other, as people write. `stuck` are those that
 * wait for each other.
 */
export function orderItems(
  items: readonly Item[],
  layers: ReadonlyMap<string, PlanLayer>,
): { readonly ordered: readonly Item[]; readonly stuck: readonly Item[] } {
  const makers = new Map<string, Item>();
  const ranks = new Map([...layers.keys()].map((name, rank) => [name, rank]));
  const rankOf = (item: Item) => ranks.get(namesIn(item)[0] ?? "") ?? 0;
  for (const item of items) for (const name of namesIn(item)) makers.set(name, item);
  const needs = new Map(
    items.map((item) => {
      const sources = item.inputs.map(({ layer }) => layer);
      if (item.kind === "layer" && item.layer.sharedWith !== null)
        sources.push(item.layer.sharedWith);
      const found = sources.flatMap((name) => makers.get(name) ?? []);
      return [item, new Set(found)] as const;
    }),
  );
  const left = [...items].sort((one, other) => rankOf(one) - rankOf(other));
  const done = new Set<Item>();
  const ordered: Item[] = [];
  while (left.length > 0) {
    const isReady = (item: Item) => [...(needs.get(item) ?? [])].every((each) => done.has(each));
    const last = ordered.at(-1);
    const follows = (item: Item) =>
      last !== undefined && item.inputs.some(({ layer }) => makers.get(layer) === last);
    const next = left.findIndex((item) => follows(item) && isReady(item));
    const at = next >= 0 ? next : left.findIndex(isReady);
    const [item] = at < 0 ? [] : left.splice(at, 1);
    if (item === undefined) break;
    ordered.push(item);
    done.add(item);
  }
  return { ordered, stuck: left };
}

function namesIn(item: Item): readonly string[] {
  if (item.kind === "layer") return [item.layer.name];
  const names: string[] = [];
  const visit = (scope: (typeof item.scopes)[number]): void => {
    for (const part of scope.parts) {
      if (part.kind === "layer") names.push(part.layer.name);
      else visit(part.scope);
    }
  };
  item.scopes.forEach(visit);
  return names;
}
