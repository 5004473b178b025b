/** SeparableConv1D and SeparableConv2D: one list of options, one shape rule. */
import { err, ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, weight } from "../axes.ts";
import {
  activationParam,
  constraintParam,
  dataFormatParam,
  dilationRateParam,
  initializerParam,
  kernelSizeParam,
  paddingParam,
  regularizerParam,
  stridesParam,
} from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import type { NamedConfig } from "../params.ts";
import { axis } from "../shape.ts";
import {
  checkStridesOrDilation,
  countChannels,
  joinSpatial,
  readChannels,
  readSpatial,
  slideWindow,
} from "../spatial.ts";
import {
  biasParams,
  captionActivation,
  captionDilation,
  captionStrides,
  checkEqualStrides,
  type ConvolutionFamily,
  depthMultiplierParam,
  depthwiseConstraintParam,
  depthwiseRegularizerParam,
  describeConvolution,
  filtersParam,
  isAllOnes,
} from "./convolution.ts";

const { useBias, ...otherBiasParams } = biasParams;

function separableParams(rank: 1 | 2) {
  return {
    filters: filtersParam,
    kernelSize: kernelSizeParam(rank),
    strides: stridesParam(rank),
    padding: paddingParam,
    dataFormat: dataFormatParam,
    dilationRate: dilationRateParam(rank),
    depthMultiplier: depthMultiplierParam,
    activation: activationParam(),
    useBias,
    depthwiseInitializer: initializerParam({
      label: "Depthwise initializer",
      initial: "glorotUniform",
    }),
    pointwiseInitializer: initializerParam({
      label: "Pointwise initializer",
      initial: "glorotUniform",
      help: "How the weights that mix the channels are drawn before training.",
    }),
    depthwiseRegularizer: depthwiseRegularizerParam,
    pointwiseRegularizer: regularizerParam("Pointwise regularizer"),
    depthwiseConstraint: depthwiseConstraintParam,
    pointwiseConstraint: constraintParam("Pointwise constraint"),
    ...otherBiasParams,
  } as const;
}

/**
 * tfjs has SeparableConv2D only, and two faults in it (layers/convolutional.ts, SeparableConv): the constructor gives
 * `depthwiseInitializer` to the pointwise kernel too, and with channels first the bias is added along the wrong axis;
 * nor has tfjs-core a gradient of dilated kernels. With any of these our own class stands in
 * (`engine/layers/depthwiseConvolution.ts`).
 */
export function defineSeparable(rank: 1 | 2, family: ConvolutionFamily): AnyLayerDefinition {
  const specs = separableParams(rank);
  return defineLayer({
    ...describeConvolution(family),
    params: specs,
    caption: ({ filters, kernelSize, strides, padding, dilationRate, activation }) => [
      String(filters),
      rank === 1 ? `kernel ${formatTuple(kernelSize)}` : formatTuple(kernelSize),
      ...(padding === "same" ? ["same"] : []),
      ...captionStrides(strides),
      ...captionDilation(dilationRate),
      ...captionActivation(activation),
    ],

    inferShape({ filters, kernelSize, strides, padding, dilationRate, dataFormat }, inputs) {
      const conflict =
        (rank === 2 ? checkEqualStrides(strides) : null) ??
        checkStridesOrDilation(strides, dilationRate);
      if (conflict !== null) return err(conflict);
      const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!input.ok) return input;
      const channels = readChannels(input.value);
      if (!channels.ok) return channels;
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
    weights({ filters, kernelSize, depthMultiplier, dataFormat, ...params }, inputs) {
      const channels = countChannels(onlyInput(inputs), dataFormat);
      const pointwise = [...kernelSize.map(() => 1), channels * depthMultiplier, filters];
      return [
        weight("depthwise_kernel", [...kernelSize, channels, depthMultiplier], params.trainable),
        weight("pointwise_kernel", pointwise, params.trainable),
        ...(params.useBias ? [weight("bias", [filters], params.trainable)] : []),
      ];
    },
    multiplyAdds({ filters, kernelSize, depthMultiplier, dataFormat }, inputs, output) {
      const between = countChannels(onlyInput(inputs), dataFormat) * depthMultiplier;
      const values = multiplySizes(output.axes.map(({ size }) => size));
      const window = kernelSize.reduce((product, size) => product * size, 1);
      return values === null ? null : (values / filters) * between * (window + filters);
    },
    lower(params) {
      const isStock =
        rank === 2 &&
        params.dataFormat === "channelsLast" &&
        isAllOnes(params.dilationRate) &&
        areSameConfigs(params.depthwiseInitializer, params.pointwiseInitializer);
      const call = { className: family.title, specs, params } as const;
      return isStock
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({ ...call, tfjsFactory: "depthwiseConvolution", tfjsOptions: { rank } });
    },
    examples: family.examples,
  });
}

function areSameConfigs(left: NamedConfig, right: NamedConfig): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => (left[key] ?? null) === (right[key] ?? null));
}
