/** What metrics are called in tfjs, and functions of our own where it lacks them or their options. */
import { assertNever } from "../base/assertNever.ts";
import type { PlanOutput } from "../compiler/plan.ts";
import { defaultLossOptions, readLossOptions } from "../training/losses.ts";
import { readMetricOptions, type MetricName } from "../training/metrics.ts";
import { loggedMetricName } from "../training/metricNames.ts";
import { quote } from "./literals.ts";
import { binary, logShares, tfjsLossExpression } from "./tfjsObjective.ts";
import { isBinaryHead } from "./trainingWords.ts";

/** A metric in tfjs: a name, or a function with the name it is logged under. */
export interface TfjsMetric {
  readonly text: string;
  readonly logged: string;
  readonly helper?: string;
}

export function tfjsMetric(metric: MetricName, output: PlanOutput): TfjsMetric {
  const { fromLogits } = readLossOptions(output.loss, output.lossOptions);
  const isBinary = isBinaryHead(output);
  const options = readMetricOptions(output.metricOptions);
  const { threshold, classId } = options;
  const cut = threshold ?? 0.5;
  // One class only: its column.
  const column = classId === null ? "" : `.gather([${classId}], -1)`;
  const chances = !fromLogits ? "yPred" : isBinary ? "yPred.sigmoid()" : "tf.softmax(yPred)";
  const own = (name: string, about: string, body: string): TfjsMetric => ({
    text: name,
    logged: name,
    helper: `/** ${about} */
function ${name}(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
${body}
}`,
  });
  switch (metric) {
    case "accuracy":
      if (!isBinary || (!fromLogits && threshold === null)) {
        return { text: quote("accuracy"), logged: "acc" };
      }
      return fromLogits && threshold === null
        ? own(
            "accuracyOfLogits",
            "Share of decisions that are right: logits are cut at 0.",
            "  return yPred.greater(0).equal(yTrue.greater(0.5)).toFloat().mean();",
          )
        : own(
            "binaryAccuracy",
            `Share of decisions that are right: chances are cut at ${cut}.`,
            `  return ${chances}.greater(${cut}).equal(yTrue.greater(0.5)).toFloat().mean();`,
          );
    case "meanSquaredError":
      return { text: quote("mse"), logged: "mse" };
    case "meanAbsoluteError":
      return { text: quote("mae"), logged: "mae" };
    case "meanAbsolutePercentageError":
      return { text: quote("mape"), logged: "mape" };
    case "r2":
      return { text: "tf.metrics.r2Score", logged: "r2Score" };
    case "rootMeanSquaredError":
      return own(
        "rmse",
        "Root of the mean squared error of a batch.",
        "  return yPred.sub(yTrue).square().mean().sqrt();",
      );
    case "topK5Accuracy":
    case "topKAccuracy": {
      const most = metric === "topKAccuracy" ? options.topK : 5;
      return own(
        `top${most}Accuracy`,
        `Share of samples whose class is among the ${most === 5 ? "five" : most} with the highest scores.`,
        `  const score = yTrue.mul(yPred).sum(-1, true);
  return yPred.greater(score).toFloat().sum(-1).less(${most}).toFloat().mean();`,
      );
    }
    case "precision":
    case "recall":
      return own(
        metric,
        metric === "precision"
          ? "Share of what was said that is true, in a batch."
          : "Share of what is true that was said, in a batch.",
        `  const said = ${chances}${column}.greater(${cut}).toFloat();
  const truth = yTrue${column};
  return said.mul(truth).sum().div(${metric === "precision" ? "said" : "truth"}.sum().maximum(1));`,
      );
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives": {
      const [isTrue, isYes] = [metric.startsWith("true"), metric.endsWith("Positives")];
      const truth = isTrue === isYes ? "yTrue" : "tf.scalar(1).sub(yTrue)";
      return own(
        metric,
        `How often ${isYes ? "yes" : "no"} was said ${isTrue ? "rightly" : "wrongly"} in a batch.`,
        `  const said = ${chances}.${isYes ? "greater" : "lessEqual"}(${cut}).toFloat();
  return said.mul(${truth}).sum();`,
      );
    }
    case "f1Score":
      return own("f1", "F1 of a batch.", printFScore(output, chances, 1));
    case "fBetaScore":
      return own("fBeta", "F-beta of a batch.", printFScore(output, chances, options.beta));
    case "precisionAtRecall":
    case "recallAtPrecision":
    case "sensitivityAtSpecificity":
    case "specificityAtSensitivity": {
      const [value = "", other = ""] = metric.toLowerCase().split("at");
      const lines: Readonly<Record<string, string>> = {
        precision: "hits.div(said.sum(1).maximum(1))",
        recall: "hits.div(truth.sum().maximum(1))",
        sensitivity: "hits.div(truth.sum().maximum(1))",
        specificity:
          "tf.scalar(1).sub(said.sum(1).sub(hits).div(tf.scalar(1).sub(truth).sum().maximum(1)))",
      };
      return own(
        metric,
        `Best ${value} at any of 200 thresholds where the ${other} is at least ${options.atLeast}, in a batch.`,
        `  const [truth, chance] = [yTrue${column}.flatten(), ${chances}${column}.flatten()];
  const said = chance.expandDims(0).greater(tf.linspace(0, 1, 200).expandDims(1)).toFloat();
  const hits = said.mul(truth).sum(1);
  const ${value} = ${lines[value] ?? ""};
  const ${other} = ${lines[other] ?? ""};
  return ${other}.greaterEqual(${options.atLeast}).toFloat().mul(${value}).max();`,
      );
    }
    case "auc":
      return own(
        "auc",
        "How often a 1 of the batch scores higher than a 0.",
        `  const [truth, chance] = [yTrue.flatten(), ${chances}.flatten()];
  const pairs = truth.expandDims(1).mul(tf.scalar(1).sub(truth).expandDims(0));
  const ahead = chance.expandDims(1).sub(chance.expandDims(0)).sign().add(1).div(2);
  return ahead.mul(pairs).sum().div(pairs.sum().maximum(1));`,
      );
    case "prAuc":
      return own(
        "prAuc",
        "Average precision of a batch.",
        `  const { indices } = tf.topk(${chances}.flatten(), yPred.size, true);
  const truth = yTrue.flatten().gather(indices);
  const precision = truth.cumsum().div(tf.range(1, yPred.size + 1));
  return precision.mul(truth).sum().div(truth.sum().maximum(1));`,
      );
    case "meanIoU":
      return own(
        "meanIoU",
        "Mean overlap over union of the classes in a batch.",
        printIoU(output, chances),
      );
    case "perplexity":
      return own(
        "perplexity",
        "e to the mean cross-entropy of a batch.",
        `  return ${
          isBinary
            ? binary({ ...defaultLossOptions, fromLogits })
            : `yTrue.mul(${logShares({ ...defaultLossOptions, fromLogits })}).sum(-1).neg()`
        }.mean().exp();`,
      );
    case "crossentropy":
      return own(
        "crossentropy",
        "Mean cross-entropy of a batch.",
        `  return ${
          isBinary
            ? binary({ ...defaultLossOptions, fromLogits })
            : `yTrue.mul(${logShares({ ...defaultLossOptions, fromLogits })}).sum(-1).neg()`
        }.mean();`,
      );
    case "kullbackLeiblerDivergence":
    case "hinge":
    case "squaredHinge":
    case "categoricalHinge":
    case "meanSquaredLogarithmicError":
    case "logcosh":
    case "poisson": {
      const loss = tfjsLossExpression({ ...output, loss: metric, lossOptions: {} });
      const readsChances = metric === "kullbackLeiblerDivergence" && fromLogits;
      return own(
        loggedMetricName(metric),
        `Mean ${sayMetric(metric)} of a batch.`,
        `  return ${readsChances ? loss.replaceAll("yPred", chances) : loss}.mean();`,
      );
    }
    case "pearsonCorrelation":
    case "concordanceCorrelation":
      return own(
        metric,
        `${metric === "pearsonCorrelation" ? "Pearson's" : "Lin's concordance"} correlation between the units of a row.`,
        `  const [apart, off] = [yTrue.sub(yTrue.mean(-1, true)), yPred.sub(yPred.mean(-1, true))];
  const [spread, width] = [apart.square().mean(-1), off.square().mean(-1)];
  const together = apart.mul(off).mean(-1);
  return ${
    metric === "pearsonCorrelation"
      ? "together.div(spread.mul(width).sqrt()).mean()"
      : "together.mul(2).div(spread.add(width).add(yTrue.mean(-1).sub(yPred.mean(-1)).square()).add(1e-7)).mean()"
  };`,
      );
    case "cosineSimilarity":
      return own(
        "cosineSimilarity",
        "Cosine of the angle between truth and prediction.",
        "  return tf.metrics.cosineProximity(yTrue, yPred).mean().neg();",
      );
    default:
      return assertNever(metric);
  }
}

