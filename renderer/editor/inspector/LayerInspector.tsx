import { useMemo } from "react";
import { CircleHelp, LogIn } from "lucide-react";
import type { NodeAnalysis } from "#shared/analysis/types.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import type { NodeType } from "#shared/blocks/nodeType.ts";
import { findBlockOf } from "#shared/document/blockType.ts";
import type { GraphNode } from "#shared/document/model.ts";
import { readParams } from "#shared/layers/readParams.ts";
import { formatShape } from "#shared/layers/shape.ts";
import { useDocument } from "../../state/documentStore.ts";
import { originalOf } from "#shared/document/wiring.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import type { InspectorTab } from "../canvasStore.ts";
import { countInstances } from "../blocks/blockUses.ts";
import { enterInstance } from "../blocks/enterInstance.ts";
import { exposeOption } from "../blocks/blockActions.ts";
import { editDocument, revealNode } from "../editDocument.ts";
import { useResolver } from "../formulas.ts";
import { AboutTab } from "./AboutTab.tsx";
import { CostSection } from "./CostSection.tsx";
import { InputOrder } from "./InputOrder.tsx";
import { NodeProblems } from "./NodeProblems.tsx";
import { openLayerReference } from "../layerPage/LayerReference.tsx";
import { ParamForm } from "./ParamForm.tsx";
import { changeParam, endGesture } from "./changeParam.ts";
import { WeightsTab } from "./WeightsTab.tsx";
import { TrainingTab } from "../../training/observe/TrainingTab.tsx";

/** One layer or block: what goes in and out, its options, weights, cost, and what it is. */
export function LayerInspector({ node }: { readonly node: GraphNode }) {
  const tab = useCanvas((state) => state.inspectorTab);
  const analysis = useDocument((state) => state.analysis.nodes[node.id] ?? null);
  const graph = useDocument((state) => state.graph);
  const original = originalOf(graph, node);
  const type = useDocument((state) => findNodeType(state.document, original.type));
  const isBlock = type?.category === "block";
  return (
    <>
      <header className="ed-inspector-header">
        <LayerGlyph category={type?.category ?? ""} type={original.type} />
        <h2>{type?.title ?? original.type}</h2>
        <TextField
          label={isBlock ? "Name of this block" : "Name of this layer"}
          className="ed-rename"
          value={node.name}
          spellCheck={false}
          onCommit={(name) =>
            editDocument({ kind: "renameNode", node: node.id, name: name.trim() })
          }
        />
        {isBlock ? (
          <IconButton
            icon={LogIn}
            label="Open the block"
            iconSize={14}
            onClick={() => enterInstance(node.id)}
          />
        ) : (
          <IconButton
            icon={CircleHelp}
            label="The layer's page"
            shortcut="?"
            iconSize={14}
            onClick={() => openLayerReference(node.id)}
          />
        )}
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
            content: (
              <PropertiesTab node={node} original={original} analysis={analysis} type={type} />
            ),
          },
          {
            id: "weights",
            title: "Weights",
            content: <WeightsTab analysis={analysis} />,
          },
          {
            id: "training",
            title: "Training",
            content: <TrainingTab node={node.id} />,
          },
          {
            id: "about",
            title: "About",
            content: isBlock ? <AboutBlock node={original} /> : <AboutTab node={node.id} />,
          },
        ]}
      />
    </>
  );
}

const showTab = (inspectorTab: InspectorTab) => canvasStore.setState({ inspectorTab });

