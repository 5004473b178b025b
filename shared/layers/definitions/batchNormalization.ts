import { err, ok } from "../../base/result.ts";
import {
  checkFloat,
  knownSize,
  onlyInput,
  parameterIssue,
  rankIssue,
  resolveAxis,
  weight,
} from "../axes.ts";
import { axisParam, epsilonParam, initializerParam, trainableParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import {
  betaInitializerParam,
  centerParam,
  gammaInitializerParam,
  scaleOffsetOptions,
  scaleOffsetWeights,
  scaleParam,
} from "../normalizationParams.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  axis: axisParam(
    "Axis that keeps its own mean and variance: −1 is the last (features or channels), 1 the first behind the batch.",
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
  center: centerParam,
  scale: scaleParam,
  betaInitializer: betaInitializerParam,
  gammaInitializer: gammaInitializerParam,
  movingMeanInitializer: initializerParam({ label: "Moving mean initializer", initial: "zeros" }),
  movingVarianceInitializer: initializerParam({
    label: "Moving variance initializer",
    initial: "ones",
  }),
  ...scaleOffsetOptions,
  trainable: {
    ...trainableParam,
    help: "Off freezes the weights and the moving averages: the layer then computes in training what it does afterwards.",
  },
} as const;

export const batchNormalization = defineLayer({
  type: "batchNormalization",
  title: "BatchNormalization",
  category: "normalization",
  summary: "Brings each channel to mean 0 and variance 1, by the statistics of the batch.",
  about:
    "In training mean and variance come from the batch, afterwards from moving averages, which are the two sets of weights that are not trained. Lets deep networks learn faster; stands between a layer without bias and its activation. Batches under 8 make it unsteady.",
  formula: "output = gamma · (x − mean) / √(variance + epsilon) + beta",
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
  caption: ({ axis, momentum, scale, center }) => [
    ...(axis === -1 ? [] : [`axis ${axis}`]),
    ...(momentum === 0.99 ? [] : [`momentum ${momentum}`]),
    ...(scale ? [] : ["no scale"]),
    ...(center ? [] : ["no center"]),
  ],
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    if (rank < 1 || rank > 5) return rankIssue("one to five axes");
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    const index = resolveAxis(params.axis, rank);
    if (index === null)
      return parameterIssue("axis", `'s axis must be −1 or 1 to ${rank}`, [
        { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
      ]);
    const axis = shape.axes[index];
    if (axis?.size === null)
      return err({
        code: "unknown-size",
        needs: `a known size along ${axis.name}, because each has its own mean and variance`,
        input: 0,
      });
    return ok(shape);
  },
  weights(params, inputs) {
    const { axes } = onlyInput(inputs);
    const size = knownSize(axes[resolveAxis(params.axis, axes.length) ?? 0]?.size);
    return [
      ...scaleOffsetWeights(params, [size]),
      weight("moving_mean", [size], false),
      weight("moving_variance", [size], false),
    ];
  },
  lower(params, inputs) {
    const call = lowerParams({
      className: "BatchNormalization",
      tfjsFactory: "batchNormalization",
      specs,
      params,
    });
    // tfjs's own throws above four axes, takes the mean along the wrong axes or throws for any but the last one, reads
    // gamma and beta in training whether there are any or not, and when frozen goes on using the batch's statistics.
    const rank = onlyInput(inputs).axes.length;
    const isStock =
      rank <= 3 &&
      resolveAxis(params.axis, rank) === rank - 1 &&
      params.center &&
      params.scale &&
      params.trainable;
    return isStock ? call : { ...call, tfjsSource: "own" };
  },
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
    { params: { scale: false }, inputs: [[4, 4, 3]], output: [4, 4, 3], weightCount: 9 },
    { params: { center: false }, inputs: [[4]], output: [4], weightCount: 12 },
    { params: { axis: 1 }, inputs: [[3, 4, 4]], output: [3, 4, 4], weightCount: 12 },
    { params: {}, inputs: [[2, 3, 2, 2]], output: [2, 3, 2, 2], weightCount: 8 },
    { params: { axis: -2, trainable: false }, inputs: [[3, 4]], output: [3, 4], weightCount: 12 },
    {
      params: {
        ...setWeightOptions("gamma", "beta"),
        movingMeanInitializer: { name: "constant", value: 0.2 },
        movingVarianceInitializer: { name: "constant", value: 2 },
        trainable: false,
      },
      inputs: [[4]],
      output: [4],
      weightCount: 16,
    },
  ],
});
