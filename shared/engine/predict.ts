import { err, ok, type Result } from "../base/result.ts";
import { inferenceBatchSize } from "../training/planMemory.ts";
import { errorText } from "./buildModel.ts";
import type { EvaluationRequest } from "./evaluate.ts";
import { passAtOnce, predictSamples } from "./measure.ts";
import { readChances } from "./metrics.ts";
import { areProbabilities, readClass } from "./report.ts";
import { createSession } from "./session.ts";

/** One sample's prediction, output by output. */
export interface Prediction {
  readonly sample: number;
  readonly outputs: readonly {
    readonly name: string;
    /** Scores of the classes, or numbers in the target's own unit. */
    readonly values: readonly number[];
    /** The class it comes to; null for numbers. */
    readonly label: string | null;
    /** Its probability; null for numbers, and for scores that are no probabilities. */
    readonly confidence: number | null;
  }[];
}

/** What the model says of each sample. The error is a sentence. */
export async function predictModel(
  request: EvaluationRequest,
): Promise<Result<readonly Prediction[], string>> {
  const { plan, model, dataset, samples, backend } = request;
  const session = createSession(plan, dataset, () => model);
  if (!session.ok) return session;
  try {
    const outputs: {
      name: string;
      classes: readonly string[] | null;
      values: Float32Array;
      hasShares: boolean;
    }[] = [];
    for (const [index, output] of plan.outputs.entries()) {
      const field = session.value.fields.targets[index];
      const predicted = await predictSamples(
        {
          model,
          reader: session.value.reader,
          samples,
          batchSize: request.batchSize ?? inferenceBatchSize(plan, 1),
          ...passAtOnce(backend),
        },
        index,
        readChances(output, field),
      );
      const values = predicted?.values ?? new Float32Array(0);
      const isClasses = (field?.classes ?? null) !== null;
      outputs.push({
        name: output.name,
        classes: field?.classes ?? null,
        values: field && !isClasses ? dataset.unscaleTarget(field.name, values) : values,
        hasShares: isClasses && areProbabilities(values),
      });
    }
    return ok(
      Array.from(samples, (sample, row) => ({
        sample,
        outputs: outputs.map(({ name, classes, values, hasShares }) => {
          const size = values.length / Math.max(1, samples.length);
          const own = values.slice(row * size, (row + 1) * size);
          const best = classes ? readClass(own) : null;
          return {
            name,
            values: [...own],
            label: best && classes ? (classes[best.index] ?? String(best.index)) : null,
            confidence: best && hasShares ? best.confidence : null,
          };
        }),
      })),
    );
  } catch (error) {
    return err(`The model can't predict: ${errorText(error)}`);
  }
}
