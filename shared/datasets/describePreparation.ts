import type { DataBinding } from "./binding.ts";
import type { FieldScale } from "./fitScaling.ts";
import type { FieldPreparation, Preparation, ValuePreparation } from "./preparation.ts";
import type { RawData, RawField } from "./rawData.ts";

/** What was fitted, as the plain value that goes into a run's folder. */
export function describePreparation(
  data: RawData,
  { source, scaling, imageSize }: Pick<DataBinding, "source" | "scaling" | "imageSize">,
  fields: readonly { readonly preparation: FieldPreparation }[],
): Preparation {
  return {
    format: "netloom-preparation",
    version: 1,
    kind: data.kind,
    scaling,
    imageSize: data.kind === "images" ? imageSize : null,
    table:
      source.kind === "csv"
        ? {
            hasHeader: source.hasHeader,
            columns: source.columns,
            window: source.window,
            missing: source.missing ?? null,
          }
        : null,
    fields: fields.map(({ preparation }) => preparation),
  };
}

/** Channels share a scale over the whole image, so one entry each says it all. */
export function describeValues(
  { width, scaling, origins }: RawField,
  { scale, offset }: FieldScale,
  fills: readonly number[],
): readonly ValuePreparation[] {
  const count = scaling.kind === "image" ? scaling.channels : width;
  return Array.from({ length: count }, (_, index) => {
    const { column, category } = origins?.[index] ?? { column: null, category: null };
    return {
      column,
      category,
      scale: scale[index] ?? 1,
      offset: offset[index] ?? 0,
      fill: category === null ? (fills[index] ?? null) : 0,
    };
  });
}
