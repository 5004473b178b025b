import type { JsonValue } from "../base/json.ts";

/**
 * Parameter kinds: what the property form edits, the file stores, and the printers print. A parameter's stored value
 * is plain JSON. The key `$expr` is reserved for expressions over variables, which literals may not use.
 */
interface ParamBase {
  readonly label: string;
  /** One or two sentences: what it does, its unit, when to change it. */
  readonly help: string;
  readonly group?: "main" | "initialisation" | "regularisation" | "advanced";
  /** Keras's Python name where it isn't the snake_case of the key; null where Keras lacks the option. */
  readonly pythonName?: string | null;
  /** tfjs's name where it isn't the key; null where tfjs lacks the option (the value must then be the default). */
  readonly tfjsName?: string | null;
  /** tfjs's own default where it differs from Keras's (which is `default`). Printers then leave it out only where it equals this. */
  readonly tfjsDefault?: JsonValue;
  /** The targets have no default for it (`units`, `filters`): printers always print it. */
  readonly isRequired?: true;
  /** Hides the option in the form while this returns false; the value stays. */
  readonly isShown?: (params: Readonly<Record<string, JsonValue>>) => boolean;
}

export interface IntParam extends ParamBase {
  readonly kind: "int";
  readonly default: number | null;
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  readonly nullable?: true;
}
export interface FloatParam extends ParamBase {
  readonly kind: "float";
  readonly default: number | null;
  readonly min?: number;
  readonly max?: number;
  /** True where `max` (or `min`) itself is not allowed. */
  readonly isMaxExclusive?: true;
  readonly isMinExclusive?: true;
  readonly unit?: string;
  readonly nullable?: true;
}
export interface BoolParam extends ParamBase {
  readonly kind: "bool";
  readonly default: boolean;
}
export interface EnumParam extends ParamBase {
  readonly kind: "enum";
  readonly options: readonly string[];
  readonly default: string | null;
  readonly nullable?: true;
}
/** A set of options in the order chosen, e.g. the metrics of an output. */
export interface EnumListParam extends ParamBase {
  readonly kind: "enumList";
  readonly options: readonly string[];
  readonly default: readonly string[];
}
export interface TextParam extends ParamBase {
  readonly kind: "text";
  readonly default: string;
  readonly maxLength?: number;
}
/** Fixed length, one number per spatial axis: kernel size, strides, pool size (null: Keras picks, as a pool's strides). */
export interface IntTupleParam extends ParamBase {
  readonly kind: "intTuple";
  readonly length: number;
  readonly default: readonly number[] | null;
  readonly min?: number;
  readonly nullable?: true;
}
/** Any length: an Input's shape, a Reshape's target, a Permute's order. `null` entries only where allowed. */
export interface IntListParam extends ParamBase {
  readonly kind: "intList";
  readonly default: readonly (number | null)[];
  readonly min?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly allowsNull?: true;
}
/** `{ name: 'heNormal' }`, `{ name: 'randomNormal', mean: 0, stddev: 0.05 }`. */
export interface InitializerParam extends ParamBase {
  readonly kind: "initializer";
  readonly default: NamedConfig;
  /** Names allowed; absent means all in `namedConfigs.ts`. */
  readonly options?: readonly string[];
}
/** null, or `{ name: 'l1l2', l1: 0.01, l2: 0.01 }`. */
export interface RegularizerParam extends ParamBase {
  readonly kind: "regularizer";
  readonly default: NamedConfig | null;
}
/** null, or `{ name: 'maxNorm', maxValue: 2, axis: 0 }`. */
export interface ConstraintParam extends ParamBase {
  readonly kind: "constraint";
  readonly default: NamedConfig | null;
}
/** A layer inside a layer: what Bidirectional and TimeDistributed wrap. */
export interface LayerParam extends ParamBase {
  readonly kind: "layer";
  /** Types that may be wrapped. */
  readonly options: readonly string[];
  readonly default: InnerLayer;
}

/** Several layers inside a layer, in order: the cells that an RNN stacks. */
export interface LayerListParam extends ParamBase {
  readonly kind: "layerList";
  /** Types that may stand in the list. */
  readonly options: readonly string[];
  readonly default: readonly InnerLayer[];
  readonly minLength?: number;
  readonly maxLength?: number;
}

export type ParamSpec =
  | IntParam
  | FloatParam
  | BoolParam
  | EnumParam
  | EnumListParam
  | TextParam
  | IntTupleParam
  | IntListParam
  | InitializerParam
  | RegularizerParam
  | ConstraintParam
  | LayerParam
  | LayerListParam;

export type ParamSpecs = { readonly [name: string]: ParamSpec };

export type NamedConfig = { readonly name: string; readonly [option: string]: JsonValue };
export type InnerLayer = { readonly type: string; readonly params: StoredParams };
/** As stored in a document: only what was set; the definition's default stands for what is missing. */
export type StoredParams = { readonly [name: string]: JsonValue };

type OrNull<Spec, Value> = Spec extends { readonly nullable: true } ? Value | null : Value;

export type ParamValue<Spec extends ParamSpec> = Spec extends { readonly kind: "int" | "float" }
  ? OrNull<Spec, number>
  : Spec extends { readonly kind: "bool" }
    ? boolean
    : Spec extends { readonly kind: "enum"; readonly options: readonly (infer Option)[] }
      ? OrNull<Spec, Option>
      : Spec extends { readonly kind: "enumList"; readonly options: readonly (infer Option)[] }
        ? readonly Option[]
        : Spec extends { readonly kind: "text" }
          ? string
          : Spec extends { readonly kind: "intTuple" }
            ? OrNull<Spec, readonly number[]>
            : Spec extends { readonly kind: "intList" }
              ? Spec extends { readonly allowsNull: true }
                ? readonly (number | null)[]
                : readonly number[]
              : Spec extends { readonly kind: "initializer" }
                ? NamedConfig
                : Spec extends { readonly kind: "regularizer" | "constraint" }
                  ? NamedConfig | null
                  : Spec extends { readonly kind: "layer" }
                    ? InnerLayer
                    : Spec extends { readonly kind: "layerList" }
                      ? readonly InnerLayer[]
                      : never;

/** Every option with its value, defaults filled in and checked: what a definition's functions receive. */
export type Params<Specs extends ParamSpecs> = {
  readonly [Name in keyof Specs]: ParamValue<Specs[Name]>;
};
