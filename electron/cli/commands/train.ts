import path from "node:path";
import { runId as makeRunId } from "#shared/base/ids.ts";
import { createRandom } from "#shared/base/random.ts";
import { preparationFile, serializePreparation } from "#shared/datasets/preparation.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import type { Checkpoint } from "#shared/training/checkpoint.ts";
import {
  trainingLimits,
  type CheckpointConfig,
  type TrainingConfig,
} from "#shared/training/config.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { describeMemoryParts, formatMemory } from "#shared/training/memoryNeeds.ts";
import { measurePlanMemory } from "#shared/training/planMemory.ts";
import { findPrecisionProblem } from "#shared/training/precision.ts";
import { compileProject } from "../compile.ts";
import { describeResume } from "../endRunFolder.ts";
import { CliFailure, type CliIo, type CommandResult } from "../io.ts";
import { requireData } from "../loadData.ts";
import { loadProject } from "../loadProject.ts";
import type { Invocation, OptionValues } from "../parseArguments.ts";
import { createTrainingView, formatMetrics } from "../printTraining.ts";
import { createRunFolder, readInterruptedRun, reopenRunFolder } from "../runFolder.ts";
import { startBackend } from "../startBackend.ts";

/**
 * Trains, keeps the run in a folder, and tells how it went. Ctrl-C ends it after the step under way, weights kept; one
 * that takes too long is not waited for (`superviseTraining`).
 */
