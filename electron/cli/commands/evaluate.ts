import { CliFailure, type CliIo, type CommandResult } from "../io.ts";
import { loadRun } from "../loadRun.ts";
import type { Invocation } from "../parseArguments.ts";
import { formatMetrics } from "../printTraining.ts";

export async function runEvaluate(invocation: Invocation, io: CliIo): Promise<CommandResult> {
  const run = await loadRun(invocation, io, "validation");
  const { evaluateModel } = await import("#shared/engine/evaluate.ts");
  const evaluated = await evaluateModel(run);
  run.model.dispose();
  if (!evaluated.ok) throw new CliFailure(1, evaluated.error);
  const { metrics, report } = evaluated.value;
  return {
    exitCode: 0,
    json: {
      runDir: run.runDir,
      backend: run.backend.name,
      part: run.part,
      samples: run.samples.length,
      metrics,
      baselines: report?.baselines ?? [],
      confusion: report?.confusion ?? null,
    },
    text: [
      `${run.samples.length} samples (${run.part}): ${formatMetrics(metrics)}`,
      ...(report?.baselines ?? []).map(
        (baseline) => `  beside ${baseline.name}: ${formatMetrics(baseline.metrics)}`,
      ),
    ].join("\n"),
  };
}
