import { compileDocument } from "#shared/compiler/compileDocument.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { preparationFile } from "#shared/datasets/preparation.ts";
import { makeCsvFiles, makeTensorBoardFile } from "#shared/training/curveFiles.ts";
import { host } from "../host/hostClient.ts";
import { documentStore } from "../state/documentStore.ts";
import { awaitSaved } from "./trainingClient.ts";

export interface ExportFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The network as source code, with its training script. The failure is a sentence. */
export async function makeCodeFiles(
  kind: "typescript" | "keras",
): Promise<Result<readonly ExportFile[], string>> {
  const { document, documentAnalysis } = documentStore.getState();
  const plan = compileDocument(document, documentAnalysis);
  if (!plan.ok) {
    return err(plan.error[0]?.message ?? "The network has problems; mend them first.");
  }
  const options = { training: document.training, data: document.data };
  const printed =
    kind === "typescript"
      ? (await import("#shared/codegen/printTypeScript.ts")).printTypeScript(plan.value, options)
      : (await import("#shared/codegen/printKeras.ts")).printKeras(plan.value, options);
  const encoder = new TextEncoder();
  return ok(printed.files.map(({ name, text }) => ({ name, bytes: encoder.encode(text) })));
}

/**
 * A run's trained model as tfjs files: `model.json`, its weight shards, `preparation.json`, which says how to feed it,
 * and `netloomLayers.js` where it has layers that tfjs lacks.
 */
export async function readModelFiles(
  runId: string,
): Promise<Result<readonly ExportFile[], string>> {
  await awaitSaved(runId);
  const listed = await host.listRunFiles(runId);
  if (!listed.ok) return err(listed.error.message);
  const names = listed.value.map(({ name }) => name).filter(isModelFile);
  if (!names.includes("model.json")) {
    return err("This run kept no weights. Train again, or choose another run.");
  }
  const files: ExportFile[] = [];
  for (const name of names) {
    const bytes = await host.readRunFile(runId, name);
    if (!bytes.ok) return err(bytes.error.message);
    files.push({ name, bytes: new Uint8Array(bytes.value) });
  }
  const model = files.find(({ name }) => name === "model.json");
  const { printOwnLayersFile } = await import("#shared/codegen/printOwnLayersFile.ts");
  const own = model ? printOwnLayersFile(new TextDecoder().decode(model.bytes)) : null;
  if (own !== null) files.push({ name: own.name, bytes: new TextEncoder().encode(own.text) });
  return ok(files);
}

function isModelFile(name: string): boolean {
  return name === "model.json" || name === preparationFile || name.endsWith(".bin");
}

/** All that a run measured: an event file for TensorBoard, and tables of its steps and epochs. */
export async function readCurveFiles(
  runId: string,
): Promise<Result<readonly ExportFile[], string>> {
  const run = await host.getRun(runId);
  if (!run.ok) return err(run.error.message);
  const { info, events } = run.value;
  return ok([makeTensorBoardFile(events, info.id), ...makeCsvFiles(events)]);
}

/** Writes the files into a new folder inside `directory`; answers where that is. */
export async function writeExport(
  directory: string,
  name: string,
  files: readonly ExportFile[],
): Promise<Result<string, string>> {
  const made = await host.createExport(directory, name);
  if (!made.ok) return err(made.error.message);
  for (const file of files) {
    const written = await host.putExportFile(made.value.handle, file.name, file.bytes);
    if (!written.ok) return err(written.error.message);
  }
  return ok(made.value.location);
}

/** Hands one file to the browser's downloads. */
export function downloadFile({ name, bytes }: ExportFile): void {
  const url = URL.createObjectURL(new Blob([bytes]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its own hold of the data by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
