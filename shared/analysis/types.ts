import type { EdgeId, NodeId } from "../base/ids.ts";
import type { DocumentEdit } from "../document/edits.ts";
import type { WeightSpec } from "../layers/defineLayer.ts";
import type { Shape } from "../layers/shape.ts";

/** What is wrong (or doubtful), where, in a sentence a person can act on, with repairs where there are any. */
export interface Diagnostic {
  /** Stable: tests, documents and `check --json` rely on it. */
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  /** The node to blame first, then others concerned. Empty for the project as a whole. */
  readonly nodes: readonly NodeId[];
  readonly edges: readonly EdgeId[];
  /** The parameter to change, where it is one. */
  readonly param?: string;
  readonly fixes: readonly Fix[];
}

export interface Fix {
  readonly title: string;
  readonly edit: DocumentEdit;
}

export type DiagnosticCode =
  | "unknown-layer"
  | "unknown-block"
  | "block-cycle"
  | "block-port"
  | "expression"
  | "repeat"
  | "muted"
  | "shared-mismatch"
  | "bad-parameter"
  | "cycle"
  | "missing-input"
  | "too-many-inputs"
  | "no-input-node"
  | "no-output-node"
  | "dangling"
  | "rank"
  | "axis"
  | "size"
  | "merge"
  | "dtype"
  | "unknown-size"
  | "too-large"
  | "duplicate-name"
  | "no-data"
  | "data-missing"
  | "data-shape"
  | "data-target"
  | "loss-activation"
  | "loss-units"
  | "loss-target";

export interface NodeAnalysis {
  readonly id: NodeId;
  /** One per incoming wire, by slot; null where the source's shape is not known. */
  readonly inputShapes: readonly (Shape | null)[];
  /** Of the first output port. */
  readonly outputShape: Shape | null;
  /** Of all output ports; empty while they are not known. */
  readonly outputShapes: readonly Shape[];
  /** The node whose weights this one uses: its own counts are then 0. */
  readonly sharedWith?: NodeId;
  readonly weights: readonly WeightSpec[];
  readonly paramCount: number;
  readonly trainableCount: number;
  readonly multiplyAdds: number | null;
  /** Bytes of the output for one sample; null while a size is unknown. */
  readonly activationBytes: number | null;
  /** Bytes that a training step holds for one sample; null while a size is unknown. */
  readonly stepBytes: number | null;
}

export interface GraphAnalysis {
  /** Topological order of all nodes that are in no cycle. */
  readonly order: readonly NodeId[];
  readonly nodes: Readonly<Record<NodeId, NodeAnalysis>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly totals: {
    readonly paramCount: number;
    readonly trainableCount: number;
    readonly multiplyAdds: number | null;
    readonly activationBytes: number | null;
    readonly stepBytes: number | null;
  };
}
