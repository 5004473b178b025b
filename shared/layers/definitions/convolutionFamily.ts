/** Conv1D, Conv2D and Conv3D: one list of options, one shape rule. */
import { err, ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, parameterIssue, weight } from "../axes.ts";
import {
  activationParam,
  dataFormatParam,
  dilationRateParam,
  kernelInitializerParam,
  kernelSizeParam,
  stridesParam,
} from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import type { IntParam } from "../params.ts";
import { axis } from "../shape.ts";
import {
  checkStridesOrDilation,
  countChannels,
  joinSpatial,
  readChannels,
  readSpatial,
  slideWindow,
  type SpatialRank,
} from "../spatial.ts";
import {
  anyPaddingParam,
  biasParams,
  captionActivation,
  captionDilation,
  captionStrides,
  type ConvolutionFamily,
  describeConvolution,
  filtersParam,
  isAllOnes,
  kernelConstraintParam,
  kernelRegularizerParam,
} from "./convolution.ts";

const groupsParam = {
  kind: "int",
  default: 1,
  min: 1,
  max: 65_536,
  tfjsName: null,
  group: "advanced",
  label: "Groups",
  help: "Cuts the channels into this many groups that are convolved apart, each by its share of the filters: fewer weights, as in AlexNet and ResNeXt. Must divide the channels and the filters.",
} as const satisfies IntParam;

const { useBias, ...otherBiasParams } = biasParams;

function convolutionParams(rank: SpatialRank) {
  return {
    filters: filtersParam,
    kernelSize: kernelSizeParam(rank),
    strides: stridesParam(rank),
    padding: anyPaddingParam(rank),
    // tfjs's Conv1D transposes the input, but neither the output back nor its shape (layers/convolutional.ts).
    dataFormat: rank === 1 ? { ...dataFormatParam, tfjsName: null } : dataFormatParam,
    dilationRate: dilationRateParam(rank),
    groups: groupsParam,
    activation: activationParam(),
    useBias,
    kernelInitializer: kernelInitializerParam(),
    kernelRegularizer: kernelRegularizerParam,
    kernelConstraint: kernelConstraintParam,
    ...otherBiasParams,
  } as const;
}

/**
 * tfjs's own class where it can; ours (`engine/layers/convolution.ts`) for what tfjs-layers lacks: groups, causal
 * padding ("not implemented yet"), channels first along time, and dilated kernels, which tfjs-core can't train
 * ("gradients of dilated convolutions", gradients/Conv2D_grad.ts and Conv3D_grad.ts).
 */
export function defineConvolution(
  rank: SpatialRank,
  family: ConvolutionFamily,
): AnyLayerDefinition {
  const specs = convolutionParams(rank);
  return defineLayer({
    ...describeConvolution(family),
    params: specs,
    caption: ({ filters, kernelSize, strides, padding, dilationRate, groups, activation }) => [
      String(filters),
      rank === 1 ? `kernel ${formatTuple(kernelSize)}` : formatTuple(kernelSize),
      ...(padding === "valid" ? [] : [padding]),
      ...captionStrides(strides),
      ...captionDilation(dilationRate),
      ...(groups === 1 ? [] : [`${groups} groups`]),
      ...captionActivation(activation),
    ],

    inferShape(
      { filters, kernelSize, strides, padding, dataFormat, dilationRate, groups },
      inputs,
    ) {
      const conflict = checkStridesOrDilation(strides, dilationRate);
      if (conflict !== null) return err(conflict);
      const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!input.ok) return input;
      const channels = readChannels(input.value);
      if (!channels.ok) return channels;
      const grouping = checkGroups(groups, { channels: channels.value, filters });
      if (grouping !== null) return err(grouping);
      const spatial = slideWindow(input.value.spatial, {
        size: kernelSize,
        strides,
        padding,
        dilation: dilationRate,
        param: "kernelSize",
      });
      if (!spatial.ok) return spatial;
      return ok(joinSpatial(spatial.value, axis(input.value.channels.name, filters), dataFormat));
    },
    weights({ filters, kernelSize, groups, dataFormat, ...params }, inputs) {
      const channels = countChannels(onlyInput(inputs), dataFormat) / groups;
      return [
        weight("kernel", [...kernelSize, channels, filters], params.trainable),
        ...(params.useBias ? [weight("bias", [filters], params.trainable)] : []),
      ];
    },
    multiplyAdds: ({ kernelSize, groups, dataFormat }, inputs, output) =>
      multiplySizes([
        ...output.axes.map(({ size }) => size),
        ...kernelSize,
        countChannels(onlyInput(inputs), dataFormat) / groups,
      ]),
    lower(params) {
      const { padding, dataFormat, dilationRate, groups } = params;
      const isStock =
        groups === 1 &&
        padding !== "causal" &&
        isAllOnes(dilationRate) &&
        (rank > 1 || dataFormat === "channelsLast");
      const call = { className: family.title, specs, params } as const;
      return isStock
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({ ...call, tfjsFactory: "convolution", tfjsOptions: { rank } });
    },
    examples: family.examples,
  });
}

/** Each group needs whole channels and whole filters. */
function checkGroups(
  groups: number,
  { channels, filters }: { readonly channels: number; readonly filters: number },
): ShapeIssue | null {
  if (channels % groups === 0 && filters % groups === 0) return null;
  let nearest = Math.min(groups, channels, filters);
  while (channels % nearest !== 0 || filters % nearest !== 0) nearest--;
  const issue = parameterIssue(
    "groups",
    `'s groups must be a divisor of both the ${channels} channels that come in and the ${filters} filters, got ${groups}`,
    [{ kind: "setParam", param: "groups", value: nearest, title: `Set groups to ${nearest}` }],
  );
  return issue.ok ? null : issue.error;
}
