import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../app.ts";
import { parseCheckpoint } from "#shared/training/checkpoint.ts";
import type { StoppedNetwork } from "./networks.ts";
import { startsWithStep, type Stops } from "./stops.ts";

/** Ctrl-C in `netloom train`, each at a moment of its own after the run began; then the last one is resumed. */
export async function stopCommand(
  network: StoppedNetwork,
  given: { readonly delaysMs: readonly number[]; readonly backend: "cpu" | "webgpu" },
): Promise<Stops> {
  const folder = mkdtempSync(join(tmpdir(), "netloom-bench-stop-"));
  try {
    writeFileSync(join(folder, "network.netloom"), network.text);
    const common = ["--backend", given.backend, "--json"];
    const timesMs: number[] = [];
    let kept = 0;
    let nothingToKeep = 0;
    let last: string | null = null;
    for (const [index, delayMs] of given.delaysMs.entries()) {
      const run = join(folder, `run-${index}`);
      const command = start(["train", join(folder, "network.netloom"), "--out", run, ...common]);
      await command.waitFor(startsWithStep(index) ? /"kind":"step"/ : /"kind":"started"/);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const pressedMs = performance.now();
      command.child.kill("SIGINT");
      const output = await command.ended;
      timesMs.push(performance.now() - pressedMs);
      const hasStepped = /"kind":"step"/.test(output);
      if (hasCheckpoint(run)) {
        kept++;
        last = run;
      } else if (!hasStepped) {
        nothingToKeep++;
      }
    }
    const isContinued = last === null || (await resumes(last, common));
    return { timesMs, kept, nothingToKeep, isContinued };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hasCheckpoint(run: string): boolean {
  try {
    return parseCheckpoint(readFileSync(join(run, "latest.checkpoint"))).ok;
  } catch {
    return false;
  }
}

async function resumes(run: string, common: readonly string[]): Promise<boolean> {
  const command = start(["train", "--resume", run, ...common]);
  try {
    await command.waitFor(/"kind":"recovered"/);
    return true;
  } catch {
    return false;
  } finally {
    command.child.kill("SIGKILL");
  }
}

interface Command {
  readonly child: ChildProcess;
  /** All that it printed. */
  readonly ended: Promise<string>;
  waitFor(pattern: RegExp): Promise<void>;
}

function start(args: readonly string[]): Command {
  const child = spawn(process.execPath, [join(root, "build/netloom.mjs"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const ended = new Promise<string>((resolve) => {
    child.on("exit", () => resolve(output));
  });
  return {
    child,
    ended,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`netloom ended early:\n${output.slice(-2000)}`)));
      }),
  };
}
