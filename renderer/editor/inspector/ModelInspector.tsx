import { readFixedBatch } from "#shared/analysis/costs.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import type { GraphNode } from "#shared/document/model.ts";
import type { Shape } from "#shared/layers/shape.ts";
import { formatShape } from "#shared/layers/shape.ts";
import {
  addValidation,
  countDeviceDataBytes,
  countMemoryNeeds,
  describeMemoryParts,
  formatMemory as formatNeeds,
  readStepSize,
} from "#shared/training/memoryNeeds.ts";
import { useDataset } from "../../state/datasetStore.ts";
import { useDocument } from "../../state/documentStore.ts";
import { TextField } from "../../ui/TextField.tsx";
import { formatCount } from "../../ui/format.ts";
import { useDevice } from "../../training/deviceStore.ts";
import { captionOf } from "../canvas/describeNode.ts";
import { editDocument, revealNode } from "../editDocument.ts";
import { formatAdds, formatMemory } from "../formatPlural.ts";
import { Stat } from "./CostSection.tsx";
import { TemplatePage } from "./TemplatePage.tsx";
import { VariablesSection } from "./VariablesSection.tsx";

/** Nothing selected: the model as a whole. */
export function ModelInspector() {
  const name = useDocument((state) => state.document.name);
  const graph = useDocument((state) => state.graph);
  const analysis = useDocument((state) => state.analysis);
  const nodes = listNodes(graph);
  const isInside = useDocument((state) => state.scope.length > 0);
  const flat = useDocument((state) => state.documentAnalysis.expanded.graph);
  // Blocks taken apart; inside one, what it is drawn with.
  const layerCount = isInside ? nodes.length : listNodes(flat).length;
  const inputs = nodes.filter((node) => node.type === "input");
  const outputs = nodes.filter((node) => node.type === "output");
  const training = useDocument((state) => state.document.training);
  const summary = useDataset((state) => state.summary);
  const tensorBytes = useDevice()?.maxTensorBytes ?? null;
  const { totals } = analysis;
  const size = readStepSize(training, summary?.trainCount ?? null, readFixedBatch(analysis));
  const step = addValidation(size, totals, isInside ? 0 : (summary?.validationCount ?? 0));
  // What a block needs is told without the data, which the whole network shares.
  const dataBytes = summary && !isInside ? countDeviceDataBytes(summary, tensorBytes) : 0;
  const needs = countMemoryNeeds(totals, step, dataBytes);
  return (
    <div className="ed-inspector-body">
      <header className="ed-inspector-header">
        <h2>Model</h2>
        <TextField
          label="Name of the project"
          className="ed-rename"
          value={name}
          spellCheck={false}
          onCommit={(text) => editDocument({ kind: "renameProject", name: text.trim() })}
        />
      </header>
      <Ends
        title="Inputs"
        nodes={inputs}
        emptyText="No input yet: data has no way in."
        describe={(node) => describeShape(analysis.nodes[node.id]?.outputShape)}
      />
      <Ends
        title="Outputs"
        nodes={outputs}
        emptyText="No output yet: add an Output behind the last layer to name the target and the loss."
        describe={(node) =>
          `${describeShape(analysis.nodes[node.id]?.inputShapes[0])} · ${captionOf(node)}`
        }
      />
      <VariablesSection />
      <h3 className="ed-section">
        Totals <span>per sample</span>
      </h3>
      <dl className="ed-stats">
        <Stat name="Layers" value={formatCount(layerCount)} />
        {layerCount !== nodes.length && <Stat name="in nodes" value={formatCount(nodes.length)} />}
        <Stat name="Weights" value={formatCount(totals.paramCount)} />
        <Stat name="of these trained" value={formatCount(totals.trainableCount)} />
        <Stat name="Multiply-adds" value={formatAdds(totals.multiplyAdds)} />
        <Stat name="Activations" value={formatMemory(totals.activationBytes)} />
        <Stat
          name={
            step.batchSize === null
              ? "Training, all at once"
              : `Training, batches of ${formatCount(step.batchSize)}`
          }
          value={needs === null ? "?" : formatNeeds(needs.total)}
        />
      </dl>
      {needs !== null && needs.total > 0 && (
        <p className="ed-inspector-text is-quiet">In training: {describeMemoryParts(needs)}.</p>
      )}
      {nodes.length > 0 && (
        <p className="ed-inspector-text is-quiet">
          Select a layer to see its properties. Arrow keys walk along the wires.
        </p>
      )}
      <TemplatePage />
    </div>
  );
}

function Ends(props: {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly emptyText: string;
  readonly describe: (node: GraphNode) => string;
}) {
  const { title, nodes, emptyText, describe } = props;
  return (
    <section aria-label={title}>
      <h3 className="ed-section">
        {title} <span>{nodes.length}</span>
      </h3>
      {nodes.length === 0 && <p className="ed-inspector-text is-quiet">{emptyText}</p>}
      <ul className="ed-ends">
        {nodes.map((node) => (
          <li key={node.id}>
            <button type="button" className="ed-link" onClick={() => revealNode(node.id)}>
              {node.name}
            </button>
            <span>{describe(node)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function describeShape(shape: Shape | null | undefined): string {
  return shape ? formatShape(shape) : "shape not known yet";
}
