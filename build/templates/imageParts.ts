/** Layers that image networks are made of, with the options that nearly all of them set. */
import type { JsonValue } from "../../shared/base/json.ts";
import type { DataBinding } from "../../shared/datasets/binding.ts";
import type { StoredParams } from "../../shared/layers/params.ts";
import { defaultOptimizers, type TrainingConfig } from "../../shared/training/config.ts";
import { expr, layer, type Part } from "./parts.ts";

/** A number, or the text of an expression. */
type Amount = number | string;

const amount = (value: Amount): JsonValue => (typeof value === "number" ? value : expr(value));
const pair = (value: Amount): JsonValue =>
  typeof value === "number" ? [value, value] : expr(`[${value}, ${value}]`);

export function conv(
  name: string,
  filters: Amount,
  size: number | readonly [number, number],
  params: StoredParams & { readonly stride?: Amount } = {},
): Part {
  const { stride, ...more } = params;
  return layer("conv2d", name, {
    filters: amount(filters),
    kernelSize: typeof size === "number" ? [size, size] : size,
    ...(stride === undefined || stride === 1 ? {} : { strides: pair(stride) }),
    ...more,
  });
}

export function maxPool(name: string, size: number, stride: number, padding?: "same"): Part {
  return layer("maxPooling2d", name, {
    poolSize: [size, size],
    strides: [stride, stride],
    ...(padding === undefined ? {} : { padding }),
  });
}

export function averagePool(name: string, size: number, stride: number, padding?: "same"): Part {
  return layer("averagePooling2d", name, {
    poolSize: [size, size],
    strides: [stride, stride],
    ...(padding === undefined ? {} : { padding }),
  });
}

/** Rows above and below, columns left and right. */
export function pad(name: string, ...sides: readonly [number, number, number, number]): Part {
  return layer("zeroPadding2d", name, { padding: sides });
}

export const norm = (name: string, params: StoredParams = {}): Part =>
  layer("batchNormalization", name, params);

export const globalPool = (name = "avg_pool"): Part => layer("globalAveragePooling2d", name);

export const imageInput: Part = layer("input", "image", {
  shape: expr("[imageSize, imageSize, 3]"),
});

/**
 * Few pictures, quickly drawn, in the size that the paper has: enough to see that it learns. A thousand classes have
 * no names; the real data set is bound in their place.
 */
export function bindPictures(size: number, classes = 1000, samples = 64): DataBinding {
  return {
    source: {
      kind: "generated",
      generator: "pictures",
      samples,
      noise: 0.05,
      seed: 1,
      shape: [size, size, 3],
      classes,
    },
    split: { validation: 0.25, seed: 1 },
    scaling: "minusOneToOne",
    imageSize: null,
  };
}

export const bigTraining: Partial<TrainingConfig> = {
  optimizer: defaultOptimizers.momentum,
  batchSize: 8,
  epochs: 5,
};

export const imageNet = (imageSize: number): Readonly<Record<string, JsonValue>> => ({
  imageSize,
  classes: 1000,
});
