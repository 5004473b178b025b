import { renameSync, rmSync, writeFileSync } from "node:fs";
import { appendFile, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { parsePreparation } from "#shared/datasets/parsePreparation.ts";
import { preparationFile, type Preparation } from "#shared/datasets/preparation.ts";
import { parseCheckpoint, checkpointFile, type Checkpoint } from "#shared/training/checkpoint.ts";
import { makeCheckpointModel } from "#shared/training/checkpointModel.ts";
import { runInfoSchema, type RunInfo } from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { atomicWrite } from "#electron/services/atomicWrite.ts";
import { readErrorCode } from "#electron/services/hostProblem.ts";
import { makeFolder } from "#electron/services/makeFolder.ts";
import { readJsonFile, writeJsonFile } from "#electron/services/jsonFile.ts";
import { CliFailure } from "./io.ts";

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A run's folder as the application keeps it: `run.json`, `metrics.jsonl`, `preparation.json`, `model.json` and weights. */
export interface RunFolder {
  readonly directory: string;
  /** Written in order; `finish` waits for the last. */
  append(event: RunEvent): void;
  writeFiles(files: readonly NamedBytes[]): Promise<void>;
  /** Replaces the checkpoint; what goes wrong is told by `finish`, which also waits for it. */
  writeCheckpoint(bytes: Uint8Array): Promise<void>;
  /**
   * The same without waiting for the disk: outlives the process, though not a power cut. Between long steps nothing
   * that takes turns would come to its end. False where one is being written, which then counts.
   */
  holdCheckpoint(bytes: Uint8Array): boolean;
  finish(change: Partial<RunInfo>): Promise<void>;
}

/** Whether the folder is still this process's to write; see `RunWatch`. */
type MayWrite = () => boolean;
const always: MayWrite = () => true;

export async function createRunFolder(
  directory: string,
  info: RunInfo,
  options: { readonly force: boolean; readonly mayWrite?: MayWrite },
): Promise<RunFolder> {
  const infoFile = path.join(directory, "run.json");
  const eventsFile = path.join(directory, "metrics.jsonl");
  const modelFile = path.join(directory, "model.json");
  for (const file of options.force ? [] : [infoFile, eventsFile, modelFile]) {
    if ((await stat(file).catch(() => null)) === null) continue;
    const held = file === modelFile ? "a model" : "a run";
    throw new CliFailure(
      1,
      `${directory} holds ${held} already. Choose another folder with --out, or replace it with --force.`,
    );
  }
  await write(directory, async () => {
    await makeFolder(directory);
    // The weights of the run before would pass for this one's, should it fail.
    await rm(modelFile, { force: true });
    await writeJsonFile(infoFile, info, { mode: 0o644 });
    await rm(path.join(directory, checkpointFile), { force: true });
    await atomicWrite(eventsFile, "", { mode: 0o644 });
  });
  return openFolder(directory, info, options.mayWrite ?? always);
}

/** The folder of a run that goes on. A line of its events that was cut off in the middle is ended first. */
export async function reopenRunFolder(
  directory: string,
  info: RunInfo,
  options: { readonly mayWrite?: MayWrite } = {},
): Promise<RunFolder> {
  await write(directory, async () => {
    await writeJsonFile(path.join(directory, "run.json"), info, { mode: 0o644 });
    await appendFile(path.join(directory, "metrics.jsonl"), "\n");
  });
  return openFolder(directory, info, options.mayWrite ?? always);
}

function openFolder(directory: string, info: RunInfo, mayWrite: MayWrite): RunFolder {
  const infoFile = path.join(directory, "run.json");
  const eventsFile = path.join(directory, "metrics.jsonl");
  const checkpointPath = path.join(directory, checkpointFile);
  let keeping: Promise<void> = Promise.resolve();
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown = null;
  let unwritten = 0;
  return {
    directory,
    append(event) {
      writing = writing
        .then(() => (mayWrite() ? appendFile(eventsFile, `${JSON.stringify(event)}\n`) : undefined))
        .catch((error: unknown) => {
          failure ??= error;
        });
    },
    writeFiles: (files) =>
      write(directory, async () => {
        for (const file of files) {
          if (!mayWrite()) return;
          await atomicWrite(path.join(directory, file.name), file.bytes, { mode: 0o644 });
        }
      }),
    writeCheckpoint(bytes) {
      unwritten++;
      keeping = keeping
        .then(async () => {
          if (mayWrite()) await atomicWrite(checkpointPath, bytes, { mode: 0o644 });
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => unwritten--);
      return keeping;
    },
    holdCheckpoint(bytes) {
      if (unwritten > 0 || !mayWrite()) return false;
      const held = `${checkpointPath}.held`;
      try {
        writeFileSync(held, bytes, { mode: 0o644 });
        renameSync(held, checkpointPath);
        return true;
      } catch {
        // A full disk is told of by those writes that a person asked for.
        rmSync(held, { force: true });
        return false;
      }
    },
    finish: (change) =>
      write(directory, async () => {
        await writing;
        await keeping;
        if (!mayWrite()) return;
        await writeJsonFile(infoFile, { ...info, ...change }, { mode: 0o644 });
        if (failure !== null) throw failure;
      }),
  };
}

/** A run that is to go on: what it was, and its last checkpoint (null: it ended before the first). */
export async function readInterruptedRun(
  directory: string,
): Promise<{ readonly info: RunInfo; readonly checkpoint: Checkpoint | null }> {
  const info = await readJsonFile(path.join(directory, "run.json"), runInfoSchema);
  if (info === null) {
    throw new CliFailure(1, `${directory} holds no run: it has no run.json that can be read.`);
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.join(directory, checkpointFile));
  } catch (error) {
    if (readErrorCode(error) === "ENOENT") return { info, checkpoint: null };
    throw error;
  }
  const checkpoint = parseCheckpoint(bytes);
  if (!checkpoint.ok) throw new CliFailure(1, `${directory}: ${checkpoint.error}`);
  return { info, checkpoint: checkpoint.value };
}

/** The weights of a finished run, what was trained, and how its data were prepared (null: not kept). */
export async function readRun(directory: string): Promise<{
  readonly info: RunInfo | null;
  readonly files: readonly NamedBytes[];
  readonly preparation: Preparation | null;
}> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.join(directory, "model.json"));
  } catch (error) {
    if (readErrorCode(error) === null) throw error;
    const files = await readCheckpointModel(directory);
    if (files !== null) {
      const info = await readJsonFile(path.join(directory, "run.json"), runInfoSchema);
      return { info, files, preparation: await readPreparation(directory) };
    }
    throw new CliFailure(
      1,
      `${directory} has no model.json: give the folder of a run that kept its weights.`,
    );
  }
  const files: NamedBytes[] = [{ name: "model.json", bytes }];
  for (const name of listShards(bytes)) {
    const shard = await readFile(path.join(directory, name)).catch(() => null);
    if (shard) files.push({ name, bytes: shard });
  }
  return {
    info: await readJsonFile(path.join(directory, "run.json"), runInfoSchema),
    files,
    preparation: await readPreparation(directory),
  };
}

