/** UpSampling1D, UpSampling2D and UpSampling3D: one shape rule. */
import { ok } from "../../base/result.ts";
import { formatTuple, onlyInput } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type LayerExample } from "../defineLayer.ts";
import type { IntTupleParam } from "../params.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis } from "../shape.ts";
import { joinSpatial, readSpatial, type SpatialRank } from "../spatial.ts";
import { interpolationParam } from "./interpolation.ts";

interface UpSamplingFamily {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly about: string;
  readonly page: string;
  readonly keywords: readonly string[];
  readonly examples: readonly LayerExample[];
}

function sizeParam(rank: SpatialRank) {
  return {
    kind: "intTuple",
    length: rank,
    default: Array.from({ length: rank }, () => 2),
    min: 1,
    label: "Size",
    help: "How many times as long the output is along each axis.",
  } as const satisfies IntTupleParam;
}

/**
 * tfjs has UpSampling2D only, and blends pixels otherwise than Keras (`resizeBilinear` without half-pixel centres:
 * tfjs-layers layers/convolutional.ts; its gradient throws on images that aren't square: tfjs-backend-cpu
 * kernels/ResizeBilinearGrad.ts). So only repeated pixels are tfjs's; ours do the rest (`engine/layers/resizing.ts` by
 * interpolation, `engine/layers/spatialReshaping.ts` in other ranks).
 */
export function defineUpSampling(rank: SpatialRank, family: UpSamplingFamily): AnyLayerDefinition {
  const specs = {
    size: sizeParam(rank),
    // As in Keras: no data format along time, interpolation for images alone.
    ...(rank === 1 ? {} : { dataFormat: dataFormatParam }),
    ...(rank === 2 ? { interpolation: interpolationParam("nearest") } : {}),
  } as const;
  return defineLayer({
    type: family.type,
    title: family.title,
    category: "reshaping",
    summary: family.summary,
    about: family.about,
    formula: `output[i] = input[⌊i / size⌋] along each axis${rank === 2 ? ", or a blend of the nearest values" : ""}`,
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/reshaping_layers/${family.page}/`,
      },
      {
        title: "Odena et al. 2016: Deconvolution and checkerboard artifacts",
        url: "https://distill.pub/2016/deconv-checkerboard/",
      },
    ],
    keywords: ["upsample", "enlarge", "decoder", "autoencoder", ...family.keywords],
    inputs: { min: 1, max: 1 },
    outputs: 1,
    params: specs,
    caption: ({ size, interpolation = "nearest" }) => [
      `× ${size.every((factor) => factor === size[0]) ? `${size[0]}` : formatTuple(size)}`,
      ...(interpolation === "nearest" ? [] : [interpolation]),
    ],
    inferShape({ size, dataFormat = "channelsLast" }, inputs) {
      const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!input.ok) return input;
      const spatial = input.value.spatial.map((entry, index) =>
        axis(entry.name, entry.size === null ? null : entry.size * (size[index] ?? 1)),
      );
      return ok(joinSpatial(spatial, input.value.channels, dataFormat));
    },
    weights: () => [],
    lower(params) {
      const call = { className: family.title, specs, params } as const;
      if (rank !== 2) {
        const tfjsOptions = { mode: "repeat", rank } as const;
        return lowerOwn({ ...call, tfjsFactory: "spatialReshaping", tfjsOptions });
      }
      return params.interpolation === "nearest"
        ? lowerParams({ ...call, tfjsFactory: family.type })
        : lowerOwn({ ...call, tfjsFactory: "resizing" });
    },
    examples: family.examples,
  });
}
