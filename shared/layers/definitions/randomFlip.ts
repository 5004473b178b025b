import { ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { dataFormatParam, seedParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { readSpatial } from "../spatial.ts";

const specs = {
  mode: {
    kind: "enum",
    options: ["horizontalAndVertical", "horizontal", "vertical"],
    default: "horizontalAndVertical",
    label: "Mode",
    help: "Horizontal swaps left and right, vertical top and bottom.",
  },
  seed: seedParam,
  dataFormat: dataFormatParam,
} as const;

const captions = {
  horizontalAndVertical: "both ways",
  horizontal: "left–right",
  vertical: "top–bottom",
} as const;

/** tfjs has no such layer; ours is `engine/layers/randomFlip.ts`. */
export const randomFlip = defineLayer({
  type: "randomFlip",
  title: "RandomFlip",
  category: "preprocessing",
  summary: "Mirrors images at random in training.",
  about:
    "Data augmentation: each image is mirrored with a chance of one half, so that the network sees more than the data hold; in predictions nothing happens. Choose horizontal for photographs; digits and letters should not be mirrored at all. It has no weights.",
  formula: "output = input, or the input mirrored, each with probability 1/2",
  sources: [
    {
      title: "Keras: RandomFlip layer",
      url: "https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/",
    },
    {
      title: "Shorten & Khoshgoftaar 2019: A survey on image data augmentation",
      url: "https://doi.org/10.1186/s40537-019-0197-0",
    },
  ],
  keywords: ["augmentation", "mirror", "image", "random", "preprocessing"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ mode }) => [captions[mode]],
  inferShape({ dataFormat }, inputs) {
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    return input.ok ? ok(onlyInput(inputs)) : input;
  },
  weights: () => [],
  lower: (params) =>
    lowerOwn({ className: "RandomFlip", tfjsFactory: "randomFlip", specs, params }),
  examples: [
    { params: {}, inputs: [[4, 5, 2]], output: [4, 5, 2], weightCount: 0 },
    {
      params: { mode: "horizontal", seed: 2 },
      inputs: [[3, 4, 3]],
      output: [3, 4, 3],
      weightCount: 0,
    },
    {
      params: { mode: "vertical", dataFormat: "channelsFirst" },
      inputs: [[3, null, 4]],
      output: [3, null, 4],
      weightCount: 0,
    },
  ],
});
