import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { BackendName } from "#shared/training/events.ts";

/** What the training worker computes on; null until it has said so. */
export interface Device {
  readonly backend: BackendName;
  /** The adapter in words. */
  readonly device: string;
  /** Bytes that one tensor may have; null or absent where no limit is stated. */
  readonly maxTensorBytes?: number | null;
  /** Whether it can train in mixed precision; absent where it has not said so. */
  readonly hasHalf?: boolean;
}

export const deviceStore = createStore<{ readonly device: Device | null }>()(() => ({
  device: null,
}));

export function useDevice(): Device | null {
  return useStore(deviceStore, (state) => state.device);
}
