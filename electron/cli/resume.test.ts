/** Runs that are killed and go on in a new process, by the command line as people call it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "#shared/base/random.ts";
import { parseCheckpoint } from "#shared/training/checkpoint.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** `NETLOOM_KILLS=100 npx vitest run --config build/vitest.config.ts electron/cli/resume.test.ts` kills a hundred times. */
const kills = Number(process.env["NETLOOM_KILLS"] ?? 8);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "netloom-resume-"));
  // Builds the command line where it is stale, so that what is killed later is training.
  expect((await netloom(["--version"]).ended).code).toBe(0);
}, 480_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function netloom(args: readonly string[]) {
  const child = spawn(process.execPath, [path.join(root, "build/netloom.mjs"), ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let error = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (error += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, out, error }));
  });
  return { child, ended };
}

const epochs = Math.min(12 * kills, 400);
const common = ["--backend", "cpu", "--json"];
const start = (out: string, every: string) => [
  "train",
  "mlp-iris",
  "--epochs",
  String(epochs),
  "--out",
  out,
  "--checkpoint-every",
  every,
  ...common,
];

async function readWeights(run: string): Promise<Buffer> {
  return readFile(path.join(folder, run, "group1-shard1of1.bin"));
}

/** Steps done, as the run's checkpoint has it; null where there is none yet. */
async function readSteps(run: string): Promise<number | null> {
  const file = path.join(folder, run, "latest.checkpoint");
  if (!existsSync(file)) return null;
  const checkpoint = parseCheckpoint(await readFile(file));
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value.stepsDone;
}

test("killed at random moments, a run is never corrupt and ends as if it had not been", async () => {
  const whole = await netloom(start("whole", "7")).ended;
  expect(whole.code).toBe(0);
  const interval = 7;
  const random = createRandom("kill");
  let args = start("killed", String(interval));
  let keptSteps = 0;
  let resumes = 0;
  let isDone = false;
  for (let kill = 0; kill < kills && !isDone; kill++) {
    const { child, ended } = netloom(args);
    let toldSteps = 0;
    const perEpoch = 30;
    let pending = "";
    // Counted in what it tells, not in time: on a busy machine it gets as far before each kill as on an idle one.
    let linesLeft = random.nextInt(60);
    const pauseMs = random.nextInt(30);
    let endWait = (): void => {};
    const isFarEnough = new Promise<void>((resolve) => {
      endWait = resolve;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      const lines = (pending + chunk.toString()).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) {
        const event = JSON.parse(line) as { kind: string; epoch?: number };
        if (event.kind === "epoch") toldSteps = (event.epoch ?? 0) * perEpoch;
        if (linesLeft-- === 0) setTimeout(endWait, pauseMs);
      }
    });
    child.on("close", () => endWait());
    // While tfjs is loaded nothing can go wrong: what counts begins with the first event.
    await isFarEnough;
    child.kill("SIGKILL");
    const { code } = await ended;
    const steps = await readSteps("killed");
    if (steps !== null) {
      // What the process told before it died is there but for an interval, and what was kept stays kept.
      expect(steps).toBeGreaterThanOrEqual(Math.max(keptSteps, toldSteps - interval));
      if (steps > keptSteps) resumes++;
      keptSteps = steps;
    }
    isDone = code === 0;
    args = ["train", "--resume", "killed", ...common];
  }
  expect(resumes).toBeGreaterThan(kills / 3);
  if (!isDone) {
    const last = await netloom(args).ended;
    expect(last.code, last.error).toBe(0);
  }
  expect(await readWeights("killed")).toEqual(await readWeights("whole"));

  const file = path.join(folder, "killed/latest.checkpoint");
  await truncate(file, (await stat(file)).size - 9);
  const damaged = await netloom(["train", "--resume", "killed", "--epochs", "9999", ...common])
    .ended;
  expect(damaged.code).toBe(1);
  expect(damaged.error).toMatch(/checkpoint can't be used: it is cut off/);
}, 1_200_000);
