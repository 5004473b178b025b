import type { NodeId } from "#shared/base/ids.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import {
  copyFragment,
  duplicateNodes,
  parseFragment,
  pasteIntoDocument,
} from "#shared/document/fragment.ts";
import type { Fragment, Pasted } from "#shared/document/fragment.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import type { Position } from "#shared/document/model.ts";
import { documentStore } from "../state/documentStore.ts";
import { countSelected, sessionStore } from "../state/sessionStore.ts";
import { announce } from "../ui/announce.ts";
import { showToast } from "../ui/toastStore.ts";
import { alignNodes } from "./canvas/alignNodes.ts";
import type { Alignment } from "./canvas/alignNodes.ts";
import { boundsOf, centreOf, nodeRect, snapToStep } from "./canvas/geometry.ts";
import { noteFlowId } from "./canvas/flowIds.ts";
import { canvasStore } from "./canvasStore.ts";
import { currentGraph, currentSelection, editDocument, selectNodes } from "./editDocument.ts";
import { listOnFrame } from "./frames.ts";
import { formatPlural } from "./formatPlural.ts";

/** What was copied last in this window: stands in where the system's clipboard may not be read. */
let lastCopied: string | null = null;
/** How often the same text was pasted, so that copies don't cover one another. */
let pasteCount = 0;

export function hasSelection(): boolean {
  return countSelected(currentSelection()) > 0;
}

/** With `heal`, what came in goes on to what came after; wires selected by themselves are cut. */
export function deleteSelection(options: { readonly heal: boolean }): void {
  const { nodes, edges, notes, frames } = currentSelection();
  const graph = currentGraph();
  const removed = new Set(nodes);
  const cut = edges.filter((id) => {
    const edge = graph.edges[id];
    return edge !== undefined && !removed.has(edge.source) && !removed.has(edge.target);
  });
  const edits: DocumentEdit[] = [];
  if (cut.length > 0) edits.push({ kind: "disconnect", edges: cut });
  if (nodes.length > 0) edits.push({ kind: "removeNodes", nodes, heal: options.heal });
  if (notes.length > 0) edits.push({ kind: "removeNotes", notes });
  if (frames.length > 0) edits.push({ kind: "removeFrames", frames });
  if (edits.length === 0) return;
  const what = describeParts({
    layers: nodes.length,
    wires: cut.length,
    notes: notes.length,
    frames: frames.length,
  });
  const isDone = editDocument(
    { kind: "batch", label: `Delete ${what}`, edits },
    { label: `Delete ${what}`, say: `Deleted ${what}` },
  );
  if (!isDone) return;
  selectNodes([]);
  canvasStore.getState().handle?.focus();
}

export function selectAll(): void {
  const graph = currentGraph();
  const nodes = listNodes(graph).map((node) => node.id);
  sessionStore.getState().select({
    nodes,
    notes: Object.values(graph.notes).map((note) => note.id),
    frames: Object.values(graph.frames).map((frame) => frame.id),
  });
  announce(`${formatPlural(nodes.length, "layer")} selected`);
}

/** What is selected; a frame by itself stands for what lies on it, too. */
function selectedParts() {
  const { nodes, notes, frames } = currentSelection();
  const graph = currentGraph();
  if (frames.length === 0 || nodes.length + notes.length > 0) return { nodes, notes, frames };
  const onFrames = new Set(
    frames.flatMap((id) => {
      const frame = graph.frames[id];
      return frame === undefined ? [] : listOnFrame(graph, frame).map(([flowId]) => flowId);
    }),
  );
  return {
    nodes: listNodes(graph).flatMap((node) => (onFrames.has(node.id) ? [node.id] : [])),
    notes: Object.values(graph.notes).flatMap((note) =>
      onFrames.has(noteFlowId(note.id)) ? [note.id] : [],
    ),
    frames,
  };
}

/** The selected layers, notes and frames as clipboard text, with the blocks that they need; null where none is selected. */
export function copySelection(): string | null {
  const { nodes, notes, frames } = selectedParts();
  if (nodes.length + notes.length + frames.length === 0) return null;
  const { document } = documentStore.getState();
  const fragment = copyFragment(currentGraph(), nodes, notes, { frames, document });
  const text = JSON.stringify(fragment, null, 1);
  lastCopied = text;
  pasteCount = 0;
  announce(
    `Copied ${describeParts({ layers: nodes.length, notes: notes.length, frames: frames.length })}`,
  );
  return text;
}

/** Pastes clipboard text; each further time a bit further down and right. */
export function pasteText(text: string): void {
  const fragment = parseFragment(text);
  if (!fragment.ok) {
    showToast({ tone: "warning", message: fragment.error.message });
    return;
  }
  pasteCount = text === lastCopied ? pasteCount + 1 : 1;
  lastCopied = text;
  const shift = 30 * pasteCount;
  const offset = isInView(fragment.value) ? { x: shift, y: shift } : offsetToView(fragment.value);
  paste(fragment.value, offset, "Paste");
}

/** Puts a prepared piece beside what is there: right of the graph, or in the view of an empty canvas. */
export function insertFragment(fragment: Fragment, label: string): void {
  const there = boundsOf(listNodes(currentGraph()).map((node) => nodeRect(node.position)));
  const piece = fragmentBounds(fragment);
  const offset =
    there === null || piece === null
      ? offsetToView(fragment)
      : snapToStep({ x: there.x + there.width + 80 - piece.x, y: there.y - piece.y });
  paste(fragment, offset, label);
  canvasStore.getState().handle?.fit();
}

