import { defineCommand } from "../commands/defineCommand.ts";
import type { Command } from "../commands/defineCommand.ts";
import type { Position } from "#shared/document/model.ts";
import { documentStore } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import type { Alignment } from "./canvas/alignNodes.ts";
import { boundsOf, doRectsOverlap, nodeRect } from "./canvas/geometry.ts";
import { canvasStore } from "./canvasStore.ts";
import { currentGraph, currentSelection, selectNodes } from "./editDocument.ts";
import { heatStore, setHeatMeasure } from "./heatMap/heatStore.ts";
import { openLayerReference } from "./layerPage/LayerReference.tsx";
import { tidyUp } from "./layout/tidyUp.ts";
import { addNote, applyFix } from "./layerActions.ts";
import {
  alignSelection,
  copyToClipboard,
  deleteSelection,
  duplicateSelection,
  hasSelection,
  pasteFromClipboard,
  selectAll,
} from "./selectionActions.ts";

const isDesign = () => sessionStore.getState().view === "design";
const isProjectOpen = () => sessionStore.getState().view !== "start";
const hasNodes = () => isDesign() && Object.keys(currentGraph().nodes).length > 0;
const isAnySelected = () => isDesign() && hasSelection();
const isNodeSelected = () => isDesign() && currentSelection().nodes.length > 0;
const isCopyable = () => {
  const { nodes, notes, frames } = currentSelection();
  return isDesign() && nodes.length + notes.length + frames.length > 0;
};
const isOneSelected = () => isDesign() && currentSelection().nodes.length === 1;
const areSeveralSelected = () => isDesign() && currentSelection().nodes.length > 1;

