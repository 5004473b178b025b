import type { NodeId } from "#shared/base/ids.ts";
import { dropCopies, joinPath } from "#shared/blocks/flatIds.ts";
import type { Diagnosis } from "#shared/training/diagnose.ts";
import type { LayerObservation, Observation } from "#shared/training/observations.ts";

/** A drawn node's place in the model, copies of repeated blocks left out: `stage/conv`. */
export function pathOfNode(scope: readonly string[], node: NodeId): string {
  return dropCopies(joinPath(scope.join("/"), node));
}

const indexes = new WeakMap<Observation, ReadonlyMap<string, LayerObservation>>();

/**
 * What was seen at a place: of a layer, its (first) use; of a block, the last layer inside, which is what it gives. null
 * where nothing was.
 */
export function findObserved(observation: Observation, path: string): LayerObservation | null {
  let index = indexes.get(observation);
  if (index === undefined) {
    index = indexLayers(observation);
    indexes.set(observation, index);
  }
  return index.get(path) ?? null;
}

function indexLayers({ layers }: Observation): ReadonlyMap<string, LayerObservation> {
  const index = new Map<string, LayerObservation>();
  for (const layer of layers) {
    const path = dropCopies(layer.node);
    if (!index.has(path)) index.set(path, layer);
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      index.set(path.slice(0, end), layer);
    }
  }
  return index;
}

/** Diagnoses that name the place, or something inside it. */
export function findDiagnosesAt(
  diagnoses: readonly Diagnosis[],
  path: string,
): readonly Diagnosis[] {
  return diagnoses.filter(({ layers }) =>
    layers.some(({ node }) => {
      const place = dropCopies(node);
      return place === path || place.startsWith(`${path}/`);
    }),
  );
}
