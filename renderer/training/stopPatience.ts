/** A worker between two steps hears Stop at once; one in a long step does not. */
const longStepMs = 400;
/** A worker that hasn't heard Stop by now hangs. */
const hangingMs = 2000;
/** Heard, but not heeded: it may be saving a large model. */
const savingMs = 60_000;

/**
 * Whether a worker is to be ended instead of waited for. With a checkpoint of its last step at hand (`hasHeld`: steps
 * are long) nothing but the step under way is lost, so there is no reason to wait.
 */
export function isStopOverdue({
  afterMs,
  isHeard,
  hasHeld,
}: {
  readonly afterMs: number;
  readonly isHeard: boolean;
  readonly hasHeld: boolean;
}): boolean {
  if (isHeard) return afterMs >= savingMs;
  return afterMs >= (hasHeld ? longStepMs : hangingMs);
}
