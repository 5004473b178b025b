import type { DatasetSummary, FieldSpec } from "../datasets/dataset.ts";
import type { BlockDrawing, DrawnNode } from "../blocks/blocks.testkit.ts";
import type { JsonValue } from "../base/json.ts";
import { shapeFromSizes, shapeOf } from "../layers/shape.ts";
import type { Diagnostic, DiagnosticCode } from "./types.ts";

/** A graph with one mistake in it, as people make them. */
export interface Mistake {
  readonly title: string;
  /** As `drawDocument` takes them: names are ids. */
  readonly nodes: Readonly<Record<string, DrawnNode>>;
  readonly wires: readonly string[];
  readonly blocks?: Readonly<Record<string, BlockDrawing>>;
  readonly variables?: readonly (readonly [name: string, value: JsonValue])[];
  /** Names given to nodes, where they aren't the ids. */
  readonly names?: Readonly<Record<string, string>>;
  readonly data?: DatasetSummary | null;
  readonly code: DiagnosticCode;
  readonly severity?: Diagnostic["severity"];
  /** Where the mistake was made, by path; the diagnostic must name it first. null: the project as a whole. */
  readonly blamed: string | null;
  /** Words that the message must have: what it got, what it needs. */
  readonly says: readonly string[];
  /** The first fix's title, or null where nothing can be fixed for the user. */
  readonly fix: string | null;
}

const classes = (count: number) => Array.from({ length: count }, (_, index) => `class ${index}`);

export function summaryOf(...fields: readonly FieldSpec[]): DatasetSummary {
  return {
    kind: "table",
    label: "measurements.csv",
    sampleCount: 100,
    trainCount: 80,
    validationCount: 20,
    fields,
    classCounts: [],
  };
}
export const feature = (name: string, ...sizes: readonly number[]): FieldSpec => ({
  name,
  role: "feature",
  shape: shapeFromSizes(sizes),
  classes: null,
});
export const classTarget = (name: string, count: number): FieldSpec => ({
  name,
  role: "target",
  shape: shapeOf([], "int32"),
  classes: classes(count),
});
export const numberTarget = (name: string, ...sizes: readonly number[]): FieldSpec => ({
  name,
  role: "target",
  shape: shapeFromSizes(sizes),
  classes: null,
});

export const image = ["input", { shape: [28, 28, 1] }] as const;
export const row = ["input", { shape: [8] }] as const;
export const series = ["input", { shape: [20, 3] }] as const;
export const softmax = (units: number) => ["dense", { units, activation: "softmax" }] as const;
export const linear = (units: number) => ["dense", { units }] as const;
export const regression = ["output", { loss: "meanSquaredError" }] as const;
export const chain = (...names: readonly string[]) =>
  names.slice(1).map((name, index) => `${names[index] ?? ""}>${name}`);
