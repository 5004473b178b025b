import type { NodeHeat } from "#shared/analysis/measureHeat.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { dropCopies } from "#shared/blocks/flatIds.ts";
import type { ModelGraph } from "#shared/document/model.ts";
import type { LayerTime } from "#shared/training/observations.ts";
import { pathOfNode } from "./findObserved.ts";

type Heat = ReadonlyMap<NodeId, NodeHeat>;
const memory = new WeakMap<
  readonly LayerTime[],
  { readonly graph: ModelGraph; readonly heat: Heat }
>();

/** Milliseconds of every node of the graph shown; a block has those of all layers inside, copies of it together. */
export function measureTimes(
  times: readonly LayerTime[],
  place: { readonly scope: readonly string[]; readonly graph: ModelGraph },
): Heat {
  const known = memory.get(times);
  if (known?.graph === place.graph) return known.heat;
  const spent = new Map<string, number>();
  for (const { node, elapsedMs } of times) {
    const path = dropCopies(node);
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const part = path.slice(0, end);
      spent.set(part, (spent.get(part) ?? 0) + elapsedMs);
    }
  }
  const values = Object.values(place.graph.nodes).flatMap(({ id }) => {
    const value = spent.get(pathOfNode(place.scope, id)) ?? 0;
    return value > 0 ? [{ id, value }] : [];
  });
  const total = values.reduce((sum, { value }) => sum + value, 0);
  const largest = values.reduce((most, { value }) => Math.max(most, value), 0);
  const heat = new Map(
    values.map(({ id, value }) => [
      id,
      { value, share: value / total, level: Math.sqrt(value / largest) },
    ]),
  );
  memory.set(times, { graph: place.graph, heat });
  return heat;
}
