import type { GraphNode } from "#shared/document/model.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { useDocument } from "../../state/documentStore.ts";
import { Button } from "../../ui/Button.tsx";
import { formatCount } from "../../ui/format.ts";
import { Stat } from "./CostSection.tsx";
import { formatPlural } from "../formatPlural.ts";
import { titleOfType } from "../nodeTypes.ts";
import { ParamForm } from "./ParamForm.tsx";
import { findSharedSpecs } from "./sharedSpecs.ts";
import { changeParam, endGesture } from "./changeParam.ts";

/** Several layers: the options they share, and what can be done with them together. */
export function SharedInspector({ nodes }: { readonly nodes: readonly GraphNode[] }) {
  const analyses = useDocument((state) => state.analysis.nodes);
  const weights = nodes.reduce((sum, node) => sum + (analyses[node.id]?.paramCount ?? 0), 0);
  const specs = findSharedSpecs(nodes.map((node) => node.type));
  const titles = [...new Set(nodes.map((node) => titleOfType(node.type)))];
  const isNothingShared = Object.keys(specs).length === 0;
  return (
    <div className="ed-inspector-body">
      <header className="ed-inspector-header">
        <h2>{formatPlural(nodes.length, "layer")}</h2>
        <span className="ed-inspector-sub">
          {titles.slice(0, 3).join(", ")}
          {titles.length > 3 ? " …" : ""}
        </span>
      </header>
      <div className="ed-arrange" role="group" aria-label="Arrange">
        {arrangements.map(([id, title]) => (
          <Button key={id} size="small" onClick={() => runCommand(id)}>
            {title}
          </Button>
        ))}
      </div>
      <h3 className="ed-section">Shared properties</h3>
      {isNothingShared ? (
        <p className="ed-inspector-text">These layers have no option in common.</p>
      ) : (
        <ParamForm
          specs={specs}
          stored={nodes.map((node) => node.params)}
          onChange={(change) => changeParam(nodes, change)}
          onGestureEnd={endGesture}
        />
      )}
      <h3 className="ed-section">Together</h3>
      <dl className="ed-stats">
        <Stat name="Weights" value={formatCount(weights)} />
      </dl>
    </div>
  );
}

const arrangements = [
  ["graph.alignCentre", "Column"],
  ["graph.alignMiddle", "Row"],
  ["graph.distributeVertically", "Space down"],
  ["graph.distributeHorizontally", "Space across"],
  ["graph.tidyUp", "Tidy up"],
] as const;
