import { createStore } from "zustand/vanilla";
import { useStore } from "zustand";
import { fileHandle, type FileHandle } from "#shared/base/ids.ts";
import type { GeneratorName } from "#shared/datasets/binding.ts";
import type { DataIssue } from "#shared/datasets/dataset.ts";
import { findGenerator, proposeGenerated } from "#shared/datasets/generatorCatalogue.ts";
import type { InspectOptions } from "#shared/datasets/inspectSource.ts";
import { rebindSource } from "#shared/datasets/rebindSource.ts";
import { chooseFile } from "../host/chooseFile.ts";
import { host } from "../host/hostClient.ts";
import { documentStore } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { announce } from "../ui/announce.ts";
import { inspectData } from "./dataClient.ts";

/** What is under way between choosing data and binding it. */
export interface ChoosingState {
  readonly phase: "idle" | "copying" | "reading" | "failed";
  readonly label: string;
  readonly progress: number | null;
  readonly issues: readonly DataIssue[];
  readonly notes: readonly string[];
  readonly cancel: () => void;
}

const idle: ChoosingState = {
  phase: "idle",
  label: "",
  progress: null,
  issues: [],
  notes: [],
  cancel: () => undefined,
};

const choosingStore = createStore<ChoosingState>()(() => idle);

export function useChoosing(): ChoosingState {
  return useStore(choosingStore);
}

export function dismissProblem(): void {
  choosingStore.setState(idle);
}

/** Asks for a file or folder and binds what it is. */
export async function chooseData(): Promise<void> {
  const chosen = await chooseFile({ purpose: "data" });
  if (chosen === null) return;
  sessionStore.getState().showView("data");
  await bindChosen({ handle: fileHandle(chosen.handle), label: chosen.label });
}

interface ChosenData {
  readonly handle: FileHandle;
  readonly label: string;
}

/**
 * Looks at the chosen data and puts it in the place of what the project had, keeping settings that still fit. When it
 * can't be read, the project stays as it was. With `isFresh`, nothing is kept: columns and roles are guessed anew.
 */
export async function bindChosen(
  chosen: ChosenData,
  options: { readonly csv?: NonNullable<InspectOptions["csv"]>; readonly isFresh?: boolean } = {},
): Promise<void> {
  choosingStore.getState().cancel();
  const project = documentStore.getState().document.id;
  const task = inspectData(chosen, {
    ...(options.csv ? { csv: options.csv } : {}),
    onProgress: (progress) => choosingStore.setState({ progress }),
  });
  choosingStore.setState({
    phase: "reading",
    label: chosen.label,
    progress: null,
    issues: [],
    notes: [],
    cancel: task.cancel,
  });
  const result = await task.result;
  if (choosingStore.getState().cancel !== task.cancel) return;
  const { document, edit } = documentStore.getState();
  if (document.id !== project) {
    choosingStore.setState(idle);
    return;
  }
  if (!result.ok) {
    const isCancelled = result.error.every(({ code }) => code === "cancelled");
    choosingStore.setState(
      isCancelled ? idle : { ...idle, phase: "failed", label: chosen.label, issues: result.error },
    );
    return;
  }
  const binding = rebindSource(options.isFresh === true ? null : document.data, result.value);
  choosingStore.setState({ ...idle, notes: result.value.notes });
  edit({ kind: "setData", data: binding }, { label: `use ${chosen.label}` });
  announce(`${chosen.label} is bound to the project.`);
}

/** The bound table again from its file: other delimiter or header, or columns guessed anew. */
export async function rereadTable(csv: {
  readonly delimiter?: string;
  readonly hasHeader?: boolean;
}): Promise<void> {
  const { data } = documentStore.getState().document;
  if (data?.source.kind !== "csv" || data.source.handle === null) return;
  const { handle, label, file } = data.source;
  await bindChosen({ handle, label }, { csv: { file, ...csv }, isFresh: true });
}

/** Copies dropped files into the application's own folder and binds them. Several files become one folder. */
export async function bindDropped(files: readonly File[]): Promise<void> {
  const [first] = files;
  if (!first) return;
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
    choosingStore.setState(idle);
  };
  const label = files.length === 1 ? first.name : `${files.length} files`;
  let handle: string | undefined;
  for (const [index, file] of files.entries()) {
    choosingStore.setState({
      ...idle,
      phase: "copying",
      label,
      progress: index / files.length,
      cancel,
    });
    const copied = await copyFile(file, handle);
    if (isCancelled) return;
    if (!copied.ok) {
      const issue: DataIssue = { code: "missing", message: copied.message, file: file.name };
      choosingStore.setState({ ...idle, phase: "failed", label, issues: [issue] });
      return;
    }
    handle ??= copied.handle;
  }
  choosingStore.setState(idle);
  if (handle !== undefined) await bindChosen({ handle: fileHandle(handle), label });
}

async function copyFile(
  file: File,
  into: string | undefined,
): Promise<{ ok: true; handle: string } | { ok: false; message: string }> {
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes === null) {
    return {
      ok: false,
      message: `${file.name} could not be read. A folder cannot be dropped: use “Choose a file or folder”.`,
    };
  }
  const uploaded = await host.upload(file.name, bytes, into);
  return uploaded.ok
    ? { ok: true, handle: uploaded.value.handle }
    : { ok: false, message: uploaded.error.message };
}

/** Binds a built-in data set. */
export function bindGenerated(name: GeneratorName): void {
  const { title } = findGenerator(name);
  choosingStore.setState(idle);
  documentStore
    .getState()
    .edit({ kind: "setData", data: proposeGenerated(name) }, { label: `use ${title}` });
  sessionStore.getState().showView("data");
  announce(`${title} is bound to the project.`);
}
