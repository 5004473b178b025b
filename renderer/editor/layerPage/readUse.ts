import type { NodeId } from "#shared/base/ids.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import type { Shape } from "#shared/layers/shape.ts";
import { documentStore } from "../../state/documentStore.ts";
import { originalOf } from "#shared/document/wiring.ts";
import { currentResolver } from "../formulas.ts";

/** How a node on the canvas uses its layer: for the figures on the layer's page. */
export interface NodeUse {
  readonly type: string;
  readonly params: StoredParams;
  readonly inputs: readonly Shape[];
}

/** Null for a node that isn't there; without inputs while their shapes aren't known. */
export function readUse(id: NodeId): NodeUse | null {
  const { graph, analysis } = documentStore.getState();
  const node = graph.nodes[id];
  if (node === undefined) return null;
  const { type, params } = originalOf(graph, node);
  const inputs = (analysis.nodes[id]?.inputShapes ?? []).filter((shape) => shape !== null);
  return { type, params: currentResolver()(params), inputs };
}
