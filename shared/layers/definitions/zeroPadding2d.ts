import { ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis } from "../shape.ts";
import { joinSpatial, readSpatial } from "../spatial.ts";

const specs = {
  padding: {
    kind: "intTuple",
    length: 4,
    default: [1, 1, 1, 1],
    min: 0,
    label: "Padding",
    help: "Rows of zeros to add above and below, then columns to add on the left and on the right.",
  },
  dataFormat: dataFormatParam,
} as const;

export const zeroPadding2d = defineLayer({
  type: "zeroPadding2d",
  title: "ZeroPadding2D",
  category: "reshaping",
  summary: "Adds rows and columns of zeros around an image.",
  about:
    "Use it where padding same isn't what you want: uneven borders, or the explicit padding of ResNet and of models that come from PyTorch. It has no weights.",
  sources: [
    {
      title: "Keras: ZeroPadding2D layer",
      url: "https://keras.io/api/layers/reshaping_layers/zero_padding2d/",
    },
  ],
  keywords: ["pad", "border", "image", "margin"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ padding: [top = 0, bottom = 0, left = 0, right = 0] }) => {
    if (top === bottom && left === right) return [top === left ? `${top}` : `${top}×${left}`];
    return [`${top}, ${bottom} · ${left}, ${right}`];
  },

  inferShape({ padding: [top = 0, bottom = 0, left = 0, right = 0], dataFormat }, inputs) {
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const added = [top + bottom, left + right];
    const spatial = input.value.spatial.map(({ name, size }, index) =>
      axis(name, size === null ? null : size + (added[index] ?? 0)),
    );
    return ok(joinSpatial(spatial, input.value.channels, dataFormat));
  },
  weights: () => [],
  lower(params) {
    const [top = 0, bottom = 0, left = 0, right = 0] = params.padding;
    const standard = [
      [1, 1],
      [1, 1],
    ];
    return lowerParams({
      className: "ZeroPadding2D",
      tfjsFactory: "zeroPadding2d",
      specs,
      params,
      omit: ["padding"],
      extra: [
        {
          tfjsName: "padding",
          pythonName: "padding",
          value: [
            [top, bottom],
            [left, right],
          ],
          tfjsDefault: standard,
          pythonDefault: standard,
        },
      ],
    });
  },
  examples: [
    { params: {}, inputs: [[3, 4, 2]], output: [5, 6, 2], weightCount: 0 },
    { params: { padding: [0, 1, 2, 3] }, inputs: [[3, 4, 1]], output: [4, 9, 1], weightCount: 0 },
    {
      params: { padding: [1, 2, 0, 1], dataFormat: "channelsFirst" },
      inputs: [[2, 3, 4]],
      output: [2, 6, 5],
      weightCount: 0,
    },
    {
      params: { padding: [3, 3, 3, 3] },
      inputs: [[null, null, 3]],
      output: [null, null, 3],
      weightCount: 0,
    },
  ],
});
