/** What a convolution's programs need to know of its shapes. Channels last. */
export interface ConvolutionSizes {
  readonly images: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Zeros in front; what lies beyond the end is zero, too. */
  readonly top: number;
  readonly left: number;
  readonly groups: number;
}

/** All but the number of images: programs of the same text. */
export function describeSizes(sizes: ConvolutionSizes): string {
  const { images: _, ...rest } = sizes;
  return Object.values(rest).join("_");
}

/** A product of matrices is a convolution of images of one pixel; so is one by filters of 1 × 1. */
export function flattenSizes(sizes: ConvolutionSizes): ConvolutionSizes {
  const { inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth } = sizes;
  const isPlain =
    filterHeight === 1 &&
    filterWidth === 1 &&
    strideHeight === 1 &&
    strideWidth === 1 &&
    sizes.top === 0 &&
    sizes.left === 0 &&
    sizes.outHeight === inHeight &&
    sizes.outWidth === inWidth;
  if (!isPlain) return sizes;
  const images = sizes.images * inHeight * inWidth;
  return { ...sizes, images, inHeight: 1, inWidth: 1, outHeight: 1, outWidth: 1 };
}

export function matrixSizes(rows: number, inner: number, columns: number): ConvolutionSizes {
  return {
    images: rows,
    inHeight: 1,
    inWidth: 1,
    inChannels: inner,
    outHeight: 1,
    outWidth: 1,
    outChannels: columns,
    filterHeight: 1,
    filterWidth: 1,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    top: 0,
    left: 0,
    groups: 1,
  };
}

/** Whether any window reaches beyond the input. */
export function isPadded(sizes: ConvolutionSizes): boolean {
  const bottom =
    (sizes.outHeight - 1) * sizes.strideHeight -
    sizes.top +
    (sizes.filterHeight - 1) * sizes.dilationHeight;
  const right =
    (sizes.outWidth - 1) * sizes.strideWidth -
    sizes.left +
    (sizes.filterWidth - 1) * sizes.dilationWidth;
  return sizes.top > 0 || sizes.left > 0 || bottom >= sizes.inHeight || right >= sizes.inWidth;
}
