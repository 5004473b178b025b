/** Kernels of image filters, as rows of numbers; not flipped, as convolution layers have it. */

/** Gonzalez and Woods, Digital Image Processing, chapters 3 and 10; Scharr 2000 for his operator. */
const fixedKernels = {
  sobelX: [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ],
  sobelY: [
    [-1, -2, -1],
    [0, 0, 0],
    [1, 2, 1],
  ],
  scharrX: [
    [-3, 0, 3],
    [-10, 0, 10],
    [-3, 0, 3],
  ],
  scharrY: [
    [-3, -10, -3],
    [0, 0, 0],
    [3, 10, 3],
  ],
  prewittX: [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
  ],
  prewittY: [
    [-1, -1, -1],
    [0, 0, 0],
    [1, 1, 1],
  ],
  laplacian: [
    [0, 1, 0],
    [1, -4, 1],
    [0, 1, 0],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  emboss: [
    [-2, -1, 0],
    [-1, 1, 1],
    [0, 1, 2],
  ],
} as const satisfies Readonly<Record<string, Kernel>>;

export type Kernel = readonly (readonly number[])[];

export const filterNames = [
  "sobelX",
  "sobelY",
  "scharrX",
  "scharrY",
  "prewittX",
  "prewittY",
  "laplacian",
  "sharpen",
  "emboss",
  "boxBlur",
  "gaussianBlur",
  "custom",
] as const;
export type FilterName = (typeof filterNames)[number];

/** Rows or columns of a kernel. */
export const maxKernelSize = 31;

/** The kernel of a filter; `size` and `sigma` (in pixels) are those of the blurs, `text` that of "custom". */
export function makeKernel(options: {
  readonly filter: FilterName;
  readonly size: number;
  readonly sigma: number;
  readonly text: string;
}): Kernel | null {
  const { filter, size, sigma, text } = options;
  switch (filter) {
    case "boxBlur":
      return makeBlur(Array.from({ length: size }, () => 1));
    case "gaussianBlur": {
      const middle = (size - 1) / 2;
      return makeBlur(
        Array.from({ length: size }, (_, index) =>
          Math.exp(-((index - middle) ** 2) / (2 * sigma ** 2)),
        ),
      );
    }
    case "custom":
      return readKernel(text);
    default:
      return fixedKernels[filter];
  }
}

/** All products of two weights, brought to the sum 1 and to eight digits, so that they can be read. */
function makeBlur(weights: readonly number[]): Kernel {
  const sum = weights.reduce((total, weight) => total + weight, 0) ** 2;
  return weights.map((row) =>
    weights.map((column) => Number(((row * column) / sum).toPrecision(8))),
  );
}

/** `0 -1 0; -1 5 -1; 0 -1 0`: rows of equally many numbers. null where it is not that. */
function readKernel(text: string): Kernel | null {
  const rows = text
    .split(/[;\n]/)
    .map((row) => row.trim())
    .filter((row) => row !== "")
    .map((row) => row.split(/[\s,]+/).map(Number));
  const width = rows[0]?.length ?? 0;
  const isKernel =
    rows.length >= 1 &&
    rows.length <= maxKernelSize &&
    width <= maxKernelSize &&
    rows.every((row) => row.length === width && row.every(Number.isFinite));
  return isKernel ? rows : null;
}
