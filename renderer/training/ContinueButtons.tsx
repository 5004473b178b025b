import { Cpu, Play } from "lucide-react";
import type { RunInfo } from "#shared/host/contract.ts";
import { trainingLimits } from "#shared/training/config.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { useRuns } from "../state/runStore.ts";
import { askText } from "../ui/askText.ts";
import { Button } from "../ui/Button.tsx";
import { type Continuing, findContinuing, isWorthTryingOnCpu } from "./continuable.ts";
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
          onClick={() => void goOn(run, continuing)}
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

async function goOn(run: RunInfo, continuing: Continuing): Promise<void> {
  if (continuing.kind === "resume") {
    await continueTraining(run);
    return;
  }
  const answer = await askText({
    title: `Continue run ${run.number}`,
    label: `Epochs to add to its ${continuing.epochs}`,
    initial: String(Math.max(1, continuing.epochs)),
    action: "Continue",
    findFault: (text) => findFault(text, continuing.epochs),
  });
  if (answer !== null) {
    await continueTraining(run, { epochs: continuing.epochs + Number(answer) });
  }
}

function findFault(text: string, done: number): string | null {
  const added = Number(text);
  return Number.isInteger(added) && added >= 1 && added + done <= trainingLimits.epochs
    ? null
    : "Give a whole number of at least 1.";
}
