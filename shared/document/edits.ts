import type { EdgeId, NodeId, NoteId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { StoredParams } from "../layers/params.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { GraphEdge, GraphNode, GraphNote, Position } from "./model.ts";

/** Every change of a document is one of these values; `applyEdit` is the only thing that carries them out. */
export type DocumentEdit =
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
    }
  | { readonly kind: "addNote"; readonly note: GraphNote }
  | {
      readonly kind: "setNote";
      readonly note: NoteId;
      readonly change: Partial<Omit<GraphNote, "id">>;
    }
  | { readonly kind: "removeNotes"; readonly notes: readonly NoteId[] }
  | { readonly kind: "renameProject"; readonly name: string }
  | { readonly kind: "setData"; readonly data: DataBinding | null }
  | { readonly kind: "setTraining"; readonly change: Partial<TrainingConfig> }
  /** All or nothing; one undo step. */
  | { readonly kind: "batch"; readonly label: string; readonly edits: readonly DocumentEdit[] };

export interface EditIssue {
  readonly code:
    | "missing-node"
    | "missing-edge"
    | "missing-note"
    | "duplicate-id"
    | "self-loop"
    | "duplicate-edge"
    | "bad-value";
  readonly message: string;
}

export type ParamChange = Readonly<Record<string, JsonValue>>;
