/** Ctrl-C beside a thread that does not hear it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunInfo } from "#shared/host/contract.ts";
import { serializeCheckpoint } from "#shared/training/checkpoint.ts";
import { createRunFolder, readRun, readRunEvents } from "./runFolder.ts";
import { superviseTraining } from "./superviseTraining.ts";
import type { ThreadMessage, ToldRun } from "./threadMessages.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "netloom-supervise-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let out = "";
let interrupt = (): void => {};
beforeEach(() => {
  out = "";
});

const info: RunInfo = {
  id: "run-1",
  projectId: "project",
  projectName: "Project",
  number: 1,
  startedMs: 0,
  status: "running",
  message: "",
  backend: "cpu",
  epochs: 0,
  metrics: {},
  snapshot: "",
};

/** A thread that tells `messages` and then does nothing but `rest`, until its run was ended from outside. */
async function supervise(messages: readonly ThreadMessage[], rest: "loops" | "ends") {
  const file = path.join(folder, "thread.mjs");
  const ending =
    rest === "ends"
      ? `parentPort.once("message", () => parentPort.postMessage({ kind: "done", exitCode: 0 }));`
      : `const ended = new Int32Array(workerData.ended); while (Atomics.load(ended, 0) === 0);`;
  await writeFile(
    file,
    `import { parentPort, workerData } from "node:worker_threads";
     for (const message of ${JSON.stringify(messages)}) parentPort.postMessage(message);
     ${ending}`,
  );
  return superviseTraining(
    ["train", "project", "--json"],
    {
      cwd: folder,
      templatesFolder: folder,
      version: "1",
      isTerminal: false,
      writeOut: (text) => void (out += text),
      writeError(text) {
        // Told last, so that everything before has arrived.
        if (text === "now") interrupt();
      },
      onInterrupt(listener) {
        interrupt = listener;
        return () => {};
      },
    },
    file,
  );
}

async function beginRun(name: string): Promise<ToldRun> {
  const directory = path.join(folder, name);
  await createRunFolder(directory, info, { force: false });
  return { directory, info, seed: 1, device: "JavaScript" };
}

const now: ThreadMessage = { kind: "error", text: "now" };

test("a run whose thread never hears it ends with its last checkpoint, from which it can be exported", async () => {
  const run = await beginRun("kept");
  const { directory } = run;
  const kept = { kind: "kept", epochs: 2, step: 3, elapsedMs: 9, metrics: { loss: 0.5 } } as const;
  const values = Float32Array.of(1, 2);
  const modelText = JSON.stringify({ weightsManifest: [{ paths: ["group1-shard1of1.bin"] }] });
  await writeFile(
    path.join(directory, "latest.checkpoint"),
    serializeCheckpoint({
      fingerprint: { plan: "p", data: "d", config: {} },
      epochs: 5,
      batchSize: 32,
      epochsDone: 2,
      step: 3,
      stepsDone: 23,
      elapsedMs: 9,
      metrics: { loss: 0.5 },
      tally: { samples: 0, rows: [], totals: [] },
      stopping: null,
      schedule: null,
      weights: [{ name: "0/kernel", shape: [2], values }],
      best: null,
      optimizer: { updates: 23, slots: [] },
      states: [],
      modelText,
    }),
  );
  // Of an earlier end of the same run.
  await writeFile(path.join(directory, "model.json"), "old");
  const messages: readonly ThreadMessage[] = [
    { kind: "run", run },
    { kind: "progress", progress: { kind: "stepped" } },
    { kind: "progress", progress: kept },
    now,
  ];
  expect(await supervise(messages, "loops")).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ reason: "stopped", runDir: directory, epochs: 2 });
  const { info: ended, files } = await readRun(directory);
  expect(ended).toMatchObject({ status: "stopped", epochs: 2, metrics: { loss: 0.5 } });
  expect(ended?.message).toContain("after step 3 of epoch 3");
  expect(files.map(({ name }) => name)).toEqual(["model.json", "group1-shard1of1.bin"]);
  expect(Buffer.from(files[0]?.bytes ?? []).toString()).toBe(modelText);
  const { events } = await readRunEvents(directory);
  expect(events.map(({ kind }) => kind)).toEqual(["ended", "checkpoint"]);
});

test("before the first step nothing is kept, and it is said so", async () => {
  const run = await beginRun("empty");
  expect(await supervise([{ kind: "run", run }, now], "loops")).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ reason: "stopped", epochs: 0 });
  const told = JSON.parse(await readFile(path.join(run.directory, "run.json"), "utf8")) as RunInfo;
  expect(told).toMatchObject({ status: "stopped" });
  await expect(readRun(run.directory)).rejects.toThrow("no model.json");
});

test("a thread that ends by itself in time has the last word", async () => {
  const run = await beginRun("heard");
  const answer: ThreadMessage = { kind: "out", text: "its own answer" };
  expect(await supervise([{ kind: "run", run }, answer, now], "ends")).toBe(0);
  expect(out).toBe("its own answer");
  expect((await readRunEvents(run.directory)).events).toEqual([]);
});
