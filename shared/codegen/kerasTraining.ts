/** Prints how the model is compiled and fitted in Python. */
import { assertNever } from "../base/assertNever.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { TrainingConfig } from "../training/config.ts";
import { pythonLiteral, quote } from "./literals.ts";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import { printKerasWeights } from "./classWeights.ts";
import { kerasOptimizer } from "./optimizerWords.ts";
import { kerasSchedule } from "./scheduleWords.ts";
import { kerasLoggedName, kerasLoss, kerasMetric } from "./kerasObjective.ts";
import { chooseMetrics } from "./trainingWords.ts";

export function printKerasCompile(plan: ModelPlan, training: TrainingConfig): string {
  const { outputs } = plan;
  const weights = outputs.map(({ lossWeight }) => lossWeight);
  const printed = outputs.map((output) =>
    chooseMetrics(output).map((metric) => kerasMetric(metric, output)),
  );
  const helpers = new Set(
    printed.flat().flatMap(({ helper }) => (helper === undefined ? [] : helper.split("\n\n\n"))),
  );
  const metrics = printed.map((list) => `[${list.map(({ text }) => text).join(", ")}]`);
  const { rate, classes, notes } = kerasSchedule(
    training.schedule,
    training.optimizer.learningRate,
  );
  const schedule = [
    ...notes.map((note) => `    ${note}\n`),
    ...(rate?.includes("total_steps")
      ? [`    total_steps = ${training.epochs} * steps_per_epoch\n`]
      : []),
    ...(rate === null ? [] : [`    learning_rate = ${rate}\n`]),
  ];
  const parameters = rate === null ? "model" : "model, steps_per_epoch=100";
  return `${[...helpers, ...classes].map((helper) => `${helper}\n\n\n`).join("")}def compile_model(${parameters}):
${schedule.join("")}    model.compile(
        optimizer=${kerasOptimizer(training, rate === null ? undefined : "learning_rate")},
        loss=${printOne(outputs.map(kerasLoss))},${
          weights.every((weight) => weight === 1)
            ? ""
            : `\n        loss_weights=[${weights.join(", ")}],`
        }
        metrics=${printOne(metrics)},
    )`;
}

/** The only one, or a list where there are several outputs. */
function printOne(entries: readonly string[]): string {
  const [only] = entries;
  return entries.length === 1 && only !== undefined ? only : `[${entries.join(", ")}]`;
}

export function printKerasTraining(
  plan: ModelPlan,
  training: TrainingConfig,
  options: {
    readonly hasData: boolean;
    /** Whether weights of samples come with inputs and targets. */
    readonly hasWeights: boolean;
    readonly needsFiles: boolean;
    readonly validation: number;
  },
): string {
  const { epochs, shuffle, seed, earlyStopping, keepBest } = training;
  const { rate, callback } = kerasSchedule(training.schedule, training.optimizer.learningRate);
  const fixed = findFixedBatch(plan);
  const batchSize = fixed ?? printBatchSize(training);
  const { hasData, hasWeights, needsFiles, validation } = options;
  const arrays = hasWeights ? "inputs, targets, weights" : "inputs, targets";
  const hasValidation = hasData && validation > 0;
  const parameters = hasData ? (needsFiles ? "folder" : "") : arrays;
  const stopping = earlyStopping
    ? [
        `            keras.callbacks.EarlyStopping(
                monitor=${quote(kerasMonitor(earlyStopping.monitor))},
                patience=${earlyStopping.patience},
                min_delta=${earlyStopping.minDelta},
                restore_best_weights=${pythonLiteral(earlyStopping.restoreBest && keepBest === null)},
            )`,
      ]
    : [];
  // Keras goes back to the best weights at the end of a run too.
  const keeping = keepBest
    ? [
        `            keras.callbacks.EarlyStopping(
                monitor=${quote(kerasMonitor(keepBest.monitor))},
                patience=${epochs},
                restore_best_weights=True,
            )`,
      ]
    : [];
  const entries = [
    ...(fixed === null ? [] : ["            FreshStates()"]),
    ...(callback === null ? [] : [`            ${callback}`]),
    ...stopping,
    ...keeping,
  ];
  const callbacks =
    entries.length === 0
      ? ""
      : `        callbacks=[\n${entries.join(",\n")}${entries.length > 1 ? "," : ""}\n        ],\n`;
  const load = hasData
    ? `    (${arrays}), ${hasValidation ? "validation" : "_"} = load_data(${needsFiles ? "folder" : ""})\n`
    : "";
  // A fifth is held out where no data is bound, and must be whole batches too.
  const kept = (fixed ?? 1) * (hasData ? 1 : 5);
  const whole =
    fixed === null
      ? ""
      : [
          `    ${arrays} = keep_whole_batches((${arrays}), ${kept})\n`,
          hasValidation ? `    validation = keep_whole_batches(validation, ${kept})\n` : "",
        ].join("");
  const needsCount = rate !== null || batchSize === "count";
  const counting = needsCount
    ? [
        "    count = len(keras.tree.flatten(inputs)[0])\n",
        hasData ? "" : "    count = int(count * 0.8)\n",
        rate === null
          ? "    compile_model(model)\n"
          : `    compile_model(model, steps_per_epoch=-(-count // ${batchSize}))\n`,
      ].join("")
    : "";
  const weights = printKerasWeights(plan, training, { hasWeights });
  const weighing = weights.lines.map((line) => `        ${line}\n`).join("");
  return `${fixed === null ? "" : stateHelpers}${weights.helper}def train_model(${parameters}):
    keras.utils.set_random_seed(${seed})
${training.precision === "mixed" ? policyLines : ""}    model = build_model()
${counting === "" ? "    compile_model(model)\n" : ""}    model.summary()
${load}${whole}${counting}    model.fit(
        inputs,
        targets,
        batch_size=${batchSize},
        epochs=${epochs},
${shuffle ? "" : "        shuffle=False,\n"}${hasValidation ? "        validation_data=validation,\n" : hasData ? "" : "        validation_split=0.2,\n"}${weighing}${callbacks}        verbose=2,
    )
    return model`;
}

/** Of a batch: a number, or the name of the count of samples. */
function printBatchSize({ batching, batchSize }: TrainingConfig): number | "count" {
  switch (batching) {
    case "mini-batch":
      return batchSize;
    case "full-batch":
      return "count";
    case "stochastic":
      return 1;
    default:
      return assertNever(batching);
  }
}

/** Keras's `compile` wraps the optimizer in a LossScaleOptimizer by itself where this is the policy. */
const policyLines = `    # Layers compute in 16 bits, weights stay in 32; compile() sees to it that the loss is scaled.
    keras.mixed_precision.set_global_policy("mixed_float16")
`;

/** For models of a fixed batch size, which only stateful layers need. */
const stateHelpers = `def keep_whole_batches(arrays, size):
    count = len(keras.tree.flatten(arrays)[0]) // size * size
    return keras.tree.map_structure(lambda array: array[:count], arrays)


class FreshStates(keras.callbacks.Callback):
    """Stateful layers start every epoch and evaluation from zeros."""

    def on_epoch_begin(self, epoch, logs=None):
        self.reset()

    def on_test_begin(self, logs=None):
        self.reset()

    def reset(self):
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_states()


`;

/** `valRmse` → `val_rmse`: metrics are printed with their logged names. */
function kerasMonitor(monitor: string): string {
  return kerasLoggedName(monitor);
}
