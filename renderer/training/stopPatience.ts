/** A worker between two steps hears Stop at once; one in a long step does not. */
const longStepMs = 400;
/** A worker that has not acted on Stop by now hangs, or is in a first step that compiles for long. */
const hangingMs = 2000;
/** No step is done any more, but it may be saving a large model. */
const savingMs = 60_000;

/**
 * Whether a worker is to be ended instead of waited for. With a checkpoint of its last step at hand (`hasHeld`: steps
 * are long) nothing but the step under way is lost, so there is no reason to wait.
 */
export function isStopOverdue({
  afterMs,
  hasActed,
  hasHeld,
}: {
  readonly afterMs: number;
  readonly hasActed: boolean;
  readonly hasHeld: boolean;
}): boolean {
  if (hasActed) return afterMs >= savingMs;
  return afterMs >= (hasHeld ? longStepMs : hangingMs);
}
