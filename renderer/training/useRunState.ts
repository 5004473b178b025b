import { useEffect, useState } from "react";
import type { RunInfo } from "#shared/host/contract.ts";
import { initialRunState, replayRun, type RunState } from "#shared/training/runReducer.ts";
import { host } from "../host/hostClient.ts";
import { runStore, useRuns } from "../state/runStore.ts";
import { showToast } from "../ui/toastStore.ts";

/** The run as its events tell it: the window's own run live, others from their folder. */
export function useRunState(id: string): RunState {
  const active = useRuns((state) => (state.active?.info.id === id ? state.active.state : null));
  const [stored, setStored] = useState<RunState>(initialRunState);
  const isActive = active !== null;
  useEffect(() => {
    if (isActive) return;
    let isWanted = true;
    void readRunState(id).then((state) => {
      if (isWanted && state !== null) setStored(state);
    });
    return () => {
      isWanted = false;
    };
  }, [id, isActive]);
  return active ?? stored;
}

/** Those of several runs, as far as they have been read. */
export function useOtherStates(runs: readonly RunInfo[]): ReadonlyMap<string, RunState> {
  const [states, setStates] = useState<ReadonlyMap<string, RunState>>(new Map());
  const ids = runs.map((run) => run.id).join(" ");
  useEffect(() => {
    let isWanted = true;
    const wanted = ids.split(" ").filter((id) => id !== "");
    void Promise.all(wanted.map(async (id) => [id, await readRunState(id)] as const)).then(
      (found) => {
        if (!isWanted) return;
        setStates(
          new Map(found.flatMap(([id, state]) => (state === null ? [] : [[id, state] as const]))),
        );
      },
    );
    return () => {
      isWanted = false;
    };
  }, [ids]);
  return states;
}

/** Read from its folder; null, already told, where that fails. */
export async function readRunState(id: string): Promise<RunState | null> {
  const { active } = runStore.getState();
  if (active?.info.id === id) return active.state;
  const run = await host.getRun(id);
  if (!run.ok) {
    showToast({ tone: "error", message: run.error.message });
    return null;
  }
  return replayRun(run.value.events);
}