/** Everything that can be done to the graph, for the palette, menus and keys. */
export const graphCommands: readonly Command[] = [
  defineCommand({
    id: "edit.cut",
    title: "Cut",
    group: "Edit",
    shortcut: "Mod+X",
    isNativeKey: true,
    isEnabled: isCopyable,
    run: async () => {
      await copyToClipboard();
      deleteSelection({ heal: false });
    },
  }),
  defineCommand({
    id: "edit.copy",
    title: "Copy",
    group: "Edit",
    shortcut: "Mod+C",
    isNativeKey: true,
    isEnabled: isCopyable,
    run: copyToClipboard,
  }),
  defineCommand({
    id: "edit.paste",
    title: "Paste",
    group: "Edit",
    shortcut: "Mod+V",
    isNativeKey: true,
    isEnabled: isDesign,
    run: pasteFromClipboard,
  }),
  defineCommand({
    id: "edit.duplicate",
    title: "Duplicate",
    group: "Edit",
    shortcut: "Mod+D",
    isEnabled: isCopyable,
    run: () => duplicateSelection(),
  }),
  defineCommand({
    id: "edit.delete",
    title: "Delete",
    group: "Edit",
    shortcut: ["Delete", "Backspace"],
    keywords: "remove",
    isEnabled: isAnySelected,
    run: () => deleteSelection({ heal: false }),
  }),
  defineCommand({
    id: "edit.deleteHeal",
    title: "Delete and close the gap",
    group: "Edit",
    shortcut: ["Shift+Delete", "Shift+Backspace"],
    keywords: "heal bridge remove reconnect",
    isEnabled: isNodeSelected,
    run: () => deleteSelection({ heal: true }),
  }),
  defineCommand({
    id: "edit.selectAll",
    title: "Select all",
    group: "Edit",
    shortcut: "Mod+A",
    isEnabled: hasNodes,
    run: selectAll,
  }),
  defineCommand({
    id: "graph.searchLayer",
    title: "Add a layer …",
    group: "Graph",
    shortcut: "/",
    keywords: "search palette insert new",
    isEnabled: isDesign,
    run: () => {
      const session = sessionStore.getState();
      session.setPanel("left", { isOpen: true });
      session.requestFocus({ kind: "paletteSearch" });
    },
  }),
  defineCommand({
    id: "graph.addAfter",
    title: "Add a layer after this one …",
    group: "Graph",
    shortcut: "A",
    keywords: "next append suggest fits",
    isEnabled: isOneSelected,
    run: openSearchAfterSelection,
  }),
  defineCommand({
    id: "graph.connect",
    title: "Wire to …",
    group: "Graph",
    shortcut: "C",
    keywords: "connect edge link",
    isEnabled: isNodeSelected,
    run: () => canvasStore.setState({ connectFrom: currentSelection().nodes }),
  }),
  defineCommand({
    id: "graph.disconnect",
    title: "Remove the wires of the selected layers",
    group: "Graph",
    keywords: "cut unwire disconnect edges",
    isEnabled: isNodeSelected,
    run: disconnectSelection,
  }),
  defineCommand({
    id: "graph.editSelection",
    title: "Edit properties",
    group: "Graph",
    shortcut: "Enter",
    isListed: false,
    isEnabled: isNodeSelected,
    run: () => {
      const session = sessionStore.getState();
      session.setPanel("right", { isOpen: true });
      canvasStore.setState({ inspectorTab: "properties" });
      session.requestFocus({ kind: "inspector" });
    },
  }),
  defineCommand({
    id: "graph.aboutLayer",
    title: "Pages of all layers",
    group: "Graph",
    shortcut: "?",
    keywords: "help documentation explain about this layer reference",
    isEnabled: isProjectOpen,
    run: () => openLayerReference(currentSelection().nodes[0] ?? null),
  }),
  defineCommand({
    id: "view.toggleHeatMap",
    title: "Show or hide the cost heat map",
    group: "View",
    shortcut: "H",
    keywords: "weights multiply-adds memory expensive flops parameters colour",
    isEnabled: hasNodes,
    run: () => setHeatMeasure(heatStore.getState().measure === null ? "weights" : null),
  }),
  defineCommand({
    id: "graph.addNote",
    title: "Add a note",
    group: "Graph",
    shortcut: "N",
    keywords: "comment text annotation",
    isEnabled: isDesign,
    run: () => {
      addNote(findNotePlace());
    },
  }),
  defineCommand({
    id: "graph.tidyUp",
    title: "Tidy up",
    group: "Graph",
    shortcut: "L",
    keywords: "layout arrange auto",
    isEnabled: hasNodes,
    run: () => tidyUp(canvasStore.getState().direction),
  }),
  defineCommand({
    id: "graph.tidyDown",
    title: "Tidy up, top to bottom",
    group: "Graph",
    keywords: "layout vertical",
    isEnabled: hasNodes,
    run: () => tidyUp("down"),
  }),
  defineCommand({
    id: "graph.tidyRight",
    title: "Tidy up, left to right",
    group: "Graph",
    keywords: "layout horizontal",
    isEnabled: hasNodes,
    run: () => tidyUp("right"),
  }),
  defineCommand({
    id: "graph.applyFirstFix",
    title: "Apply the first repair",
    group: "Graph",
    keywords: "fix problem quick",
    isEnabled: () => isDesign() && firstFix() !== null,
    run: () => {
      const fix = firstFix();
      if (fix !== null) applyFix(fix);
    },
  }),
  alignCommand("graph.alignLeft", "Align left edges", "left"),
  alignCommand("graph.alignCentre", "Align centres in a column", "centre"),
  alignCommand("graph.alignRight", "Align right edges", "right"),
  alignCommand("graph.alignTop", "Align top edges", "top"),
  alignCommand("graph.alignMiddle", "Align middles in a row", "middle"),
  alignCommand("graph.alignBottom", "Align bottom edges", "bottom"),
  alignCommand("graph.distributeHorizontally", "Space evenly across", "distribute-horizontally"),
  alignCommand("graph.distributeVertically", "Space evenly down", "distribute-vertically"),
  defineCommand({
    id: "view.fit",
    title: "Fit the graph",
    group: "View",
    shortcut: "F",
    keywords: "zoom all whole",
    isEnabled: hasNodes,
    run: () => canvasStore.getState().handle?.fit(),
  }),
  defineCommand({
    id: "view.fitSelection",
    title: "Fit the selection",
    group: "View",
    shortcut: "Shift+F",
    isEnabled: isNodeSelected,
    run: () => canvasStore.getState().handle?.fit(currentSelection().nodes),
  }),
  defineCommand({
    id: "view.zoomIn",
    title: "Zoom in",
    group: "View",
    shortcut: ["Mod++", "Mod+="],
    isEnabled: isDesign,
    run: () => canvasStore.getState().handle?.zoomBy(1.25),
  }),
  defineCommand({
    id: "view.zoomOut",
    title: "Zoom out",
    group: "View",
    shortcut: "Mod+-",
    isEnabled: isDesign,
    run: () => canvasStore.getState().handle?.zoomBy(1 / 1.25),
  }),
  defineCommand({
    id: "view.zoomReset",
    title: "Zoom to 100 %",
    group: "View",
    shortcut: "Mod+0",
    isEnabled: isDesign,
    run: () => canvasStore.getState().handle?.zoomTo(1),
  }),
  defineCommand({
    id: "view.focusGraph",
    title: "Go to the graph",
    group: "View",
    shortcut: "G",
    keywords: "focus canvas walk keyboard",
    isEnabled: () => isProjectOpen() && Object.keys(currentGraph().nodes).length > 0,
    run: goToGraph,
  }),
  defineCommand({
    id: "view.toggleMinimap",
    title: "Show or hide the minimap",
    group: "View",
    isEnabled: isDesign,
    run: () => canvasStore.setState(({ isMinimapShown }) => ({ isMinimapShown: !isMinimapShown })),
  }),
  defineCommand({
    id: "view.toggleSnap",
    title: "Snap to the grid or not",
    group: "View",
    isEnabled: isDesign,
    run: () => canvasStore.setState(({ isSnapping }) => ({ isSnapping: !isSnapping })),
  }),
];