function PropertiesTab(props: {
  readonly node: GraphNode;
  /** Whose options count. */
  readonly original: GraphNode;
  readonly analysis: NodeAnalysis | null;
  readonly type: NodeType | null;
}) {
  const { node, original, analysis, type } = props;
  const isInBlock = useDocument((state) => state.block !== null);
  const resolve = useResolver();
  const issues = useMemo(() => {
    if (type === null) return new Map<string, string>();
    const read = readParams(type.params, resolve(original.params));
    return new Map(read.ok ? [] : read.error.map(({ param, message }) => [param, message]));
  }, [type, original.params, resolve]);
  const isShared = original !== node;
  return (
    <>
      <ShapeFlow
        analysis={analysis}
        inputs={type?.inputPorts(original.params) ?? []}
        outputs={type?.outputPorts(original.params) ?? [""]}
      />
      <NodeTraits node={node} original={original} />
      <NodeProblems node={node.id} />
      {type === null ? (
        <p className="ed-inspector-text">
          This version doesn’t know layers of type “{original.type}”. It is kept as it is, but can’t
          be trained or exported.
        </p>
      ) : (
        <ParamForm
          specs={type.params}
          stored={[original.params]}
          issues={issues}
          isReadOnly={isShared}
          onChange={(change) => changeParam([original], change)}
          onGestureEnd={endGesture}
          exposeAs={isInBlock ? "a parameter of the block" : "a variable of the project"}
          onExpose={(name) => exposeOption(original, name)}
        />
      )}
      <InputOrder node={node} />
      {analysis !== null && <CostSection analysis={analysis} />}
    </>
  );
}

/** What is unusual about this use, with the way back to the usual. */
function NodeTraits({
  node,
  original,
}: {
  readonly node: GraphNode;
  readonly original: GraphNode;
}) {
  if (node.isMuted !== true && original === node) return null;
  return (
    <div className="ed-traits">
      {node.isMuted === true && (
        <p>
          Muted: what comes in goes on unchanged.{" "}
          <button type="button" className="ed-link" onClick={() => runCommand("graph.mute")}>
            Unmute
          </button>
        </p>
      )}
      {original !== node && (
        <p>
          Another use of{" "}
          <button type="button" className="ed-link" onClick={() => revealNode(original.id)}>
            {original.name}
          </button>
          , with its options and weights.{" "}
          <button type="button" className="ed-link" onClick={() => runCommand("graph.ownWeights")}>
            Give it weights of its own
          </button>
        </p>
      )}
    </div>
  );
}

function AboutBlock({ node }: { readonly node: GraphNode }) {
  const block = useDocument((state) => findBlockOf(state.document, node.type));
  const uses = useDocument((state) =>
    block === null ? 0 : countInstances(state.document, block.id),
  );
  if (block === null) return <p className="ed-inspector-text">This block is gone.</p>;
  return (
    <div className="ed-inspector-body">
      <p className="ed-inspector-text">
        {block.summary === "" ? "Nothing is written about this block yet." : block.summary}
      </p>
      <p className="ed-inspector-text is-quiet">
        {uses === 1
          ? "Used once in this project."
          : `Used ${uses} times in this project; a change inside changes all of them.`}
      </p>
      <div className="ed-arrange">
        <Button size="small" onClick={() => runCommand("block.enter")}>
          Edit block
        </Button>
        <Button size="small" onClick={() => runCommand("block.unlink")}>
          Unlink this use
        </Button>
        <Button size="small" onClick={() => runCommand("block.unpack")}>
          Unpack
        </Button>
        <Button size="small" onClick={() => runCommand("block.save")}>
          Save to library
        </Button>
      </div>
    </div>
  );
}

/** What goes in and what comes out, axes and ports named. */
function ShapeFlow(props: {
  readonly analysis: NodeAnalysis | null;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}) {
  const { analysis, inputs: inputNames, outputs: outputNames } = props;
  const inputs = analysis?.inputShapes ?? [];
  const outputs = outputNames.map((_, port) =>
    port === 0 ? (analysis?.outputShape ?? null) : (analysis?.outputShapes[port] ?? null),
  );
  return (
    <dl className="ed-flow">
      {inputs.map((shape, index) => (
        <div key={index}>
          <dt>{nameFlow("in", index, inputs.length, inputNames)}</dt>
          <dd>{shape === null ? "not known yet" : formatShape(shape)}</dd>
        </div>
      ))}
      {outputs.map((shape, index) => (
        <div key={index} className="is-out">
          <dt>{nameFlow("out", index, outputs.length, outputNames)}</dt>
          <dd>{shape === null ? "not known yet" : formatShape(shape)}</dd>
        </div>
      ))}
    </dl>
  );
}

function nameFlow(word: string, index: number, count: number, names: readonly string[]): string {
  const name = names.length > 1 ? (names[index] ?? "") : "";
  return name !== "" ? name : count > 1 ? `${word} ${index + 1}` : word;
}
