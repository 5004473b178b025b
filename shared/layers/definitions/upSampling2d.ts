import { ok } from "../../base/result.ts";
import { formatTuple, onlyInput, parameterIssue } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis } from "../shape.ts";
import { joinSpatial, readSpatial } from "../spatial.ts";

const specs = {
  size: {
    kind: "intTuple",
    length: 2,
    default: [2, 2],
    min: 1,
    label: "Size",
    help: "How many times as high and as wide the output is.",
  },
  dataFormat: dataFormatParam,
  interpolation: {
    kind: "enum",
    options: ["nearest", "bilinear"],
    default: "nearest",
    label: "Interpolation",
    help: "Nearest repeats each value. Bilinear blends neighbours; TensorFlow.js and Keras place the pixels differently, so a model with it can't be trained here.",
  },
} as const;

/**
 * Bilinear is refused: tfjs-layers (layers/convolutional.ts, UpSampling2D) calls `resizeBilinear` without
 * `halfPixelCenters`, Keras resizes with half-pixel centres, so the same weights give other values; and the CPU
 * gradient throws on images that aren't square (tfjs-backend-cpu kernels/ResizeBilinearGrad.ts).
 * Keras's further modes (bicubic, lanczos …) are not in tfjs.
 */
export const upSampling2d = defineLayer({
  type: "upSampling2d",
  title: "UpSampling2D",
  category: "reshaping",
  summary: "Enlarges an image by repeating its rows and columns.",
  about:
    "The plain way up in decoders and U-Nets: enlarge, then let a Conv2D smooth and refine. It has no weights and makes no checkerboard patterns.",
  sources: [
    {
      title: "Keras: UpSampling2D layer",
      url: "https://keras.io/api/layers/reshaping_layers/up_sampling2d/",
    },
    {
      title: "Odena et al. 2016: Deconvolution and checkerboard artifacts",
      url: "https://distill.pub/2016/deconv-checkerboard/",
    },
  ],
  keywords: ["upsample", "resize", "enlarge", "decoder", "autoencoder", "image", "nearest"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ size }) => [`× ${formatTuple(size[0] === size[1] ? size.slice(0, 1) : size)}`],

  inferShape({ size, dataFormat, interpolation }, inputs) {
    if (interpolation !== "nearest") {
      return parameterIssue(
        "interpolation",
        "'s interpolation must be nearest: TensorFlow.js and Keras place the pixels of bilinear differently",
        [
          {
            kind: "setParam",
            param: "interpolation",
            value: "nearest",
            title: "Set interpolation to nearest",
          },
        ],
      );
    }
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const spatial = input.value.spatial.map((entry, index) =>
      axis(entry.name, entry.size === null ? null : entry.size * (size[index] ?? 1)),
    );
    return ok(joinSpatial(spatial, input.value.channels, dataFormat));
  },
  weights: () => [],
  lower: (params) =>
    lowerParams({ className: "UpSampling2D", tfjsFactory: "upSampling2d", specs, params }),
  examples: [
    { params: {}, inputs: [[3, 4, 2]], output: [6, 8, 2], weightCount: 0 },
    { params: { size: [3, 2] }, inputs: [[2, 3, 1]], output: [6, 6, 1], weightCount: 0 },
    {
      params: { size: [1, 4], dataFormat: "channelsFirst" },
      inputs: [[2, 3, 2]],
      output: [2, 3, 8],
      weightCount: 0,
    },
    { params: {}, inputs: [[null, null, 3]], output: [null, null, 3], weightCount: 0 },
  ],
});
