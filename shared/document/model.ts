import type { BlockId, EdgeId, FrameId, NodeId, NoteId, ProjectId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { StoredParams } from "../layers/params.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { TrainingConfig } from "../training/config.ts";

/** The document: plain, immutable, serializable. View state (selection, measured sizes, runs) is never in it. */
export interface ProjectDocument {
  readonly id: ProjectId;
  readonly name: string;
  readonly graph: ModelGraph;
  /** Definitions of blocks, in the order they were made. A node of type `block:<id>` is an instance of one. */
  readonly blocks: Readonly<Record<BlockId, BlockDefinition>>;
  /** Each may be computed from others, in any order but in circles. */
  readonly variables: readonly ProjectVariable[];
  readonly data: DataBinding | null;
  readonly training: TrainingConfig;
}

export interface ModelGraph {
  /** In insertion order, which is also the order of the file. */
  readonly nodes: Readonly<Record<NodeId, GraphNode>>;
  readonly edges: Readonly<Record<EdgeId, GraphEdge>>;
  readonly notes: Readonly<Record<NoteId, GraphNote>>;
  readonly frames: Readonly<Record<FrameId, GraphFrame>>;
}

/** A value with a name, for expressions anywhere in the project: `imageSize`, `classes`. */
export interface ProjectVariable {
  /** An identifier, unique in the project: `[A-Za-z_][A-Za-z0-9_]*`. */
  readonly name: string;
  /** A number, text, boolean or list of numbers, or an expression over other variables. */
  readonly value: JsonValue;
}

/**
 * A part drawn once and used as often as wanted. Its graph holds nodes of type `blockInput` and `blockOutput`, which
 * are its ports, in the order of the file; expressions in it may use its parameters, the project's variables, and
 * `index`, which counts the repetitions of an instance from 0.
 */
export interface BlockDefinition {
  readonly id: BlockId;
  readonly name: string;
  /** One or two sentences, shown where it is picked; may be empty. */
  readonly summary: string;
  readonly params: readonly BlockParam[];
  readonly graph: ModelGraph;
}

/** An option of a block. Instances store values under its name, as layers do. */
export interface BlockParam {
  /** An identifier, unique in the block, and neither `repeat` nor `trainable` nor `index`: those every block has. */
  readonly name: string;
  readonly kind: "int" | "float" | "bool" | "text" | "intList";
  readonly default: JsonValue;
  readonly label: string;
  readonly help: string;
  readonly min?: number;
  readonly max?: number;
  /** For text: the values to choose from. */
  readonly options?: readonly string[];
}

export interface GraphNode {
  readonly id: NodeId;
  /** A registered layer type. Unknown types are kept (never dropped) and reported. */
  readonly type: string;
  /** As the user named it; unique in the graph is not required, printers make identifiers of it. */
  readonly name: string;
  /** Values, or expressions `{ $expr: "filters * 4" }` over variables and the parameters of the block it lies in. */
  readonly params: StoredParams;
  /** Top left corner in canvas units. */
  readonly position: Position;
  /**
   * Another use of that node's layer (or block), weights and all, in the same graph: type and options are then the
   * other's, and its own are ignored. The other has no `shares` itself.
   */
  readonly shares?: NodeId;
  /** Bypassed: what comes in first goes on unchanged. */
  readonly isMuted?: true;
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
  /** The source's output port; absent: the first. */
  readonly port?: number;
}

export interface GraphNote {
  readonly id: NoteId;
  readonly text: string;
  readonly position: Position;
  readonly size: { readonly width: number; readonly height: number };
}

/** A titled area behind nodes; moving it moves the nodes that lie on it. */
export interface GraphFrame {
  readonly id: FrameId;
  readonly title: string;
  /** A category's colour of the theme. */
  readonly colour: "grey" | "blue" | "green" | "amber" | "red" | "violet";
  readonly position: Position;
  readonly size: { readonly width: number; readonly height: number };
}

export const emptyGraph: ModelGraph = { nodes: {}, edges: {}, notes: {}, frames: {} };
