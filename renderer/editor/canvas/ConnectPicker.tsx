import type { NodeId } from "#shared/base/ids.ts";
import { nodeId } from "#shared/base/ids.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import type { GraphNode, ModelGraph } from "#shared/document/model.ts";
import { useDocument } from "../../state/documentStore.ts";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { canvasStore } from "../canvasStore.ts";
import { selectNodes } from "../editDocument.ts";
import { findConnectFault } from "../graphEdits.ts";
import { connectNodes } from "../layerActions.ts";
import { takesInput, typeOfNode } from "../nodeTypes.ts";
import { PickList } from "./PickList.tsx";
import type { PickEntry } from "./PickList.tsx";
import { captionOf } from "./describeNode.ts";

/** Wiring without a mouse: from the selected layers to one chosen from a list. */
export function ConnectPicker({ from }: { readonly from: readonly NodeId[] }) {
  const graph = useDocument((state) => state.graph);
  const names = from.map((id) => graph.nodes[id]?.name ?? "").join(" and ");
  const close = () => {
    canvasStore.setState({ connectFrom: null });
    canvasStore.getState().handle?.focus();
  };
  return (
    <div className="ed-pick-place is-centred nodrag nopan nowheel">
      <PickList
        label={`Wire ${names} to`}
        placeholder={`Wire ${names} to …`}
        emptyText="There is no other layer that takes an input."
        findEntries={(query) => listTargets(graph, from, query)}
        onPick={(id) => {
          const target = nodeId(id);
          canvasStore.setState({ connectFrom: null });
          const wired = from.filter((source) => connectNodes({ source, target }));
          if (wired.length > 0) selectNodes([target]);
          canvasStore.getState().handle?.reveal(id, { focus: true });
        }}
        onClose={close}
      />
    </div>
  );
}

function listTargets(
  graph: ModelGraph,
  from: readonly NodeId[],
  query: string,
): readonly PickEntry[] {
  const wanted = query.trim().toLowerCase();
  return listNodes(graph)
    .filter((node) => !from.includes(node.id) && takesInput(typeOfNode(graph, node)))
    .filter((node) => wanted === "" || textOf(graph, node).includes(wanted))
    .map((node): PickEntry => {
      const fault = from
        .map((source) => findConnectFault(graph, { source, target: node.id }))
        .find((entry) => entry !== null);
      return {
        id: node.id,
        isDisabled: fault !== undefined,
        content: (
          <>
            <LayerGlyph category={typeOfNode(graph, node)?.category ?? ""} type={node.type} />
            <span className="ed-pick-title">{node.name}</span>
            <span className="ed-pick-hint">{fault ?? captionOf(node)}</span>
          </>
        ),
      };
    })
    .toSorted((left, right) => Number(left.isDisabled) - Number(right.isDisabled));
}

function textOf(graph: ModelGraph, node: GraphNode): string {
  return `${node.name} ${typeOfNode(graph, node)?.title ?? node.type}`.toLowerCase();
}
