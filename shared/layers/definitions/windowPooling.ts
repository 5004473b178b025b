/** Pooling over windows: maximum and average, along time, over images and volumes. Six layers, one shape rule. */
import { ok } from "../../base/result.ts";
import { formatTuple, onlyInput } from "../axes.ts";
import { dataFormatParam, paddingParam } from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type LayerExample } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import type { IntTupleParam } from "../params.ts";
import {
  joinSpatial,
  type Padding,
  readSpatial,
  slideWindow,
  type SpatialRank,
} from "../spatial.ts";

interface PoolingFamily {
  readonly type: string;
  readonly title: string;
  readonly mode: "max" | "average";
  readonly formula: string;
  readonly summary: string;
  readonly about: string;
  readonly page: string;
  readonly papers: readonly { readonly title: string; readonly url?: string }[];
  readonly keywords: readonly string[];
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

function poolingParams(rank: SpatialRank) {
  return {
    poolSize: poolSizeParam(rank),
    strides: poolStridesParam(rank),
    padding: paddingParam,
    // tfjs takes `channelsLast` only for sequences (tfjs-layers layers/pooling.ts, Pooling1D).
    dataFormat: rank === 1 ? { ...dataFormatParam, tfjsName: null } : dataFormatParam,
  } as const;
}

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

const isEven = (sizes: readonly number[]) => sizes.every((size) => size === sizes[0]);

/**
 * tfjs's own class where it can; ours (`engine/layers/windowPooling.ts`) for sequences with channels first, and for
 * volumes where tfjs's gradient is wrong: averages with padding (the forward pass divides by the values in the window,
 * the gradient by the whole window: tfjs-backend-cpu kernels/AvgPool3DGrad.ts, tfjs-backend-webgpu
 * avg_pool_backprop_webgpu.ts) and uneven windows (tfjs-backend-cpu utils/pool_utils.ts, maxPool3dPositions). Averages
 * with padding in 1D and 2D have the same fault, which `engine/gradientPatches.ts` mends, so that plain tfjs can load
 * what was trained here.
 */
export function definePooling(rank: SpatialRank, family: PoolingFamily): AnyLayerDefinition {
  const specs = poolingParams(rank);
  return defineLayer({
    ...describePooling(family),
    params: specs,
    caption: captionPooling,
    inferShape({ poolSize, strides, padding, dataFormat }, inputs) {
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
    },
    weights: () => [],
    lower(params) {
      const { padding, dataFormat, poolSize } = params;
      const isStock =
        (rank < 3 || (family.mode === "max" ? isEven(poolSize) : padding === "valid")) &&
        (rank > 1 || dataFormat === "channelsLast");
      const call = { className: family.title, specs, params } as const;
      return isStock
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({
            ...call,
            tfjsFactory: "windowPooling",
            tfjsOptions: { rank, mode: family.mode },
          });
    },
    examples: poolingExamples[rank],
  });
}

function describePooling(family: PoolingFamily) {
  return {
    type: family.type,
    title: family.title,
    category: "pooling",
    summary: family.summary,
    about: family.about,
    formula: family.formula,
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/pooling_layers/${family.page}/`,
      },
      ...family.papers,
    ],
    keywords: ["pool", ...family.keywords],
    inputs: { min: 1, max: 1 },
    outputs: 1,
  } as const;
}

const examples1d: readonly LayerExample[] = [
  { params: {}, inputs: [[6, 3]], output: [3, 3], weightCount: 0 },
  {
    params: { poolSize: [3], strides: [2], padding: "same" },
    inputs: [[7, 2]],
    output: [4, 2],
    weightCount: 0,
  },
  { params: { poolSize: [3], strides: [1] }, inputs: [[5, 2]], output: [3, 2], weightCount: 0 },
  { params: { poolSize: [2] }, inputs: [[null, null]], output: [null, null], weightCount: 0 },
  {
    params: { poolSize: [3], dataFormat: "channelsFirst" },
    inputs: [[2, 7]],
    output: [2, 2],
    weightCount: 0,
  },
  {
    params: { poolSize: [2], strides: [1], padding: "same", dataFormat: "channelsFirst" },
    inputs: [[3, null]],
    output: [3, null],
    weightCount: 0,
  },
];

const examples2d: readonly LayerExample[] = [
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

const examples3d: readonly LayerExample[] = [
  { params: {}, inputs: [[4, 3, 6, 2]], output: [2, 1, 3, 2], weightCount: 0 },
  {
    params: { poolSize: [1, 2, 3], strides: [1, 2, 2], padding: "same" },
    inputs: [[2, 3, 5, 2]],
    output: [2, 2, 3, 2],
    weightCount: 0,
  },
  {
    params: { poolSize: [2, 2, 2], strides: [1, 1, 2], dataFormat: "channelsFirst" },
    inputs: [[2, 3, 3, 4]],
    output: [2, 2, 2, 2],
    weightCount: 0,
  },
  {
    params: { padding: "same" },
    inputs: [[null, 4, 4, 1]],
    output: [null, 2, 2, 1],
    weightCount: 0,
  },
];

const poolingExamples: Readonly<Record<SpatialRank, readonly LayerExample[]>> = {
  1: examples1d,
  2: examples2d,
  3: examples3d,
};
