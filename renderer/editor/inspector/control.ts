import { createContext } from "react";
import type { ReactNode } from "react";
import type { JsonObject, JsonValue } from "#shared/base/json.ts";
import type { ParamSpec, ParamSpecs, StoredParams } from "#shared/layers/params.ts";
import type { FieldIds } from "../../ui/Field.tsx";

/** What every control of an option is given. */
export interface ControlProps<Spec extends ParamSpec = ParamSpec> {
  readonly ids: FieldIds;
  readonly spec: Spec;
  readonly value: JsonValue;
  /** Several layers with different values. */
  readonly isMixed: boolean;
  /** `isGesture` while a drag or an arrow key changes it step by step. */
  readonly onChange: (value: JsonValue, isGesture?: boolean) => void;
  readonly onGestureEnd: () => void;
}

export interface ParamChange {
  readonly name: string;
  readonly spec: ParamSpec;
  readonly value: JsonValue;
  /** While a drag or an arrow key changes it step by step: one undo step in the end. */
  readonly isGesture: boolean;
}

export interface ParamFormProps {
  readonly specs: ParamSpecs;
  /** Of one layer, or of several that share these options. */
  readonly stored: readonly StoredParams[];
  /** Issues by option, to stand after its label. */
  readonly issues?: ReadonlyMap<string, string>;
  readonly onChange: (change: ParamChange) => void;
  readonly onGestureEnd: () => void;
  /** Makes an option a parameter of the block in which the layer lies. */
  readonly onExpose?: (name: string) => void;
  /** What that makes of it: "a parameter of the block". */
  readonly exposeAs?: string;
  /** Shows values only: those of another layer. */
  readonly isReadOnly?: boolean;
}

/** The form itself, for a layer inside a layer: a context, because the two would import each other. */
export const FormContext = createContext<((props: ParamFormProps) => ReactNode) | null>(null);

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
