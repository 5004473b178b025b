import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { z } from "zod";
import type { chosenSchema, Purpose, Session } from "#shared/host/contract.ts";
import { showToast } from "../ui/toastStore.ts";
import { host } from "./hostClient.ts";

export type Chosen = z.infer<typeof chosenSchema>;

export interface ChooseFileOptions {
  readonly purpose: Purpose;
  /** For `save-project`, with extension; for `export`, the new folder's name. */
  readonly suggestedName?: string;
}

interface Pending {
  readonly options: ChooseFileOptions;
  readonly resolve: (chosen: Chosen | null) => void;
}

interface ChooserState {
  readonly session: Session | null;
  readonly pending: Pending | null;
}

export const chooserStore = createStore<ChooserState>()(() => ({ session: null, pending: null }));

/** What the host said of itself at the start. */
export function useHostSession(): Session | null {
  return useStore(chooserStore, (state) => state.session);
}

/**
 * Lets the user choose a file or folder, in the system's own dialog where there is one, else in ours.
 * null when the user changed their mind. The renderer never learns a path, only a handle and words to show.
 */
export async function chooseFile(options: ChooseFileOptions): Promise<Chosen | null> {
  const { session, pending } = chooserStore.getState();
  if (session?.hasNativeDialogs === true) {
    const answer = await host.showDialog(options.purpose, options.suggestedName);
    if (answer.ok) return "cancelled" in answer.value ? null : answer.value;
    if (answer.error.code !== "not-found" && answer.error.code !== "not-available") {
      showToast({ tone: "error", message: answer.error.message });
      return null;
    }
  }
  pending?.resolve(null);
  return new Promise((resolve) => {
    chooserStore.setState({
      pending: {
        options,
        resolve: (chosen) => {
          chooserStore.setState({ pending: null });
          resolve(chosen);
        },
      },
    });
  });
}
