import { ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { shapeOf } from "../shape.ts";

const specs = {
  scale: {
    kind: "float",
    default: 1 / 255,
    isRequired: true,
    label: "Scale",
    help: "Every value is multiplied by this. 1/255 (0.0039) brings the bytes of an image to 0 to 1.",
  },
  offset: {
    kind: "float",
    default: 0,
    label: "Offset",
    help: "Added after scaling. Scale 1/127.5 with offset −1 brings bytes to −1 to 1.",
  },
} as const;

export const rescaling = defineLayer({
  type: "rescaling",
  title: "Rescaling",
  category: "preprocessing",
  summary: "Multiplies every value by one number and adds another.",
  about:
    "Keeps the scaling of the input with the model, so that whoever uses it can feed raw bytes. Netloom can scale data already while preparing it: don't do both. It has no weights.",
  formula: "output = input · scale + offset",
  sources: [
    {
      title: "Keras: Rescaling layer",
      url: "https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/",
    },
  ],
  keywords: ["scale", "normalize", "bytes", "image", "offset", "preprocessing"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ scale, offset }) => [
    `× ${Number(scale.toPrecision(3))}`,
    ...(offset === 0 ? [] : [`${offset < 0 ? "−" : "+"} ${Math.abs(offset)}`]),
  ],
  inferShape: (_params, inputs) => ok(shapeOf(onlyInput(inputs).axes)),
  weights: () => [],
  lower: (params) =>
    lowerParams({ className: "Rescaling", tfjsFactory: "rescaling", specs, params }),
  examples: [
    { params: {}, inputs: [[4, 3, 3]], output: [4, 3, 3], weightCount: 0 },
    { params: { scale: 0.5, offset: -1 }, inputs: [[5]], output: [5], weightCount: 0 },
    {
      params: { scale: 2, offset: 0.25 },
      inputs: [[null, 2]],
      inputDType: "int32",
      output: [null, 2],
      weightCount: 0,
    },
  ],
});
