import {
  checkFloat,
  knownSize,
  lastAxis,
  needLastSize,
  onlyInput,
  parameterIssue,
  rankIssue,
  resolveAxis,
  weight,
} from "../axes.ts";
import {
  axisParam,
  constraintParam,
  epsilonParam,
  initializerParam,
  regularizerParam,
} from "../commonParams.ts";
import { ok } from "../../base/result.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";

// No `trainable`: in Keras a frozen batch normalization also stops using the batch's statistics, in tfjs it does not,
// so the same model would compute different things.
const specs = {
  axis: axisParam(
    "Axis that keeps its own mean and variance. Only the last one (−1) is implemented.",
  ),
  momentum: {
    kind: "float",
    default: 0.99,
    min: 0,
    max: 1,
    label: "Momentum",
    help: "How slowly the moving averages follow the batches. 0.9 suits short trainings, 0.99 long ones.",
  },
  epsilon: epsilonParam,
  center: {
    kind: "bool",
    default: true,
    label: "Center",
    group: "advanced",
    help: "Adds a learned offset (beta).",
  },
  scale: {
    kind: "bool",
    default: true,
    label: "Scale",
    group: "advanced",
    help: "Multiplies by a learned factor (gamma).",
  },
  betaInitializer: initializerParam({ label: "Beta initializer", initial: "zeros" }),
  gammaInitializer: initializerParam({ label: "Gamma initializer", initial: "ones" }),
  movingMeanInitializer: initializerParam({ label: "Moving mean initializer", initial: "zeros" }),
  movingVarianceInitializer: initializerParam({
    label: "Moving variance initializer",
    initial: "ones",
  }),
  betaRegularizer: regularizerParam("Beta regularizer"),
  gammaRegularizer: regularizerParam("Gamma regularizer"),
  betaConstraint: constraintParam("Beta constraint"),
  gammaConstraint: constraintParam("Gamma constraint"),
} as const;

export const batchNormalization = defineLayer({
  type: "batchNormalization",
  title: "BatchNormalization",
  category: "normalization",
  summary: "Brings each channel to mean 0 and variance 1, by the statistics of the batch.",
  about:
    "output = gamma · (x − mean) / √(variance + epsilon) + beta. In training mean and variance come from the batch, afterwards from moving averages, which are the two sets of weights that are not trained. Lets deep networks learn faster; stands between a layer without bias and its activation. Batches under 8 make it unsteady.",
  sources: [
    {
      title: "Keras: BatchNormalization layer",
      url: "https://keras.io/api/layers/normalization_layers/batch_normalization/",
    },
    {
      title: "Ioffe & Szegedy 2015, Batch normalization",
      url: "https://arxiv.org/abs/1502.03167",
    },
  ],
  keywords: ["batch norm", "bn", "normalize"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ momentum }) => (momentum === 0.99 ? [] : [`momentum ${momentum}`]),
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    // tfjs: "batchNormalization is not implemented for array of rank 5 yet".
    if (rank < 1 || rank > 3) return rankIssue("one to three axes");
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    // tfjs normalises the wrong axis or throws for any but the last.
    if (resolveAxis(params.axis, rank) !== rank - 1)
      return parameterIssue("axis", "'s axis must be the last one (−1)", [
        { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
      ]);
    // tfjs reads both in every training step and throws when one is missing.
    for (const param of ["center", "scale"] as const)
      if (!params[param])
        return parameterIssue(param, `'s ${param} must stay on: tfjs cannot train without it`, [
          { kind: "setParam", param, value: true, title: `Switch ${param} on` },
        ]);
    const size = needLastSize(shape, "each has its own mean and variance");
    return size.ok ? ok(shape) : size;
  },
  weights(_params, inputs) {
    const size = knownSize(lastAxis(onlyInput(inputs)).size);
    return [
      weight("gamma", [size]),
      weight("beta", [size]),
      weight("moving_mean", [size], false),
      weight("moving_variance", [size], false),
    ];
  },
  lower: (params) =>
    lowerParams({
      className: "BatchNormalization",
      tfjsFactory: "batchNormalization",
      specs,
      params,
    }),
  examples: [
    { params: {}, inputs: [[4]], output: [4], weightCount: 16 },
    { params: { momentum: 0.9, epsilon: 0.01 }, inputs: [[5, 3]], output: [5, 3], weightCount: 12 },
    {
      params: {
        axis: 3,
        gammaRegularizer: { name: "l2", l2: 0.001 },
        betaConstraint: { name: "nonNeg" },
      },
      inputs: [[4, 4, 2]],
      output: [4, 4, 2],
      weightCount: 8,
    },
  ],
});
