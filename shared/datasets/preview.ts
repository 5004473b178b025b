import type { DatasetSummary, SampleView } from "./dataset.ts";
import type { ColumnProfile } from "./profileColumns.ts";
import type { CsvRow } from "./readCsv.ts";

/** What the window is told of an opened data set: small enough to be posted by a worker. */
export interface OpenedData {
  readonly summary: DatasetSummary;
  readonly preview: DataPreview;
}

export interface DataPreview {
  /** Samples of every class in turn. */
  readonly samples: readonly ShownSample[];
  /** Points of the first two features, where there are exactly two; else null. */
  readonly scatter: Scatter | null;
  /** The target over time in the data's own unit, where samples are windows over one series; else null. */
  readonly series: Series | null;
  /** What arrives at the network: each field's range over a part of the training samples, after scaling. */
  readonly ranges: readonly FieldRange[];
  readonly elapsedMs: number;
}

export interface ShownSample {
  readonly sample: number;
  readonly isTraining: boolean;
  readonly view: SampleView;
}

export interface Scatter {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Class number of each point; null for numeric targets. */
  readonly classes: Int32Array | null;
  /** 1 where the point is in the validation part. */
  readonly isHeldOut: Uint8Array;
}

export interface Series {
  /** At most 1,500 values, evenly taken. */
  readonly values: Float32Array;
  /** Index in `values` at which the validation part begins. */
  readonly heldOutFrom: number;
}

export interface FieldRange {
  readonly field: string;
  readonly min: number;
  readonly max: number;
}

export interface TablePreview {
  readonly columns: readonly ColumnProfile[];
  readonly rows: readonly CsvRow[];
  readonly bytes: number | null;
}
