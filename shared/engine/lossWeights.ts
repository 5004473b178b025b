/** Weights of classes and samples: what a row's loss is multiplied by before the mean. */
import * as tf from "@tensorflow/tfjs";
import { err, ok, type Result } from "../base/result.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import { countValues } from "../layers/shape.ts";
import type { TrainingConfig } from "../training/config.ts";

/**
 * One weight per class, or null where all are 1. `balanced`: samples / (classes × the class's samples) over the training
 * part, classes without samples 1 (King and Zeng 2001; scikit-learn's `compute_class_weight`). Classes that a list does
 * not reach weigh 1, as in Keras. A target of numbers has no classes.
 */
export function findClassWeights(
  wanted: TrainingConfig["classWeights"],
  about: { readonly dataset: Dataset; readonly field: FieldSpec; readonly units: number | null },
): readonly number[] | null {
  const { dataset, field, units } = about;
  if (wanted === "none" || field.classes === null) return null;
  // A single unit stands for two classes; null: class numbers themselves, however many there are.
  const classes = units === null ? field.classes.length : Math.max(2, units);
  const weights =
    wanted === "balanced"
      ? balance(dataset.gather(field.name, dataset.train), field.classes.length)
      : wanted;
  const each = Array.from({ length: classes }, (_unused, label) => weights[label] ?? 1);
  return each.every((weight) => weight === 1) ? null : each;
}

/** The field that weighs samples, one number each; null where none is wanted. The error is a sentence. */
export function findSampleWeights(
  { summary }: Dataset,
  name: string | null,
): Result<FieldSpec | null, string> {
  if (name === null) return ok(null);
  const field = summary.fields.find((each) => each.name === name);
  if (field === undefined) {
    const targets = summary.fields.filter(({ role }) => role === "target");
    return err(
      `Samples are to be weighted by "${name}", which "${summary.label}" does not have. It has ${targets.map((each) => each.name).join(", ") || "no targets"}: give the column the role of a target, or switch sample weights off.`,
    );
  }
  if (field.role !== "target" || field.classes !== null || countValues(field.shape) !== 1) {
    return err(
      `Samples are to be weighted by "${name}", which is not one number per sample in a column of its own. Give it the role of a target and the kind number.`,
    );
  }
  return ok(field);
}

function balance(labels: ArrayLike<number>, classes: number): readonly number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at] ?? -1;
    if (label >= 0 && label < classes) counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts.map((count) => (count === 0 ? 1 : labels.length / (classes * count)));
}

/**
 * The weight of every row, [batch, …] without the units; null where all are 1. The class is read from the truth, one-hot
 * or a single 0 or 1, or a class number.
 */
export function weighRows(
  truth: tf.Tensor,
  by: {
    readonly sampleWeights: tf.Tensor | null;
    readonly classWeights: readonly number[] | null;
    /** The truth's single column holds class numbers, not 0 and 1. */
    readonly hasLabels?: boolean;
  },
): tf.Tensor | null {
  const { sampleWeights, classWeights, hasLabels = false } = by;
  const rows = truth.shape.slice(0, -1);
  const ofSamples =
    sampleWeights === null
      ? null
      : tf.reshape(sampleWeights, [rows[0] ?? 1, ...rows.slice(1).map(() => 1)]);
  if (classWeights === null) {
    return ofSamples === null ? null : tf.broadcastTo(ofSamples, rows);
  }
  const [no = 1, yes = 1] = classWeights;
  const ofLabels = () =>
    tf.gather(tf.tensor1d([...classWeights]), tf.cast(tf.reshape(truth, rows), "int32"));
  const ofClasses = hasLabels
    ? ofLabels()
    : truth.shape.at(-1) === 1
      ? tf.add(tf.mul(tf.reshape(truth, rows), yes - no), no)
      : tf.sum(tf.mul(truth, tf.tensor1d([...classWeights])), -1);
  return ofSamples === null ? ofClasses : tf.mul(ofClasses, ofSamples);
}
