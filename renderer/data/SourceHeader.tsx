import { ChevronDown, FolderOpen, Sparkles, Trash2 } from "lucide-react";
import { assertNever } from "#shared/base/assertNever.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import { findGenerator, generatorCatalogue } from "#shared/datasets/generatorCatalogue.ts";
import type { TablePreview } from "#shared/datasets/preview.ts";
import { formatSizes } from "#shared/layers/shape.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { useDataset } from "../state/datasetStore.ts";
import { Button } from "../ui/Button.tsx";
import { formatBytes, formatCount, formatDuration } from "../ui/format.ts";
import { Icon } from "../ui/Icon.tsx";
import { Menu } from "../ui/Menu.tsx";
import { bindGenerated, chooseData } from "./chooseData.ts";
import { fitNetwork } from "./fitNetwork.ts";

/** What the data is, in one line, and what can be done with it as a whole. */
export function SourceHeader({ binding }: { readonly binding: DataBinding }) {
  const summary = useDataset((state) => state.summary);
  const table = useDataset((state) => state.table);
  const elapsedMs = useDataset((state) => state.preview?.elapsedMs ?? null);
  return (
    <header className="nl-data-head">
      <div className="nl-data-title">
        <h2>{titleOf(binding)}</h2>
        <p>{describe(binding, summary, table, elapsedMs)}</p>
      </div>
      <div className="nl-data-head-actions">
        <Menu
          align="end"
          trigger={
            <Button>
              Replace… <Icon of={ChevronDown} size={13} />
            </Button>
          }
          entries={[
            { title: "Choose a file or folder…", icon: FolderOpen, run: () => void chooseData() },
            "separator",
            ...generatorCatalogue.map(({ name, title }) => ({
              title,
              icon: Sparkles,
              run: () => bindGenerated(name),
            })),
            "separator",
            {
              title: "Remove the data",
              icon: Trash2,
              isDangerous: true,
              run: () => {
                runCommand("data.remove");
              },
            },
          ]}
        />
        <Button tone="primary" disabled={summary === null} onClick={fitNetwork}>
          Fit network to this data
        </Button>
      </div>
    </header>
  );
}

function titleOf({ source }: DataBinding): string {
  return source.kind === "generated" ? findGenerator(source.generator).title : source.label;
}

function describe(
  { source }: DataBinding,
  summary: DatasetSummary | null,
  table: TablePreview | null,
  elapsedMs: number | null,
): string {
  const words: string[] = [];
  if (summary !== null) {
    words.push(summary.kind === "table" ? "table" : summary.kind);
    const unit =
      summary.kind === "images" ? "images" : summary.kind === "table" ? "rows" : "windows";
    words.push(`${formatCount(summary.sampleCount)} ${unit}`);
    const [feature] = summary.fields;
    if (feature && summary.kind !== "table") words.push(formatSizes(feature.shape));
    if (summary.classCounts.length > 0) words.push(`${summary.classCounts.length} classes`);
  }
  switch (source.kind) {
    case "generated":
      words.push(`made here, seed ${source.seed}`);
      break;
    case "idx":
      words.push(source.labels === null ? "IDX, no labels" : "IDX");
      break;
    case "csv":
      if (table !== null) {
        words.push(`${table.columns.length} columns`);
        if (table.bytes !== null) words.push(formatBytes(table.bytes));
      }
      words.push(
        `${delimiterWords[source.delimiter] ?? source.delimiter}, ${source.hasHeader ? "header" : "no header"}`,
      );
      break;
    default:
      assertNever(source);
  }
  if (elapsedMs !== null) {
    words.push(
      `read in ${elapsedMs < 950 ? `${Math.max(1, Math.round(elapsedMs))} ms` : formatDuration(elapsedMs)}`,
    );
  }
  return words.join(" · ");
}

const delimiterWords: Readonly<Record<string, string>> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
  " ": "space",
};
