import { ok } from "../../base/result.ts";
import { onlyInput, parameterIssue } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import type { BoolParam, IntParam } from "../params.ts";
import { axis } from "../shape.ts";
import { joinSpatial, readSpatial } from "../spatial.ts";
import { interpolationParam } from "./interpolation.ts";

export function pixelsParam(label: string, help: string) {
  return {
    kind: "int",
    default: 32,
    min: 1,
    max: 16_384,
    unit: "pixels",
    isRequired: true,
    label,
    help,
  } as const satisfies IntParam;
}

function flagParam(label: string, help: string) {
  return {
    kind: "bool",
    default: false,
    group: "advanced",
    label,
    help,
  } as const satisfies BoolParam;
}

/** Keras's `fill_mode` is left out: "constant" is all that it takes. */
const specs = {
  height: pixelsParam("Height", "Rows of the resized image."),
  width: pixelsParam("Width", "Columns of the resized image."),
  interpolation: interpolationParam("bilinear"),
  cropToAspectRatio: flagParam(
    "Crop to aspect ratio",
    "Cuts off the longer sides first, so that nothing is distorted.",
  ),
  padToAspectRatio: flagParam(
    "Pad to aspect ratio",
    "Adds borders to the shorter sides first, so that nothing is distorted.",
  ),
  fillValue: {
    kind: "float",
    default: 0,
    group: "advanced",
    label: "Fill value",
    help: "The value of added borders.",
  },
  antialias: flagParam(
    "Antialias",
    "Blends all pixels that fall into one when the image gets smaller, so that fine patterns don't flicker.",
  ),
  dataFormat: dataFormatParam,
} as const;

/**
 * tfjs has a Resizing, which places pixels otherwise than Keras 3 (`resizeBilinear` without half-pixel centres:
 * tfjs-layers layers/preprocessing/image_resizing.ts); ours is `engine/layers/resizing.ts`.
 */
export const resizing = defineLayer({
  type: "resizing",
  title: "Resizing",
  category: "preprocessing",
  summary: "Brings images to one height and width.",
  about:
    "Lets a network take images of any size, or joins maps of different sizes: the gradient goes through it. Netloom can resize images already while preparing data, which is done once rather than in every epoch. It has no weights.",
  formula: "output = rowsᵀ · input · columns, with the interpolation's shares in rows and columns",
  sources: [
    {
      title: "Keras: Resizing layer",
      url: "https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/",
    },
    { title: "Keys 1981: Cubic convolution interpolation for digital image processing" },
  ],
  keywords: ["resize", "scale", "image", "interpolation", "bilinear", "preprocessing"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ height, width, interpolation }) => [
    `${height}×${width}`,
    ...(interpolation === "bilinear" ? [] : [interpolation]),
  ],
  inferShape({ height, width, cropToAspectRatio, padToAspectRatio, dataFormat }, inputs) {
    if (cropToAspectRatio && padToAspectRatio)
      return parameterIssue(
        "padToAspectRatio",
        "'s pad to aspect ratio must be off where crop to aspect ratio is on: one of them is enough",
        [
          {
            kind: "setParam",
            param: "padToAspectRatio",
            value: false,
            title: "Switch off pad to aspect ratio",
          },
        ],
      );
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const spatial = [axis("height", height), axis("width", width)];
    return ok(joinSpatial(spatial, input.value.channels, dataFormat));
  },
  weights: () => [],
  lower: (params) => lowerOwn({ className: "Resizing", tfjsFactory: "resizing", specs, params }),
  examples: [
    { params: { height: 6, width: 5 }, inputs: [[4, 3, 2]], output: [6, 5, 2], weightCount: 0 },
    {
      params: { height: 3, width: 4, interpolation: "nearest" },
      inputs: [[7, 6, 1]],
      output: [3, 4, 1],
      weightCount: 0,
    },
    {
      params: { height: 3, width: 3, antialias: true },
      inputs: [[8, 7, 2]],
      output: [3, 3, 2],
      weightCount: 0,
    },
    {
      params: { height: 4, width: 4, cropToAspectRatio: true, interpolation: "bicubic" },
      inputs: [[6, 9, 1]],
      output: [4, 4, 1],
      weightCount: 0,
    },
    {
      params: { height: 4, width: 6, padToAspectRatio: true, fillValue: 0.5 },
      inputs: [[6, 5, 1]],
      output: [4, 6, 1],
      weightCount: 0,
    },
    {
      params: { height: 5, width: 4, dataFormat: "channelsFirst" },
      inputs: [[3, null, null]],
      output: [3, 5, 4],
      weightCount: 0,
    },
  ],
});
