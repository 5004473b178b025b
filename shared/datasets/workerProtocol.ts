import type { FileHandle } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { HostAccess } from "../training/protocol.ts";
import type { DataBinding } from "./binding.ts";
import type { DataIssue, DatasetSummary, SampleView } from "./dataset.ts";
import type { InspectOptions, SourceProposal } from "./inspectSource.ts";
import type { ColumnProfile } from "./profileColumns.ts";
import type { CsvRow } from "./readCsv.ts";

/** Between the window and the parsing worker. Answers carry the request's id; a cancelled request answers, too. */
export type DataRequest =
  | {
      readonly kind: "inspect";
      readonly id: number;
      readonly access: HostAccess;
      readonly handle: FileHandle;
      readonly label: string;
      readonly csv?: NonNullable<InspectOptions["csv"]>;
    }
  | {
      readonly kind: "open";
      readonly id: number;
      readonly access: HostAccess;
      readonly binding: DataBinding;
    }
  /** Further samples of the data set opened last. */
  | { readonly kind: "views"; readonly id: number; readonly samples: readonly number[] }
  | { readonly kind: "cancel"; readonly id: number };

export type DataReply =
  | { readonly kind: "progress"; readonly id: number; readonly fraction: number | null }
  | {
      readonly kind: "inspected";
      readonly id: number;
      readonly result: Result<SourceProposal, readonly DataIssue[]>;
    }
  | {
      readonly kind: "opened";
      readonly id: number;
      readonly result: Result<OpenedData, readonly DataIssue[]>;
      /** Also where opening failed, so that the columns can be mended. */
      readonly table: TablePreview | null;
    }
  | { readonly kind: "views"; readonly id: number; readonly views: readonly SampleView[] };

export interface OpenedData {
  readonly summary: DatasetSummary;
  readonly preview: DataPreview;
}

export interface DataPreview {
  /** Samples of every class in turn. */
  readonly samples: readonly ShownSample[];
  /** Points of the first two features, where there are exactly two; else null. */
  readonly scatter: Scatter | null;
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
