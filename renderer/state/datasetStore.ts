import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DataIssue, Dataset, DatasetSummary } from "#shared/datasets/dataset.ts";

/** The data that the document's binding names, once read. Filled by renderer/data; analysis and training read it. */
export interface DatasetState {
  readonly phase: "none" | "loading" | "ready" | "failed";
  /** The binding that the rest speaks of. */
  readonly binding: DataBinding | null;
  /** Stays while newer settings are being read, so that the analysis does not flicker. */
  readonly summary: DatasetSummary | null;
  readonly dataset: Dataset | null;
  readonly issues: readonly DataIssue[];
  /** 0 to 1 while loading; null where the size is not known. */
  readonly progress: number | null;
}

const nothing: DatasetState = {
  phase: "none",
  binding: null,
  summary: null,
  dataset: null,
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
