import { useEffect, useId, useState } from "react";
import { ChartLine, Code, Download, FolderDown, Package } from "lucide-react";
import { useStore } from "zustand";
import { assertNever } from "#shared/base/assertNever.ts";
import type { Result } from "#shared/base/result.ts";
import { chooseFile, useHostSession } from "../host/chooseFile.ts";
import { fileNameOf } from "../project/saveProjectAs.ts";
import { documentStore, useDocument } from "../state/documentStore.ts";
import { useRuns } from "../state/runStore.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { formatBytes } from "../ui/format.ts";
import { Icon } from "../ui/Icon.tsx";
import { Select } from "../ui/Select.tsx";
import { showToast } from "../ui/toastStore.ts";
import { describeBest } from "./describeRun.ts";
import {
  downloadFile,
  type ExportFile,
  makeCodeFiles,
  readCurveFiles,
  readModelFiles,
  writeExport,
} from "./exportFiles.ts";
import { closeExport, type ExportRequest, exportStore } from "./exportStore.ts";
import "./export.css";

type Kind = ExportRequest["kind"];

const kinds: readonly {
  readonly kind: Kind;
  readonly title: string;
  readonly text: string;
  readonly icon: typeof Code;
}[] = [
  {
    kind: "typescript",
    title: "TypeScript",
    text: "The network with tfjs’s functional API, and a script that trains it.",
    icon: Code,
  },
  {
    kind: "keras",
    title: "Keras",
    text: "The network in Python with Keras’s functional API, and a script that trains it.",
    icon: Code,
  },
  {
    kind: "model",
    title: "Trained model",
    text: "tfjs files of a run: model.json and weights, and preparation.json, which says how to feed them.",
    icon: Package,
  },
  {
    kind: "curves",
    title: "Curves",
    text: "All that a run measured: an event file for TensorBoard, and tables of its steps and epochs (CSV).",
    icon: ChartLine,
  },
];

/** Kinds that take something of a run. */
function isOfRun(kind: Kind): kind is "model" | "curves" {
  return kind === "model" || kind === "curves";
}

/** Takes the network away: as source code, or with its weights. */
export function ExportDialog() {
  const request = useStore(exportStore, (state) => state.request);
  return request === null ? null : (
    <ExportForm key={`${request.kind} ${request.runId ?? ""}`} request={request} />
  );
}

type Made =
  | { readonly phase: "making" }
  | { readonly phase: "ready"; readonly files: readonly ExportFile[] }
  | { readonly phase: "failed"; readonly message: string };

function ExportForm({ request }: { readonly request: ExportRequest }) {
  const [kind, setKind] = useState<Kind>(request.kind);
  const trained = useTrainedRuns();
  const [runId, setRunId] = useState(request.runId ?? trained[0]?.id ?? "");
  const made = useExportFiles(kind, runId);
  const name = useDocument((state) => state.document.name);
  const canDownload = useHostSession()?.shell !== "electron";
  const [isWriting, setWriting] = useState(false);

  const save = async (): Promise<void> => {
    if (made.phase !== "ready") return;
    const folder = await chooseFile({ purpose: "export" });
    if (folder === null) return;
    setWriting(true);
    const written = await writeExport(folder.handle, `${fileNameOf(name)}-${kind}`, made.files);
    setWriting(false);
    if (!written.ok) return showToast({ tone: "error", message: written.error });
    closeExport();
    showToast({
      tone: "success",
      message: `Exported ${made.files.length === 1 ? "1 file" : `${made.files.length} files`} to ${written.value}.`,
    });
  };

  return (
    <Dialog
      isOpen
      title="Export"
      description={`Takes “${name}” away, to be used without Netloom.`}
      onClose={closeExport}
      footer={
        <>
          <Button onClick={closeExport}>Cancel</Button>
          <Button
            tone="primary"
            icon={FolderDown}
            disabled={made.phase !== "ready" || isWriting}
            onClick={() => void save()}
          >
            {isWriting ? "Writing" : "Export into a folder…"}
          </Button>
        </>
      }
    >
      <KindChoice kind={kind} onChange={setKind} />
      {isOfRun(kind) && trained.length > 0 && (
        <Field label="Run">
          {({ id }) => (
            <Select
              id={id}
              value={runId}
              options={trained.map((run) => ({
                value: run.id,
                label: `Run ${run.number}`,
                hint: describeBest(run.metrics),
              }))}
              onChange={setRunId}
            />
          )}
        </Field>
      )}
      <Files made={made} canDownload={canDownload} />
    </Dialog>
  );
}

function useTrainedRuns() {
  const runs = useRuns((state) => state.runs);
  return runs.filter((run) => run.status !== "running");
}

function useExportFiles(kind: Kind, runId: string): Made {
  const document = useDocument((state) => state.document);
  const [made, setMade] = useState<Made & { readonly key?: string }>({ phase: "making" });
  const key = `${kind} ${isOfRun(kind) ? runId : ""}`;
  useEffect(() => {
    let isWanted = true;
    void makeFiles(kind, runId).then((next) => isWanted && setMade({ ...next, key }));
    return () => {
      isWanted = false;
    };
  }, [kind, runId, key, document]);
  return made.key === key ? made : { phase: "making" };
}

async function makeFiles(kind: Kind, runId: string): Promise<Made> {
  if (isOfRun(kind) && runId === "") {
    return { phase: "failed", message: "There is no finished run yet. Train the network first." };
  }
  if (!isOfRun(kind) && Object.keys(documentStore.getState().document.graph.nodes).length === 0) {
    return { phase: "failed", message: "The graph is empty. Draw a network first." };
  }
  const files = await readFiles(kind, runId);
  return files.ok
    ? { phase: "ready", files: files.value }
    : { phase: "failed", message: files.error };
}

function readFiles(kind: Kind, runId: string): Promise<Result<readonly ExportFile[], string>> {
  switch (kind) {
    case "model":
      return readModelFiles(runId);
    case "curves":
      return readCurveFiles(runId);
    case "typescript":
    case "keras":
      return makeCodeFiles(kind);
    default:
      return assertNever(kind);
  }
}

function KindChoice(props: { readonly kind: Kind; readonly onChange: (kind: Kind) => void }) {
  const group = useId();
  return (
    <fieldset className="nl-export-kinds">
      <legend className="nl-visually-hidden">What to export</legend>
      {kinds.map(({ kind, title, text, icon }) => (
        <label key={kind} className="nl-export-kind">
          <input
            type="radio"
            name={group}
            checked={props.kind === kind}
            onChange={() => props.onChange(kind)}
          />
          <Icon of={icon} size={16} />
          <span>
            <b>{title}</b>
            <small>{text}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Files({ made, canDownload }: { readonly made: Made; readonly canDownload: boolean }) {
  if (made.phase === "making") return <p className="nl-quiet">Preparing the files.</p>;
  if (made.phase === "failed") {
    return (
      <p className="nl-export-problem" role="alert">
        {made.message}
      </p>
    );
  }
  return (
    <ul className="nl-export-files" aria-label="Files">
      {made.files.map((file) => (
        <li key={file.name}>
          <span className="nl-mono">{file.name}</span>
          <span className="nl-quiet">{formatBytes(file.bytes.byteLength)}</span>
          {canDownload && (
            <Button
              size="small"
              tone="quiet"
              icon={Download}
              aria-label={`Download ${file.name}`}
              onClick={() => downloadFile(file)}
            >
              Download
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
