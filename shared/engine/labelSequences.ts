/** Sequences of labels, as CTC compares them: whether the data has such, and what a network's scores spell. */
import { err, ok, type Result } from "../base/result.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { FieldAssignment } from "../training/assignFields.ts";
import type { SamplePrediction } from "../training/events.ts";
import { readsTruthAs } from "../training/losses.ts";
import { readLabels } from "./batches.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Session } from "./session.ts";

const maxSamples = 24;

/**
 * Whether all labels of the training part are whole numbers from 0 to below the output's units, and none stands behind the
 * first 0, which fills up. The error is a sentence.
 */
export function checkLabels(
  plan: ModelPlan,
  dataset: Dataset,
  { targets }: FieldAssignment,
): Result<null, string> {
  for (const [index, { name, loss, shape }] of plan.outputs.entries()) {
    const field = targets[index];
    if (field === undefined || readsTruthAs(loss) !== "sequence") continue;
    const units = shape.axes.at(-1)?.size ?? 1;
    const values = dataset.gather(field.name, dataset.train);
    const { scale, offset } = dataset.targetScale(field.name);
    const perSample = values.length / Math.max(1, dataset.train.length);
    let isOver = false;
    for (let at = 0; at < values.length; at++) {
      const label = (values[at] ?? 0) * scale + offset;
      const sample = dataset.train[Math.floor(at / perSample)] ?? 0;
      const what = `Output "${name}" compares with the labels of "${field.name}", and sample ${sample + 1} has`;
      if (Math.abs(label - Math.round(label)) > 1e-3 || label < -0.5 || label > units - 0.5) {
        return err(
          `${what} the label ${Number(label.toPrecision(4))}. Labels are whole numbers from 1 to ${units - 1}, one unit each; 0 fills up.`,
        );
      }
      if (at % perSample === 0) isOver = false;
      const isFiller = Math.round(label) === 0;
      if (isOver && !isFiller) {
        return err(
          `${what} a label behind a 0. In CTC 0 is the blank: it may only fill up what is behind the last label. Number the labels from 1.`,
        );
      }
      isOver = isFiller;
    }
  }
  return ok(null);
}

/** The best label of every step, without repeats and blanks (Graves et al. 2006: best path decoding). */
export function spellScores(scores: Float32Array, units: number): readonly number[] {
  const labels: number[] = [];
  let before = 0;
  for (let start = 0; start + units <= scores.length; start += units) {
    let best = 0;
    for (let unit = 1; unit < units; unit++) {
      if ((scores[start + unit] ?? 0) > (scores[start + best] ?? 0)) best = unit;
    }
    if (best !== before && best !== 0) labels.push(best);
    before = best;
  }
  return labels;
}

/** The first output's labels as they are and as they were spelled, for the report; nothing for vectors that are compared. */
export function readSequences(
  { plan, dataset, fields }: Session,
  pass: { readonly samples: Uint32Array; readonly predicted: Float32Array },
): readonly SamplePrediction[] {
  const [output] = plan.outputs;
  const [field] = fields.targets;
  if (output === undefined || field === undefined) return [];
  if (readsTruthAs(output.loss) !== "sequence") return [];
  const units = output.shape.axes.at(-1)?.size ?? 1;
  const perSample = pass.predicted.length / Math.max(1, pass.samples.length);
  const column = field.classes === null ? { scale: dataset.targetScale(field.name) } : {};
  const say = (labels: readonly number[]) =>
    labels.length === 0
      ? "nothing"
      : labels.map((label) => field.classes?.[label] ?? String(label)).join(" ");
  return Array.from(pass.samples.subarray(0, maxSamples), (sample, row) => {
    const values = dataset.gather(field.name, Uint32Array.of(sample));
    const truth = say([...readLabels(column, values)].filter((label) => label !== 0));
    const scores = pass.predicted.subarray(row * perSample, (row + 1) * perSample);
    const predicted = say(spellScores(scores, units));
    return { sample, truth, predicted, isRight: truth === predicted, confidence: null };
  });
}
