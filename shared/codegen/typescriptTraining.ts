/** Prints how the model is compiled and fitted in TypeScript. */
import { assertNever } from "../base/assertNever.ts";
import type { ModelPlan, PlanOutput } from "../compiler/plan.ts";
import type { TrainingConfig } from "../training/config.ts";
import { formatSizes } from "../layers/shape.ts";
import { readsTruthAs } from "../training/losses.ts";
import { typescriptLiteral } from "./literals.ts";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import {
  isSparseInTfjs,
  tfjsLoss,
  tfjsLossExpression,
  tfjsLossHelpers,
  usesLossNames,
} from "./tfjsObjective.ts";
import { findTfjsMonitor, printTfjsCallbacks } from "./tfjsCallbacks.ts";
import { tfjsMetric } from "./tfjsMetrics.ts";
import { chooseMetrics } from "./trainingWords.ts";
import { printTfjsWeights } from "./classWeights.ts";
import { printTfjsOptimizer } from "./tfjsOptimizer.ts";

/** Metric functions that tfjs lacks, and `compileModel`. */
export function printCompile(plan: ModelPlan, training: TrainingConfig): readonly string[] {
  const optimizer = printTfjsOptimizer(training);
  const parameters = `model: tf.LayersModel${optimizer.needsSteps ? ", stepsPerEpoch = 100" : ""}`;
  // tfjs measures every output by every metric; of two that share a name the first output's is printed.
  const metrics = [
    ...new Map(
      plan.outputs
        .flatMap((output) => chooseMetrics(output).map((metric) => tfjsMetric(metric, output)))
        .reverse()
        .map((metric) => [metric.text, metric] as const),
    ).values(),
  ].reverse();
  const helpers = [
    ...new Set([
      ...(usesLossNames(plan.outputs) ? [] : plan.outputs.flatMap(tfjsLossHelpers)),
      ...metrics.flatMap(({ helper }) => (helper === undefined ? [] : [helper])),
    ]),
  ];
  const names = metrics.map(({ text }) => text).join(", ");
  return [
    ...helpers,
    ...optimizer.parts,
    `export function compileModel(${parameters}): void {
${training.precision === "mixed" ? "  // Netloom trained this in mixed precision; TensorFlow.js by itself trains in 32 bits only.\n" : ""}  model.compile({
    optimizer: ${optimizer.expression},
    loss: ${printLosses(plan.outputs)},
    metrics: [${names}],
  });
}`,
  ];
}

/** Names where tfjs has them all; functions where one is missing or weighted, because tfjs knows no loss weights. */
function printLosses(outputs: readonly PlanOutput[]): string {
  const areNames = usesLossNames(outputs);
  const entries = areNames
    ? outputs.map((output) => printLossName(output, outputs))
    : outputs.map(printLossFunction);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return only;
  return areNames
    ? `[${entries.join(", ")}]`
    : `[\n${entries.map((entry) => `      ${entry},`).join("\n")}\n    ]`;
}

function printLossName(output: PlanOutput, outputs: readonly PlanOutput[]): string {
  const isOneHot =
    output.loss === "sparseCategoricalCrossentropy" && !isSparseInTfjs(output, outputs);
  return tfjsLoss(isOneHot ? "categoricalCrossentropy" : output.loss) ?? "";
}

function printLossFunction(output: PlanOutput): string {
  const { lossWeight } = output;
  const expression = tfjsLossExpression(output);
  const weighted = lossWeight === 1 ? expression : `${expression}.mul(${lossWeight})`;
  return `(yTrue: tf.Tensor, yPred: tf.Tensor) => ${weighted}`;
}

