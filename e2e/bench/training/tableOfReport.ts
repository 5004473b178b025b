import type { ContenderName } from "./contender.ts";
import { contenderNames, type TrainingReport } from "./runTraining.ts";
import type { Result } from "./compareOutcomes.ts";

/** What a machine without the README's script prints: a line a network, a column a contender. */
export function printReport({ limits, runtime, rows, means }: TrainingReport): void {
  console.log(`${limits.device}, ${runtime}: milliseconds a step (times ours)`);
  for (const { title, batchSize, results, overLimit } of rows) {
    const cells = (Object.entries(results) as [ContenderName, Result][]).map(
      ([contender, { stepMs, lossesApart, isScored }]) => {
        const times = stepMs.median / (results.ours?.stepMs.median ?? Number.NaN);
        const apart = lossesApart === null ? "referee" : lossesApart.toExponential(1);
        return `${contenderNames[contender]} ${stepMs.median.toPrecision(3)} (${times.toPrecision(2)}×; losses ${apart}${isScored ? "" : ", NO SCORE"})`;
      },
    );
    console.log(
      `  ${title}, batch ${batchSize}: ${cells.join(", ")}; ${overLimit.toPrecision(2)}× the device's limit`,
    );
  }
  for (const contender of ["stockFit", "stockLoop", "jax"] as const) {
    const { ratio, networks } = means[contender];
    console.log(
      `  ${contenderNames[contender]}: ${ratio.toPrecision(3)}× ours, geometric mean of ${networks} networks`,
    );
  }
}
