import { ArrowDown, ArrowUp } from "lucide-react";
import { incomingEdges } from "#shared/document/graphQueries.ts";
import type { GraphNode } from "#shared/document/model.ts";
import { useDocument } from "../../state/documentStore.ts";
import { IconButton } from "../../ui/Button.tsx";
import { portsOfNode } from "../nodeTypes.ts";
import { editDocument, revealNode } from "../editDocument.ts";

/** The inputs of a merge in their order, which matters for Subtract and Concatenate. */
export function InputOrder({ node }: { readonly node: GraphNode }) {
  const graph = useDocument((state) => state.graph);
  const edges = incomingEdges(graph, node.id);
  const ports = portsOfNode(graph, node).inputs;
  if (ports.length > 1) return <NamedInputs node={node} ports={ports} />;
  if (edges.length < 2) return null;
  const swap = (at: number, step: number) => {
    const order = edges.map((edge) => edge.id);
    const [moved] = order.splice(at, 1);
    if (moved === undefined) return;
    order.splice(at + step, 0, moved);
    editDocument(
      { kind: "reorderInputs", node: node.id, edges: order },
      { say: "Inputs reordered" },
    );
  };
  return (
    <section aria-label="Order of the inputs">
      <h3 className="ed-section">Inputs in order</h3>
      <ol className="ed-inputs">
        {edges.map((edge, index) => {
          const name = graph.nodes[edge.source]?.name ?? edge.source;
          return (
            <li key={edge.id}>
              <span className="ed-input-number">{index + 1}</span>
              <button type="button" className="ed-link" onClick={() => revealNode(edge.source)}>
                {name}
              </button>
              <IconButton
                icon={ArrowUp}
                iconSize={12}
                label={`Move ${name} up`}
                disabled={index === 0}
                onClick={() => swap(index, -1)}
              />
              <IconButton
                icon={ArrowDown}
                iconSize={12}
                label={`Move ${name} down`}
                disabled={index === edges.length - 1}
                onClick={() => swap(index, 1)}
              />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Where inputs have names, what each is wired to. */
function NamedInputs(props: { readonly node: GraphNode; readonly ports: readonly string[] }) {
  const { node, ports } = props;
  const graph = useDocument((state) => state.graph);
  const bySlot = new Map(incomingEdges(graph, node.id).map((edge) => [edge.slot, edge]));
  return (
    <section aria-label="Inputs">
      <h3 className="ed-section">Inputs</h3>
      <ol className="ed-inputs">
        {ports.map((port, slot) => {
          const source = bySlot.get(slot)?.source;
          return (
            <li key={port}>
              <span className="ed-input-port">{port}</span>
              {source === undefined ? (
                <span className="ed-input-free">not wired</span>
              ) : (
                <button type="button" className="ed-link" onClick={() => revealNode(source)}>
                  {graph.nodes[source]?.name ?? source}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
