/**
 * `netloom train` in a thread of its own: a long step blocks this one, and the process still hears Ctrl-C.
 */
import { parentPort, workerData } from "node:worker_threads";
import { runCli } from "./runCli.ts";
import type { ThreadMessage, ThreadStart } from "./threadMessages.ts";

// Made by `superviseTraining`, nobody else.
const { args, ended, ...place } = workerData as ThreadStart;
const isEnded = new Int32Array(ended);
const interrupted = new Set<() => void>();
parentPort?.on("message", () => {
  for (const listener of interrupted) listener();
});
const exitCode = await runCli(args, {
  ...place,
  writeOut: (text) => tell({ kind: "out", text }),
  writeError: (text) => tell({ kind: "error", text }),
  onInterrupt(listener) {
    interrupted.add(listener);
    return () => void interrupted.delete(listener);
  },
  run: {
    begin: (run) => tell({ kind: "run", run }),
    tell: (progress) => tell({ kind: "progress", progress }),
    mayWrite: () => Atomics.load(isEnded, 0) === 0,
  },
});
tell({ kind: "done", exitCode });

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}
