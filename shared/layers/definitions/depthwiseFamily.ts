/** DepthwiseConv1D and DepthwiseConv2D: one list of options, one shape rule. */
import { err, ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, weight } from "../axes.ts";
import {
  activationParam,
  dataFormatParam,
  dilationRateParam,
  kernelInitializerParam,
  kernelSizeParam,
  paddingParam,
  stridesParam,
} from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
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
  isAllOnes,
} from "./convolution.ts";

const { useBias, ...otherBiasParams } = biasParams;

function depthwiseParams(rank: 1 | 2) {
  return {
    kernelSize: kernelSizeParam(rank),
    strides: stridesParam(rank),
    padding: paddingParam,
    depthMultiplier: depthMultiplierParam,
    dataFormat: dataFormatParam,
    dilationRate: dilationRateParam(rank),
    activation: activationParam(),
    useBias,
    depthwiseInitializer: kernelInitializerParam({ label: "Depthwise initializer" }),
    depthwiseRegularizer: depthwiseRegularizerParam,
    depthwiseConstraint: depthwiseConstraintParam,
    ...otherBiasParams,
  } as const;
}

/**
 * tfjs has DepthwiseConv2D only, and three faults in it (layers/convolutional_depthwise.ts): it takes `dilationRate` and
 * ignores it ("TODO(cais): Add support for dilation"), it drops `depthwiseConstraint` when a model is saved, and writes
 * the regularizer in its place. With any of these our own class stands in (`engine/layers/depthwiseConvolution.ts`).
 */
export function defineDepthwise(rank: 1 | 2, family: ConvolutionFamily): AnyLayerDefinition {
  const specs = depthwiseParams(rank);
  return defineLayer({
    ...describeConvolution(family),
    params: specs,
    caption: ({ kernelSize, depthMultiplier, strides, padding, dilationRate, activation }) => [
      rank === 1 ? `kernel ${formatTuple(kernelSize)}` : formatTuple(kernelSize),
      ...(depthMultiplier === 1 ? [] : [`× ${depthMultiplier}`]),
      ...(padding === "same" ? ["same"] : []),
      ...captionStrides(strides),
      ...captionDilation(dilationRate),
      ...captionActivation(activation),
    ],

    inferShape(params, inputs) {
      const { kernelSize, strides, padding, dilationRate, depthMultiplier, dataFormat } = params;
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
      const outputChannels = axis(input.value.channels.name, channels.value * depthMultiplier);
      return ok(joinSpatial(spatial.value, outputChannels, dataFormat));
    },
    weights({ kernelSize, depthMultiplier, dataFormat, ...params }, inputs) {
      const channels = countChannels(onlyInput(inputs), dataFormat);
      const kernel = [...kernelSize, channels, depthMultiplier];
      return [
        weight("depthwise_kernel", kernel, params.trainable),
        ...(params.useBias ? [weight("bias", [channels * depthMultiplier], params.trainable)] : []),
      ];
    },
    multiplyAdds: ({ kernelSize }, _inputs, output) =>
      multiplySizes([...output.axes.map(({ size }) => size), ...kernelSize]),
    lower(params) {
      const isStock =
        rank === 2 &&
        isAllOnes(params.dilationRate) &&
        params.depthwiseRegularizer === null &&
        params.depthwiseConstraint === null;
      const call = { className: family.title, specs, params } as const;
      return isStock
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({ ...call, tfjsFactory: "depthwiseConvolution", tfjsOptions: { rank } });
    },
    examples: family.examples,
  });
}
