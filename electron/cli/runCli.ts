import { assertNever } from "#shared/base/assertNever.ts";
import { isCommandName } from "./commandTable.ts";
import { CliFailure, type CliIo, type CommandResult, type ExitCode } from "./io.ts";
import { parseInvocation, type Invocation } from "./parseArguments.ts";
import { printDiagnostics } from "./printDiagnostics.ts";
import { printHelp } from "./printHelp.ts";

/**
 * Runs one command line (without "netloom"). Standard output gets the answer alone: lines for people, or one JSON
 * object with `--json`; everything else goes to standard error. Never throws.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const isJson = argv.includes("--json");
  const words = argv.filter((argument) => argument !== "--json");
  const [first, second] = words;
  const answer = (key: string, text: string): ExitCode => {
    io.writeOut(isJson ? `${JSON.stringify({ [key]: text.trimEnd() })}\n` : text);
    return 0;
  };
  if (first === "--version" || first === "-v") return answer("version", `${io.version}\n`);
  if (first === "help" || first === "--help" || first === "-h") {
    if (second === undefined || isCommandName(second)) {
      return answer("help", printHelp(second ?? null));
    }
    return tellFailure(new CliFailure(2, `There is no command "${second}".`), isJson, io);
  }
  if (first !== undefined && isCommandName(first) && words.some(isHelpFlag)) {
    return answer("help", printHelp(first));
  }
  if (first === undefined && !isJson) {
    io.writeError(printHelp(null));
    return 2;
  }
  try {
    const result = await runCommand(parseInvocation(isJson ? [...words, "--json"] : words), io);
    io.writeOut(isJson ? `${JSON.stringify(result.json)}\n` : `${result.text}\n`);
    return result.exitCode;
  } catch (error) {
    return tellFailure(error, isJson, io);
  }
}

function isHelpFlag(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

async function runCommand(invocation: Invocation, io: CliIo): Promise<CommandResult> {
  // Each is loaded when wanted: `help` need not wait for zod, nor `check` for tfjs.
  switch (invocation.command) {
    case "check":
      return (await import("./commands/check.ts")).runCheck(invocation, io);
    case "summary":
      return (await import("./commands/summary.ts")).runSummary(invocation, io);
    case "train":
      return (await import("./commands/train.ts")).runTrain(invocation, io);
    case "find-learning-rate":
      return (await import("./commands/findLearningRate.ts")).runFindLearningRate(invocation, io);
    case "evaluate":
      return (await import("./commands/evaluate.ts")).runEvaluate(invocation, io);
    case "predict":
      return (await import("./commands/predict.ts")).runPredict(invocation, io);
    case "export":
      return (await import("./commands/export.ts")).runExport(invocation, io);
    case "templates":
      return (await import("./commands/templates.ts")).runTemplates(invocation, io);
    default:
      return assertNever(invocation.command);
  }
}

function tellFailure(error: unknown, isJson: boolean, io: CliIo): ExitCode {
  const failure =
    error instanceof CliFailure
      ? error
      : new CliFailure(
          1,
          `Unexpected error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
  const { message, exitCode } = failure;
  if (isJson) {
    const diagnostics =
      failure.diagnostics.length > 0
        ? failure.diagnostics
        : [
            {
              code: exitCode === 2 ? "usage" : "failed",
              severity: "error",
              message,
              nodes: [],
            },
          ];
    io.writeOut(`${JSON.stringify({ error: message, diagnostics })}\n`);
  } else if (failure.diagnostics.length > 0) {
    io.writeError(`${printDiagnostics(failure.diagnostics)}\n`);
  }
  io.writeError(`netloom: ${message}\n`);
  return exitCode;
}
