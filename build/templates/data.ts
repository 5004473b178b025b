/** Bindings to generated data, with the catalogue's sound defaults. */
import type { DataBinding, DataSource, GeneratorName } from "../../shared/datasets/binding.ts";
import { proposeGenerated } from "../../shared/datasets/generatorCatalogue.ts";

type Generated = Extract<DataSource, { readonly kind: "generated" }>;

export function bindGenerated(
  name: GeneratorName,
  change: Partial<Pick<Generated, "samples" | "noise" | "shape" | "classes" | "vocabulary">> = {},
): DataBinding {
  const binding = proposeGenerated(name);
  const { source } = binding;
  return source.kind === "generated" ? { ...binding, source: { ...source, ...change } } : binding;
}
