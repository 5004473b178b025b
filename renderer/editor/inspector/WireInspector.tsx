import type { GraphEdge } from "#shared/document/model.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { useDocument } from "../../state/documentStore.ts";
import { Button } from "../../ui/Button.tsx";
import { describeWireShape, shapeOfWire } from "../canvas/deriveEdges.ts";
import { revealNode } from "../editDocument.ts";

/** A wire: from where to where, and what runs along it. */
export function WireInspector({ edge }: { readonly edge: GraphEdge }) {
  const graph = useDocument((state) => state.graph);
  const shape = useDocument((state) => shapeOfWire(state.analysis, edge));
  return (
    <div className="ed-inspector-body">
      <header className="ed-inspector-header">
        <h2>Wire</h2>
      </header>
      <dl className="ed-flow">
        <div className="is-out">
          <dt>is</dt>
          <dd>{shape === null ? "not known yet" : describeWireShape(shape)}</dd>
        </div>
      </dl>
      <p className="ed-inspector-text">
        From{" "}
        <button type="button" className="ed-link" onClick={() => revealNode(edge.source)}>
          {graph.nodes[edge.source]?.name}
        </button>{" "}
        to{" "}
        <button type="button" className="ed-link" onClick={() => revealNode(edge.target)}>
          {graph.nodes[edge.target]?.name}
        </button>
        .
      </p>
      <div className="ed-arrange">
        <Button size="small" onClick={() => runCommand("edit.delete")}>
          Remove wire
        </Button>
      </div>
    </div>
  );
}
