import { exposeParam } from "#shared/blocks/exposeParam.ts";
import { packNodes } from "#shared/blocks/packNodes.ts";
import { unlinkInstance } from "#shared/blocks/unlinkInstance.ts";
import { unpackNode } from "#shared/blocks/unpackNode.ts";
import type { EditIssue } from "#shared/document/edits.ts";
import type { BlockDefinition, GraphNode } from "#shared/document/model.ts";
import { documentStore } from "../../state/documentStore.ts";
import { findInstanceBlock } from "../../state/scope.ts";
import { askText } from "../../ui/askText.ts";
import { showToast } from "../../ui/toastStore.ts";
import { canvasStore } from "../canvasStore.ts";
import { currentGraph, currentSelection, editDocument, selectNodes } from "../editDocument.ts";
import { selectedNodes } from "../nodeActions.ts";
import { enterInstance } from "./enterInstance.ts";

/** The block of the one selected instance; null where something else is selected. */
export function selectedInstance(): {
  readonly node: GraphNode;
  readonly block: BlockDefinition;
} | null {
  const nodes = selectedNodes();
  const [node] = nodes;
  if (node === undefined || nodes.length !== 1) return null;
  const block = findInstanceBlock(documentStore.getState().document, currentGraph(), node);
  return block === null ? null : { node, block };
}

/** Makes a block of the selected layers; asks for its name. */
export async function makeBlock(): Promise<void> {
  const { document, block: inside } = documentStore.getState();
  const { nodes } = currentSelection();
  const scope = inside?.id ?? null;
  // What can't be packed is said before a name is asked for.
  const trial = packNodes(document, { scope, nodes, name: "block" });
  if (!trial.ok) {
    tell(trial.error);
    return;
  }
  const name = await askText({
    title: "Make a block",
    label: "Name of the block",
    initial: freeBlockName(Object.values(document.blocks)),
    action: "Make block",
  });
  if (name === null) return;
  const current = documentStore.getState();
  if (current.document !== document) return;
  const packed = packNodes(document, { scope, nodes, name });
  if (!packed.ok) {
    tell(packed.error);
    return;
  }
  const isDone = editDocument(packed.value.edit, {
    label: `Make the block ${name}`,
    say: `Made the block ${name}`,
    isWhole: true,
  });
  if (!isDone) return;
  selectNodes([packed.value.instance]);
  canvasStore.getState().handle?.reveal(packed.value.instance);
}

function freeBlockName(blocks: readonly BlockDefinition[]): string {
  const taken = new Set(blocks.map((block) => block.name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? "block" : `block ${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Puts the layers of the selected instance in its place. */
export function unpackBlock(): void {
  const { document, block: inside } = documentStore.getState();
  const selected = selectedInstance();
  if (selected === null) return;
  const unpacked = unpackNode(document, {
    scope: inside?.id ?? null,
    node: selected.node.id,
  });
  if (!unpacked.ok) {
    tell(unpacked.error);
    return;
  }
  const isDone = editDocument(unpacked.value.edit, {
    label: `Unpack ${selected.node.name}`,
    say: `Unpacked ${selected.node.name}`,
    isWhole: true,
  });
  if (isDone) selectNodes(unpacked.value.nodes);
}

/** Gives the selected instance a block of its own, so that changes in it concern no other. */
export function unlinkBlock(): void {
  const { document, block: inside } = documentStore.getState();
  const selected = selectedInstance();
  if (selected === null) return;
  const unlinked = unlinkInstance(document, {
    scope: inside?.id ?? null,
    node: selected.node.id,
  });
  if (!unlinked.ok) {
    tell(unlinked.error);
    return;
  }
  editDocument(unlinked.value.edit, {
    label: `Unlink ${selected.node.name}`,
    say: `${selected.node.name} has a block of its own now`,
    isWhole: true,
  });
}

/** Makes an option one of the open block's parameters; in the main graph, a variable of the project. */
export function exposeOption(node: GraphNode, param: string): void {
  const { document, block } = documentStore.getState();
  const exposed = exposeParam(document, { block: block?.id ?? null, node: node.id, param });
  if (!exposed.ok) {
    tell(exposed.error);
    return;
  }
  const { edit, name } = exposed.value;
  const isDone = editDocument(edit, { label: `Expose ${param} of ${node.name}`, isWhole: true });
  if (!isDone) return;
  showToast({
    tone: "success",
    message:
      block === null
        ? `The project has the variable ${name} now: formulas anywhere can use it.`
        : `${block.name} has the parameter ${name} now: each use can set it.`,
  });
}

/** Removes the definition of a block that has no instance left. */
export function deleteBlock(block: BlockDefinition): void {
  editDocument(
    { kind: "removeBlock", block: block.id },
    {
      label: `Delete the block ${block.name}`,
      say: `Deleted the block ${block.name}`,
      isWhole: true,
    },
  );
}

export function enterSelected(): void {
  const selected = selectedInstance();
  if (selected !== null) enterInstance(selected.node.id);
}

function tell(issue: EditIssue): void {
  showToast({ tone: "warning", message: issue.message });
}
