import type { Node } from "@xyflow/react";
import type { NodeId, NoteId } from "#shared/base/ids.ts";
import type { Diagnostic, GraphAnalysis, NodeAnalysis } from "#shared/analysis/types.ts";
import { findBlockOf } from "#shared/document/blockType.ts";
import type {
  BlockDefinition,
  GraphFrame,
  GraphNode,
  GraphNote,
  ModelGraph,
  Position,
  ProjectDocument,
} from "#shared/document/model.ts";
import { originalOf } from "#shared/document/wiring.ts";
import type { ResolveParams } from "../formulas.ts";
import { createFrameDeriver } from "./deriveFrames.ts";
import { describeNode } from "./describeNode.ts";
import type { LayerView } from "./describeNode.ts";
import { noteFlowId } from "./flowIds.ts";
import { handlesOf } from "./handles.ts";
import { nodeHeight, nodeWidth } from "./geometry.ts";
import type { FlowDirection } from "./geometry.ts";

// React Flow wants its data to be an indexable object, which an interface is not.
export type LayerNodeData = LayerView & { readonly isBubbleOpen: boolean } & Record<
    string,
    unknown
  >;
export type NoteNodeData = { readonly noteId: NoteId; readonly text: string } & Record<
  string,
  unknown
>;
export type FrameNodeData = { readonly frame: GraphFrame } & Record<string, unknown>;
export type LayerFlowNode = Node<LayerNodeData, "layer">;
export type NoteFlowNode = Node<NoteNodeData, "note">;
export type FrameFlowNode = Node<FrameNodeData, "frame">;
export type CanvasNode = LayerFlowNode | NoteFlowNode | FrameFlowNode;

export interface NodeSources {
  readonly document: ProjectDocument;
  /** Of the scope that is shown. */
  readonly graph: ModelGraph;
  readonly analysis: GraphAnalysis;
  /** Makes values of formulas, as far as they can be computed here. */
  readonly resolve: ResolveParams;
  readonly selectedNodes: ReadonlySet<string>;
  readonly selectedNotes: ReadonlySet<string>;
  readonly selectedFrames: ReadonlySet<string>;
  /** Positions while a drag or a tidy-up is under way, by flow id; the document gets them when it ends. */
  readonly movingTo: ReadonlyMap<string, Position> | null;
  readonly direction: FlowDirection;
  /** The one node that Tab reaches; arrow keys walk on from it. */
  readonly tabStop: string | null;
}

/**
 * Derives React Flow's nodes from document, analysis and selection. Returns the same object for a node about which
 * nothing changed, so that only changed nodes render again.
 */
export function createNodeDeriver(): (sources: NodeSources) => CanvasNode[] {
  let layers = new Map<string, CachedLayer>();
  let notes = new Map<string, CachedNote>();
  const deriveFrames = createFrameDeriver();
  let previous: CanvasNode[] = [];

  return (sources) => {
    const { document, graph, analysis, movingTo, direction, resolve } = sources;
    const problems = groupByNode(analysis.diagnostics);
    const nextLayers = new Map<string, CachedLayer>();
    const nextNotes = new Map<string, CachedNote>();
    const derived: CanvasNode[] = [...deriveFrames(sources)];
    let loudCount = 0;

    for (const note of Object.values(graph.notes)) {
      const flowId = noteFlowId(note.id);
      const cached = deriveNote(notes.get(note.id), {
        note,
        isSelected: sources.selectedNotes.has(note.id),
        position: movingTo?.get(flowId) ?? note.position,
      });
      nextNotes.set(note.id, cached);
      derived.push(cached.flowNode);
    }
    for (const node of Object.values(graph.nodes)) {
      const original = originalOf(graph, node);
      const cached = deriveLayer(layers.get(node.id), {
        document,
        node,
        original,
        block: findBlockOf(document, original.type),
        resolve,
        analysis: analysis.nodes[node.id] ?? null,
        problems: problems.get(node.id) ?? noProblems,
        isSelected: sources.selectedNodes.has(node.id),
        position: movingTo?.get(node.id) ?? node.position,
        direction,
        bubbleRank: loudCount,
        isTabStop: sources.tabStop === node.id,
      });
      if (cached.flowNode.data.bubble !== null) loudCount += 1;
      nextLayers.set(node.id, cached);
      derived.push(cached.flowNode);
    }
    layers = nextLayers;
    notes = nextNotes;
    if (isSameList(previous, derived)) return previous;
    previous = derived;
    return derived;
  };
}

const noProblems: readonly Diagnostic[] = [];

/** Diagnostics by the node to blame (the first one), worst first. */
function groupByNode(
  diagnostics: readonly Diagnostic[],
): ReadonlyMap<NodeId, readonly Diagnostic[]> {
  const groups = new Map<NodeId, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const [blamed] = diagnostic.nodes;
    if (blamed === undefined) continue;
    const group = groups.get(blamed);
    if (group === undefined) groups.set(blamed, [diagnostic]);
    else group.push(diagnostic);
  }
  for (const group of groups.values()) {
    group.sort((left, right) => severityRank(left.severity) - severityRank(right.severity));
  }
  return groups;
}

