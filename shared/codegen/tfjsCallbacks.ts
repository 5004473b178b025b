/** What `model.fit` of tfjs lacks: a learning rate that falls on a plateau, and going back to the best weights. */
import type { ModelPlan } from "../compiler/plan.ts";
import type { TrainingConfig } from "../training/config.ts";
import { isHigherBetter, loggedMetricName } from "../training/metricNames.ts";
import { findPlateau } from "../training/schedules.ts";
import { typescriptLiteral } from "./literals.ts";
import { printTfjsSteps } from "./tfjsSchedule.ts";
import { tfjsMetric } from "./tfjsMetrics.ts";
import { chooseMetrics } from "./trainingWords.ts";

export interface PrintedCallbacks {
  /** Functions before the training function. */
  readonly helpers: readonly string[];
  /** Entries of fit's `callbacks`. */
  readonly entries: readonly string[];
}

export function printTfjsCallbacks(plan: ModelPlan, training: TrainingConfig): PrintedCallbacks {
  const helpers: string[] = [];
  const entries: string[] = [];
  const plateau = printPlateau(plan, training);
  if (plateau !== null) {
    helpers.push(plateau);
    entries.push("reduceOnPlateau(model),");
  }
  const { keepBest, earlyStopping } = training;
  const kept =
    keepBest === null
      ? earlyStopping?.restoreBest === true
        ? earlyStopping
        : null
      : { ...keepBest, minDelta: 0 };
  if (kept !== null) {
    helpers.push(printKeeping(plan, kept));
    entries.push("keepBestWeights(model),");
  }
  return { helpers, entries };
}

/** As the engine judges (`training/schedules.ts`); the optimizer is the printed one, whose rate can be set. */
function printPlateau(plan: ModelPlan, { schedule }: TrainingConfig): string | null {
  const plateau = findPlateau(schedule);
  if (plateau === null) return null;
  const { monitor, factor, patience, minDelta, cooldown, minLearningRate } = plateau;
  const warm =
    schedule.kind === "warmUp"
      ? printTfjsSteps(schedule.length, schedule.unit).replace(
          "stepsPerEpoch",
          "optimizer.stepsPerEpoch",
        )
      : null;
  const warming =
    warm === null
      ? ""
      : `
      // While it warms up, the loss says nothing about this rate.
      if (optimizer.batches <= ${warm}) return;`;
  return `/** Lowers the learning rate when what is watched has not improved for some epochs, as Keras's ReduceLROnPlateau. */
function reduceOnPlateau(model: tf.LayersModel): tf.CustomCallback {
  let best: number | null = null;
  let waited = 0;
  let cooldown = 0;
  return new tf.CustomCallback({
    onEpochEnd: async (epoch, logs) => {
      const optimizer = model.optimizer as OwnOptimizer;${warming}
      const value = ${printValue(plan, monitor)};
      if (value === undefined) return;
      const before = cooldown;
      cooldown = Math.max(0, cooldown - 1);
      if (best === null || ${printBetter(plan, monitor, { minDelta })}) {
        best = value;
        waited = 0;
        return;
      }
      if (cooldown > 0) {
        waited = 0;
        return;
      }
      waited = (before > 0 ? 0 : waited) + 1;
      if (waited < ${patience} || optimizer.learningRate <= ${minLearningRate}) return;
      optimizer.learningRate = Math.max(optimizer.learningRate * ${factor}, ${minLearningRate});
      waited = 0;
      cooldown = ${cooldown};
    },
  });
}`;
}

function printKeeping(
  plan: ModelPlan,
  { monitor, minDelta }: { readonly monitor: string; readonly minDelta: number },
): string {
  return `/** Ends with the weights of the epoch in which what is watched was best. */
function keepBestWeights(model: tf.LayersModel): tf.CustomCallback {
  let best: number | null = null;
  let kept: tf.Tensor[] = [];
  return new tf.CustomCallback({
    onEpochEnd: async (epoch, logs) => {
      const value = ${printValue(plan, monitor)};
      if (value === undefined) return;
      if (best !== null && !(${printBetter(plan, monitor, { minDelta })})) return;
      best = value;
      tf.dispose(kept);
      kept = model.getWeights().map((weight) => weight.clone());
    },
    onTrainEnd: async () => {
      if (kept.length > 0) model.setWeights(kept);
      tf.dispose(kept);
    },
  });
}`;
}

/** Without a validation part there is no `val_loss` to watch; the loss stands in. */
function printValue(plan: ModelPlan, monitor: string): string {
  const name = findTfjsMonitor(plan, monitor);
  const own = `logs?.[${typescriptLiteral(name)}]`;
  return name === "loss" ? own : `${own} ?? logs?.["loss"]`;
}

function printBetter(
  plan: ModelPlan,
  monitor: string,
  { minDelta }: { readonly minDelta: number },
): string {
  // What is not measured is watched by its loss.
  const isLoss = findTfjsMonitor(plan, monitor).endsWith("loss");
  return !isLoss && isHigherBetter(monitor)
    ? `value > best${minDelta === 0 ? "" : ` + ${minDelta}`}`
    : `value < best${minDelta === 0 ? "" : ` - ${minDelta}`}`;
}

/** `valAccuracy` → `val_acc`: what tfjs logs it under. */
export function findTfjsMonitor(plan: ModelPlan, monitor: string): string {
  const isValidation = monitor.startsWith("val");
  const plain = isValidation ? lowerFirst(monitor.slice(3)) : monitor;
  const known = plan.outputs.flatMap((output) =>
    chooseMetrics(output).map((metric) => ({
      name: loggedMetricName(metric, output.metricOptions),
      logged: tfjsMetric(metric, output).logged,
    })),
  );
  const logged = known.find(({ name }) => name === plain)?.logged ?? "loss";
  return isValidation ? `val_${logged}` : logged;
}

const lowerFirst = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
