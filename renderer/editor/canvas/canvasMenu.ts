import type { EdgeId } from "#shared/base/ids.ts";
import { nodeId, noteId } from "#shared/base/ids.ts";
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
import { isNoteFlowId, noteIdText } from "./deriveNodes.ts";
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
  if (isNoteFlowId(target.id)) {
    const id = noteId(noteIdText(target.id));
    if (!selection.notes.includes(id)) select({ notes: [id] });
  } else if (!selection.nodes.includes(nodeId(target.id))) {
    select({ nodes: [nodeId(target.id)] });
  }
}

export function listMenuEntries(target: MenuTarget): readonly MenuEntry[] {
  switch (target.kind) {
    case "node": {
      const isNote = isNoteFlowId(target.id);
      const isSeveral = currentSelection().nodes.length > 1;
      return compact([
        isNote ? null : commandEntry("graph.editSelection"),
        isNote ? null : commandEntry("graph.connect"),
        isNote ? null : commandEntry("graph.addAfter"),
        isNote ? null : "separator",
        commandEntry("edit.cut"),
        commandEntry("edit.copy"),
        commandEntry("edit.paste"),
        commandEntry("edit.duplicate"),
        "separator",
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
        isNote ? null : commandEntry("edit.deleteHeal"),
      ]);
    }
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
        commandEntry("edit.paste"),
        commandEntry("edit.selectAll"),
        "separator",
        commandEntry("graph.tidyUp"),
        commandEntry("view.fit"),
      ]);
  }
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
