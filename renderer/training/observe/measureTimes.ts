import type { NodeHeat } from "#shared/analysis/measureHeat.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { dropCopies } from "#shared/blocks/flatIds.ts";
import type { ModelGraph } from "#shared/document/model.ts";
import type { LayerMemory, LayerTime } from "#shared/training/observations.ts";
import { pathOfNode } from "./findObserved.ts";

type Heat = ReadonlyMap<NodeId, NodeHeat>;
const known = new WeakMap<object, { readonly graph: ModelGraph; readonly heat: Heat }>();

interface Place {
  readonly scope: readonly string[];
  readonly graph: ModelGraph;
}

/** Milliseconds of every node of the graph shown; a block has those of all layers inside, copies of it together. */
export function measureTimes(times: readonly LayerTime[], place: Place): Heat {
  return remember(times, place, () =>
    times.map(({ node, elapsedMs }) => ({ node, value: elapsedMs })),
  );
}

/** Bytes that every node held in the run, blocks as above. */
export function measureMemory(memory: readonly LayerMemory[], place: Place): Heat {
  return remember(memory, place, () => memory.map(({ node, bytes }) => ({ node, value: bytes })));
}

interface Measured {
  readonly node: string;
  readonly value: number;
}

/** `list` is kept by the run, so that the same one gives the same heat. */
function remember(list: object, place: Place, read: () => readonly Measured[]): Heat {
  const last = known.get(list);
  if (last?.graph === place.graph) return last.heat;
  const heat = shareOut(read(), place);
  known.set(list, { graph: place.graph, heat });
  return heat;
}

function shareOut(measured: readonly Measured[], place: Place): Heat {
  const spent = new Map<string, number>();
  for (const { node, value } of measured) {
    const path = dropCopies(node);
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const part = path.slice(0, end);
      spent.set(part, (spent.get(part) ?? 0) + value);
    }
  }
  const values = Object.values(place.graph.nodes).flatMap(({ id }) => {
    const value = spent.get(pathOfNode(place.scope, id)) ?? 0;
    return value > 0 ? [{ id, value }] : [];
  });
  const total = values.reduce((sum, { value }) => sum + value, 0);
  const largest = values.reduce((most, { value }) => Math.max(most, value), 0);
  return new Map(
    values.map(({ id, value }) => [
      id,
      { value, share: value / total, level: Math.sqrt(value / largest) },
    ]),
  );
}
