import { Cpu, Play } from "lucide-react";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { useRuns } from "../state/runStore.ts";
import { Button } from "../ui/Button.tsx";
import { findContinuing, isWorthTryingOnCpu } from "./continuable.ts";
import { continueRun } from "./continueRun.ts";
import { isTraining } from "./runQueries.ts";
import { continueTraining } from "./trainingClient.ts";

/** Lets a run go on from its last checkpoint, where it has one. */
export function ContinueButtons(props: {
  readonly run: RunInfo;
  readonly state: RunState;
  readonly size?: "small";
}) {
  const { run, state, size = "normal" } = props;
  const isBusy = useRuns(isTraining);
  const continuing = findContinuing(run, state);
  const isForCpu = isWorthTryingOnCpu(run, state);
  return (
    <>
      {continuing !== null && (
        <Button
          size={size}
          icon={Play}
          disabled={isBusy}
          title={describePlace(run)}
          onClick={() => void continueRun(run, state)}
        >
          {continuing.title}
        </Button>
      )}
      {isForCpu && (
        <Button
          size={size}
          icon={Cpu}
          disabled={isBusy}
          title={describePlace(run)}
          onClick={() => void continueTraining(run, { backend: "cpu" })}
        >
          Continue on the processor
        </Button>
      )}
    </>
  );
}

function describePlace({ checkpoint }: RunInfo): string {
  if (!checkpoint) return "";
  const { epochs, step } = checkpoint;
  return step === 0 ? `From after epoch ${epochs}` : `From epoch ${epochs + 1}, step ${step}`;
}
