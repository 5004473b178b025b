import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DataIssue, DatasetSummary } from "#shared/datasets/dataset.ts";
import type { DataPreview, TablePreview } from "#shared/datasets/preview.ts";

/** What is known of the data that the document's binding names. Filled by renderer/data; analysis and training read it. */
export interface DatasetState {
  readonly phase: "none" | "loading" | "ready" | "failed";
  /** The binding that the rest speaks of. */
  readonly binding: DataBinding | null;
  /** Stays while newer settings are being read, so that the analysis does not flicker. */
  readonly summary: DatasetSummary | null;
  readonly preview: DataPreview | null;
  /** Columns and first rows; also there when opening failed, so that the columns can be mended. */
  readonly table: TablePreview | null;
  readonly issues: readonly DataIssue[];
  /** 0 to 1 while loading; null where the size is not known. */
  readonly progress: number | null;
}

const nothing: DatasetState = {
  phase: "none",
  binding: null,
  summary: null,
  preview: null,
  table: null,
  issues: [],
  progress: null,
};

export const datasetStore = createStore<DatasetState>()(() => nothing);

export function clearDataset(): void {
  datasetStore.setState(nothing);
}

export function useDataset<T>(selector: (state: DatasetState) => T): T {
  return useStore(datasetStore, selector);
}
