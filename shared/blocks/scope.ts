import type { JsonValue } from "../base/json.ts";
import type { NodeId } from "../base/ids.ts";
import type { BlockDefinition, GraphNode, ModelGraph } from "../document/model.ts";
import type { Environment } from "../expressions/expression.ts";

/** One graph in one place: the main graph, or that of a block in one of its instances (one copy of it). */
export interface Scope {
  /** "" for the main graph, else `stage2/unit#1`. */
  readonly path: string;
  /** What it is the inside of; null for the main graph. */
  readonly owner: ScopeOwner | null;
  readonly block: BlockDefinition | null;
  readonly graph: ModelGraph;
  readonly environment: Environment;
  /** Frozen by the instance or one around it. */
  readonly isFrozen: boolean;
  /** The path of the scope of whose nodes these are other uses, weights and all. */
  readonly sharesWith: string | null;
  readonly entries: ReadonlyMap<NodeId, ScopeEntry>;
  /** Flat nodes and scopes in it, at any depth. */
  readonly size: number;
  /** The same object as before the edit while the wires lead to the same places. */
  readonly structure: ScopeStructure;
}

export interface ScopeOwner {
  readonly scope: string;
  readonly node: NodeId;
  /** From 0. */
  readonly copy: number;
  readonly copies: number;
}

/** All that the course of wires depends on, beside the definitions of the blocks themselves. */
export interface ScopeStructure {
  readonly edges: ModelGraph["edges"];
  readonly signature: string;
}

/** What became of a drawn node. */
export type ScopeEntry = {
  readonly drawn: GraphNode;
  /** Whose type and options it has: itself, or the node that it is another use of. */
  readonly source: GraphNode;
  readonly issues: readonly ExpansionIssue[];
} & (
  | { readonly kind: "layer"; readonly flat: GraphNode; readonly isSilent: boolean }
  | {
      readonly kind: "instance";
      readonly block: BlockDefinition;
      readonly copies: readonly [Scope, ...Scope[]];
    }
  | { readonly kind: "muted" }
  /** `blockInput` and `blockOutput` of a block. */
  | { readonly kind: "port" }
);

/** Why a part of the document can't be expanded. Names in it are marked (see `flatIds.ts`). */
export interface ExpansionIssue {
  readonly code:
    | "unknown-block"
    | "block-cycle"
    | "cycle"
    | "block-port"
    | "bad-parameter"
    | "expression"
    | "too-large"
    | "repeat"
    | "missing-input"
    | "too-many-inputs"
    | "muted"
    | "shared-mismatch"
    | "duplicate-name";
  readonly severity: "error" | "warning";
  readonly message: string;
  /** The path of the node as drawn (an instance without its copies), or null for the project. */
  readonly node: NodeId | null;
  /** The project's variable that is at fault. */
  readonly variable?: string;
  readonly param?: string;
  /** The option as it was probably meant, with the name that was meant. */
  readonly suggestion?: { readonly name: string; readonly value: JsonValue };
  /** Wires at fault, by path. */
  readonly edges?: readonly string[];
}
