/** Pooling over windows: maximum and average, along time and over images. Four layers, one shape rule. */
import { ok } from "../../base/result.ts";
import { formatTuple, onlyInput } from "../axes.ts";
import { dataFormatParam, paddingParam } from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type LayerExample } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { IntTupleParam } from "../params.ts";
import {
  type DataFormat,
  joinSpatial,
  type Padding,
  readSpatial,
  slideWindow,
} from "../spatial.ts";

interface PoolingFamily {
  readonly type: string;
  readonly title: string;
  readonly tfjsFactory: string;
  readonly summary: string;
  readonly about: string;
  readonly page: string;
  readonly keywords: readonly string[];
  readonly examples: readonly LayerExample[];
}

function poolSizeParam(length: number) {
  return {
    kind: "intTuple",
    length,
    default: Array.from({ length }, () => 2),
    min: 1,
    // Keras has a default for max pooling only.
    isRequired: true,
    label: "Pool size",
    help: "Size of the window along each axis. 2 halves the size.",
  } as const satisfies IntTupleParam;
}

function poolStridesParam(length: number) {
  return {
    kind: "intTuple",
    length,
    default: null,
    nullable: true,
    min: 1,
    label: "Strides",
    help: "Steps of the window along each axis. Empty means the pool size, so that windows don't overlap.",
  } as const satisfies IntTupleParam;
}

const specs1d = {
  poolSize: poolSizeParam(1),
  strides: poolStridesParam(1),
  padding: paddingParam,
} as const;

const specs2d = {
  poolSize: poolSizeParam(2),
  strides: poolStridesParam(2),
  padding: paddingParam,
  dataFormat: dataFormatParam,
} as const;

interface PoolingParams {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[] | null;
  readonly padding: Padding;
}

function captionPooling({ poolSize, strides, padding }: PoolingParams): readonly string[] {
  const isOwn = strides !== null && strides.some((stride, index) => stride !== poolSize[index]);
  return [
    formatTuple(poolSize),
    ...(isOwn ? [`stride ${formatTuple(strides)}`] : []),
    ...(padding === "same" ? ["same"] : []),
  ];
}

function inferPooling(
  { poolSize, strides, padding }: PoolingParams,
  inputs: Parameters<AnyLayerDefinition["inferShape"]>[1],
  dataFormat: DataFormat,
): ReturnType<AnyLayerDefinition["inferShape"]> {
  const rank = poolSize.length === 1 ? 1 : 2;
  const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
  if (!input.ok) return input;
  const spatial = slideWindow(input.value.spatial, {
    size: poolSize,
    strides: strides ?? poolSize,
    padding,
    param: "poolSize",
  });
  if (!spatial.ok) return spatial;
  return ok(joinSpatial(spatial.value, input.value.channels, dataFormat));
}

/**
 * tfjs takes `channelsLast` only for sequences, so 1D pooling has no data format here. The gradient of average pooling
 * with padding is wrong in tfjs (the forward pass divides by the values in the window, the backward pass by the whole
 * window: tfjs-backend-cpu kernels/AvgPoolGrad.ts, tfjs-backend-webgpu avg_pool_backprop_webgpu.ts);
 * `engine/patches.ts` supplies the right one.
 */
export function definePooling1d(family: PoolingFamily): AnyLayerDefinition {
  return defineLayer({
    ...describePooling(family),
    params: specs1d,
    caption: captionPooling,
    inferShape: (params, inputs) => inferPooling(params, inputs, "channelsLast"),
    weights: () => [],
    lower: (params) =>
      lowerParams({
        className: family.title,
        tfjsFactory: family.tfjsFactory,
        specs: specs1d,
        params,
      }),
    examples: family.examples,
  });
}

export function definePooling2d(family: PoolingFamily): AnyLayerDefinition {
  return defineLayer({
    ...describePooling(family),
    params: specs2d,
    caption: captionPooling,
    inferShape: (params, inputs) => inferPooling(params, inputs, params.dataFormat),
    weights: () => [],
    lower: (params) =>
      lowerParams({
        className: family.title,
        tfjsFactory: family.tfjsFactory,
        specs: specs2d,
        params,
      }),
    examples: family.examples,
  });
}

function describePooling(family: PoolingFamily) {
  return {
    type: family.type,
    title: family.title,
    category: "pooling",
    summary: family.summary,
    about: family.about,
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/pooling_layers/${family.page}/`,
      },
    ],
    keywords: family.keywords,
    inputs: { min: 1, max: 1 },
    outputs: 1,
  } as const;
}

export const examples1d: readonly LayerExample[] = [
  { params: {}, inputs: [[6, 3]], output: [3, 3], weightCount: 0 },
  {
    params: { poolSize: [3], strides: [2], padding: "same" },
    inputs: [[7, 2]],
    output: [4, 2],
    weightCount: 0,
  },
  { params: { poolSize: [3], strides: [1] }, inputs: [[5, 2]], output: [3, 2], weightCount: 0 },
  { params: { poolSize: [2] }, inputs: [[null, null]], output: [null, null], weightCount: 0 },
];

export const examples2d: readonly LayerExample[] = [
  { params: {}, inputs: [[6, 5, 3]], output: [3, 2, 3], weightCount: 0 },
  {
    params: { poolSize: [3, 2], strides: [2, 1], padding: "same" },
    inputs: [[7, 4, 2]],
    output: [4, 4, 2],
    weightCount: 0,
  },
  {
    params: { poolSize: [3, 3], strides: [2, 2] },
    inputs: [[7, 7, 2]],
    output: [3, 3, 2],
    weightCount: 0,
  },
  {
    params: { poolSize: [2, 2], padding: "same", dataFormat: "channelsFirst" },
    inputs: [[2, 5, 4]],
    output: [2, 3, 2],
    weightCount: 0,
  },
  { params: {}, inputs: [[null, null, 3]], output: [null, null, 3], weightCount: 0 },
];
