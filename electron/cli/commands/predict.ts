import { CliFailure, type CliIo, type CommandResult } from "../io.ts";
import { loadRun } from "../loadRun.ts";
import type { Invocation } from "../parseArguments.ts";

export async function runPredict(invocation: Invocation, io: CliIo): Promise<CommandResult> {
  const limit = invocation.options.int("limit", 1);
  const run = await loadRun(invocation, io, "all");
  const samples = limit === null ? run.samples : run.samples.slice(0, limit);
  const { predictModel } = await import("#shared/engine/predict.ts");
  const predicted = await predictModel({ ...run, samples });
  run.model.dispose();
  if (!predicted.ok) throw new CliFailure(1, predicted.error);
  return {
    exitCode: 0,
    json: {
      runDir: run.runDir,
      backend: run.backend.name,
      part: run.part,
      predictions: predicted.value,
    },
    text: predicted.value
      .map(({ sample, outputs }) => {
        const said = outputs.map(({ label, confidence, values }) =>
          label === null
            ? sayNumbers(values)
            : `${label} (${confidence === null ? sayNumbers(values) : `${(100 * confidence).toFixed(1)} %`})`,
        );
        return `${sample}\t${said.join("\t")}`;
      })
      .join("\n"),
  };
}

function sayNumbers(values: readonly number[]): string {
  return values.map((value) => Number(value.toPrecision(6))).join(" ");
}
