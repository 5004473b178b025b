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
import {
  epsilonParam,
  initializerParam,
  regularizerParam,
  trainableParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";

// Keras also has constraints for gamma and beta; tfjs's layer does not.
const specs = {
  axis: {
    kind: "intList",
    default: [-1],
    min: -6,
    max: 6,
    minLength: 1,
    maxLength: 4,
    group: "advanced",
    label: "Axis",
    help: "Axes whose values are brought to mean 0 and variance 1 together: −1 is the last. 1 is the first behind the batch.",
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
  betaRegularizer: regularizerParam("Beta regularizer"),
  gammaRegularizer: regularizerParam("Gamma regularizer"),
  trainable: trainableParam,
} as const;

export const layerNormalization = defineLayer({
  type: "layerNormalization",
  title: "LayerNormalization",
  category: "normalization",
  summary: "Brings the features of each sample to mean 0 and variance 1.",
  about:
    "output = gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance taken over the features of one sample (at one time step). Works the same in training and afterwards and with any batch size; usual in recurrent networks and transformers.",
  sources: [
    {
      title: "Keras: LayerNormalization layer",
      url: "https://keras.io/api/layers/normalization_layers/layer_normalization/",
    },
    { title: "Ba et al. 2016, Layer normalization", url: "https://arxiv.org/abs/1607.06450" },
  ],
  keywords: ["layer norm", "ln", "normalize", "transformer"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ axis }) => (axis.length === 1 && axis[0] === -1 ? [] : [`axis ${axis.join(", ")}`]),
  masking: () => "passes",
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    // tfjs's underlying operation knows tensors of two to four axes, batch included.
    if (rank < 1 || rank > 3) return rankIssue("one to three axes");
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    const resolved = params.axis.map((axis) => resolveAxis(axis, rank));
    if (resolved.includes(null) || new Set(resolved).size < resolved.length)
      return parameterIssue("axis", `'s axes must each be −1 or 1 to ${rank}, none twice`, [
        { kind: "setParam", param: "axis", value: [-1], title: "Use the last axis" },
      ]);
    // Keras gives gamma the axes in ascending order, tfjs in the order written.
    if (resolved.some((index, position) => (index ?? 0) < (resolved[position - 1] ?? 0)))
      return parameterIssue("axis", "'s axes must be in ascending order");
    const unknown = resolved.find((index) => shape.axes[index ?? 0]?.size === null);
    if (unknown !== undefined)
      return err({
        code: "unknown-size",
        needs: `a known size along ${shape.axes[unknown ?? 0]?.name ?? "its axes"}`,
        input: 0,
      });
    return ok(shape);
  },
  weights(params, inputs) {
    const { axes } = onlyInput(inputs);
    const sizes = params.axis.map((axis) =>
      knownSize(axes[resolveAxis(axis, axes.length) ?? 0]?.size),
    );
    return [
      ...(params.scale ? [weight("gamma", sizes, params.trainable)] : []),
      ...(params.center ? [weight("beta", sizes, params.trainable)] : []),
    ];
  },
  lower(params) {
    const call = lowerParams({
      className: "LayerNormalization",
      tfjsFactory: "layerNormalization",
      specs,
      params,
    });
    const [only] = params.axis;
    if (params.axis.length !== 1 || only === undefined) return call;
    // One axis is written as a plain number.
    return {
      ...call,
      options: call.options.map((option) =>
        option.tfjsName === "axis"
          ? { ...option, value: only, pythonDefault: -1, tfjsDefault: -1 }
          : option,
      ),
    };
  },
  examples: [
    { params: {}, inputs: [[4]], output: [4], weightCount: 8 },
    { params: { scale: false }, inputs: [[null, 3]], output: [null, 3], weightCount: 3 },
    { params: { axis: [1, 2], epsilon: 0.01 }, inputs: [[5, 3]], output: [5, 3], weightCount: 30 },
    { params: { axis: [2] }, inputs: [[3, 4, 2]], output: [3, 4, 2], weightCount: 8 },
    {
      params: { center: false, scale: false },
      inputs: [[4, 4, 2]],
      output: [4, 4, 2],
      weightCount: 0,
    },
  ],
});
