import { Plus } from "lucide-react";
import { useState } from "react";
import { listBlockPorts } from "#shared/document/blockType.ts";
import type { BlockDefinition, GraphNode } from "#shared/document/model.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { useDocument } from "../../state/documentStore.ts";
import { Button } from "../../ui/Button.tsx";
import { formatCount } from "../../ui/format.ts";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { editDocument, revealNode } from "../editDocument.ts";
import { formatAdds } from "../formatPlural.ts";
import { Stat } from "../inspector/CostSection.tsx";
import { countInstances } from "./blockUses.ts";
import { BlockParamRow } from "./BlockParamRow.tsx";
import { makeParam } from "./paramEdits.ts";

/** The block that is open: its name, its ports and its parameters, which all its instances share. */
export function BlockInspector({ block }: { readonly block: BlockDefinition }) {
  const document = useDocument((state) => state.document);
  const totals = useDocument((state) => state.analysis.totals);
  const uses = countInstances(document, block.id);
  const ports = listBlockPorts(block.graph);
  const set = (change: Partial<Pick<BlockDefinition, "name" | "summary" | "params">>) =>
    editDocument(
      { kind: "setBlock", block: block.id, change },
      { label: `Change the block ${block.name}` },
    );
  return (
    <div className="ed-inspector-body">
      <header className="ed-inspector-header">
        <LayerGlyph category="block" />
        <h2>Block</h2>
        <TextField
          label="Name of the block"
          className="ed-rename"
          value={block.name}
          spellCheck={false}
          maxLength={100}
          onCommit={(name) => name.trim() !== "" && set({ name: name.trim() })}
        />
      </header>
      <Summary key={block.summary} block={block} onCommit={(summary) => set({ summary })} />
      <p className="ed-inspector-text is-quiet">
        {uses === 1
          ? "Used once."
          : `Used ${formatCount(uses)} times: what is changed here changes in all of them.`}
      </p>
      <Ports title="Inputs" nodes={ports.inputs} add="blockInput" />
      <Ports title="Outputs" nodes={ports.outputs} add="blockOutput" />
      <section aria-label="Parameters">
        <h3 className="ed-section">
          Parameters <span>{block.params.length}</span>
        </h3>
        {block.params.length === 0 && (
          <p className="ed-inspector-text is-quiet">
            Parameters are the block’s options. Choose “Expose as parameter” at an option of a layer
            in here, or add one and use it in formulas.
          </p>
        )}
        {block.params.map((param, index) => (
          <BlockParamRow
            key={param.name}
            block={block}
            param={param}
            isFirst={index === 0}
            isLast={index === block.params.length - 1}
          />
        ))}
        <div className="ed-arrange">
          <Button
            size="small"
            icon={Plus}
            onClick={() => set({ params: [...block.params, makeParam(block)] })}
          >
            Add a parameter
          </Button>
        </div>
      </section>
      <h3 className="ed-section">
        This use <span>per sample</span>
      </h3>
      <dl className="ed-stats">
        <Stat name="Layers" value={formatCount(Object.keys(block.graph.nodes).length)} />
        <Stat name="Weights" value={formatCount(totals.paramCount)} />
        <Stat name="Multiply-adds" value={formatAdds(totals.multiplyAdds)} />
      </dl>
      <div className="ed-arrange">
        <Button size="small" onClick={() => runCommand("block.leave")}>
          Leave the block
        </Button>
        <Button size="small" onClick={() => runCommand("block.save")}>
          Save to library
        </Button>
      </div>
    </div>
  );
}

function Summary(props: {
  readonly block: BlockDefinition;
  readonly onCommit: (summary: string) => void;
}) {
  const { block, onCommit } = props;
  const [draft, setDraft] = useState(block.summary);
  return (
    <label className="ed-note-field">
      <span>What it is</span>
      <textarea
        className="nl-input"
        rows={2}
        maxLength={1000}
        placeholder="A sentence or two, shown where the block is picked"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => {
          if (draft.trim() !== block.summary) onCommit(draft.trim());
        }}
      />
    </label>
  );
}

function Ports(props: {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly add: "blockInput" | "blockOutput";
}) {
  const { title, nodes, add } = props;
  return (
    <section aria-label={title}>
      <h3 className="ed-section">
        {title} <span>{nodes.length}</span>
      </h3>
      {nodes.length === 0 && (
        <p className="ed-inspector-text is-quiet">
          {add === "blockInput"
            ? "None: add a BlockInput from the palette, so that wires can come in."
            : "None: add a BlockOutput from the palette, so that results can leave."}
        </p>
      )}
      <ul className="ed-ends">
        {nodes.map((node) => (
          <li key={node.id}>
            <button type="button" className="ed-link" onClick={() => revealNode(node.id)}>
              {node.name}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
