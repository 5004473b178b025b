import { SHARE_ENV, Worker } from "node:worker_threads";
import { endRunFolder, type KeptPlace } from "./endRunFolder.ts";
import type { CliIo, ExitCode } from "./io.ts";
import type { ThreadMessage, ThreadStart, ToldRun } from "./threadMessages.ts";

/** Half a second is promised from Ctrl-C to the end, and ending takes a moment, too. */
const waitMs = 250;
/** Where steps were done, and none of them is kept yet. */
const unkeptMs = 2000;
/** A file that is just being written may get its place. */
const settleMs = 20;

/**
 * Runs `netloom train` in a thread and hears Ctrl-C for it. A thread that does not end its run in time, because it is
 * in a long step or saves a large model, is left behind: the run ends with its last checkpoint. The caller ends the
 * process, and with it the thread.
 */
export function superviseTraining(
  args: readonly string[],
  io: CliIo,
  threadFile: string,
): Promise<ExitCode> {
  const ended = new SharedArrayBuffer(4);
  const { cwd, templatesFolder, version, isTerminal } = io;
  const start: ThreadStart = { args, cwd, templatesFolder, version, isTerminal, ended };
  // The GPU library reads the environment that the process has, not a copy.
  const thread = new Worker(threadFile, { workerData: start, env: SHARE_ENV });
  let run: ToldRun | null = null;
  let kept: KeptPlace = null;
  let hasStepped = false;
  let isOver = false;
  return new Promise((resolve, reject) => {
    const finish = (exitCode: ExitCode): void => {
      isOver = true;
      resolve(exitCode);
    };
    /** From here the thread writes no file any more. */
    const leaveThread = (told: ToldRun): void => {
      isOver = true;
      Atomics.store(new Int32Array(ended), 0, 1);
      setTimeout(() => {
        try {
          const { exitCode, json, text } = endRunFolder(told, kept);
          io.writeError(isTerminal ? "\r\u001b[K" : "");
          io.writeOut(args.includes("--json") ? `${JSON.stringify(json)}\n` : `${text}\n`);
          resolve(exitCode);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }, settleMs);
    };
    io.onInterrupt(() => {
      const told = run;
      // Nothing was begun: as if nobody listened.
      if (told === null) process.exit(130);
      thread.postMessage("interrupt");
      const end = (): void => void (isOver || leaveThread(told));
      setTimeout(
        () => (hasStepped && kept === null ? setTimeout(end, unkeptMs - waitMs) : end()),
        waitMs,
      );
    });
    thread.on("message", (message: ThreadMessage) => {
      if (isOver) return;
      switch (message.kind) {
        case "out":
          return io.writeOut(message.text);
        case "error":
          return io.writeError(message.text);
        case "run":
          run = message.run;
          return;
        case "progress":
          hasStepped = true;
          if (message.progress.kind === "kept") kept = message.progress;
          return;
        case "done":
          return finish(message.exitCode);
      }
    });
    thread.on("error", reject);
    thread.on("exit", (code) => {
      if (!isOver) reject(new Error(`The training ended without a word (${code}).`));
    });
  });
}
