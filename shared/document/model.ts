import type { EdgeId, NodeId, NoteId, ProjectId } from "../base/ids.ts";
import type { StoredParams } from "../layers/params.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { TrainingConfig } from "../training/config.ts";

/** The document: plain, immutable, serializable. View state (selection, measured sizes, runs) is never in it. */
export interface ProjectDocument {
  readonly id: ProjectId;
  readonly name: string;
  readonly graph: ModelGraph;
  readonly data: DataBinding | null;
  readonly training: TrainingConfig;
}

export interface ModelGraph {
  /** In insertion order, which is also the order of the file. */
  readonly nodes: Readonly<Record<NodeId, GraphNode>>;
  readonly edges: Readonly<Record<EdgeId, GraphEdge>>;
  readonly notes: Readonly<Record<NoteId, GraphNote>>;
}

export interface GraphNode {
  readonly id: NodeId;
  /** A registered layer type. Unknown types are kept (never dropped) and reported. */
  readonly type: string;
  /** As the user named it; unique in the graph is not required, printers make identifiers of it. */
  readonly name: string;
  readonly params: StoredParams;
  /** Top left corner in canvas units. */
  readonly position: Position;
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** A wire. The order of a node's incoming edges by `slot` is the order of its inputs (matters for Subtract, Concatenate). */
export interface GraphEdge {
  readonly id: EdgeId;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly slot: number;
}

export interface GraphNote {
  readonly id: NoteId;
  readonly text: string;
  readonly position: Position;
  readonly size: { readonly width: number; readonly height: number };
}

export const emptyGraph: ModelGraph = { nodes: {}, edges: {}, notes: {} };
