import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

/** Whether runs are looked into, and which diagnoses have been read and put away. Belongs to the window. */
export interface ObserveState {
  readonly isOn: boolean;
  /** `<run id> <code>` of what was dismissed. */
  readonly dismissed: ReadonlySet<string>;
}

const storageKey = "netloom.observeLayers";

export const observeStore = createStore<ObserveState>()(() => ({
  isOn: readIsOn(),
  dismissed: new Set<string>(),
}));

export function setObserving(isOn: boolean): void {
  observeStore.setState({ isOn });
  try {
    localStorage.setItem(storageKey, JSON.stringify(isOn));
  } catch {
    // Storage may be full or forbidden; the switch then lasts as long as the window.
  }
}

export function dismissDiagnosis(runId: string, code: string): void {
  const { dismissed } = observeStore.getState();
  observeStore.setState({ dismissed: new Set([...dismissed, `${runId} ${code}`]) });
}

export function useObserve<T>(selector: (state: ObserveState) => T): T {
  return useStore(observeStore, selector);
}

function readIsOn(): boolean {
  try {
    return typeof localStorage === "undefined" || localStorage.getItem(storageKey) !== "false";
  } catch {
    return true;
  }
}
