/**
 * What is refused before anything is built. A thousand bytes of text can ask for terabytes, and beyond a device's
 * buffer size WebGPU computes wrong numbers without an error.
 */
export const limits = {
  /** Values in one tensor of one sample, or in one weight: 1 GiB of float32. */
  tensorValues: 2 ** 28,
  /** Weights of the whole model: 2 GiB of float32. */
  totalWeights: 2 ** 29,
  /** tfjs walks a model recursively; chains of about 3,000 layers overflow the stack. */
  depth: 2500,
} as const;
