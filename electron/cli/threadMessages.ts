import type { Metrics } from "#shared/training/events.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import type { ExitCode } from "./io.ts";

/** A run under way, told so that somebody else can end it. */
export interface ToldRun {
  readonly directory: string;
  readonly info: RunInfo;
  readonly seed: number;
  readonly device: string;
}

/** What of a run lies in its folder, or that it has something to lose. */
export type RunProgress =
  | { readonly kind: "stepped" }
  | {
      readonly kind: "kept";
      readonly epochs: number;
      readonly step: number;
      readonly elapsedMs: number;
      readonly metrics: Metrics;
    };

/** From the thread that trains to the one that hears Ctrl-C. */
export type ThreadMessage =
  | { readonly kind: "out" | "error"; readonly text: string }
  | { readonly kind: "run"; readonly run: ToldRun }
  | { readonly kind: "progress"; readonly progress: RunProgress }
  | { readonly kind: "done"; readonly exitCode: ExitCode };

/** What the thread starts with. */
export interface ThreadStart {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly templatesFolder: string;
  readonly version: string;
  readonly isTerminal: boolean;
  /** One Int32: not 0 once the run has been ended from outside, and nothing may be written any more. */
  readonly ended: SharedArrayBuffer;
}
