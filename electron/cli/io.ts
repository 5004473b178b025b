import type { RunProgress, ToldRun } from "./threadMessages.ts";

/** What a command may touch of the world: its streams, the folder it runs in, Ctrl-C. Tests bring their own. */
export interface CliIo {
  readonly cwd: string;
  /** Where the templates that come with Netloom lie. */
  readonly templatesFolder: string;
  readonly version: string;
  /** Whether standard error is a terminal, where a line may be rewritten. */
  readonly isTerminal: boolean;
  writeOut(text: string): void;
  writeError(text: string): void;
  /** Calls back at Ctrl-C; returns the way to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** Who watches over the run that this command does; absent: nobody else can end it. */
  readonly run?: RunWatch;
}

/** Whoever ends a run from outside has to know where it is, and what of it is kept. */
export interface RunWatch {
  begin(run: ToldRun): void;
  tell(progress: RunProgress): void;
  /** False once the run was ended from outside: its folder is not to be touched any more. */
  mayWrite(): boolean;
}

/** 0 good; 1 the project, the data or the run has errors; 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** What was asked for can't be done; the message is for people. `diagnostics` list what is wrong, where it is known. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  readonly diagnostics: readonly CliDiagnostic[];
  constructor(exitCode: ExitCode, message: string, diagnostics: readonly CliDiagnostic[] = []) {
    super(message);
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
  }
}

export interface CliDiagnostic {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly nodes: readonly string[];
  readonly file?: string;
  readonly line?: number;
  readonly column?: string;
}

/** What a command gives back: one JSON object for `--json`, lines for people, and the exit code. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}
