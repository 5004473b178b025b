/** Pooling over all of time, the whole image or volume: one number per feature or channel. Six layers, one shape rule. */
import { err, ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type LayerExample } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import type { BoolParam } from "../params.ts";
import { axis, shapeOf } from "../shape.ts";
import { joinSpatial, readSpatial, type SpatialRank } from "../spatial.ts";

interface GlobalPoolingFamily {
  readonly type: string;
  readonly title: string;
  readonly mode: "max" | "average";
  readonly summary: string;
  readonly about: string;
  readonly page: string;
  readonly keywords: readonly string[];
}

function globalParams(rank: SpatialRank) {
  return {
    // tfjs pools sequences with channels last only (tfjs-layers layers/pooling.ts, GlobalPooling1D).
    dataFormat: rank === 1 ? { ...dataFormatParam, tfjsName: null } : dataFormatParam,
    keepdims: {
      kind: "bool",
      default: false,
      tfjsName: null,
      group: "advanced",
      label: "Keep dimensions",
      help: "Leaves the pooled axes in place with size 1, so that the result can be multiplied with the maps it came from.",
    } satisfies BoolParam,
  } as const;
}

/**
 * tfjs's own class where it can; ours (`engine/layers/globalPooling.ts`) for what tfjs-layers lacks: volumes, `keepdims`,
 * channels first along time, and averages that leave out masked steps.
 */
export function defineGlobalPooling(
  rank: SpatialRank,
  family: GlobalPoolingFamily,
): AnyLayerDefinition {
  const specs = globalParams(rank);
  const averagesMasked = rank === 1 && family.mode === "average";
  return defineLayer({
    ...describeGlobalPooling(family),
    params: specs,
    caption: ({ keepdims }) => (keepdims ? ["keeps dimensions"] : []),
    // As in Keras, whose other global poolings take no masks.
    ...(averagesMasked ? { masking: () => "ends" as const } : {}),
    inferShape({ keepdims, dataFormat }, inputs) {
      const parts = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!parts.ok) return parts;
      const { spatial, channels } = parts.value;
      if (spatial.some(({ size }) => size === 0))
        return err({ code: "size", needs: "at least one value to pool", input: 0 });
      if (!keepdims) return ok(shapeOf([axis("features", channels.size)]));
      const ones = spatial.map(({ name }) => axis(name, 1));
      return ok(joinSpatial(ones, channels, dataFormat));
    },
    weights: () => [],
    lower(params, inputs) {
      const isStock =
        rank < 3 &&
        !params.keepdims &&
        (rank > 1 || params.dataFormat === "channelsLast") &&
        onlyInput(inputs).isMasked !== true;
      const call = { className: family.title, specs, params } as const;
      return isStock
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({
            ...call,
            tfjsFactory: "globalPooling",
            tfjsOptions: { rank, mode: family.mode },
          });
    },
    examples: globalExamples[rank],
  });
}

function describeGlobalPooling(family: GlobalPoolingFamily) {
  return {
    type: family.type,
    title: family.title,
    category: "pooling",
    summary: family.summary,
    about: family.about,
    formula:
      family.mode === "max"
        ? "output[c] = largest input[…, c] over all places"
        : "output[c] = mean of input[…, c] over all places",
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/pooling_layers/${family.page}/`,
      },
      {
        title: "Lin et al. 2013: Network in network",
        url: "https://arxiv.org/abs/1312.4400",
      },
    ],
    keywords: ["pool", ...family.keywords],
    inputs: { min: 1, max: 1 },
    outputs: 1,
  } as const;
}

const globalExamples: Readonly<Record<SpatialRank, readonly LayerExample[]>> = {
  1: [
    { params: {}, inputs: [[5, 3]], output: [3], weightCount: 0 },
    { params: {}, inputs: [[null, 4]], output: [4], weightCount: 0 },
    { params: { keepdims: true }, inputs: [[5, 3]], output: [1, 3], weightCount: 0 },
    { params: { dataFormat: "channelsFirst" }, inputs: [[3, 5]], output: [3], weightCount: 0 },
  ],
  2: [
    { params: {}, inputs: [[4, 5, 3]], output: [3], weightCount: 0 },
    { params: { dataFormat: "channelsFirst" }, inputs: [[3, 4, 5]], output: [3], weightCount: 0 },
    { params: {}, inputs: [[null, null, 2]], output: [2], weightCount: 0 },
    { params: { keepdims: true }, inputs: [[4, null, 3]], output: [1, 1, 3], weightCount: 0 },
    {
      params: { keepdims: true, dataFormat: "channelsFirst" },
      inputs: [[3, 2, 4]],
      output: [3, 1, 1],
      weightCount: 0,
    },
  ],
  3: [
    { params: {}, inputs: [[3, 4, 2, 2]], output: [2], weightCount: 0 },
    {
      params: { dataFormat: "channelsFirst" },
      inputs: [[2, 3, 4, 3]],
      output: [2],
      weightCount: 0,
    },
    { params: { keepdims: true }, inputs: [[2, 3, 2, 3]], output: [1, 1, 1, 3], weightCount: 0 },
    { params: {}, inputs: [[null, null, null, 2]], output: [2], weightCount: 0 },
  ],
};
