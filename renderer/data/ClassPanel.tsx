import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import { Bars } from "./Bars.tsx";

/** How many samples each class has. */
export function ClassPanel({ summary }: { readonly summary: DatasetSummary }) {
  const target = summary.fields.find(({ role, classes }) => role === "target" && classes !== null);
  if (!target?.classes) return null;
  return (
    <section className="nl-data-section" aria-labelledby="nl-data-classes">
      <h2 id="nl-data-classes" className="nl-heading">
        Classes of {target.name} <span>{target.classes.length}</span>
      </h2>
      <Bars
        label={`Samples of each ${target.name}`}
        rows={target.classes.map((name, index) => ({
          name,
          count: summary.classCounts[index] ?? 0,
        }))}
      />
    </section>
  );
}
