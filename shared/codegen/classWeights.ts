/** Prints the weights of classes for both targets, and says where a script can't weigh as Netloom did. */
import type { ModelPlan } from "../compiler/plan.ts";
import { readsTruthAs } from "../training/losses.ts";
import type { TrainingConfig } from "../training/config.ts";

export interface PrintedWeights {
  /** A function before the training function; '' where there is none. */
  readonly helper: string;
  /** Lines inside of the call of `fit`, without indentation. */
  readonly lines: readonly string[];
}

export function printKerasWeights(
  plan: ModelPlan,
  { classWeights, sampleWeightField }: TrainingConfig,
  { hasWeights }: { readonly hasWeights: boolean },
): PrintedWeights {
  const lines = hasWeights
    ? ["sample_weight=weights,"]
    : sampleWeightField === null
      ? []
      : ["# Samples were weighted: give sample_weight=… here."];
  if (classWeights === "none" || hasSequence(plan)) return { helper: "", lines };
  if (hasWeights) {
    lines.push("# Classes were weighted as well: Keras takes weights of samples or of classes.");
    return { helper: "", lines };
  }
  if (plan.outputs.length !== 1) {
    lines.push("# Classes were weighted, which Keras does for single outputs only.");
    return { helper: "", lines };
  }
  if (classWeights !== "balanced") {
    const entries = classWeights.map((weight, label) => `${label}: ${weight}`).join(", ");
    return { helper: "", lines: [...lines, `class_weight={${entries}},`] };
  }
  return { helper: kerasBalance, lines: [...lines, "class_weight=balance_classes(targets),"] };
}

export function printTfjsWeights(
  plan: ModelPlan,
  { classWeights, sampleWeightField }: TrainingConfig,
  targets: string,
): PrintedWeights {
  const lines =
    sampleWeightField === null ? [] : ["// Samples were weighted, which tfjs's fit can't do."];
  if (classWeights === "none" || hasSequence(plan)) return { helper: "", lines };
  if (plan.outputs.length !== 1) {
    lines.push("// Classes were weighted; tfjs would want weights for every output.");
    return { helper: "", lines };
  }
  if (classWeights !== "balanced") {
    const entries = classWeights.map((weight, label) => `${label}: ${weight}`).join(", ");
    return { helper: "", lines: [...lines, `classWeight: { ${entries} },`] };
  }
  return { helper: tfjsBalance, lines: [...lines, `classWeight: balanceClasses(${targets}),`] };
}

/** Labels of a sequence are weighed by no class: an alignment has one chance as a whole. */
function hasSequence({ outputs }: ModelPlan): boolean {
  return outputs.some(({ loss }) => readsTruthAs(loss) === "sequence");
}

const kerasBalance = `def balance_classes(targets):
    """Weights by which all classes count alike: samples / (classes * samples of the class)."""
    labels = keras.ops.convert_to_numpy(targets)
    if labels.ndim > 1 and labels.shape[-1] > 1:
        labels = labels.argmax(axis=-1)
    labels = labels.ravel().astype("int64").tolist()
    counts = {label: labels.count(label) for label in set(labels)}
    return {label: len(labels) / (len(counts) * count) for label, count in counts.items()}


`;

const tfjsBalance = `/** Weights by which all classes count alike: samples / (classes * samples of the class). */
function balanceClasses(targets: tf.Tensor | tf.Tensor[]): { [label: number]: number } {
  const [target] = Array.isArray(targets) ? targets : [targets];
  const isOneHot = target.rank > 1 && (target.shape.at(-1) ?? 1) > 1;
  const labels = (isOneHot ? target.argMax(-1) : target).dataSync();
  const counts: { [label: number]: number } = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const classes = Object.keys(counts).length;
  return Object.fromEntries(
    Object.entries(counts).map(([label, count]) => [label, labels.length / (classes * count)]),
  );
}`;
