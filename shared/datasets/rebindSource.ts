import type { CsvSource, DataBinding, GeneratorName } from "./binding.ts";
import { findGenerator } from "./generatorCatalogue.ts";
import type { SourceProposal } from "./inspectSource.ts";

/**
 * Puts newly chosen data in the place of what a project had and keeps every setting that still makes sense: the split;
 * scaling and image size for the same kind of data; window and columns where the table allows them. So a template's
 * twelve-step windows of generated months become twelve-step windows of the chosen file.
 */
export function rebindSource(existing: DataBinding | null, proposal: SourceProposal): DataBinding {
  const proposed = proposal.binding;
  if (!existing) return proposed;
  const source =
    proposed.source.kind === "csv"
      ? { ...proposed.source, ...keepTable(existing, proposed.source, proposal) }
      : proposed.source;
  const binding = { ...proposed, source, split: existing.split };
  const isSameKind = kindOf(existing) === kindOf(binding);
  return {
    ...binding,
    scaling: isSameKind ? existing.scaling : proposed.scaling,
    imageSize: isSameKind && kindOf(binding) === "images" ? existing.imageSize : null,
  };
}

function kindOf({ source }: DataBinding): "table" | "images" | "sequence" {
  switch (source.kind) {
    case "generated":
      return findGenerator(source.generator).kind;
    case "idx":
      return "images";
    case "csv":
      return source.window ? "sequence" : "table";
  }
}

function keepTable(
  existing: DataBinding,
  proposed: CsvSource,
  proposal: SourceProposal,
): Partial<CsvSource> {
  if (existing.source.kind === "csv" && haveSameColumns(existing.source, proposed)) {
    const { columns, window, missing } = existing.source;
    return { columns, window, ...(missing ? { missing } : {}) };
  }
  const window = findWindow(existing);
  if (!window) {
    // A network for tables gets rows, not windows, if there is more in a row than the value to predict.
    const hasFeature = proposed.columns.some(({ role }) => role === "feature");
    return kindOf(existing) === "table" && hasFeature ? { window: null } : {};
  }
  const target = proposed.columns.find(({ role }) => role === "target");
  const fits = proposal.rowCount > window.steps + window.horizon;
  if (!fits || target?.kind !== "numeric") return {};
  return { window };
}

/** Steps of the existing windows, also of generated series. */
function findWindow({ source }: DataBinding): CsvSource["window"] {
  if (source.kind === "csv") return source.window;
  if (source.kind !== "generated") return null;
  const steps = windowSteps[source.generator];
  return steps === undefined ? null : { steps, horizon: 1 };
}

const windowSteps: Partial<Record<GeneratorName, number>> = {
  sine: 24,
  seasonal: 12,
  "trend-windows": 60,
};

function haveSameColumns(existing: CsvSource, proposed: CsvSource): boolean {
  return (
    existing.columns.length === proposed.columns.length &&
    existing.columns.every(({ name, kind }, index) => {
      const other = proposed.columns[index];
      return (
        other !== undefined &&
        // A column that was numeric and now holds words has to be looked at anew.
        (kind === "categorical" || other.kind === "numeric") &&
        (name === other.name || !proposed.hasHeader)
      );
    })
  );
}
