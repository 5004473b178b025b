import type { RunInfo } from "#shared/host/contract.ts";
import type { RunState } from "#shared/training/runReducer.ts";

/** How a run can go on, and what the button says; null where it can't. */
export type Continuing =
  | { readonly kind: "resume"; readonly title: string }
  /** It has done all its epochs: somebody has to say how many more. */
  | { readonly kind: "more"; readonly title: "Continue training"; readonly epochs: number };

/** What would go wrong again in the same way, at the same step; where memory was short, unless a batch is known to fit. */
const hopeless: ReadonlySet<string> = new Set(["not-finite", "data", "limits", "out-of-memory"]);

export function findContinuing(run: RunInfo, state: RunState): Continuing | null {
  if (!run.checkpoint) return null;
  switch (run.status) {
    case "running":
      return null;
    case "interrupted":
      return { kind: "resume", title: "Resume" };
    case "failed":
      if (state.ended?.fittingBatch !== undefined)
        return { kind: "resume", title: `Continue with batches of ${state.ended.fittingBatch}` };
      return hopeless.has(state.ended?.code ?? "") ? null : { kind: "resume", title: "Resume" };
    case "stopped":
      return run.checkpoint.epochs >= (state.started?.epochs ?? Infinity)
        ? { kind: "more", title: "Continue training", epochs: run.checkpoint.epochs }
        : { kind: "resume", title: "Continue training" };
    case "early-stopping":
      // Its patience starts anew; the epochs it had left are there to be used.
      return { kind: "more", title: "Continue training", epochs: run.checkpoint.epochs };
    case "finished":
      return { kind: "more", title: "Continue training", epochs: run.checkpoint.epochs };
  }
}

/** Whether the GPU let the run down, so that the processor is worth a try. */
export function isWorthTryingOnCpu(run: RunInfo, state: RunState): boolean {
  const { ended } = state;
  return (
    run.status === "failed" &&
    run.checkpoint !== undefined &&
    run.checkpoint !== null &&
    state.started?.backend !== "cpu" &&
    (ended?.code === "device-lost" || ended?.code === "out-of-memory")
  );
}

/** "epoch 3 of 10": where a run goes on; the epochs alone where it is not known how many there were to be. */
export function describePlaceToGoOn(run: RunInfo, state: RunState): string {
  const planned = state.started?.epochs ?? null;
  const epoch = (run.checkpoint?.epochs ?? 0) + 1;
  return planned === null ? `epoch ${epoch}` : `epoch ${Math.min(epoch, planned)} of ${planned}`;
}
