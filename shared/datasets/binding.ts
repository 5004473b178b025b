import type { FileHandle } from "../base/ids.ts";

/** What the document says about data: where it comes from and how it becomes tensors. Paths are never stored. */
export interface DataBinding {
  readonly source: DataSource;
  /** Share of samples held out, by seed; for windows over time the last part is held out instead. */
  readonly split: { readonly validation: number; readonly seed: number };
  readonly scaling: Scaling;
  /** Images only: pad or crop to this size around the centre. */
  readonly imageSize: { readonly height: number; readonly width: number } | null;
}

/** Fitted on the training part only. */
export type Scaling = "none" | "zeroToOne" | "minusOneToOne" | "standardise";

export type DataSource =
  | {
      readonly kind: "generated";
      readonly generator: GeneratorName;
      readonly samples: number;
      readonly noise: number;
      readonly seed: number;
      /** Sizes of a sample's main feature, for generators that draw any; absent: the catalogue's. */
      readonly shape?: readonly number[];
      /** How many classes, for generators that have any number of them. */
      readonly classes?: number;
      /** How many different words, for generators of texts. */
      readonly vocabulary?: number;
    }
  /** IDX files (MNIST's format); `handle` names the folder or file that the user chose. */
  | {
      readonly kind: "idx";
      readonly handle: FileHandle | null;
      readonly label: string;
      readonly images: string;
      readonly labels: string | null;
    }
  | {
      readonly kind: "csv";
      readonly handle: FileHandle | null;
      readonly label: string;
      readonly file: string;
      readonly delimiter: string;
      readonly hasHeader: boolean;
      readonly columns: readonly CsvColumn[];
      /** Rows are a sequence: features become windows of this many steps, the target is `horizon` steps after the window. */
      readonly window: { readonly steps: number; readonly horizon: number } | null;
      /** How missing cells are met; absent: empty cells only, filled. */
      readonly missing?: MissingCells;
    };

export type CsvSource = Extract<DataSource, { readonly kind: "csv" }>;

export interface MissingCells {
  /** Texts that mean "no value", besides the empty cell: `?`, `NA` … */
  readonly texts: readonly string[];
  /**
   * `fill`: a number gets its column's training mean, a category all zeros; in windows both repeat the value before.
   * `drop`: rows with a missing feature are left out. Rows with a missing target always are, except in windows.
   */
  readonly rows: "fill" | "drop";
}

export type GeneratorName =
  | "moons"
  | "circles"
  | "spirals"
  | "blobs"
  | "xor"
  | "sine"
  | "digits"
  | "iris-like"
  | "seasonal"
  | "two-views"
  | "colour-shapes"
  | "trend-windows"
  | "sensor-steps"
  | "two-clouds"
  | "pictures"
  | "picture-masks"
  | "edge-maps"
  | "noisy-digits"
  | "digit-pairs"
  | "moving-figures"
  | "drawn-waves"
  | "audio-steps"
  | "word-topics"
  | "next-words"
  | "reversed-words";

export interface CsvColumn {
  readonly name: string;
  readonly role: "feature" | "target" | "ignore";
  readonly kind: "numeric" | "categorical";
  /**
   * Which input a feature feeds; '' is the default field: `features`, or `sequence` for windows. Numeric targets that
   * share a field form one target of several values; '' makes a target of its own, named after the column.
   */
  readonly field: string;
  /** Categories written in several ways: each `from` counts as its `to`. */
  readonly merge?: readonly { readonly from: string; readonly to: string }[];
}
