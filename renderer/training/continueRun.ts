import { parseProject } from "#shared/project/parseProject.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { trainingLimits } from "#shared/training/config.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { learningRateAt, spansRun } from "#shared/training/schedules.ts";
import { askText } from "../ui/askText.ts";
import { formatNumber } from "../ui/format.ts";
import { showToast } from "../ui/toastStore.ts";
import { findContinuing } from "./continuable.ts";
import { describeSchedule } from "./schedules.ts";
import { continueTraining } from "./trainingClient.ts";

/** Lets a run go on where it was left; one that has done all its epochs is asked how many more it gets. */
export async function continueRun(run: RunInfo, state: RunState): Promise<void> {
  const continuing = findContinuing(run, state);
  if (continuing === null) {
    const reason = run.message === "" ? "" : ` ${run.message}`;
    showToast({ tone: "info", message: `Run ${run.number} can’t go on.${reason}` });
    return;
  }
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
    describe: (text) => describeMoreEpochs(run, state, continuing.epochs + Number(text)),
  });
  if (answer !== null) {
    await continueTraining(run, { epochs: continuing.epochs + Number(answer) });
  }
}

/** A schedule over the whole run is another one over a longer run: the rate jumps where training goes on. */
function describeMoreEpochs(run: RunInfo, { started }: RunState, epochs: number): string | null {
  const project = parseProject(run.snapshot);
  if (!project.ok || started === null) return null;
  const { schedule, optimizer } = project.value.training;
  if (!spansRun(schedule)) return null;
  const { stepsPerEpoch } = started;
  const step = continuedSteps(run, stepsPerEpoch);
  const rateIn = (wholeEpochs: number, at: number) =>
    learningRateAt(schedule, optimizer.learningRate, {
      step: at,
      stepsPerEpoch,
      totalSteps: stepsPerEpoch * wholeEpochs,
    });
  const [was, is] = [rateIn(started.epochs, Math.max(0, step - 1)), rateIn(epochs, step)];
  return `Its schedule (${describeSchedule(schedule)}) spans the run and is stretched over all ${epochs} epochs: the learning rate goes on at ${formatNumber(is)}, where it had come to ${formatNumber(was)}.`;
}

function continuedSteps({ checkpoint }: RunInfo, stepsPerEpoch: number): number {
  return checkpoint ? checkpoint.epochs * stepsPerEpoch + checkpoint.step : 0;
}

function findFault(text: string, done: number): string | null {
  const added = Number(text);
  return Number.isInteger(added) && added >= 1 && added + done <= trainingLimits.epochs
    ? null
    : "Give a whole number of at least 1.";
}
