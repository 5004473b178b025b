import type { EdgeId } from "#shared/base/ids.ts";
import { frameId, nodeId, noteId } from "#shared/base/ids.ts";
import {
  findCommand,
  isCommandEnabled,
  runCommand,
  shortcutsOf,
} from "../../commands/defineCommand.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import type { MenuEntry } from "../../ui/Menu.tsx";
import { canvasStore } from "../canvasStore.ts";
import { currentGraph, currentSelection } from "../editDocument.ts";
import { addNote } from "../layerActions.ts";
import { frameIdText, isFrameFlowId, isNoteFlowId, noteIdText } from "./flowIds.ts";
import type { Position } from "#shared/document/model.ts";

/** What was under the pointer when the menu was asked for. */
export type MenuTarget =
  | { readonly kind: "node"; readonly id: string }
  | { readonly kind: "wire"; readonly id: EdgeId }
  | { readonly kind: "canvas"; readonly screen: Position };

export function findMenuTarget(element: Element | null, screen: Position): MenuTarget {
  const node = element?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
  if (node !== undefined) return { kind: "node", id: node };
  const wireElement = element?.closest<HTMLElement>(".react-flow__edge, .ed-pill");
  const wire = wireElement?.dataset["id"] ?? wireElement?.dataset["wire"];
  const edge = Object.values(currentGraph().edges).find((entry) => entry.id === wire);
  return edge === undefined ? { kind: "canvas", screen } : { kind: "wire", id: edge.id };
}

/** A right click selects what it is on, unless that is part of the selection. */
export function selectMenuTarget(target: MenuTarget): void {
  const selection = currentSelection();
  const { select } = sessionStore.getState();
  if (target.kind === "wire" && !selection.edges.includes(target.id))
    select({ edges: [target.id] });
  if (target.kind !== "node") return;
  if (isFrameFlowId(target.id)) {
    const id = frameId(frameIdText(target.id));
    if (!selection.frames.includes(id)) select({ frames: [id] });
  } else if (isNoteFlowId(target.id)) {
    const id = noteId(noteIdText(target.id));
    if (!selection.notes.includes(id)) select({ notes: [id] });
  } else if (!selection.nodes.includes(nodeId(target.id))) {
    select({ nodes: [nodeId(target.id)] });
  }
}

export function listMenuEntries(target: MenuTarget): readonly MenuEntry[] {
  switch (target.kind) {
    case "node":
      if (isFrameFlowId(target.id)) return compact(frameEntries());
      return compact(isNoteFlowId(target.id) ? noteEntries() : layerEntries());
    case "wire":
      return compact([
        {
          title: "Insert a layer here …",
          run: () => openSearchOnWire(target.id),
        },
        commandEntry("edit.delete"),
      ]);
    case "canvas":
      return compact([
        {
          title: "Add a layer here …",
          run: () => openSearchAt(target.screen),
        },
        {
          title: "Add a note here",
          run: () => {
            const at = canvasStore.getState().handle?.toCanvas(target.screen);
            if (at !== undefined) addNote(at);
          },
        },
        "separator",
        usableEntry("block.leave"),
        commandEntry("edit.paste"),
        commandEntry("edit.selectAll"),
        "separator",
        commandEntry("graph.tidyUp"),
        commandEntry("view.fit"),
      ]);
  }
}

function layerEntries(): readonly (MenuEntry | null)[] {
  const isSeveral = currentSelection().nodes.length > 1;
  return [
    usableEntry("block.enter"),
    commandEntry("graph.editSelection"),
    commandEntry("graph.connect"),
    isSeveral ? null : commandEntry("graph.addAfter"),
    "separator",
    commandEntry("block.make"),
    usableEntry("block.unpack"),
    usableEntry("block.unlink"),
    commandEntry("graph.addFrame"),
    "separator",
    commandEntry("graph.mute"),
    usableEntry("graph.freeze"),
    usableEntry("graph.reuse"),
    usableEntry("graph.share"),
    usableEntry("graph.ownWeights"),
    "separator",
    ...clipboardEntries(),
    ...(isSeveral
      ? [
          commandEntry("graph.alignCentre"),
          commandEntry("graph.alignMiddle"),
          commandEntry("graph.distributeVertically"),
          commandEntry("graph.distributeHorizontally"),
          commandEntry("graph.tidyUp"),
          "separator" as const,
        ]
      : []),
    commandEntry("edit.delete"),
    commandEntry("edit.deleteHeal"),
  ];
}

function noteEntries(): readonly (MenuEntry | null)[] {
  return [...clipboardEntries(), commandEntry("edit.delete")];
}

function frameEntries(): readonly (MenuEntry | null)[] {
  return [commandEntry("graph.renameFrame"), "separator", commandEntry("edit.delete")];
}

function clipboardEntries(): readonly (MenuEntry | null)[] {
  return [
    commandEntry("edit.cut"),
    commandEntry("edit.copy"),
    commandEntry("edit.paste"),
    commandEntry("edit.duplicate"),
    "separator",
  ];
}

/** Only where it can be done: what concerns few layers would else make every menu long. */
function usableEntry(id: string): MenuEntry | null {
  const command = findCommand(id);
  return command !== null && isCommandEnabled(command) ? commandEntry(id) : null;
}

/** Opens the layer search at a point of the window. */
export function openSearchAt(screen: Position): void {
  const { handle } = canvasStore.getState();
  if (handle === null) return;
  // The menu gives the focus back when it closes; the list must open after that.
  setTimeout(() => {
    canvasStore.setState({
      layerSearch: { screen, canvas: handle.toCanvas(screen), wire: null, onWire: null },
    });
  }, 0);
}

function openSearchOnWire(id: EdgeId): void {
  const { handle } = canvasStore.getState();
  const graph = currentGraph();
  const edge = graph.edges[id];
  const source = edge === undefined ? undefined : graph.nodes[edge.source];
  const target = edge === undefined ? undefined : graph.nodes[edge.target];
  if (handle === null || source === undefined || target === undefined) return;
  const canvas = {
    x: (source.position.x + target.position.x) / 2,
    y: (source.position.y + target.position.y) / 2,
  };
  setTimeout(() => {
    canvasStore.setState({
      layerSearch: { screen: handle.toScreen(canvas), canvas, wire: null, onWire: id },
    });
  }, 0);
}

function commandEntry(id: string): MenuEntry | null {
  const command = findCommand(id);
  if (command === null) return null;
  const [shortcut] = shortcutsOf(command);
  return {
    title: command.title,
    ...(shortcut === undefined ? {} : { shortcut }),
    isDisabled: !isCommandEnabled(command),
    run: () => {
      runCommand(id);
    },
  };
}

function compact(entries: readonly (MenuEntry | null)[]): readonly MenuEntry[] {
  return entries.filter((entry) => entry !== null);
}
