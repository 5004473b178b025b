import type { JsonValue } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import {
  defaultLossOptions,
  listLossOptions,
  lossNames,
  type LossOptions,
} from "../../training/losses.ts";
import {
  averages,
  defaultMetricOptions,
  listMetricOptions,
  metricNames,
  type MetricOptions,
} from "../../training/metrics.ts";
import { onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";

type Stored = Readonly<Record<string, JsonValue>>;

/** Shows an option where the chosen loss knows it. */
function whenLossHas(option: keyof LossOptions): (params: Stored) => boolean {
  return ({ loss }) =>
    lossNames.some((name) => name === loss && listLossOptions(name).includes(option));
}

function whenMeasured(option: keyof MetricOptions): (params: Stored) => boolean {
  return ({ metrics }) =>
    metricNames.some(
      (name) =>
        Array.isArray(metrics) &&
        metrics.includes(name) &&
        listMetricOptions(name).includes(option),
    );
}

export const output = defineLayer({
  type: "output",
  title: "Output",
  category: "io",
  summary: "Where results leave: names the target they are compared with and the loss.",
  about:
    "An output computes nothing. It says which target of the data the incoming values are compared with, by which loss, and what else is measured. With several outputs the total loss is the sum of their losses times their weights. Class numbers in the data are turned into one-hot vectors where the loss wants them. CTC takes scores of classes at every step, of which the first is the blank, and compares them with a sequence of labels, filled up with 0, that says nothing of where each stands. Circle takes one vector of length 1 per sample and compares the samples of a batch with each other: those of a class come close, others are pushed away, so batches must hold several of each class.",
  sources: [
    { title: "Keras: losses", url: "https://keras.io/api/losses/" },
    { title: "Keras: metrics", url: "https://keras.io/api/metrics/" },
  ],
  keywords: ["loss", "target", "label", "result", "prediction"],
  inputs: { min: 1, max: 1 },
  outputs: 0,
  params: {
    target: {
      kind: "text",
      default: "",
      maxLength: 100,
      label: "Target",
      help: "Which target of the data the result is compared with. Empty takes the first that isn't used yet.",
    },
    loss: {
      kind: "enum",
      options: lossNames,
      default: "categoricalCrossentropy",
      label: "Loss",
      help: "What training makes small. Cross-entropies suit classes (categorical after softmax, binary after sigmoid), the errors suit numbers.",
    },
    fromLogits: {
      kind: "bool",
      default: defaultLossOptions.fromLogits,
      label: "From logits",
      help: "What arrives has had no softmax (or sigmoid): the loss does that itself, which is more exact. The layer before then ends linear.",
      isShown: whenLossHas("fromLogits"),
    },
    labelSmoothing: {
      kind: "float",
      default: defaultLossOptions.labelSmoothing,
      min: 0,
      max: 1,
      label: "Label smoothing",
      help: "Spreads this share of the truth evenly over all classes, so that the network does not become too sure. 0.1 is usual.",
      isShown: whenLossHas("labelSmoothing"),
    },
    focalGamma: {
      kind: "float",
      default: defaultLossOptions.focalGamma,
      min: 0,
      label: "Gamma",
      help: "How much less samples count that are right already; 0 is plain cross-entropy.",
      isShown: whenLossHas("focalGamma"),
    },
    classBalancing: {
      kind: "bool",
      default: defaultLossOptions.classBalancing,
      label: "Balance classes",
      help: "Weighs the 1s with alpha and the 0s with 1 − alpha.",
      isShown: whenLossHas("classBalancing"),
    },
    focalAlpha: {
      kind: "float",
      default: defaultLossOptions.focalAlpha,
      min: 0,
      max: 1,
      label: "Alpha",
      help: "Weight of the loss (for several classes), or of the 1s against the 0s.",
      isShown: (params) =>
        whenLossHas("focalAlpha")(params) &&
        (params["loss"] !== "binaryFocalCrossentropy" || params["classBalancing"] === true),
    },
    delta: {
      kind: "float",
      default: defaultLossOptions.delta,
      min: 0,
      isMinExclusive: true,
      label: "Delta",
      help: "Up to this error the loss is a parabola, beyond it a line, so that outliers count less. In the scaled unit of the target.",
      isShown: whenLossHas("delta"),
    },
    tverskyAlpha: {
      kind: "float",
      default: defaultLossOptions.tverskyAlpha,
      min: 0,
      label: "Alpha",
      help: "What missing a true 1 costs. At one half with beta the loss is Dice.",
      isShown: whenLossHas("tverskyAlpha"),
    },
    tverskyBeta: {
      kind: "float",
      default: defaultLossOptions.tverskyBeta,
      min: 0,
      label: "Beta",
      help: "What a wrong 1 costs.",
      isShown: whenLossHas("tverskyBeta"),
    },
    perSample: {
      kind: "bool",
      default: defaultLossOptions.perSample,
      label: "Each sample on its own",
      help: "Measures the overlap per sample and takes the mean; otherwise of the whole batch at once.",
      isShown: whenLossHas("perSample"),
    },
    ignoreClass: {
      kind: "int",
      default: defaultLossOptions.ignoreClass,
      nullable: true,
      min: 0,
      label: "Leave out class",
      help: "Rows of this class (a border, a filler), counted from 0, count nothing: neither in the loss nor in overlaps. Empty: all count.",
      isShown: whenLossHas("ignoreClass"),
    },
    circleGamma: {
      kind: "float",
      default: defaultLossOptions.circleGamma,
      min: 0,
      isMinExclusive: true,
      label: "Gamma",
      help: "How much the hardest pairs of a batch stand out. 80 to 256 are usual.",
      isShown: whenLossHas("circleGamma"),
    },
    circleMargin: {
      kind: "float",
      default: defaultLossOptions.circleMargin,
      min: 0,
      max: 1,
      label: "Margin",
      help: "Distances (1 minus the cosine) of the same class should fall below it, those of other classes rise above 1 − margin. Small is strict.",
      isShown: whenLossHas("circleMargin"),
    },
    removeDiagonal: {
      kind: "bool",
      default: defaultLossOptions.removeDiagonal,
      label: "No pairs with itself",
      help: "A sample is no partner of itself: only others of its class are.",
      isShown: whenLossHas("removeDiagonal"),
    },
    q: {
      kind: "float",
      default: defaultLossOptions.q,
      min: 0,
      max: 1,
      isMinExclusive: true,
      isMaxExclusive: true,
      label: "q",
      help: "Close to 0 the loss is cross-entropy; close to 1 it forgives wrong labels like the mean absolute error.",
      isShown: whenLossHas("q"),
    },
    lossWeight: {
      kind: "float",
      default: 1,
      min: 0,
      label: "Loss weight",
      group: "advanced",
      help: "Share of this loss in the total when there are several outputs.",
    },
    metrics: {
      kind: "enumList",
      options: metricNames,
      default: [],
      label: "Metrics",
      help: "Measured beside the loss, without influence on training.",
    },
    topK: {
      kind: "int",
      default: defaultMetricOptions.topK,
      min: 1,
      label: "k",
      help: "Top-k accuracy: right is a sample whose class is among the k highest scores.",
      isShown: whenMeasured("topK"),
    },
    f1Average: {
      kind: "enum",
      options: averages,
      default: defaultMetricOptions.f1Average,
      label: "F average",
      help: "Of F1 and F-beta over several classes: macro takes the mean of the classes, micro counts all decisions together, weighted weighs classes by how frequent they are.",
      isShown: whenMeasured("f1Average"),
    },
    beta: {
      kind: "float",
      default: defaultMetricOptions.beta,
      min: 0,
      isMinExclusive: true,
      label: "Beta",
      help: "F-beta: how many times as much recall counts as precision.",
      isShown: whenMeasured("beta"),
    },
    threshold: {
      kind: "float",
      default: defaultMetricOptions.threshold,
      nullable: true,
      min: 0,
      max: 1,
      isMinExclusive: true,
      label: "Threshold",
      help: "Above which chance a yes is said, in accuracies of yes or no, precision, recall, counts, F scores and overlaps. Empty: one half, and the highest score for the F scores of several classes.",
      isShown: whenMeasured("threshold"),
    },
    classId: {
      kind: "int",
      default: defaultMetricOptions.classId,
      nullable: true,
      min: 0,
      label: "Class",
      help: "Precision and recall of this class only, counted from 0. Empty: of all together.",
      isShown: whenMeasured("classId"),
    },
    atLeast: {
      kind: "float",
      default: defaultMetricOptions.atLeast,
      min: 0,
      max: 1,
      label: "At least",
      help: "What the other one must reach: precision at recall is the best precision at any threshold where the recall is at least this.",
      isShown: whenMeasured("atLeast"),
    },
    iouClasses: {
      kind: "intList",
      default: [...defaultMetricOptions.iouClasses],
      min: 0,
      label: "Overlap of classes",
      help: "The mean IoU is taken over these classes, counted from 0 (of yes or no: 0 is no, 1 is yes). Empty: over all.",
      isShown: whenMeasured("iouClasses"),
    },
  },
  caption: ({ target, loss }) => [...(target === "" ? [] : [target]), loss],
  inferShape: (_params, inputs) => ok(onlyInput(inputs)),
  weights: () => [],
  lower: () => null,
  examples: [
    { params: {}, inputs: [[10]], output: [10], weightCount: 0 },
    {
      params: {
        loss: "meanSquaredError",
        metrics: ["meanAbsoluteError"],
        target: "y",
        lossWeight: 0.3,
      },
      inputs: [[1]],
      output: [1],
      weightCount: 0,
    },
    {
      params: {
        loss: "categoricalFocalCrossentropy",
        fromLogits: true,
        labelSmoothing: 0.1,
        focalAlpha: 0.5,
        focalGamma: 1,
        metrics: ["topKAccuracy", "fBetaScore", "precision", "precisionAtRecall", "meanIoU"],
        topK: 3,
        f1Average: "micro",
        beta: 2,
        threshold: 0.3,
        classId: 1,
        atLeast: 0.8,
        iouClasses: [0, 2],
      },
      inputs: [[10]],
      output: [10],
      weightCount: 0,
    },
    {
      params: { loss: "binaryFocalCrossentropy", classBalancing: true },
      inputs: [[2]],
      output: [2],
      weightCount: 0,
    },
    {
      params: { loss: "huber", delta: 2 },
      inputs: [[1]],
      output: [1],
      weightCount: 0,
    },
    {
      params: { loss: "tversky", tverskyAlpha: 0.3, tverskyBeta: 0.7, perSample: true },
      inputs: [[8, 8, 1]],
      output: [8, 8, 1],
      weightCount: 0,
    },
    {
      params: { loss: "sparseCategoricalCrossentropy", ignoreClass: 0 },
      inputs: [[6, 6, 4]],
      output: [6, 6, 4],
      weightCount: 0,
    },
    {
      params: { loss: "ctc" },
      inputs: [[20, 11]],
      output: [20, 11],
      weightCount: 0,
    },
    {
      params: { loss: "circle", circleGamma: 128, circleMargin: 0.25, removeDiagonal: false },
      inputs: [[16]],
      output: [16],
      weightCount: 0,
    },
    {
      params: { loss: "categoricalGeneralizedCrossEntropy", q: 0.7 },
      inputs: [[4]],
      output: [4],
      weightCount: 0,
    },
  ],
});
