import { defineCommand } from "../commands/defineCommand.ts";
import type { Command } from "../commands/defineCommand.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { canvasStore } from "./canvasStore.ts";
import { currentGraph, currentSelection } from "./editDocument.ts";
import {
  addFrame,
  canShare,
  giveOwnWeights,
  listFreezable,
  reuseLayer,
  selectNextFrame,
  selectedNodes,
  shareWeights,
  toggleFrozen,
  toggleMuted,
} from "./nodeActions.ts";

const isDesign = () => sessionStore.getState().view === "design";
const isNodeSelected = () => isDesign() && currentSelection().nodes.length > 0;

/** Types of which a further use makes no sense: they stand for data, not for weights. */
const ends: ReadonlySet<string> = new Set(["input", "output", "blockInput", "blockOutput"]);

/** What makes nodes special: muted, frozen, shared, framed. */
export const nodeCommands: readonly Command[] = [
  defineCommand({
    id: "graph.mute",
    title: "Mute or unmute",
    group: "Graph",
    shortcut: "M",
    keywords: "bypass skip disable off",
    isEnabled: () => isNodeSelected() && selectedNodes().some((node) => !ends.has(node.type)),
    run: toggleMuted,
  }),
  defineCommand({
    id: "graph.freeze",
    title: "Freeze or unfreeze",
    group: "Graph",
    keywords: "trainable fixed weights transfer",
    isEnabled: () => isNodeSelected() && listFreezable(currentGraph(), selectedNodes()).length > 0,
    run: toggleFrozen,
  }),
  defineCommand({
    id: "graph.reuse",
    title: "Make another use of this layer",
    group: "Graph",
    keywords: "share weights siamese twin again",
    isEnabled: () => {
      const nodes = isDesign() ? selectedNodes() : [];
      return nodes.length === 1 && nodes.every((node) => !ends.has(node.type));
    },
    run: reuseLayer,
  }),
  defineCommand({
    id: "graph.share",
    title: "Share the first one's weights",
    group: "Graph",
    keywords: "same weights siamese twin tie",
    isEnabled: () =>
      isDesign() && canShare(selectedNodes()) && selectedNodes().every((n) => !ends.has(n.type)),
    run: shareWeights,
  }),
  defineCommand({
    id: "graph.ownWeights",
    title: "Give it weights of its own",
    group: "Graph",
    keywords: "unshare separate own copy",
    isEnabled: () => isDesign() && selectedNodes().some((node) => node.shares !== undefined),
    run: giveOwnWeights,
  }),
  defineCommand({
    id: "graph.addFrame",
    title: "Add a frame",
    group: "Graph",
    shortcut: "Mod+Shift+F",
    keywords: "group box area title",
    isEnabled: isDesign,
    run: addFrame,
  }),
  defineCommand({
    id: "graph.nextFrame",
    title: "Select the next frame",
    group: "Graph",
    keywords: "frame go to",
    isEnabled: () => isDesign() && Object.keys(currentGraph().frames).length > 0,
    run: selectNextFrame,
  }),
  defineCommand({
    id: "graph.renameFrame",
    title: "Name the frame",
    group: "Graph",
    keywords: "frame title",
    isEnabled: () => isDesign() && currentSelection().frames.length === 1,
    run: () => canvasStore.setState({ editingFrame: currentSelection().frames[0] ?? null }),
  }),
];
