import { useMemo } from "react";
import { CircleHelp } from "lucide-react";
import type { NodeAnalysis } from "#shared/analysis/types.ts";
import type { GraphNode } from "#shared/document/model.ts";
import type { AnyLayerDefinition } from "#shared/layers/defineLayer.ts";
import { readParams } from "#shared/layers/readParams.ts";
import { findLayer } from "#shared/layers/registry.ts";
import { formatShape } from "#shared/layers/shape.ts";
import { useDocument } from "../../state/documentStore.ts";
import { IconButton } from "../../ui/Button.tsx";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import type { InspectorTab } from "../canvasStore.ts";
import { editDocument } from "../editDocument.ts";
import { AboutTab } from "./AboutTab.tsx";
import { CostSection } from "./CostSection.tsx";
import { InputOrder } from "./InputOrder.tsx";
import { NodeProblems } from "./NodeProblems.tsx";
import { openLayerReference } from "../layerPage/LayerReference.tsx";
import { ParamForm } from "./ParamForm.tsx";
import { changeParam, endGesture } from "./changeParam.ts";
import { WeightsTab } from "./WeightsTab.tsx";

/** One layer: what goes in and out, its options, weights, cost, and what it is. */
export function LayerInspector({ node }: { readonly node: GraphNode }) {
  const tab = useCanvas((state) => state.inspectorTab);
  const analysis = useDocument((state) => state.analysis.nodes[node.id] ?? null);
  const definition = findLayer(node.type);
  return (
    <>
      <header className="ed-inspector-header">
        <LayerGlyph category={definition?.category ?? ""} type={node.type} />
        <h2>{definition?.title ?? node.type}</h2>
        <TextField
          label="Name of this layer"
          className="ed-rename"
          value={node.name}
          spellCheck={false}
          onCommit={(name) =>
            editDocument({ kind: "renameNode", node: node.id, name: name.trim() })
          }
        />
        <IconButton
          icon={CircleHelp}
          label="The layer's page"
          shortcut="?"
          iconSize={14}
          onClick={() => openLayerReference(node.id)}
        />
      </header>
      <Tabs<InspectorTab>
        label="About the selected layer"
        className="ed-inspector-tabs"
        value={tab}
        onChange={showTab}
        items={[
          {
            id: "properties",
            title: "Properties",
            content: <PropertiesTab node={node} analysis={analysis} definition={definition} />,
          },
          {
            id: "weights",
            title: "Weights",
            content: <WeightsTab analysis={analysis} />,
          },
          {
            id: "about",
            title: "About",
            content: <AboutTab node={node.id} />,
          },
        ]}
      />
    </>
  );
}

const showTab = (inspectorTab: InspectorTab) => canvasStore.setState({ inspectorTab });

function PropertiesTab(props: {
  readonly node: GraphNode;
  readonly analysis: NodeAnalysis | null;
  readonly definition: AnyLayerDefinition | null;
}) {
  const { node, analysis, definition } = props;
  const issues = useMemo(() => {
    if (definition === null) return new Map<string, string>();
    const read = readParams(definition.params, node.params);
    return new Map(read.ok ? [] : read.error.map(({ param, message }) => [param, message]));
  }, [definition, node.params]);
  return (
    <>
      <ShapeFlow analysis={analysis} hasOutput={definition?.outputs !== 0} />
      <NodeProblems node={node.id} />
      {definition === null ? (
        <p className="ed-inspector-text">
          This version doesn’t know layers of type “{node.type}”. It is kept as it is, but can’t be
          trained or exported.
        </p>
      ) : (
        <ParamForm
          specs={definition.params}
          stored={[node.params]}
          issues={issues}
          onChange={(change) => changeParam([node], change)}
          onGestureEnd={endGesture}
        />
      )}
      <InputOrder node={node} />
      {analysis !== null && <CostSection analysis={analysis} />}
    </>
  );
}

/** What goes in and what comes out, axes named. */
function ShapeFlow(props: { readonly analysis: NodeAnalysis | null; readonly hasOutput: boolean }) {
  const { analysis, hasOutput } = props;
  const inputs = analysis?.inputShapes ?? [];
  return (
    <dl className="ed-flow">
      {inputs.map((shape, index) => (
        <div key={index}>
          <dt>{inputs.length > 1 ? `in ${index + 1}` : "in"}</dt>
          <dd>{shape === null ? "not known yet" : formatShape(shape)}</dd>
        </div>
      ))}
      {hasOutput && (
        <div className="is-out">
          <dt>out</dt>
          <dd>{analysis?.outputShape ? formatShape(analysis.outputShape) : "not known yet"}</dd>
        </div>
      )}
    </dl>
  );
}
