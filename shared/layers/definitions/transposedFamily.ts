/** Conv1DTranspose, Conv2DTranspose and Conv3DTranspose: one list of options, one shape rule. */
import { err, ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, weight } from "../axes.ts";
import {
  activationParam,
  dataFormatParam,
  dilationRateParam,
  kernelInitializerParam,
  kernelSizeParam,
  paddingParam,
} from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import type { IntTupleParam } from "../params.ts";
import { axis } from "../shape.ts";
import {
  checkStridesOrDilation,
  countChannels,
  joinSpatial,
  readChannels,
  readSpatial,
  type SpatialRank,
} from "../spatial.ts";
import {
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

const { useBias, ...otherBiasParams } = biasParams;

function transposedParams(rank: SpatialRank) {
  return {
    filters: filtersParam,
    kernelSize: kernelSizeParam(rank),
    strides: {
      kind: "intTuple",
      length: rank,
      default: Array.from({ length: rank }, () => 1),
      min: 1,
      label: "Strides",
      help: "How much larger the output is along each axis. 2 doubles the size.",
    } satisfies IntTupleParam,
    padding: {
      ...paddingParam,
      help: "Same makes the output exactly strides times as large. Valid adds what the kernel reaches beyond that.",
    },
    outputPadding: {
      kind: "intTuple",
      length: rank,
      default: null,
      nullable: true,
      min: 0,
      tfjsName: null,
      group: "advanced",
      label: "Output padding",
      help: "Steps to add at the end of the shortest output that fits, less than the strides. Empty lets Keras choose.",
    } satisfies IntTupleParam as IntTupleParam & { readonly nullable: true },
    dataFormat: dataFormatParam,
    dilationRate: { ...dilationRateParam(rank), tfjsName: null },
    activation: activationParam(),
    useBias,
    kernelInitializer: kernelInitializerParam(),
    kernelRegularizer: kernelRegularizerParam,
    kernelConstraint: kernelConstraintParam,
    ...otherBiasParams,
  } as const;
}

interface TransposedWindow {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";
  readonly outputPadding: readonly number[] | null;
  readonly dilationRate: readonly number[];
}

/** Keras's `compute_conv_transpose_output_shape`, for one axis. */
function enlarge(size: number, index: number, window: TransposedWindow): number {
  const stride = window.strides[index] ?? 1;
  const reach = ((window.kernelSize[index] ?? 1) - 1) * (window.dilationRate[index] ?? 1) + 1;
  const more = window.outputPadding?.[index];
  if (window.padding === "valid")
    return (size - 1) * stride + reach + (more ?? Math.max(stride - reach, 0));
  return more === undefined ? size * stride : (size - 1) * stride + (reach % 2) + more;
}

/**
 * tfjs's own Conv2DTranspose where it can; ours (`engine/layers/transposedConvolution.ts`) for what tfjs-layers lacks:
 * sequences, output padding, dilation, and volumes, whose gradient tfjs-core has not (gradients/ has none for
 * Conv3DBackpropInputV2).
 */
export function defineTransposedConvolution(
  rank: SpatialRank,
  family: ConvolutionFamily,
): AnyLayerDefinition {
  const specs = transposedParams(rank);
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

    inferShape(params, inputs) {
      const { filters, strides, dataFormat } = params;
      const conflict =
        checkStridesOrDilation(strides, params.dilationRate) ?? checkOutputPadding(params);
      if (conflict !== null) return err(conflict);
      const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!input.ok) return input;
      const channels = readChannels(input.value);
      if (!channels.ok) return channels;
      const spatial = input.value.spatial.map(({ name, size }, index) =>
        axis(name, size === null ? null : enlarge(size, index, params)),
      );
      if (spatial.some(({ size }) => size !== null && size < 1))
        return err({ code: "size", needs: "a larger input, or more output padding", input: 0 });
      return ok(joinSpatial(spatial, axis(input.value.channels.name, filters), dataFormat));
    },
    weights({ filters, kernelSize, dataFormat, ...params }, inputs) {
      const channels = countChannels(onlyInput(inputs), dataFormat);
      return [
        weight("kernel", [...kernelSize, filters, channels], params.trainable),
        ...(params.useBias ? [weight("bias", [filters], params.trainable)] : []),
      ];
    },
    multiplyAdds: ({ filters, kernelSize }, inputs) =>
      multiplySizes([...onlyInput(inputs).axes.map(({ size }) => size), ...kernelSize, filters]),
    lower(params) {
      const isStock = rank === 2 && params.outputPadding === null && isAllOnes(params.dilationRate);
      const call = { className: family.title, specs, params } as const;
      return isStock
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({ ...call, tfjsFactory: "transposedConvolution", tfjsOptions: { rank } });
    },
    examples: family.examples,
  });
}

function checkOutputPadding({ outputPadding, strides }: TransposedWindow): ShapeIssue | null {
  if (outputPadding === null) return null;
  if (outputPadding.every((more, index) => more < (strides[index] ?? 1))) return null;
  const value = outputPadding.map((more, index) => Math.min(more, (strides[index] ?? 1) - 1));
  return {
    code: "parameter",
    param: "outputPadding",
    needs: `'s output padding must be less than its strides of ${formatTuple(strides)}, got ${formatTuple(outputPadding)}`,
    hints: [
      { kind: "setParam", param: "outputPadding", value: null, title: "Clear the output padding" },
      {
        kind: "setParam",
        param: "outputPadding",
        value,
        title: `Set output padding to ${formatTuple(value)}`,
      },
    ],
  };
}