/** The model of a run that was ended in mid-step: it lies in its last checkpoint. null: it has none. */
async function readCheckpointModel(directory: string): Promise<readonly NamedBytes[] | null> {
  const bytes = await readFile(path.join(directory, checkpointFile)).catch(() => null);
  const checkpoint = bytes && parseCheckpoint(bytes);
  return checkpoint?.ok ? makeCheckpointModel(checkpoint.value) : null;
}

/** What a run logged, in order; a last line that was never finished is left out. */
export async function readRunEvents(
  directory: string,
): Promise<{ readonly info: RunInfo | null; readonly events: readonly RunEvent[] }> {
  let text: string;
  try {
    text = await readFile(path.join(directory, "metrics.jsonl"), "utf8");
  } catch (error) {
    if (readErrorCode(error) === null) throw error;
    throw new CliFailure(1, `${directory} has no metrics.jsonl: give the folder of a run.`);
  }
  const events = text.split("\n").flatMap((line): readonly RunEvent[] => {
    try {
      // Written by `append` above, or by the host, in this shape.
      return line === "" ? [] : [JSON.parse(line) as RunEvent];
    } catch {
      return [];
    }
  });
  return { info: await readJsonFile(path.join(directory, "run.json"), runInfoSchema), events };
}

async function readPreparation(directory: string): Promise<Preparation | null> {
  let text: string;
  try {
    text = await readFile(path.join(directory, preparationFile), "utf8");
  } catch (error) {
    if (readErrorCode(error) === null) throw error;
    return null;
  }
  const preparation = parsePreparation(text);
  if (preparation.ok) return preparation.value;
  throw new CliFailure(
    1,
    `${path.join(directory, preparationFile)} can't be read: ${preparation.error}`,
  );
}

const manifestSchema = z.object({
  weightsManifest: z.array(z.object({ paths: z.array(z.string()) })),
});

/** Names only: a path that leads out of the folder is not followed. */
function listShards(bytes: Uint8Array): readonly string[] {
  try {
    const manifest = manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return manifest.weightsManifest
      .flatMap((group) => group.paths)
      .filter((name) => name === path.basename(name));
  } catch {
    // What is wrong with the file is told when the model is loaded.
    return [];
  }
}

async function write(directory: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    const code = readErrorCode(error);
    if (code === null) throw error;
    throw new CliFailure(1, `The run can't be written to ${directory}: ${describe(code)}.`);
  }
}

function describe(code: string): string {
  switch (code) {
    case "ENOSPC":
      return "the disk is full";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "this account may not write there";
    case "ENOTDIR":
    case "EEXIST":
      return "there is a file of that name";
    default:
      return code;
  }
}
