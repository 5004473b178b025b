import type { JsonValue } from "../../base/json.ts";
import { err, ok } from "../../base/result.ts";
import { checkFloat, multiplySizes, onlyInput, parameterIssue, rankIssue } from "../axes.ts";
import { paddingParam } from "../commonParams.ts";
import { defineLayer, type LayerCall } from "../defineLayer.ts";
import { filterNames, type Kernel, makeKernel, maxKernelSize } from "../filterKernels.ts";
import { axis, shapeOf, sizesOf } from "../shape.ts";

type Shown = Readonly<Record<string, JsonValue>>;
const isBlur = (filter: unknown) => filter === "boxBlur" || filter === "gaussianBlur";

const specs = {
  filter: {
    kind: "enum",
    options: filterNames,
    default: "sobelX",
    label: "Filter",
    help: "What it finds or does. X filters answer to upright edges, Y filters to level ones, Laplacian to all.",
  },
  size: {
    kind: "int",
    default: 3,
    min: 2,
    max: maxKernelSize,
    label: "Size",
    help: "Pixels along each side of the blur. Odd sizes keep the image in place.",
    isShown: ({ filter }: Shown) => isBlur(filter),
  },
  sigma: {
    kind: "float",
    default: 1,
    min: 0,
    isMinExclusive: true,
    max: 100,
    label: "Sigma",
    help: "Width of the Gaussian in pixels. A size of about six sigma holds nearly all of it.",
    isShown: ({ filter }: Shown) => filter === "gaussianBlur",
  },
  kernel: {
    kind: "text",
    default: "0 0 0; 0 1 0; 0 0 0",
    maxLength: 10_000,
    label: "Kernel",
    help: "The numbers of a custom kernel, rows apart by semicolons: 0 -1 0; -1 5 -1; 0 -1 0 sharpens.",
    isShown: ({ filter }: Shown) => filter === "custom",
  },
  padding: { ...paddingParam, default: "same" },
} as const;

type FilterParams = {
  readonly filter: (typeof filterNames)[number];
  readonly size: number;
  readonly sigma: number;
  readonly kernel: string;
};

const kernelOf = ({ filter, size, sigma, kernel }: FilterParams): Kernel | null =>
  makeKernel({ filter, size, sigma, text: kernel });

export const fixedFilter = defineLayer({
  type: "fixedFilter",
  title: "FixedFilter",
  category: "convolution",
  summary:
    "Slides a kernel of given numbers over an image: edges, blur, sharpening. Nothing is learned.",
  about:
    "What convolutional layers learn was once designed by hand: Sobel, Scharr and Prewitt kernels measure how the brightness changes across or down the image, the Laplacian finds edges of all directions, blurs smooth, sharpening and embossing bring details out. Every channel is filtered by itself with the same kernel, so there are no weights. Put it beside a trained Conv2D to compare. Edge filters give negative values too; an absolute value or relu behind them shows edges of both or of one direction. Neither Keras nor tfjs has it: exports carry its class with them.",
  formula: "output[y, x, c] = sum over i, j of kernel[i, j] · input[y + i, x + j, c]",
  sources: [
    { title: "Gonzalez and Woods, Digital Image Processing" },
    {
      title: "Sobel operator",
      url: "https://en.wikipedia.org/wiki/Sobel_operator",
    },
  ],
  keywords: ["sobel", "prewitt", "scharr", "edge", "blur", "sharpen", "gaussian", "kernel"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ filter, size }) => [isBlur(filter) ? `${filter} ${size}×${size}` : filter],
  inferShape(params, inputs) {
    const input = onlyInput(inputs);
    const [height, width, channels] = input.axes;
    if (input.axes.length !== 3 || !height || !width || !channels)
      return rankIssue("an image with three axes, height × width × channels");
    const float = checkFloat(input);
    if (!float.ok) return float;
    const kernel = kernelOf(params);
    if (kernel === null)
      return parameterIssue(
        "kernel",
        `'s kernel must be up to ${maxKernelSize} rows of equally many numbers, such as 0 -1 0; -1 5 -1; 0 -1 0`,
        [
          {
            kind: "setParam",
            param: "filter",
            value: "sharpen",
            title: "Use the sharpening kernel",
          },
        ],
      );
    if (channels.size === null)
      return err({
        code: "unknown-size",
        needs: "a known size along channels, because each is filtered by itself",
        input: 0,
      });
    const [rows, columns] = [kernel.length, kernel[0]?.length ?? 1];
    const shrink = (size: number | null, window: number) =>
      size === null || params.padding === "same" ? size : size - window + 1;
    const sizes = [shrink(height.size, rows), shrink(width.size, columns)] as const;
    if (sizes.some((size) => size !== null && size < 1))
      return err({
        code: "size",
        needs: `an image of at least ${rows} × ${columns}`,
        input: 0,
        param: "padding",
        hints: [{ kind: "setParam", param: "padding", value: "same", title: "Pad with zeros" }],
      });
    return ok(shapeOf([axis(height.name, sizes[0]), axis(width.name, sizes[1]), channels]));
  },
  weights: () => [],
  multiplyAdds(params, _inputs, output) {
    const kernel = kernelOf(params) ?? [];
    return multiplySizes([...sizesOf(output), kernel.length, kernel[0]?.length ?? 0]);
  },
  lower(params): LayerCall {
    return {
      className: "FixedFilter",
      tfjsFactory: "fixedFilter",
      tfjsSource: "own",
      pythonSource: "own",
      options: [
        { tfjsName: "kernel", pythonName: "kernel", value: kernelOf(params) ?? [] },
        {
          tfjsName: "padding",
          pythonName: "padding",
          value: params.padding,
          tfjsDefault: "same",
          pythonDefault: "same",
        },
      ],
    };
  },
  examples: [
    { params: {}, inputs: [[6, 5, 1]], output: [6, 5, 1], weightCount: 0 },
    {
      params: { filter: "laplacian", padding: "valid" },
      inputs: [[6, 5, 3]],
      output: [4, 3, 3],
      weightCount: 0,
    },
    {
      params: { filter: "gaussianBlur", size: 5, sigma: 1.5 },
      inputs: [[null, 7, 2]],
      output: [null, 7, 2],
      weightCount: 0,
    },
    {
      params: { filter: "custom", kernel: "1 -1; 0.5 0; 0 2", padding: "valid" },
      inputs: [[5, 4, 2]],
      output: [3, 3, 2],
      weightCount: 0,
    },
    ...(["sobelY", "scharrX", "scharrY", "prewittX", "prewittY"] as const).map((filter) => ({
      params: { filter },
      inputs: [[4, 4, 1]],
      output: [4, 4, 1],
      weightCount: 0,
    })),
    ...(["sharpen", "emboss", "boxBlur"] as const).map((filter) => ({
      params: { filter },
      inputs: [[4, 5, 2]],
      output: [4, 5, 2],
      weightCount: 0,
    })),
  ],
});