/** `trainModel`: reads the data with `loadData`, or takes tensors where no data is bound. */
export function printTraining(
  plan: ModelPlan,
  training: TrainingConfig,
  options: { readonly hasData: boolean; readonly needsFiles: boolean; readonly validation: number },
): readonly string[] {
  const { epochs, shuffle, seed, earlyStopping } = training;
  const callbacks = printTfjsCallbacks(plan, training);
  const fixed = findFixedBatch(plan);
  const batchSize = fixed ?? printBatchSize(training);
  const { needsSteps } = printTfjsOptimizer(training);
  const whole = (text: string) => (fixed === null ? text : `keepWholeBatches(${text})`);
  const { hasData, needsFiles, validation } = options;
  const parameters = hasData
    ? needsFiles
      ? "folder: string"
      : ""
    : "\n  inputs: tf.Tensor | tf.Tensor[],\n  targets: tf.Tensor | tf.Tensor[],\n";
  const monitorsValidation = validation > 0 || !hasData;
  const stops = earlyStopping
    ? [
        `      tf.callbacks.earlyStopping({`,
        `        monitor: ${typescriptLiteral(findTfjsMonitor(plan, earlyStopping.monitor))},`,
        `        patience: ${earlyStopping.patience},`,
        `        minDelta: ${earlyStopping.minDelta},`,
        `      }),`,
      ]
    : [];
  const weights = printTfjsWeights(plan, training, whole(hasData ? "train.targets" : "targets"));
  const fit = [
    `  await model.fit(${(hasData ? ["train.inputs", "train.targets"] : ["inputs", "targets"]).map(whole).join(", ")}, {`,
    `    batchSize: ${batchSize},`,
    `    epochs: ${epochs},`,
    ...(shuffle ? [] : ["    shuffle: false,"]),
    ...(hasData
      ? validation > 0
        ? [
            `    validationData: [${["validation.inputs", "validation.targets"].map(whole).join(", ")}],`,
          ]
        : []
      : monitorsValidation
        ? ["    validationSplit: 0.2,"]
        : []),
    ...weights.lines.map((line) => `    ${line}`),
    "    callbacks: [",
    ...stops,
    ...callbacks.entries.map((entry) => `      ${entry}`),
    "      new tf.CustomCallback({",
    ...(fixed === null ? [] : ["        onEpochBegin: async () => model.resetStates(),"]),
    "        onEpochEnd: async (epoch, logs) => console.log(`epoch ${epoch + 1}`, logs),",
    "      }),",
    "    ],",
    "  });",
  ];
  const needsCount = needsSteps || batchSize === "count";
  const inputs = hasData ? "train.inputs" : "inputs";
  const counting = needsCount
    ? [
        `  const [first] = [${inputs}].flat();`,
        hasData
          ? "  const count = first.shape[0] ?? 1;"
          : "  const count = Math.floor((first.shape[0] ?? 1) * 0.8);",
        needsSteps
          ? `  compileModel(model, Math.${fixed === null ? "ceil" : "floor"}(count / ${batchSize}));\n`
          : "  compileModel(model);\n",
      ].join("\n")
    : "";
  const remarks = hasData ? "" : plan.outputs.flatMap(sayTargets).join("");
  const main = `export async function trainModel(${parameters}): Promise<tf.LayersModel> {
  // tfjs draws weights, dropout and the order of samples from Math.random: a seed makes runs alike.
  Math.random = createRandom(${seed});
  await tf.ready();
  const model = buildModel();
${counting === "" ? "  compileModel(model);\n" : ""}  model.summary();
${hasData ? `  const { train${validation > 0 ? ", validation" : ""} } = loadData(${needsFiles ? "folder" : ""});\n` : ""}${counting}${remarks}${fit.join("\n")}
  return model;
}`;
  // A fifth is held out where no data is bound, and must be whole batches too.
  return [
    ...(fixed === null ? [] : [printWholeBatches(fixed * (hasData ? 1 : 5))]),
    ...(weights.helper === "" ? [] : [weights.helper]),
    ...callbacks.helpers,
    main,
  ];
}

/** What targets look like where nobody would guess it: fit takes them in the shape of the output only. */
function sayTargets({ name, loss, shape }: PlanOutput): readonly string[] {
  const sizes = `[samples, ${formatSizes(shape).replaceAll(" × ", ", ")}]`;
  switch (readsTruthAs(loss)) {
    case "sequence":
      return [
        `  // Targets of ${name}: one-hot labels, ${sizes}, filled up with class 0, the blank.\n`,
      ];
    case "label":
      return [`  // Targets of ${name}: class numbers, repeated in every column of ${sizes}.\n`];
    default:
      return [];
  }
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

/** For models of a fixed batch size, which only stateful layers need. */
const printWholeBatches = (
  size: number,
) => `/** The model takes whole batches only: samples behind the last ${size} are left out. */
function keepWholeBatches<Data extends tf.Tensor | tf.Tensor[]>(data: Data): Data {
  const keep = (tensor: tf.Tensor) =>
    tensor.slice(0, tensor.shape[0] - (tensor.shape[0] % ${size}));
  return (Array.isArray(data) ? data.map(keep) : keep(data)) as Data;
}`;
