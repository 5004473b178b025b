import { nodeId } from "#shared/base/ids.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { dropCopy } from "#shared/blocks/flatIds.ts";
import { findBlockOf } from "#shared/document/blockType.ts";
import type { GraphNode, ModelGraph, ProjectDocument } from "#shared/document/model.ts";
import { originalOf } from "#shared/document/wiring.ts";

/** Names on the way to a node: "stage 2 › unit (3) › conv"; copies of a repeated block by their number. */
export function describePath(document: ProjectDocument, path: NodeId): string {
  let graph: ModelGraph | undefined = document.graph;
  const names: string[] = [];
  for (const step of path.split("/")) {
    const node: GraphNode | undefined = graph?.nodes[nodeId(dropCopy(step))];
    const copy = /#(\d+)$/.exec(step)?.[1];
    const name = node?.name ?? dropCopy(step);
    names.push(copy === undefined ? name : `${name} (${copy})`);
    graph =
      graph === undefined || node === undefined
        ? undefined
        : findBlockOf(document, originalOf(graph, node).type)?.graph;
  }
  return names.join(" › ");
}
