import { useState, type DragEvent } from "react";
import { FileWarning } from "lucide-react";
import type { DataBinding } from "#shared/datasets/binding.ts";
import { useDataset } from "../state/datasetStore.ts";
import { useDocument } from "../state/documentStore.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { bindDropped, chooseData, dismissProblem, useChoosing } from "./chooseData.ts";
import { ColumnPanel } from "./ColumnPanel.tsx";
import { DataContent } from "./DataContent.tsx";
import { Doctor } from "./Doctor.tsx";
import { EmptyData } from "./EmptyData.tsx";
import { ClassPanel } from "./ClassPanel.tsx";
import { Preparation } from "./Preparation.tsx";
import { SourceHeader } from "./SourceHeader.tsx";
import { SplitPanel } from "./SplitPanel.tsx";
import "./data.css";
import "./dataSide.css";

/** The Data view: choose, look at, mend and prepare what the network learns from. Files may be dropped anywhere on it. */
export function DataView() {
  const binding = useDocument((state) => state.document.data);
  const [isOver, setIsOver] = useState(false);
  const onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    setIsOver(true);
  };
  return (
    <div
      className="nl-data"
      data-over={isOver ? "" : undefined}
      onDragEnter={onDrag}
      onDragOver={onDrag}
      onDragLeave={(event) => {
        if (event.target === event.currentTarget || !(event.relatedTarget instanceof Node))
          setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        void bindDropped([...event.dataTransfer.files]);
      }}
    >
      {binding === null ? (
        <div className="nl-data-main">
          <ChoosingCard />
          <EmptyData />
        </div>
      ) : (
        <BoundData binding={binding} />
      )}
      {isOver && <div className="nl-data-drop">Drop to use this data</div>}
    </div>
  );
}

function BoundData({ binding }: { readonly binding: DataBinding }) {
  const summary = useDataset((state) => state.summary);
  const table = useDataset((state) => state.table);
  const [chosenColumn, setChosenColumn] = useState<string | null>(null);
  const shownColumn = chosenColumn ?? findTelling(binding);
  const profile = table?.columns.find(({ name }) => name === shownColumn) ?? table?.columns[0];
  return (
    <>
      <div className="nl-data-main">
        <SourceHeader binding={binding} />
        <LoadingLine />
        <ChoosingCard />
        <DataContent
          binding={binding}
          selected={profile?.name ?? null}
          onSelect={setChosenColumn}
        />
      </div>
      <aside className="nl-data-aside" aria-label="Data settings">
        <Doctor binding={binding} onShowColumn={setChosenColumn} />
        <SplitPanel binding={binding} summary={summary} />
        {profile === undefined ? (
          summary !== null && <ClassPanel summary={summary} />
        ) : (
          <ColumnPanel binding={binding} profile={profile} />
        )}
        <Preparation binding={binding} summary={summary} />
      </aside>
    </>
  );
}

/** The column to begin with: the first that the network gets. */
function findTelling({ source }: DataBinding): string | null {
  if (source.kind !== "csv") return null;
  return source.columns.find(({ role }) => role !== "ignore")?.name ?? null;
}

function LoadingLine() {
  const phase = useDataset((state) => state.phase);
  const progress = useDataset((state) => state.progress);
  return (
    <div className="nl-data-loading">
      {phase === "loading" && <ProgressBar label="Reading the data" value={progress} />}
    </div>
  );
}

/** What happens between choosing and binding, with Cancel; and what went wrong there. */
function ChoosingCard() {
  const choosing = useChoosing();
  if (choosing.phase === "copying" || choosing.phase === "reading") {
    return (
      <div className="nl-data-choosing" role="status">
        <p>
          {choosing.phase === "copying" ? "Copying" : "Reading"} {choosing.label} …
        </p>
        <ProgressBar label={`Reading ${choosing.label}`} value={choosing.progress} />
        <Button size="small" onClick={choosing.cancel}>
          Cancel
        </Button>
      </div>
    );
  }
  if (choosing.phase === "failed") {
    return (
      <div className="nl-data-choosing is-failed" role="alert">
        <p>
          <Icon of={FileWarning} /> <b>{choosing.label} can’t be used as it is.</b> The project is
          as it was.
        </p>
        <ul>
          {choosing.issues.map((issue) => (
            <li key={issue.message}>{issue.message}</li>
          ))}
        </ul>
        <div className="nl-data-remark-actions">
          <Button size="small" onClick={() => void chooseData()}>
            Choose another…
          </Button>
          <Button size="small" tone="quiet" onClick={dismissProblem}>
            Dismiss
          </Button>
        </div>
      </div>
    );
  }
  if (choosing.notes.length === 0) return null;
  return (
    <p className="nl-data-note" role="status">
      {choosing.notes.join(" ")}
    </p>
  );
}