export async function runTrain(
  { positionals, options }: Invocation,
  io: CliIo,
): Promise<CommandResult> {
  const [name = ""] = positionals;
  const backendName = options.choice("backend", ["webgpu", "cpu"]);
  const resumed = options.text("resume") === null ? null : await readResumed(options, io);
  const project = resumed?.project ?? (await loadProject(name, io));
  const config = resumed?.config ?? changeConfig(project.training, options);
  const { binding, dataset } = await requireData(project.data, options.text("data"), {
    io,
    isJson: options.flag("json"),
  });
  const document: ProjectDocument = { ...project, data: binding, training: config };
  const { plan } = compileProject(document, dataset.summary);
  const backend = await startBackend(backendName);
  const precisionProblem = findPrecisionProblem(config.precision, {
    ...backend,
    backend: backend.name,
  });
  if (precisionProblem !== null) throw new CliFailure(1, precisionProblem);
  const { findResumeMismatch, trainModel } = await import("#shared/engine/train.ts");
  const { renewWebgpu } = await import("#shared/engine/selectBackend.ts");
  const { createTrainingControl } = await import("#shared/engine/control.ts");

  // Before the folder is touched: its run is as good as before.
  const mismatch =
    resumed?.checkpoint && findResumeMismatch({ plan, dataset, config }, resumed.checkpoint);
  if (mismatch) throw new CliFailure(1, `${mismatch} Start a new run instead.`);

  const startedMs = Date.now();
  const runId = makeRunId(
    resumed?.info.id ?? `run-${startedMs.toString(36)}-${makeSuffix(startedMs)}`,
  );
  const directory =
    resumed?.directory ??
    path.resolve(io.cwd, options.text("out") ?? path.join("netloom-runs", runId));
  const info = resumed?.info ?? describeRun(document, { runId, startedMs });
  const watched = io.run ? { mayWrite: () => io.run?.mayWrite() ?? true } : {};
  const folder = resumed
    ? await reopenRunFolder(directory, info, watched)
    : await createRunFolder(directory, info, { force: options.flag("force"), ...watched });
  if (!resumed) {
    await folder.writeFiles([
      {
        name: preparationFile,
        bytes: new TextEncoder().encode(serializePreparation(dataset.preparation)),
      },
    ]);
  }

  const needs = measurePlanMemory(plan, config, {
    summary: dataset.summary,
    tensorBytes: backend.maxTensorBytes,
  });
  if (needs !== null && !options.flag("json")) {
    const parts = describeMemoryParts(needs);
    io.writeError(`Training needs about ${formatMemory(needs.total)}: ${parts}.\n`);
  }
  const view = options.flag("json") ? null : createTrainingView(io, config.epochs);
  const control = createTrainingControl();
  let hasCheckpoint = (resumed?.checkpoint ?? null) !== null;
  const stopListening = io.onInterrupt(() => control.stop());
  io.run?.begin({
    directory,
    info: { ...info, backend: backend.name },
    seed: config.seed,
    device: backend.device,
  });
  const onEvent = (event: RunEvent) => {
    folder.append(event);
    if (event.kind === "step") io.run?.tell({ kind: "stepped" });
    if (view) view.show(event);
    else io.writeError(`${JSON.stringify(event)}\n`);
  };
  try {
    const { ended, report } = await trainModel({
      runId,
      plan,
      dataset,
      config,
      backend,
      control,
      onEvent,
      resume: resumed?.checkpoint ?? null,
      renewBackend: renewWebgpu,
      async onCheckpoint(bytes, place) {
        hasCheckpoint = true;
        // At once, because what takes turns takes many steps, and whoever pressed Ctrl-C does not wait for the disk.
        const isHeld = folder.holdCheckpoint(bytes);
        if (isHeld) io.run?.tell({ kind: "kept", ...place });
        if (isHeld && control.state === "stopping") return;
        await folder.writeCheckpoint(bytes);
        io.run?.tell({ kind: "kept", ...place });
      },
      onHeld(bytes, place) {
        if (folder.holdCheckpoint(bytes)) io.run?.tell({ kind: "kept", ...place });
      },
      reportsStopped: false,
      onWeights: (files) => folder.writeFiles(files),
    });
    await folder.finish({
      status: ended.reason,
      message: ended.message,
      backend: backend.name,
      epochs: ended.epochs,
      metrics: { ...ended.metrics },
    });
    return {
      exitCode: ended.reason === "failed" ? 1 : 0,
      json: {
        runId,
        runDir: directory,
        backend: backend.name,
        device: backend.device,
        epochs: ended.epochs,
        metrics: ended.metrics,
        baselines: report?.baselines ?? [],
        reason: ended.reason,
        message: ended.message,
        memoryBytes: needs?.total ?? null,
        ...(ended.fittingBatch === undefined ? {} : { fittingBatch: ended.fittingBatch }),
        seed: config.seed,
        precision: config.precision,
        elapsedMs: Math.round(ended.elapsedMs),
        ...(ended.code === undefined
          ? {}
          : {
              diagnostics: [
                { code: ended.code, severity: "error", message: ended.message, nodes: [] },
              ],
            }),
      },
      text: [
        ended.message,
        formatMetrics(ended.metrics),
        ...(report?.baselines ?? []).map(
          (baseline) => `  beside ${baseline.name}: ${formatMetrics(baseline.metrics)}`,
        ),
        `Run: ${directory}`,
        ...tellFittingBatch(ended, { name, directory, canGoOn: hasCheckpoint }),
        ...(ended.reason === "stopped" ? [describeResume(directory)] : []),
      ].join("\n"),
    };
  } finally {
    stopListening();
  }
}

/** The command that does with a batch that fits what did not go with this one. */
function tellFittingBatch(
  { fittingBatch }: Extract<RunEvent, { kind: "ended" }>,
  run: { readonly name: string; readonly directory: string; readonly canGoOn: boolean },
): readonly string[] {
  if (fittingBatch === undefined) return [];
  const flag = `--batch-size ${fittingBatch}`;
  return [
    run.canGoOn
      ? `Go on with a batch that fits: netloom train --resume ${run.directory} ${flag}`
      : `Train with a batch that fits: netloom train ${run.name} ${flag}`,
  ];
}

