import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { LibraryBlock } from "#shared/host/contract.ts";
import { host } from "../../host/hostClient.ts";

interface LibraryState {
  /** null until it was read. */
  readonly blocks: readonly LibraryBlock[] | null;
}

/** The user's own blocks, as the host lists them. */
const libraryStore = createStore<LibraryState>()(() => ({ blocks: null }));

export async function refreshLibrary(): Promise<void> {
  const listed = await host.listBlocks();
  if (listed.ok) libraryStore.setState({ blocks: listed.value });
}

const none: readonly LibraryBlock[] = [];

/** Reads the list at first use. */
export function useLibrary(): readonly LibraryBlock[] {
  return useStore(libraryStore, (state) => state.blocks) ?? none;
}
