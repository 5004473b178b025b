import type { Shape } from "../layers/shape.ts";
import type { CsvColumn, MissingCells, Scaling } from "./binding.ts";

/** The file's name in a run's folder and beside an exported `model.json`. */
export const preparationFile = "preparation.json";

/**
 * How raw data become what a trained model is fed, and how its answers are read: everything that was fitted on the
 * training part, as plain JSON. Whoever feeds the model elsewhere does for each value of a feature field
 *
 *     input = (raw − offset) / scale
 *
 * and for each value that the model predicts for a numeric target the way back, `raw = predicted * scale + offset`;
 * class scores come in the order of `classes`.
 */
export interface Preparation {
  readonly format: "netloom-preparation";
  readonly version: 1;
  /** Rows of a table, pictures, or windows over time. */
  readonly kind: "table" | "images" | "sequence";
  /** The rule by which `scale` and `offset` were fitted. */
  readonly scaling: Scaling;
  /** Images were padded or cropped around their centre to this size; null: they were taken as they are. */
  readonly imageSize: { readonly height: number; readonly width: number } | null;
  /** How a table is read; null for images and generated data. */
  readonly table: TablePreparation | null;
  /** In the data set's order: features first. Inputs and outputs of the model are fed by the fields that fit them. */
  readonly fields: readonly FieldPreparation[];
}

export interface TablePreparation {
  readonly hasHeader: boolean;
  /** All columns of the file in order, with their roles. A column is found by its name, or its place without a header. */
  readonly columns: readonly CsvColumn[];
  /** Rows make windows of `steps`; the target lies `horizon` rows after a window's last. */
  readonly window: { readonly steps: number; readonly horizon: number } | null;
  readonly missing: MissingCells | null;
}

export interface FieldPreparation {
  readonly name: string;
  readonly role: "feature" | "target";
  /** Of one sample, without the batch axis; channels last. `axes: []` is a class number. */
  readonly shape: Shape;
  /** Class names in the order of the model's scores; null for numbers. */
  readonly classes: readonly string[] | null;
  /** One entry for each place along the shape's last axis: features of a row, channels of an image. */
  readonly values: readonly ValuePreparation[];
}

export interface ValuePreparation {
  /** The column it comes from; null where data have no named columns. */
  readonly column: string | null;
  /** Set where a categorical column became one value per category: this one is 1 where the cell is `category`, else 0. */
  readonly category: string | null;
  readonly scale: number;
  readonly offset: number;
  /** What a missing cell becomes, before scaling: the training mean, 0 for categories. null: windows repeat the value before. */
  readonly fill: number | null;
}

/** As it is written: one line per value, so that people can read it and versions can be compared. */
export function serializePreparation(preparation: Preparation): string {
  return `${JSON.stringify(preparation, null, 2)}\n`;
}