/** For the menu and the command palette, which have no clipboard event. */
export async function copyToClipboard(): Promise<void> {
  const text = copySelection();
  if (text === null) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed here: pasting within this window still works, from `lastCopied`.
  }
}

export async function pasteFromClipboard(): Promise<void> {
  let text = lastCopied;
  try {
    text = await navigator.clipboard.readText();
  } catch {
    // Not allowed here: what was copied in this window is the best there is.
  }
  if (text !== null && text !== "") pasteText(text);
}

export function duplicateSelection(offset: Position = { x: 30, y: 30 }): void {
  const { nodes, notes, frames } = selectedParts();
  if (nodes.length + notes.length + frames.length === 0) return;
  const { document } = documentStore.getState();
  const added = duplicateNodes(currentGraph(), nodes, notes, offset, { frames, document });
  finishAdding({ edit: added, added }, { label: "Duplicate", isWhole: false });
}

/** Where the piece is from another project or another kind of graph, with all that it needs. */
function paste(fragment: Fragment, offset: Position, label: string): void {
  const { document, block } = documentStore.getState();
  const pasted = pasteIntoDocument(document, fragment, { block: block?.id ?? null, offset });
  finishAdding(pasted, { label, isWhole: true });
}

export function alignSelection(alignment: Alignment, label: string): void {
  const nodes = selectedNodes();
  editDocument(
    { kind: "moveNodes", positions: alignNodes(nodes, alignment) },
    { label, say: `${label}: done` },
  );
}

/** Moves the selected layers and notes by one step; repeated steps are one undo step. */
export function nudgeSelection(by: Position): void {
  const graph = currentGraph();
  const nodes = selectedNodes();
  const notes = currentSelection().notes.flatMap((id) => graph.notes[id] ?? []);
  const frames = currentSelection().frames.flatMap((id) => graph.frames[id] ?? []);
  if (nodes.length + notes.length + frames.length === 0) return;
  const shift = (position: Position) => ({ x: position.x + by.x, y: position.y + by.y });
  editDocument(
    {
      kind: "batch",
      label: "Move",
      edits: [
        {
          kind: "moveNodes",
          positions: Object.fromEntries(nodes.map((node) => [node.id, shift(node.position)])),
        },
        ...notes.map((note): DocumentEdit => ({
          kind: "setNote",
          note: note.id,
          change: { position: shift(note.position) },
        })),
        ...frames.map((frame): DocumentEdit => ({
          kind: "setFrame",
          frame: frame.id,
          change: { position: shift(frame.position) },
        })),
      ],
    },
    { label: "Move", mergeKey: `nudge:${nodes.map((node) => node.id).join(",")}` },
  );
}

function selectedNodes() {
  const graph = currentGraph();
  return currentSelection().nodes.flatMap((id: NodeId) => graph.nodes[id] ?? []);
}

function finishAdding(
  { edit, added }: Pasted,
  options: { readonly label: string; readonly isWhole: boolean },
): void {
  const { label, isWhole } = options;
  const { nodes, notes, frames = [] } = added;
  const what = describeParts({
    layers: nodes.length,
    notes: notes.length,
    frames: frames.length,
  });
  if (!editDocument(edit, { label: `${label} ${what}`, say: `${label}: ${what}`, isWhole })) return;
  sessionStore.getState().select({
    nodes: nodes.map((node) => node.id),
    notes: notes.map((note) => note.id),
    frames: frames.map((frame) => frame.id),
  });
}

function fragmentBounds(fragment: Fragment) {
  return boundsOf([
    ...fragment.nodes.map((node) => nodeRect(node.position)),
    ...fragment.notes.map((note) => ({ ...note.position, ...note.size })),
    ...fragment.frames.map((frame) => ({ ...frame.position, ...frame.size })),
  ]);
}

function isInView(fragment: Fragment): boolean {
  const { handle } = canvasStore.getState();
  const bounds = fragmentBounds(fragment);
  if (handle === null || bounds === null) return true;
  const at = handle.toScreen(centreOf(bounds));
  return at.x > 0 && at.y > 0 && at.x < window.innerWidth && at.y < window.innerHeight;
}

function offsetToView(fragment: Fragment): Position {
  const bounds = fragmentBounds(fragment);
  const centre = canvasStore.getState().handle?.viewCentre() ?? { x: 0, y: 0 };
  if (bounds === null) return { x: 0, y: 0 };
  const from = centreOf(bounds);
  return snapToStep({ x: centre.x - from.x, y: centre.y - from.y });
}

function describeParts(counts: {
  readonly layers: number;
  readonly wires?: number;
  readonly notes: number;
  readonly frames?: number;
}): string {
  return [
    counts.layers > 0 ? formatPlural(counts.layers, "layer") : "",
    (counts.wires ?? 0) > 0 ? formatPlural(counts.wires ?? 0, "wire") : "",
    counts.notes > 0 ? formatPlural(counts.notes, "note") : "",
    (counts.frames ?? 0) > 0 ? formatPlural(counts.frames ?? 0, "frame") : "",
  ]
    .filter((part) => part !== "")
    .join(" and ");
}
