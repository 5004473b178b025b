import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import { checkpointFile } from "#shared/training/checkpoint.ts";
import type { BackendName } from "#shared/training/events.ts";
import type { TrainingCommand } from "#shared/training/protocol.ts";
import { replayRun, type RunState } from "#shared/training/runReducer.ts";
import { host } from "../host/hostClient.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";

export interface ContinueOptions {
  /** In all; absent: as many as were planned. */
  readonly epochs?: number;
  readonly backend?: BackendName | "auto";
}

export interface Continuing {
  /** As it was told so far. */
  readonly state: RunState;
  readonly command: Pick<
    Extract<TrainingCommand, { kind: "start" }>,
    "plan" | "data" | "config" | "backend" | "checkpoint"
  >;
}

/**
 * Everything for a run to go on: its project as it was when it started, whatever has been edited since, its curves and
 * its checkpoint. The error is a sentence.
 */
export async function prepareContinuing(
  { id, number, snapshot }: RunInfo,
  { epochs, backend = "auto" }: ContinueOptions,
): Promise<Result<Continuing, string>> {
  const project = parseProject(snapshot);
  if (!project.ok) return err(`The project of run ${number} can't be read any more.`);
  const document = project.value;
  if (document.data === null) return err(`Run ${number} has no data.`);
  const plan = compileDocument(
    document,
    analyzeDocument(document, { ...findSummary(document.data) }),
  );
  if (!plan.ok) return err(plan.error[0]?.message ?? `The model of run ${number} has mistakes.`);
  const [told, checkpoint] = await Promise.all([
    host.getRun(id),
    host.readRunFile(id, checkpointFile),
  ]);
  if (!told.ok) return err(told.error.message);
  if (!checkpoint.ok) {
    return err(`Run ${number} has no checkpoint to go on from. Train again instead.`);
  }
  const state = replayRun(told.value.events);
  const planned = state.started?.epochs ?? document.training.epochs;
  const batchSize = chooseBatch(state, backend);
  return ok({
    state,
    command: {
      plan: plan.value,
      data: document.data,
      config: {
        ...document.training,
        epochs: epochs ?? planned,
        ...(batchSize === null ? {} : { batching: "mini-batch", batchSize }),
      },
      backend,
      checkpoint: checkpoint.value,
    },
  });
}

/** Where memory was short, what fits; else as the run went on last. null: as its project has it. */
function chooseBatch({ ended, recovered }: RunState, backend: BackendName | "auto"): number | null {
  // The processor has other memory.
  const fitting = backend === "cpu" ? undefined : ended?.fittingBatch;
  return fitting ?? recovered?.batchSize ?? null;
}

/** What is known of the data, where they are those on screen. */
function findSummary(data: unknown) {
  const { summary } = datasetStore.getState();
  const isSame = JSON.stringify(documentStore.getState().document.data) === JSON.stringify(data);
  return isSame && summary !== null ? { data: summary } : {};
}