function printFScore(output: PlanOutput, chances: string, beta: number): string {
  const { f1Average, threshold } = readMetricOptions(output.metricOptions);
  const said =
    isBinaryHead(output) || threshold !== null
      ? `${chances}.greater(${threshold ?? 0.5})`
      : "yPred.greaterEqual(yPred.max(-1, true))";
  const axes = f1Average === "micro" ? "" : "0";
  const square = beta * beta;
  const wanted = `truth.sum(${axes})${square === 1 ? "" : `.mul(${square})`}`;
  const lines = `  const units = yTrue.shape.at(-1) ?? 1;
  const said = ${said}.toFloat().reshape([-1, units]);
  const truth = yTrue.reshape([-1, units]);
  const hits = said.mul(truth).sum(${axes});
  const score = hits.mul(${1 + square}).div(said.sum(${axes}).add(${wanted}).maximum(1e-7));`;
  if (f1Average !== "weighted") return `${lines}\n  return score.mean();`;
  return `${lines}\n  return score.mul(truth.sum(0)).sum().div(truth.sum().maximum(1));`;
}

function sayMetric(metric: MetricName): string {
  return metric.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function printIoU(output: PlanOutput, chances: string): string {
  const { threshold, iouClasses } = readMetricOptions(output.metricOptions);
  if (isBinaryHead(output)) {
    const parts = ["overlap(isNot(said), isNot(yTrue))", "overlap(said, yTrue)"];
    const chosen = parts.filter((_part, at) => iouClasses.length === 0 || iouClasses.includes(at));
    const [first = "tf.scalar(0)", second] = chosen;
    return `  const overlap = (said: tf.Tensor, truth: tf.Tensor) =>
    said.mul(truth).sum().div(said.maximum(truth).sum().maximum(1));
  const said = ${chances}.greaterEqual(${threshold ?? 0.5}).toFloat();
  const isNot = (values: tf.Tensor) => tf.scalar(1).sub(values);
  return ${second === undefined ? first : `${first}.add(${second}).div(2)`};`;
  }
  const { ignoreClass } = readLossOptions(output.loss, output.lossOptions);
  const chosen = iouClasses.length === 0 ? "" : `.gather([${iouClasses.join(", ")}], 1)`;
  const [counted, mask] =
    ignoreClass === null
      ? ["", ""]
      : [
          `  const counted = tf.scalar(1).sub(yTrue.reshape([-1, units]).gather([${ignoreClass}], 1));\n`,
          ".mul(counted)",
        ];
  return `  const units = yTrue.shape.at(-1) ?? 1;
${counted}  const said = tf.oneHot(yPred.argMax(-1).flatten().toInt(), units)${mask}${chosen};
  const truth = yTrue.reshape([-1, units])${mask}${chosen};
  const union = said.maximum(truth).sum(0);
  const occurs = union.greater(0).toFloat();
  return said.mul(truth).sum(0).div(union.maximum(1)).sum().div(occurs.sum().maximum(1));`;
}
