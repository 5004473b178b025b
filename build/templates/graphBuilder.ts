import { type NodeId, edgeId, nodeId } from "../../shared/base/ids.ts";
import type { GraphEdge, GraphFrame, GraphNode, ModelGraph } from "../../shared/document/model.ts";
import { type Part, layer } from "./parts.ts";

/** What a node gives: its first output, or another port. */
export interface Wire {
  readonly node: NodeId;
  readonly port: number;
}

/** A frame or a note asked for; placed once the nodes are. */
export interface FrameWish {
  readonly title: string;
  readonly colour: GraphFrame["colour"];
  readonly nodes: readonly NodeId[];
}

export interface DrawnGraph {
  readonly graph: ModelGraph;
  readonly frames: readonly FrameWish[];
  /** Where given: every node's place in a grid, row by row from above. */
  readonly rows: readonly (readonly (NodeId | null)[])[] | null;
  readonly notes: readonly string[];
}

export interface GraphBuilder {
  /** Adds one node, fed by `from` in the order of its slots. */
  add(part: Part, ...from: readonly Wire[]): Wire;
  /** Adds nodes one after the other. */
  chain(from: Wire, ...parts: readonly Part[]): Wire;
  /** Another use of a node's layer, weights and all. */
  share(original: Wire, name: string, ...from: readonly Wire[]): Wire;
  /** A port of the block that is being drawn. */
  blockInput(name: string): Wire;
  blockOutput(name: string, from: Wire): void;
  frame(title: string, colour: GraphFrame["colour"], nodes: readonly Wire[]): void;
  note(text: string): void;
  /** Places the nodes by hand: rows from above, columns from the left, null for an empty place. */
  arrange(...rows: readonly (readonly (Wire | null)[])[]): void;
  finish(): DrawnGraph;
}

export const port = (wire: Wire, index: number): Wire => ({ ...wire, port: index });

export function createGraphBuilder(place: string): GraphBuilder {
  const nodes: Record<string, GraphNode> = {};
  const edges: Record<string, GraphEdge> = {};
  const frames: FrameWish[] = [];
  const notes: string[] = [];
  let rows: DrawnGraph["rows"] = null;
  const addNode = (part: Part, from: readonly Wire[], shares?: NodeId): Wire => {
    // A mistake in a builder is a bug, so it throws.
    // Ids begin with a letter, so that objects keep their order.
    const id = nodeId(/^[a-z]/i.test(part.name) ? part.name : `layer-${part.name}`);
    if (id in nodes) throw new Error(`${place}: two nodes are called ${part.name}`);
    nodes[id] = {
      id,
      type: part.type,
      name: part.name,
      params: part.params,
      position: { x: 0, y: 0 },
      ...(shares === undefined ? {} : { shares }),
    };
    for (const [slot, { node, port: sourcePort }] of from.entries()) {
      const wire = edgeId(`wire-${Object.keys(edges).length + 1}`);
      edges[wire] = {
        id: wire,
        source: node,
        target: id,
        slot,
        ...(sourcePort === 0 ? {} : { port: sourcePort }),
      };
    }
    return { node: id, port: 0 };
  };
  return {
    add: (part, ...from) => addNode(part, from),
    chain: (from, ...parts) => parts.reduce<Wire>((wire, part) => addNode(part, [wire]), from),
    share(original, name, ...from) {
      const shared = nodes[original.node];
      if (shared === undefined) throw new Error(`${place}: ${name} shares nothing`);
      return addNode({ type: shared.type, name, params: {} }, from, original.node);
    },
    blockInput: (name) => addNode(layer("blockInput", name), []),
    blockOutput: (name, from) => {
      addNode(layer("blockOutput", name), [from]);
    },
    frame(title, colour, wires) {
      frames.push({ title, colour, nodes: wires.map(({ node }) => node) });
    },
    note(text) {
      notes.push(text);
    },
    arrange(...wires) {
      rows = wires.map((row) => row.map((wire) => wire?.node ?? null));
      const placed = new Set(rows.flat());
      const missing = Object.keys(nodes).filter((id) => !placed.has(nodeId(id)));
      if (missing.length > 0) throw new Error(`${place}: no place for ${missing.join(", ")}`);
    },
    finish: () => ({ graph: { nodes, edges, notes: {}, frames: {} }, frames, rows, notes }),
  };
}