function severityRank(severity: Diagnostic["severity"]): number {
  return severity === "error" ? 0 : severity === "warning" ? 1 : 2;
}

interface LayerSources {
  readonly document: ProjectDocument;
  readonly node: GraphNode;
  readonly original: GraphNode;
  readonly block: BlockDefinition | null;
  readonly resolve: ResolveParams;
  readonly analysis: NodeAnalysis | null;
  readonly problems: readonly Diagnostic[];
  readonly isSelected: boolean;
  readonly position: Position;
  readonly direction: FlowDirection;
  /** How many messages are told at nodes before this one: only the first few open by themselves. */
  readonly bubbleRank: number;
  readonly isTabStop: boolean;
}
interface CachedLayer extends LayerSources {
  readonly flowNode: LayerFlowNode;
}

function deriveLayer(cached: CachedLayer | undefined, sources: LayerSources): CachedLayer {
  const isSameView =
    cached !== undefined &&
    cached.node.type === sources.node.type &&
    cached.node.name === sources.node.name &&
    cached.node.params === sources.node.params &&
    cached.node.isMuted === sources.node.isMuted &&
    cached.node.shares === sources.node.shares &&
    (cached.original === sources.original ||
      (cached.original.params === sources.original.params &&
        cached.original.name === sources.original.name &&
        cached.original.type === sources.original.type)) &&
    cached.block === sources.block &&
    cached.resolve === sources.resolve &&
    cached.analysis === sources.analysis &&
    cached.direction === sources.direction &&
    isBubbleOpen(cached.bubbleRank) === isBubbleOpen(sources.bubbleRank) &&
    areSameProblems(cached.problems, sources.problems);
  if (
    isSameView &&
    cached.isSelected === sources.isSelected &&
    cached.isTabStop === sources.isTabStop &&
    cached.position.x === sources.position.x &&
    cached.position.y === sources.position.y
  ) {
    return cached;
  }
  // React Flow asks for an indexable record; a LayerView is a plain object of known fields.
  const data = isSameView
    ? cached.flowNode.data
    : ({
        ...describeNode(sources),
        isBubbleOpen: isBubbleOpen(sources.bubbleRank),
      } as LayerNodeData);
  const flowNode: LayerFlowNode = {
    id: sources.node.id,
    type: "layer",
    position: sources.position,
    width: nodeWidth,
    height: nodeHeight,
    measured: fixedSize,
    handles: handlesOf(data),
    selected: sources.isSelected,
    // A node with a message must lie over its neighbours.
    zIndex: data.bubble === null ? 0 : 20,
    ariaLabel: data.ariaLabel,
    domAttributes: sources.isTabStop ? tabStopAttributes : layerDomAttributes,
    data,
  };
  return { ...sources, flowNode };
}

/** Fixed-size nodes are never measured: React Flow routes and culls them by these. */
const fixedSize = { width: nodeWidth, height: nodeHeight };
/** The graph is one tab stop (the canvas decides which node holds it); arrow keys walk on from there. */
const layerDomAttributes: NonNullable<Node["domAttributes"]> = {
  tabIndex: -1,
  "aria-roledescription": "layer",
};
const tabStopAttributes: NonNullable<Node["domAttributes"]> = {
  tabIndex: 0,
  "aria-roledescription": "layer",
};
const openBubbleLimit = 3;
const isBubbleOpen = (rank: number) => rank < openBubbleLimit;

interface NoteSources {
  readonly note: GraphNote;
  readonly isSelected: boolean;
  readonly position: Position;
}
interface CachedNote extends NoteSources {
  readonly flowNode: NoteFlowNode;
}

function deriveNote(cached: CachedNote | undefined, sources: NoteSources): CachedNote {
  if (
    cached !== undefined &&
    cached.note === sources.note &&
    cached.isSelected === sources.isSelected &&
    cached.position.x === sources.position.x &&
    cached.position.y === sources.position.y
  ) {
    return cached;
  }
  const { note } = sources;
  const flowNode: NoteFlowNode = {
    id: noteFlowId(note.id),
    type: "note",
    position: sources.position,
    width: note.size.width,
    height: note.size.height,
    measured: note.size,
    handles: [],
    selected: sources.isSelected,
    connectable: false,
    zIndex: -10,
    ariaLabel: `Note: ${note.text || "empty"}`,
    domAttributes: noteDomAttributes,
    data: { noteId: note.id, text: note.text },
  };
  return { ...sources, flowNode };
}

const noteDomAttributes: NonNullable<Node["domAttributes"]> = {
  tabIndex: -1,
  "aria-roledescription": "note",
};

function areSameProblems(left: readonly Diagnostic[], right: readonly Diagnostic[]): boolean {
  return (
    left === right ||
    (left.length === right.length &&
      left.every((diagnostic, index) => {
        const other = right[index];
        return (
          diagnostic === other ||
          (diagnostic.code === other?.code &&
            diagnostic.severity === other.severity &&
            diagnostic.message === other.message &&
            JSON.stringify(diagnostic.fixes) === JSON.stringify(other.fixes))
        );
      }))
  );
}

function isSameList<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((entry, index) => entry === right[index]);
}
