import { diagnoseRun, type Diagnosis } from "#shared/training/diagnose.ts";
import type { TrainingConfig } from "#shared/training/config.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { useRuns } from "../../state/runStore.ts";
import { useObserve } from "./observeStore.ts";

const none: readonly Diagnosis[] = [];

/** Of the run that this window started last; none before the first. */
export function useActiveDiagnoses(): readonly Diagnosis[] {
  const active = useRuns((state) => state.active);
  const dismissed = useObserve((state) => state.dismissed);
  if (active === null) return none;
  return listDiagnoses(active.info, active.state, dismissed);
}

export function useDiagnoses(info: RunInfo, state: RunState): readonly Diagnosis[] {
  const dismissed = useObserve((store) => store.dismissed);
  return listDiagnoses(info, state, dismissed);
}

/** The last answers by what they depend on: every node on the canvas asks after every event. */
const memory = new WeakMap<
  RunState["observations"],
  { readonly state: RunState; readonly diagnoses: readonly Diagnosis[] }
>();
const shown = new WeakMap<readonly Diagnosis[], Map<ReadonlySet<string>, readonly Diagnosis[]>>();

function listDiagnoses(
  info: RunInfo,
  state: RunState,
  dismissed: ReadonlySet<string>,
): readonly Diagnosis[] {
  const known = memory.get(state.observations);
  const isKnown =
    known !== undefined && known.state.epochs === state.epochs && known.state.ended === state.ended;
  const diagnoses = isKnown ? known.diagnoses : judge(info, state);
  if (!isKnown) memory.set(state.observations, { state, diagnoses });
  if (diagnoses.length === 0) return none;
  const lists = shown.get(diagnoses) ?? new Map<ReadonlySet<string>, readonly Diagnosis[]>();
  shown.set(diagnoses, lists);
  const list =
    lists.get(dismissed) ?? diagnoses.filter(({ code }) => !dismissed.has(`${info.id} ${code}`));
  lists.set(dismissed, list);
  return list;
}

function judge(info: RunInfo, state: RunState): readonly Diagnosis[] {
  const config = readConfig(info);
  return config === null ? none : diagnoseRun(state, config);
}

const configs = new Map<string, TrainingConfig | null>();

/** As it was when the run started. */
function readConfig({ id, snapshot }: RunInfo): TrainingConfig | null {
  const known = configs.get(id);
  if (known !== undefined) return known;
  const parsed = parseProject(snapshot);
  const config = parsed.ok ? parsed.value.training : null;
  configs.set(id, config);
  return config;
}
