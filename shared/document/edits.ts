import type { BlockId, EdgeId, FrameId, NodeId, NoteId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { StoredParams } from "../layers/params.ts";
import type { TrainingConfig } from "../training/config.ts";
import type {
  BlockDefinition,
  GraphEdge,
  GraphFrame,
  GraphNode,
  GraphNote,
  Position,
  ProjectVariable,
} from "./model.ts";

/** Every change of a document is one of these values; `applyEdit` is the only thing that carries them out. */
export type DocumentEdit =
  /** Of the main graph. */
  | GraphEdit
  /** Of the graph of a block's definition: all its instances follow. */
  | { readonly kind: "inBlock"; readonly block: BlockId; readonly edit: GraphEdit }
  | { readonly kind: "addBlock"; readonly block: BlockDefinition }
  | {
      readonly kind: "setBlock";
      readonly block: BlockId;
      readonly change: Partial<Pick<BlockDefinition, "name" | "summary" | "params">>;
    }
  /** Refused while an instance of it is left anywhere. */
  | { readonly kind: "removeBlock"; readonly block: BlockId }
  | { readonly kind: "setVariables"; readonly variables: readonly ProjectVariable[] }
  | { readonly kind: "renameProject"; readonly name: string }
  | { readonly kind: "setData"; readonly data: DataBinding | null }
  | { readonly kind: "setTraining"; readonly change: Partial<TrainingConfig> }
  /** All or nothing; one undo step. */
  | { readonly kind: "batch"; readonly label: string; readonly edits: readonly DocumentEdit[] };

/** The edits that concern one graph: the main one, or that of a block. */
export type GraphEdit =
  | { readonly kind: "addNode"; readonly node: GraphNode }
  /** Removes nodes and the wires at them; with `heal`, a node with one input passes its source on to its targets. */
  | { readonly kind: "removeNodes"; readonly nodes: readonly NodeId[]; readonly heal?: boolean }
  | { readonly kind: "moveNodes"; readonly positions: Readonly<Record<NodeId, Position>> }
  | { readonly kind: "renameNode"; readonly node: NodeId; readonly name: string }
  /** `undefined` is not JSON: to reset an option, name it in `resetParams`. */
  | { readonly kind: "setParams"; readonly node: NodeId; readonly params: StoredParams }
  | { readonly kind: "resetParams"; readonly node: NodeId; readonly params: readonly string[] }
  | {
      readonly kind: "replaceType";
      readonly node: NodeId;
      readonly type: string;
      readonly params: StoredParams;
    }
  /** Appends to the target's inputs unless `slot` is given; replaces the wire where the target takes one input. */
  | {
      readonly kind: "connect";
      readonly id: EdgeId;
      readonly source: NodeId;
      readonly target: NodeId;
      readonly slot?: number;
      /** The source's output port; absent: the first. */
      readonly port?: number;
    }
  | { readonly kind: "disconnect"; readonly edges: readonly EdgeId[] }
  /** Puts a new or existing unwired node on a wire. */
  | {
      readonly kind: "insertOnEdge";
      readonly edge: EdgeId;
      readonly node: GraphNode;
      readonly newEdge: EdgeId;
    }
  | { readonly kind: "reorderInputs"; readonly node: NodeId; readonly edges: readonly EdgeId[] }
  /** Adds a prepared piece of graph (paste, duplicate); ids must be new. */
  | {
      readonly kind: "addFragment";
      readonly nodes: readonly GraphNode[];
      readonly edges: readonly GraphEdge[];
      readonly notes: readonly GraphNote[];
      readonly frames?: readonly GraphFrame[];
    }
  | { readonly kind: "addNote"; readonly note: GraphNote }
  | {
      readonly kind: "setNote";
      readonly note: NoteId;
      readonly change: Partial<Omit<GraphNote, "id">>;
    }
  | { readonly kind: "removeNotes"; readonly notes: readonly NoteId[] }
  | { readonly kind: "addFrame"; readonly frame: GraphFrame }
  | {
      readonly kind: "setFrame";
      readonly frame: FrameId;
      readonly change: Partial<Omit<GraphFrame, "id">>;
    }
  | { readonly kind: "removeFrames"; readonly frames: readonly FrameId[] }
  | { readonly kind: "setMuted"; readonly nodes: readonly NodeId[]; readonly isMuted: boolean }
  /** Makes a node another use of `original`'s layer, or (null) a layer of its own with the original's options. */
  | { readonly kind: "setShares"; readonly node: NodeId; readonly original: NodeId | null };

export interface EditIssue {
  readonly code:
    | "missing-node"
    | "missing-edge"
    | "missing-note"
    | "missing-frame"
    | "missing-block"
    | "block-in-use"
    /** A block would contain itself. */
    | "block-cycle"
    | "duplicate-id"
    | "self-loop"
    | "duplicate-edge"
    | "bad-value";
  readonly message: string;
}

export type ParamChange = Readonly<Record<string, JsonValue>>;
