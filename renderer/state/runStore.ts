import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { initialRunState, runReducer, type RunState } from "#shared/training/runReducer.ts";

/** Runs of the open project. The training client feeds it; panels and charts read it. */
export interface RunStoreState {
  /** The run that this window started last, also after its end. */
  readonly active: ActiveRun | null;
  /** Newest first, the active one included. */
  readonly runs: readonly RunInfo[];
  /** The run that the Runs view shows. */
  readonly chosen: string | null;

  /** A run starts, or goes on from the state it had: it becomes the active one. */
  readonly begin: (info: RunInfo, state?: RunState) => void;
  /** A run that was to go on did not: its entry and the active run are what they were before. */
  readonly takeBack: (info: RunInfo, active: ActiveRun | null) => void;
  /** An event of the run; late ones of other runs are ignored. */
  readonly receive: (runId: string, event: RunEvent) => void;
  /**
   * The run is over for whoever looks, though its worker still saves: shown as ended by `ended` until its own end comes.
   */
  readonly release: (runId: string, ended: EndedEvent) => void;
  readonly setRuns: (runs: readonly RunInfo[]) => void;
  readonly changeRun: (runId: string, change: Partial<RunInfo>) => void;
  readonly removeRun: (runId: string) => void;
  readonly choose: (runId: string | null) => void;
  /** Another project was opened. */
  readonly clear: () => void;
}

export interface ActiveRun {
  readonly info: RunInfo;
  /** What is shown; of a released run, ended. */
  readonly state: RunState;
  /** Of a released run: what it has told so far, and the end that is shown meanwhile. */
  readonly released?: { readonly state: RunState; readonly ended: EndedEvent } | null;
}

type EndedEvent = Extract<RunEvent, { kind: "ended" }>;

export const runStore = createStore<RunStoreState>()((set) => ({
  active: null,
  runs: [],
  chosen: null,

  begin: (info, state = initialRunState) =>
    set(({ runs }) => ({
      active: { info, state },
      // One that goes on keeps its place.
      runs: runs.some((run) => run.id === info.id)
        ? runs.map((run) => (run.id === info.id ? info : run))
        : [info, ...runs],
      chosen: info.id,
    })),
  takeBack: (info, active) =>
    set(({ runs }) => ({
      active,
      runs: runs.map((run) => (run.id === info.id ? info : run)),
    })),
  receive: (runId, event) =>
    set(({ active }) =>
      active === null || active.info.id !== runId ? {} : { active: receiveEvent(active, event) },
    ),
  release: (runId, ended) =>
    set(({ active, runs }) => {
      if (active === null || active.info.id !== runId) return {};
      if (active.state.phase === "ended") return {};
      const change = { status: ended.reason, message: ended.message };
      return {
        runs: runs.map((run) => (run.id === runId ? { ...run, ...change } : run)),
        active: {
          info: { ...active.info, ...change },
          state: runReducer(active.state, ended),
          released: { state: active.state, ended },
        },
      };
    }),
  setRuns: (runs) => set({ runs }),
  changeRun: (runId, change) =>
    set(({ runs, active }) => ({
      runs: runs.map((run) => (run.id === runId ? { ...run, ...change } : run)),
      active:
        active?.info.id === runId ? { ...active, info: { ...active.info, ...change } } : active,
    })),
  removeRun: (runId) =>
    set(({ runs, active, chosen }) => ({
      runs: runs.filter((run) => run.id !== runId),
      active: active?.info.id === runId ? null : active,
      chosen: chosen === runId ? null : chosen,
    })),
  choose: (chosen) => set({ chosen }),
  clear: () => set({ active: null, runs: [], chosen: null }),
}));

function receiveEvent(active: ActiveRun, event: RunEvent): ActiveRun {
  const { released = null } = active;
  const state = runReducer(released?.state ?? active.state, event);
  if (released === null || state.phase === "ended") return { ...active, state, released: null };
  const { ended } = released;
  return { ...active, state: runReducer(state, ended), released: { state, ended } };
}

export function useRuns<T>(selector: (state: RunStoreState) => T): T {
  return useStore(runStore, selector);
}
