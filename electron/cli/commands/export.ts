import { stat } from "node:fs/promises";
import path from "node:path";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import { preparationFile, serializePreparation } from "#shared/datasets/preparation.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { makeCsvFiles, makeTensorBoardFile } from "#shared/training/curveFiles.ts";
import { atomicWrite } from "#electron/services/atomicWrite.ts";
import { readErrorCode } from "#electron/services/hostProblem.ts";
import { makeFolder } from "#electron/services/makeFolder.ts";
import { compileProject } from "../compile.ts";
import { printCode } from "../printCode.ts";
import { CliFailure, type CliIo, type CommandResult } from "../io.ts";
import { loadProject } from "../loadProject.ts";
import { findMismatch, requireText } from "../loadRun.ts";
import type { Invocation } from "../parseArguments.ts";
import { readRun, readRunEvents } from "../runFolder.ts";

/** As `printOwnLayersFile` calls it. */
const ownLayersFile = "netloomLayers.js";

export interface ExportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Writes code or model files. Never replaces a file unless told to. */
export async function runExport(
  { command, positionals, options }: Invocation,
  io: CliIo,
): Promise<CommandResult> {
  const [name = ""] = positionals;
  const to = options.choice("to", ["typescript", "keras", "tfjs", "tensorboard", "csv"]);
  if (to === null)
    throw new CliFailure(
      2,
      `"netloom export" needs --to typescript|keras|tfjs|tensorboard|csv. See "netloom help export".`,
    );
  const out = requireText(options, "out", command);
  const directory = path.resolve(io.cwd, out);
  const run = options.text("run");
  const document = await loadProject(name, io);
  if (to === "tensorboard" || to === "csv") {
    const runDir = path.resolve(io.cwd, requireText(options, "run", command));
    const files = await makeCurveFiles(to, runDir);
    await writeAll(directory, files, options.flag("force"));
    return {
      exitCode: 0,
      json: { to, directory, files: files.map((file) => file.name) },
      text: files.map((file) => path.join(directory, file.name)).join("\n"),
    };
  }
  const { plan } = compileProject(document, null);
  const files =
    to === "tfjs"
      ? await makeModelFiles(plan, document, run === null ? null : path.resolve(io.cwd, run))
      : printCode(to, plan, document);
  await writeAll(directory, files, options.flag("force"));
  const isTrained = to === "tfjs" && run !== null;
  const notes = [
    ...(to === "tfjs" && !isTrained
      ? ["The weights are fresh: give a trained run's folder with --run."]
      : []),
    ...(files.some(({ name: file }) => file === ownLayersFile)
      ? [
          `${ownLayersFile} holds the layers that TensorFlow.js lacks: import it before loading model.json.`,
        ]
      : []),
  ];
  const note = notes.length === 0 ? null : notes.join(" ");
  return {
    exitCode: 0,
    json: { to, directory, files: files.map((file) => file.name), isTrained, note },
    text: [...files.map((file) => path.join(directory, file.name)), ...notes].join("\n"),
  };
}

/** Every value that a run logged: an event file for TensorBoard, or tables. */
async function makeCurveFiles(
  to: "tensorboard" | "csv",
  runDir: string,
): Promise<readonly ExportFile[]> {
  const { info, events } = await readRunEvents(runDir);
  const files =
    to === "csv"
      ? makeCsvFiles(events)
      : [makeTensorBoardFile(events, info?.id ?? path.basename(runDir))];
  return files.map((file) => ({ name: file.name, content: file.bytes }));
}

async function makeModelFiles(
  plan: ModelPlan,
  document: ProjectDocument,
  runDir: string | null,
): Promise<readonly ExportFile[]> {
  if (runDir !== null) {
    const { files, preparation } = await readRun(runDir);
    const { loadModelFiles } = await import("#shared/engine/modelFiles.ts");
    const { selectBackend } = await import("#shared/engine/selectBackend.ts");
    await selectBackend("cpu");
    // Loaded once, so that a broken run is not passed on.
    const model = await loadModelFiles(files);
    if (!model.ok) throw new CliFailure(1, `${runDir}: ${model.error}`);
    const mismatch = findMismatch(plan, model.value);
    model.value.dispose();
    if (mismatch !== null) {
      throw new CliFailure(1, `${runDir} is not a run of ${document.name}: ${mismatch}`);
    }
    return [
      ...(await addOwnLayers(files)),
      ...(preparation
        ? [{ name: preparationFile, content: serializePreparation(preparation) }]
        : []),
    ];
  }
  const { selectBackend } = await import("#shared/engine/selectBackend.ts");
  const { buildModel } = await import("#shared/engine/buildModel.ts");
  const { saveModelFiles } = await import("#shared/engine/modelFiles.ts");
  const { readWeights } = await import("#shared/engine/snapshots.ts");
  await selectBackend("cpu");
  const model = buildModel(plan, { seed: document.training.seed });
  const files = saveModelFiles(model, await readWeights(model));
  model.dispose();
  return addOwnLayers(files);
}

/** The model's files, and the classes beside them that stock tfjs needs to load it. */
async function addOwnLayers(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<readonly ExportFile[]> {
  const { printOwnLayersFile } = await import("#shared/codegen/printOwnLayersFile.ts");
  const model = files.find(({ name }) => name === "model.json");
  const own = model ? printOwnLayersFile(new TextDecoder().decode(model.bytes)) : null;
  return [
    ...files.map(({ name, bytes }) => ({ name, content: bytes })),
    ...(own === null ? [] : [{ name: own.name, content: own.text }]),
  ];
}

async function writeAll(
  directory: string,
  files: readonly ExportFile[],
  force: boolean,
): Promise<void> {
  const existing: string[] = [];
  for (const { name } of files) {
    if ((await stat(path.join(directory, name)).catch(() => null)) !== null) existing.push(name);
  }
  if (existing.length > 0 && !force) {
    throw new CliFailure(
      1,
      `${directory} has ${existing.join(", ")} already. Nothing was written; choose another folder, or replace them with --force.`,
    );
  }
  try {
    await makeFolder(directory);
    for (const { name, content } of files) {
      await atomicWrite(path.join(directory, name), content, { mode: 0o644 });
    }
  } catch (error) {
    const code = readErrorCode(error);
    if (code === null) throw error;
    throw new CliFailure(1, `The files can't be written to ${directory} (${code}).`);
  }
}
