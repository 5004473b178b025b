import type { JsonValue } from "../base/json.ts";
import type { AnyLayerDefinition, WeightSpec } from "./defineLayer.ts";
import { snakeCase } from "./lowerParams.ts";
import type { ParamSpec, StoredParams } from "./params.ts";
import { readParams, specDefault } from "./readParams.ts";
import { type Shape, countValues, shapeFromSizes } from "./shape.ts";

/** A layer's page: everything its definition says, worked out on one use of it. Plain data; whoever shows it formats it. */
export interface LayerPage {
  readonly type: string;
  readonly title: string;
  readonly category: string;
  readonly summary: string;
  readonly paragraphs: readonly string[];
  readonly formula: string | null;
  readonly sources: AnyLayerDefinition["sources"];
  readonly options: readonly PageOption[];
  /** On the layer asked about, or on the definition's first example; null where shapes don't fit. */
  readonly use: LayerUse | null;
  readonly isExample: boolean;
}

export interface PageOption {
  readonly name: string;
  /** Its name in Keras; null where Keras has no such option. */
  readonly pythonName: string | null;
  readonly label: string;
  readonly help: string;
  readonly group: NonNullable<ParamSpec["group"]>;
  /** As a person writes it: `32`, `3 × 3`, `relu`, `none`. */
  readonly default: string;
  /** What may be chosen, in the same words; empty where it is free. */
  readonly choices: readonly string[];
  /** The value of the layer asked about, where it isn't the default. */
  readonly value: string | null;
}

export interface LayerUse {
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly NamedShape[];
  readonly weights: readonly WeightSpec[];
  readonly paramCount: number;
  readonly trainableCount: number;
  /** For one sample; null: a size is known only when data arrives. */
  readonly multiplyAdds: number | null;
  /** Bytes of all outputs for one sample; null as above. */
  readonly activationBytes: number | null;
}

export interface NamedShape {
  /** Of the port; empty where there is only one. */
  readonly name: string;
  readonly shape: Shape;
}

/** The page of a layer type, with the figures of one use: its options as stored, and the shapes that reach it. */
export function makeLayerPage(
  definition: AnyLayerDefinition,
  asked: { readonly params: StoredParams; readonly inputs: readonly Shape[] } | null = null,
): LayerPage {
  const own = asked === null ? null : work(definition, asked.params, asked.inputs);
  const [example] = definition.examples;
  const shown =
    own ??
    (example === undefined
      ? null
      : work(
          definition,
          example.params,
          example.inputs.map((sizes) => shapeFromSizes(sizes, example.inputDType)),
        ));
  return {
    type: definition.type,
    title: definition.title,
    category: definition.category,
    summary: definition.summary,
    paragraphs: definition.about.split(/\n+/),
    formula: definition.formula ?? null,
    sources: definition.sources,
    options: Object.entries(definition.params).map(([name, spec]) =>
      describeOption(name, spec, asked?.params[name]),
    ),
    use: shown,
    isExample: own === null,
  };
}

function work(
  definition: AnyLayerDefinition,
  stored: StoredParams,
  inputs: readonly Shape[],
): LayerUse | null {
  const read = readParams(definition.params, stored);
  const { min, max } = definition.inputs;
  if (!read.ok || inputs.length < min || (max !== null && inputs.length > max)) return null;
  const params = read.value;
  const first = definition.inferShape(params, inputs);
  if (!first.ok) return null;
  const shapes = [
    first.value,
    ...(definition.inferMoreShapes?.(params, inputs, first.value) ?? []),
  ];
  const weights = definition.weights(params, inputs);
  const inputNames = definition.inputPorts?.(params) ?? [];
  const outputNames = definition.outputPorts?.(params) ?? [];
  const count = (counted: readonly WeightSpec[]) =>
    counted.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0);
  const values = shapes.map(countValues);
  return {
    inputs: inputs.map((shape, index) => ({ name: inputNames[index] ?? "", shape })),
    outputs:
      definition.outputs === 0
        ? []
        : shapes.map((shape, index) => ({ name: outputNames[index] ?? "", shape })),
    weights,
    paramCount: count(weights),
    trainableCount: count(weights.filter(({ isTrainable }) => isTrainable)),
    multiplyAdds: definition.multiplyAdds?.(params, inputs, first.value) ?? 0,
    activationBytes: values.reduce<number | null>(
      (sum, value) => (sum === null || value === null ? null : sum + 4 * value),
      0,
    ),
  };
}

function describeOption(name: string, spec: ParamSpec, stored: JsonValue | undefined): PageOption {
  const usual = specDefault(spec);
  const isChanged = stored !== undefined && JSON.stringify(stored) !== JSON.stringify(usual);
  return {
    name,
    pythonName: spec.pythonName === undefined ? snakeCase(name) : spec.pythonName,
    label: spec.label,
    help: spec.help,
    group: spec.group ?? "main",
    default: formatOptionValue(usual),
    choices: "options" in spec && spec.options !== undefined ? spec.options : [],
    value: isChanged ? formatOptionValue(stored) : null,
  };
}

/** An option's value as people write it. */
export function formatOptionValue(value: JsonValue): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "object") return String(value) === "" ? "empty" : String(value);
  if (Array.isArray(value))
    return value.length === 0 ? "empty" : value.map((entry) => formatSize(entry)).join(" × ");
  const { $expr, name, type, ...rest } = value as Readonly<Record<string, JsonValue>>;
  if (typeof $expr === "string") return `= ${$expr}`;
  const head = typeof name === "string" ? name : typeof type === "string" ? type : "";
  const details = Object.entries(rest)
    .filter(([, entry]) => entry !== null && typeof entry !== "object")
    .map(([key, entry]) => `${key} ${JSON.stringify(entry)}`);
  return details.length === 0 ? head : `${head} (${details.join(", ")})`;
}

function formatSize(value: JsonValue): string {
  return value === null
    ? "?"
    : typeof value === "object"
      ? formatOptionValue(value)
      : String(value);
}