function changeConfig(config: TrainingConfig, options: OptionValues): TrainingConfig {
  const learningRate = options.positive("learning-rate", trainingLimits.learningRate);
  const batchSize = options.int("batch-size", 1, trainingLimits.batchSize);
  return {
    ...config,
    epochs: options.int("epochs", 1, trainingLimits.epochs) ?? config.epochs,
    seed: options.int("seed", 0, trainingLimits.seed) ?? config.seed,
    ...(batchSize === null ? {} : { batching: "mini-batch", batchSize }),
    optimizer: learningRate === null ? config.optimizer : { ...config.optimizer, learningRate },
    checkpoints: readInterval(options) ?? config.checkpoints,
    precision: options.choice("precision", ["float32", "mixed"]) ?? config.precision,
  };
}

/** `--checkpoint-every 200` steps, `--checkpoint-every 5m` minutes. */
function readInterval(options: OptionValues): CheckpointConfig | null {
  const text = options.text("checkpoint-every");
  if (text === null) return null;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (unit === "m" && value > 0 && value <= trainingLimits.checkpointMinutes) {
    return { everyMinutes: value, everySteps: null };
  }
  const isWhole = unit === "" && Number.isInteger(value) && value >= 1;
  if (isWhole && value <= trainingLimits.checkpointSteps) {
    return { everyMinutes: null, everySteps: value };
  }
  throw new CliFailure(
    2,
    `--checkpoint-every must be a number of steps (200) or of minutes (5m), given: ${text}.`,
  );
}

interface ResumedRun {
  readonly directory: string;
  readonly info: RunInfo;
  readonly checkpoint: Checkpoint | null;
  readonly project: ProjectDocument;
  readonly config: TrainingConfig;
}

/** The run that `--resume` names, with its project as it was when it started. */
async function readResumed(options: OptionValues, io: CliIo): Promise<ResumedRun> {
  for (const fixed of ["seed", "learning-rate", "out"]) {
    if (options.text(fixed) === null) continue;
    throw new CliFailure(2, `--${fixed} can't be changed of a run that is resumed.`);
  }
  const name = options.text("resume") ?? "";
  const directory = path.resolve(io.cwd, name);
  const { info, checkpoint } = await readInterruptedRun(directory);
  const project = parseProject(info.snapshot);
  if (!project.ok) {
    const [issue] = project.error;
    throw new CliFailure(1, `The project in ${name} can't be read: ${issue?.message ?? ""}`);
  }
  // As it went on last, where it has gone on with another batch before.
  const { training } = project.value;
  const batchSize = checkpoint?.batchSize ?? null;
  const last: TrainingConfig =
    batchSize === null ? training : { ...training, batching: "mini-batch", batchSize };
  const changed = changeConfig(last, options);
  const epochs =
    options.int("epochs", 1, trainingLimits.epochs) ?? checkpoint?.epochs ?? changed.epochs;
  if (checkpoint && checkpoint.epochsDone >= epochs) {
    throw new CliFailure(
      1,
      `${name} has done its ${checkpoint.epochsDone} epochs. To train on, say how many there are to be in all: --epochs ${2 * epochs}.`,
    );
  }
  return {
    directory,
    info: { ...info, status: "running", message: "" },
    checkpoint,
    project: project.value,
    config: { ...changed, epochs },
  };
}

function describeRun(
  document: ProjectDocument,
  { runId, startedMs }: { readonly runId: string; readonly startedMs: number },
): RunInfo {
  return {
    id: runId,
    projectId: document.id,
    projectName: document.name,
    number: 1,
    startedMs,
    status: "running",
    message: "",
    backend: "",
    epochs: 0,
    metrics: {},
    snapshot: serializeProject(document),
  };
}

/** Two runs may start in the same millisecond. */
function makeSuffix(startedMs: number): string {
  const random = createRandom(`${startedMs}/${process.pid}/${process.hrtime.bigint()}`);
  return random
    .nextInt(36 ** 4)
    .toString(36)
    .padStart(4, "0");
}
