import { err, ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { defineLayer, type FixHint } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { axis } from "../shape.ts";
import { joinSpatial, readSpatial } from "../spatial.ts";
import { pixelsParam } from "./resizing.ts";

const specs = {
  height: pixelsParam("Height", "Rows to keep."),
  width: pixelsParam("Width", "Columns to keep."),
  dataFormat: dataFormatParam,
} as const;

/**
 * Smaller images are refused, which Keras would enlarge without a word. tfjs's own has no gradient, and cuts a column too
 * far left (layers/preprocessing/center_crop.ts); ours is `engine/layers/centerCrop.ts`.
 */
export const centerCrop = defineLayer({
  type: "centerCrop",
  title: "CenterCrop",
  category: "preprocessing",
  summary: "Keeps the middle of an image.",
  about:
    "Cuts all edges off evenly, so that images of any size get one size without being distorted. Images must be at least as large; Resizing makes small ones larger. It has no weights.",
  formula: "output = input[top … top + height, left … left + width], top = ⌊(rows − height) / 2⌋",
  sources: [
    {
      title: "Keras: CenterCrop layer",
      url: "https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/",
    },
  ],
  keywords: ["crop", "cut", "image", "middle", "preprocessing"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ height, width }) => [`${height}×${width}`],
  inferShape({ height, width, dataFormat }, inputs) {
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const hints: FixHint[] = [];
    const wanted = [
      ["height", height],
      ["width", width],
    ] as const;
    wanted.forEach(([param, size], index) => {
      const room = input.value.spatial[index]?.size ?? null;
      if (room !== null && room < size)
        hints.push({ kind: "setParam", param, value: room, title: `Set ${param} to ${room}` });
    });
    if (hints.length > 0) {
      const resize: FixHint = {
        kind: "insert",
        type: "resizing",
        params: { height, width, dataFormat },
        input: 0,
      };
      return err({
        code: "size",
        needs: `an image of at least ${height} × ${width}`,
        input: 0,
        // One side alone would not do where both are too long.
        hints: hints.length === 1 ? [...hints, resize] : [resize],
      });
    }
    const spatial = [axis("height", height), axis("width", width)];
    return ok(joinSpatial(spatial, input.value.channels, dataFormat));
  },
  weights: () => [],
  lower: (params) =>
    lowerOwn({ className: "CenterCrop", tfjsFactory: "centerCrop", specs, params }),
  examples: [
    { params: { height: 3, width: 2 }, inputs: [[6, 5, 2]], output: [3, 2, 2], weightCount: 0 },
    { params: { height: 4, width: 4 }, inputs: [[4, 7, 1]], output: [4, 4, 1], weightCount: 0 },
    {
      params: { height: 2, width: 3, dataFormat: "channelsFirst" },
      inputs: [[3, 5, 4]],
      output: [3, 2, 3],
      weightCount: 0,
    },
    {
      params: { height: 4, width: 3 },
      inputs: [[null, null, 3]],
      output: [4, 3, 3],
      weightCount: 0,
    },
  ],
});