function alignCommand(id: string, title: string, alignment: Alignment): Command {
  return defineCommand({
    id,
    title,
    group: "Graph",
    isEnabled: areSeveralSelected,
    run: () => alignSelection(alignment, title),
  });
}

/** From anywhere: to the selected layer, else to the first. */
function goToGraph(): void {
  const [first] = Object.values(currentGraph().nodes);
  if (currentSelection().nodes.length === 0 && first !== undefined) selectNodes([first.id]);
  const session = sessionStore.getState();
  session.showView("design");
  session.requestFocus({ kind: "canvas" });
}

/** In the middle of the view, or right of the graph where that would cover layers. */
function findNotePlace(): Position {
  const at = canvasStore.getState().handle?.viewCentre() ?? { x: 0, y: 0 };
  const place = { x: at.x - 100, y: at.y - 45, width: 200, height: 90 };
  const taken = Object.values(currentGraph().nodes).map((node) => nodeRect(node.position));
  if (!taken.some((rect) => doRectsOverlap(rect, place))) return { x: place.x, y: place.y };
  const bounds = boundsOf(taken);
  return { x: bounds === null ? place.x : bounds.x + bounds.width + 60, y: place.y };
}

/** The list of layers that fit, at the output of the selected layer. */
function openSearchAfterSelection(): void {
  const { handle, direction } = canvasStore.getState();
  const [id] = currentSelection().nodes;
  const node = id === undefined ? undefined : currentGraph().nodes[id];
  if (handle === null || node === undefined) return;
  const canvas =
    direction === "down"
      ? { x: node.position.x + 98, y: node.position.y + 116 }
      : { x: node.position.x + 410, y: node.position.y + 26 };
  canvasStore.setState({
    layerSearch: {
      screen: handle.toScreen(canvas),
      canvas,
      wire: { node: node.id, end: "source", port: null },
      onWire: null,
    },
  });
}

function disconnectSelection(): void {
  const nodes = new Set(currentSelection().nodes);
  const edges = Object.values(currentGraph().edges)
    .filter((edge) => nodes.has(edge.source) || nodes.has(edge.target))
    .map((edge) => edge.id);
  if (edges.length > 0) documentStore.getState().edit({ kind: "disconnect", edges });
}

function firstFix() {
  const { analysis } = documentStore.getState();
  const selected = new Set(currentSelection().nodes);
  const withFix = analysis.diagnostics.filter((diagnostic) => diagnostic.fixes.length > 0);
  const chosen =
    withFix.find((diagnostic) => diagnostic.nodes.some((node) => selected.has(node))) ?? withFix[0];
  return chosen?.fixes[0] ?? null;
}
