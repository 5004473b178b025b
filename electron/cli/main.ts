import { fileURLToPath } from "node:url";
import type { CliIo } from "./io.ts";
import { runCli } from "./runCli.ts";
import { superviseTraining } from "./superviseTraining.ts";

declare const __NETLOOM_VERSION__: string;

/** The command line: takes the arguments after `netloom`, returns the exit code (0 good, 1 errors found, 2 wrong usage). */
export function main(args: readonly string[]): Promise<number> {
  const io = createProcessIo();
  const [command, second] = args.filter((argument) => argument !== "--json");
  const isHelp = second === "--help" || second === "-h";
  if (command !== "train" || isHelp) return runCli(args, io);
  // Beside this file in the bundle, which is the only place where it is run.
  return superviseTraining(args, io, fileURLToPath(new URL("trainingThread.js", import.meta.url)));
}

function createProcessIo(): CliIo {
  return {
    cwd: process.cwd(),
    // The same distance from the sources and from the bundle in dist/cli.
    templatesFolder: fileURLToPath(new URL("../../templates", import.meta.url)),
    version: __NETLOOM_VERSION__,
    isTerminal: process.stderr.isTTY === true,
    writeOut: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    onInterrupt(listener) {
      // A second Ctrl-C ends the process at once, as without us.
      process.once("SIGINT", listener);
      process.once("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
  };
}
