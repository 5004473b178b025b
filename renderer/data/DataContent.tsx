import { useState } from "react";
import { Unplug } from "lucide-react";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import type { DataPreview, TablePreview } from "#shared/datasets/preview.ts";
import { useDataset } from "../state/datasetStore.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { SegmentedControl } from "../ui/SegmentedControl.tsx";
import { chooseData } from "./chooseData.ts";
import { ColumnsTable } from "./ColumnsTable.tsx";
import { ScatterPlot, SeriesPlot } from "./Plots.tsx";
import { Receives } from "./Receives.tsx";
import { SampleGrid } from "./SampleGrid.tsx";

type Look = "plot" | "columns" | "samples" | "series";

const titles: Readonly<Record<Look, string>> = {
  plot: "Plot",
  series: "Series",
  samples: "Samples",
  columns: "Columns",
};

/** The data itself, in the ways that suit its kind. */
export function DataContent(props: {
  readonly binding: DataBinding;
  readonly selected: string | null;
  readonly onSelect: (column: string) => void;
}) {
  const summary = useDataset((state) => state.summary);
  const preview = useDataset((state) => state.preview);
  const table = useDataset((state) => state.table);
  const phase = useDataset((state) => state.phase);
  const [wanted, setWanted] = useState<Look | null>(null);
  const looks = listLooks(summary, preview, table);
  const look = looks.find((entry) => entry === wanted) ?? looks[0];
  if (look === undefined) {
    return phase === "failed" ? (
      <EmptyState
        icon={Unplug}
        title="The data could not be read"
        actions={
          <Button tone="primary" onClick={() => void chooseData()}>
            Choose it again…
          </Button>
        }
      >
        What happened and what to do stands beside, under “Data doctor”.
      </EmptyState>
    ) : (
      <p className="nl-data-waiting" aria-busy="true">
        {props.binding.source.kind === "generated" ? "Making the samples …" : "Reading the file …"}
      </p>
    );
  }
  return (
    <>
      {looks.length > 1 && (
        <SegmentedControl
          label="How to look at the data"
          className="nl-data-looks"
          value={look}
          options={looks.map((value) => ({ value, title: titles[value] }))}
          onChange={setWanted}
        />
      )}
      {look === "columns" && table !== null && (
        <ColumnsTable
          binding={props.binding}
          table={table}
          selected={props.selected}
          onSelect={props.onSelect}
        />
      )}
      {look === "plot" && preview?.scatter && summary !== null && (
        <ScatterPlot scatter={preview.scatter} classes={classesOf(summary)} />
      )}
      {look === "series" && preview?.series && summary !== null && (
        <SeriesPlot series={preview.series} name={targetOf(summary)} />
      )}
      {look === "samples" && preview !== null && summary !== null && (
        <SampleGrid summary={summary} preview={preview} />
      )}
      {summary !== null && preview !== null && (
        <Receives binding={props.binding} summary={summary} preview={preview} />
      )}
    </>
  );
}

function listLooks(
  summary: DatasetSummary | null,
  preview: DataPreview | null,
  table: TablePreview | null,
): readonly Look[] {
  const looks: Look[] = [];
  if (preview?.scatter) looks.push("plot");
  if (preview?.series) looks.push("series");
  if (preview !== null && summary !== null && summary.kind !== "table") looks.push("samples");
  if (table !== null) looks.push("columns");
  return looks;
}

function targetOf({ fields }: DatasetSummary): string {
  return fields.find(({ role }) => role === "target")?.name ?? "target";
}

function classesOf({ fields }: DatasetSummary): readonly string[] {
  return fields.find(({ role, classes }) => role === "target" && classes !== null)?.classes ?? [];
}
