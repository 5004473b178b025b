import { trainingLimits, type TrainingConfig } from "#shared/training/config.ts";
import { defaultSearchRange, type SearchPoint } from "#shared/training/learningRateSearch.ts";
import { compileProject } from "../compile.ts";
import { CliFailure, type CliIo, type CommandResult } from "../io.ts";
import { requireData } from "../loadData.ts";
import { loadProject } from "../loadProject.ts";
import type { Invocation } from "../parseArguments.ts";
import { startBackend } from "../startBackend.ts";

/** Trains a copy that is thrown away, with a growing rate, and says which rate to try. Ctrl-C ends it early. */
export async function runFindLearningRate(
  { positionals, options }: Invocation,
  io: CliIo,
): Promise<CommandResult> {
  const [name = ""] = positionals;
  const backendName = options.choice("backend", ["webgpu", "cpu"]);
  const steps = options.int("steps", 10, 10_000) ?? defaultSearchRange.steps;
  const project = await loadProject(name, io);
  const config: TrainingConfig = {
    ...project.training,
    seed: options.int("seed", 0, trainingLimits.seed) ?? project.training.seed,
    batchSize: options.int("batch-size", 1, trainingLimits.batchSize) ?? project.training.batchSize,
  };
  const { binding, dataset } = await requireData(project.data, options.text("data"), {
    io,
    isJson: options.flag("json"),
  });
  const { plan } = compileProject({ ...project, data: binding }, dataset.summary);
  const backend = await startBackend(backendName);
  const { findLearningRate } = await import("#shared/engine/findLearningRate.ts");
  let isCancelled = false;
  const stopListening = io.onInterrupt(() => (isCancelled = true));
  try {
    const found = await findLearningRate({
      plan,
      dataset,
      config,
      backend,
      range: { steps },
      isCancelled: () => isCancelled,
    });
    if (!found.ok) throw new CliFailure(1, found.error);
    return {
      exitCode: 0,
      json: { ...found.value, points: found.value.points.map((point) => ({ ...point })) },
      text: [...drawPoints(found.value.points), found.value.message].join("\n"),
    };
  } finally {
    stopListening();
  }
}

const lines = 20;
const width = 50;

/** The curve as bars, one line for some steps. */
function drawPoints(points: readonly SearchPoint[]): readonly string[] {
  const losses = points.map(({ smoothedLoss }) => smoothedLoss);
  // An exploding loss would flatten all that was before it.
  const highest = Math.max(...losses.slice(0, 10), 0);
  const picked = points.filter((_point, index) => index % Math.ceil(points.length / lines) === 0);
  return picked.map(({ learningRate, smoothedLoss }) => {
    const share = highest > 0 ? Math.min(1.2, Math.max(0, smoothedLoss / highest)) : 0;
    const bar = "#".repeat(Math.round((share * width) / 1.2));
    return `${learningRate.toExponential(1).padStart(8)}  ${smoothedLoss.toPrecision(4).padEnd(9)} ${bar}`;
  });
}
