import type { FileHandle } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { DataIssue, SampleView } from "../datasets/dataset.ts";
import type { InspectOptions, SourceProposal } from "../datasets/inspectSource.ts";
import type { OpenedData, TablePreview } from "../datasets/preview.ts";
import type { HostAccess } from "./protocol.ts";

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
