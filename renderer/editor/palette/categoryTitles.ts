import type { LayerCategory } from "#shared/layers/defineLayer.ts";

/** Headings of the palette, in its order. */
export const categoryTitles: readonly {
  readonly category: LayerCategory;
  readonly title: string;
}[] = [
  { category: "io", title: "Input and output" },
  { category: "core", title: "Core" },
  { category: "activation", title: "Activation" },
  { category: "convolution", title: "Convolution" },
  { category: "pooling", title: "Pooling" },
  { category: "reshaping", title: "Reshaping" },
  { category: "recurrent", title: "Recurrent" },
  { category: "attention", title: "Attention" },
  { category: "normalization", title: "Normalization" },
  { category: "regularization", title: "Regularization" },
  { category: "merge", title: "Merge" },
  { category: "preprocessing", title: "Preprocessing" },
];
