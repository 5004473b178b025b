/** A worker between two steps hears Stop at once; one in a long step does not. Half a second in all is promised. */
const longStepMs = 400;
/** A worker that has not acted on Stop by now hangs, unless it said that it would take longer. */
const hangingMs = 2000;
/** No step takes longer that somebody would still want the weights of. */
const longestMs = 20_000;
/** No step is done any more, but it may be saving a large model. */
const savingMs = 60_000;

export interface StoppingWorker {
  /** Since Stop was pressed. */
  readonly afterMs: number;
  /** It does no steps any more, and saves. */
  readonly hasActed: boolean;
  /** It has done a step, so that there is something to lose. */
  readonly hasStepped: boolean;
  /** For how long it said that it may be silent; null where it said nothing. */
  readonly allowedMs: number | null;
}

/**
 * What to do with a worker that was told to stop. `release`: the run is over for the person, who may start another;
 * the worker ends its step and saves, and nothing is lost. `terminate`: it is not waited for any longer, and its last
 * checkpoint counts. Before its first step there is nothing to lose: the weights follow from the seed.
 */
export function judgeStop(worker: StoppingWorker): "wait" | "release" | "terminate" {
  const { afterMs, hasActed, hasStepped } = worker;
  if (hasActed) return afterMs < savingMs ? "release" : "terminate";
  if (afterMs < longStepMs) return "wait";
  if (!hasStepped) return "terminate";
  const patienceMs = Math.min(longestMs, Math.max(hangingMs, worker.allowedMs ?? 0));
  return afterMs < patienceMs ? "release" : "terminate";
}
