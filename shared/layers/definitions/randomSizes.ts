/** RandomWidth and RandomHeight: images of another size in each batch. */
import { ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { seedParam } from "../commonParams.ts";
import { type AnyLayerDefinition, defineLayer, type LayerExample } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { axis } from "../shape.ts";
import { joinSpatial, readSpatial } from "../spatial.ts";

const specs = {
  factor: {
    kind: "float",
    default: 0.2,
    min: 0,
    max: 1,
    isMaxExclusive: true,
    isRequired: true,
    label: "Factor",
    help: "Largest change, as a share: 0.2 draws 80 % to 120 % of the size for each batch.",
  },
  interpolation: {
    kind: "enum",
    options: ["nearest", "bilinear"],
    default: "bilinear",
    label: "Interpolation",
    help: "Nearest repeats values, bilinear blends neighbours.",
  },
  seed: seedParam,
} as const;

/**
 * Keras 3 has dropped both layers, tfjs's stretch predictions as well and give wrong shapes
 * (layers/preprocessing/random_width.ts); ours are `engine/layers/randomSize.ts` and `codegen/python/random_*.py`.
 */
function defineRandomSize(
  direction: "height" | "width",
  examples: readonly LayerExample[],
): AnyLayerDefinition {
  const title = direction === "height" ? "RandomHeight" : "RandomWidth";
  return defineLayer({
    type: direction === "height" ? "randomHeight" : "randomWidth",
    title,
    category: "preprocessing",
    summary: `Stretches images to a random ${direction} in training, so that sizes matter less.`,
    about: `Data augmentation: each batch gets a ${direction} of its own, in predictions nothing happens. What follows must take any ${direction}: convolutions and global pooling do, Flatten doesn't. It has no weights.`,
    formula: `output = input, resized to ${direction} · (1 + u), u drawn evenly from −factor to factor`,
    sources: [
      {
        title: `TensorFlow: tf.keras.layers.${title} (Keras 2)`,
        url: `https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/${title}`,
      },
    ],
    keywords: ["augmentation", "stretch", "image", "random", "preprocessing"],
    inputs: { min: 1, max: 1 },
    outputs: 1,
    params: specs,
    caption: ({ factor }) => [`± ${Number((100 * factor).toPrecision(3))} %`],
    inferShape(_params, inputs) {
      const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat: "channelsLast" });
      if (!input.ok) return input;
      const spatial = input.value.spatial.map((entry, index) =>
        (direction === "height") === (index === 0) ? axis(entry.name, null) : entry,
      );
      return ok(joinSpatial(spatial, input.value.channels, "channelsLast"));
    },
    weights: () => [],
    lower: (params) => ({
      ...lowerOwn({
        className: title,
        tfjsFactory: "randomSize",
        specs,
        params,
        tfjsOptions: { direction },
      }),
      pythonSource: "own",
    }),
    examples,
  });
}

export const randomHeight = defineRandomSize("height", [
  { params: {}, inputs: [[8, 6, 2]], output: [null, 6, 2], weightCount: 0 },
  {
    params: { factor: 0.5, interpolation: "nearest", seed: 3 },
    inputs: [[6, 4, 1]],
    output: [null, 4, 1],
    weightCount: 0,
  },
  { params: { factor: 0.1 }, inputs: [[null, null, 3]], output: [null, null, 3], weightCount: 0 },
]);

export const randomWidth = defineRandomSize("width", [
  { params: {}, inputs: [[6, 8, 2]], output: [6, null, 2], weightCount: 0 },
  {
    params: { factor: 0.5, interpolation: "nearest", seed: 3 },
    inputs: [[4, 6, 1]],
    output: [4, null, 1],
    weightCount: 0,
  },
  { params: { factor: 0.1 }, inputs: [[null, null, 3]], output: [null, null, 3], weightCount: 0 },
]);
