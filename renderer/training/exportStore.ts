import { createStore } from "zustand/vanilla";

export interface ExportRequest {
  readonly kind: "typescript" | "keras" | "model" | "curves";
  /** For `model` and `curves`: whose; absent means the latest. */
  readonly runId?: string;
}

export const exportStore = createStore<{ readonly request: ExportRequest | null }>()(() => ({
  request: null,
}));

export function openExport(request: ExportRequest): void {
  exportStore.setState({ request });
}

export function closeExport(): void {
  exportStore.setState({ request: null });
}
