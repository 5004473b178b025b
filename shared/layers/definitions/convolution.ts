/** Options and checks that the convolutions share. */
import { activityRegularizerParam } from "../activityRegularizer.ts";
import type { LayerExample, ShapeIssue } from "../defineLayer.ts";
import {
  biasInitializerParam,
  constraintParam,
  paddingParam,
  regularizerParam,
  trainableParam,
  useBiasParam,
} from "../commonParams.ts";
import type { IntParam } from "../params.ts";
import type { SpatialRank } from "../spatial.ts";

/** What sets one member of a family of convolutions apart from the others. */
export interface ConvolutionFamily {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly about: string;
  readonly formula: string;
  /** Its page under Keras's convolution layers. */
  readonly page: string;
  readonly papers: readonly { readonly title: string; readonly url?: string }[];
  readonly keywords: readonly string[];
  readonly examples: readonly LayerExample[];
}

export function describeConvolution(family: ConvolutionFamily) {
  return {
    type: family.type,
    title: family.title,
    category: "convolution",
    summary: family.summary,
    about: family.about,
    formula: family.formula,
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/convolution_layers/${family.page}/`,
      },
      ...family.papers,
    ],
    keywords: ["convolution", ...family.keywords],
    inputs: { min: 1, max: 1 },
    outputs: 1,
  } as const;
}

type AnyPadding = "valid" | "same" | "causal";

/** Sequences have an order, so that only they can be padded in front alone. */
export function anyPaddingParam(rank: SpatialRank) {
  const options: readonly AnyPadding[] =
    rank === 1 ? ["valid", "same", "causal"] : ["valid", "same"];
  return {
    ...paddingParam,
    options,
    help:
      rank === 1
        ? `${paddingParam.help} Causal pads the start only, so that no step sees a later one.`
        : paddingParam.help,
  } as const;
}

export const filtersParam = {
  kind: "int",
  default: 32,
  min: 1,
  max: 65_536,
  isRequired: true,
  label: "Filters",
  help: "Number of output channels: how many patterns the layer looks for. Usually doubled where the size is halved.",
} as const satisfies IntParam;

export const depthMultiplierParam = {
  kind: "int",
  default: 1,
  min: 1,
  max: 1024,
  label: "Depth multiplier",
  help: "Filters per input channel: the output has input channels × this many channels.",
} as const satisfies IntParam;

export const kernelRegularizerParam = regularizerParam("Kernel regularizer");
export const kernelConstraintParam = constraintParam("Kernel constraint");
export const depthwiseRegularizerParam = regularizerParam("Depthwise regularizer");
export const depthwiseConstraintParam = constraintParam("Depthwise constraint");

/** The bias and whether anything is trained; same in every convolution. */
export const biasParams = {
  useBias: useBiasParam,
  biasInitializer: biasInitializerParam,
  biasRegularizer: regularizerParam("Bias regularizer"),
  activityRegularizer: activityRegularizerParam,
  biasConstraint: constraintParam("Bias constraint"),
  trainable: trainableParam,
} as const;

/** TensorFlow's depthwise kernels know one stride only; tfjs would take two. */
export function checkEqualStrides(strides: readonly number[]): ShapeIssue | null {
  const [height = 1, width = 1] = strides;
  if (height === width) return null;
  return {
    code: "parameter",
    param: "strides",
    needs:
      "'s strides must be equal in height and width: TensorFlow has no depthwise convolution with two",
    hints: [
      {
        kind: "setParam",
        param: "strides",
        value: [height, height],
        title: `Set strides to ${height} × ${height}`,
      },
    ],
  };
}

export function isAllOnes(values: readonly number[]): boolean {
  return values.every((value) => value === 1);
}

/** `strides 2` for the caption, where it isn't 1. */
export function captionStrides(strides: readonly number[]): readonly string[] {
  if (isAllOnes(strides)) return [];
  const isEven = strides.every((value) => value === strides[0]);
  return [`stride ${isEven ? String(strides[0]) : strides.join("×")}`];
}

export function captionDilation(dilation: readonly number[]): readonly string[] {
  if (isAllOnes(dilation)) return [];
  const isEven = dilation.every((value) => value === dilation[0]);
  return [`dilation ${isEven ? String(dilation[0]) : dilation.join("×")}`];
}

export function captionActivation(activation: string): readonly string[] {
  return activation === "linear" ? [] : [activation];
}
