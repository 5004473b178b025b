/** What the printers write down: functions for blocks, and the steps of the model, before any language is chosen. */
import type { PlanLayer } from "../../compiler/plan.ts";
import type { CallValue } from "../../layers/defineLayer.ts";

export interface Program {
  /** Those that others call come first. */
  readonly functions: readonly BlockFunction[];
  readonly steps: readonly Step[];
  /** The variables that hold the model's outputs. */
  readonly outputs: readonly string[];
}

/** One block's layers, for all instances that differ in numbers and words only. */
export interface BlockFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Beside its inputs and `name`, which begins the names of its layers. */
  readonly params: readonly FunctionParam[];
  readonly steps: readonly Step[];
  readonly outputs: readonly string[];
}

export interface FunctionParam {
  readonly name: string;
  /** All values that it is given. */
  readonly values: readonly CallValue[];
}

export type Step = LayerStep | CallStep | LoopStep;

interface StepBase {
  /** Names of blocks that have no function of their own, to be written above. */
  readonly heading: readonly string[];
  readonly name: NameText;
  /** Variables, in the order of the layer's or function's inputs. */
  readonly inputs: readonly string[];
  /** Up to the last one that is needed, the first at least; null for those that nobody needs. */
  readonly outputs: readonly (Variable | null)[];
}

export interface LayerStep extends StepBase {
  readonly kind: "layer";
  readonly layer: PlanLayer;
  /** Options that depend on the function's parameters, by their position in the call. */
  readonly codes: ReadonlyMap<number, Code>;
  /** The variable that holds the layer itself, where it is used again; made by its first use. */
  readonly shared: { readonly variable: string; readonly isMade: boolean } | null;
}

export interface CallStep extends StepBase {
  readonly kind: "call";
  readonly callee: BlockFunction;
  readonly codes: readonly Code[];
}

/** A function called again and again, each time on what it gave before. */
export interface LoopStep extends StepBase {
  readonly kind: "loop";
  readonly callee: BlockFunction;
  readonly codes: readonly Code[];
  readonly count: Code;
  /** What the variable holds at first; null where it is that variable already. Its name is also in `inputs`. */
  readonly start: string | null;
}

export interface Variable {
  readonly name: string;
  /** Whether this is its first use, and whether it ever gets another value. */
  readonly isNew: boolean;
  readonly isChanged: boolean;
}

/** A name in the model: text, the function's `name` in front and the loop's `index` behind where they are said. */
export interface NameText {
  readonly hasPrefix: boolean;
  readonly text: string;
  readonly hasIndex: boolean;
}

/** A value: as it is, or made of the function's parameters. */
export type Code =
  | { readonly kind: "value"; readonly value: CallValue }
  | {
      readonly kind: "param";
      readonly param: { readonly name: string };
      readonly times: number;
      readonly plus: number;
    }
  | { readonly kind: "list"; readonly entries: readonly Code[] };
