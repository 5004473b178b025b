/**
 * How a hanging worker is told from a slow one. The worker says what it does and how long it may be silent at that;
 * whoever listens counts the silence. What was never done before may take minutes (programs are compiled); what is
 * known may take ten times what it took at worst. A machine under load is thus given time, and a false alarm is rarer
 * than a late one.
 */

/** "From now on I may be silent for this long." */
export interface Pulse {
  readonly allowedMs: number;
}

/** In the worker. Calls are cheap: a message goes out only where there is something new to say. */
export interface Heartbeat {
  /** Something begins that may take long without a word: `step/32`, `saving`. What was done before has ended. */
  readonly begin: (work: string) => void;
  /** Call every `tickMs`: proof that the event loop answers. */
  readonly tick: () => void;
}

/** Begins a run, and begins it again on another device: how long anything took before says nothing. */
export const opening = "opening";
export const tickMs = 200;
const leastAllowedMs = 2000;
/** For work of which it isn't known how long it takes; a first step compiles for long on a slow machine. */
export const unknownMs = 180_000;
const patience = 10;
/** Steps are recorded the first time, compared the second, and played from the third on. */
const unmeasured = 2;

/** For a worker in the place of one that was taken for hung, perhaps wrongly: only a clear case ends it, too. */
export const cautiousMs = 30_000;

export function createHeartbeat(
  now: () => number,
  send: (pulse: Pulse) => void,
  /** Nobody is taken for hung before this, however quick it was so far. */
  leastMs: number = leastAllowedMs,
): Heartbeat {
  const longest = new Map<string, { begins: number; ms: number }>();
  let work = "";
  let beatMs = now();
  let sent = { work: "", atMs: -Infinity, allowedMs: 0 };

  function allowed(): number {
    const known = longest.get(work);
    // The one that is measured first may take as long as it likes.
    if (known === undefined || known.begins <= unmeasured + 1) return unknownMs;
    return Math.min(unknownMs, Math.max(leastMs, patience * known.ms));
  }

  /** The time without a sign of life counts for what was done meanwhile; up to `answeringMs` it is none. */
  function beat(answeringMs: number): void {
    const atMs = now();
    const known = longest.get(work);
    const silentMs = atMs - beatMs;
    if (known !== undefined && known.begins > unmeasured && silentMs > answeringMs) {
      known.ms = Math.max(known.ms, silentMs);
    }
    beatMs = atMs;
  }

  function tell(): void {
    const allowedMs = allowed();
    const isNew = work !== sent.work || allowedMs > sent.allowedMs || beatMs - sent.atMs >= tickMs;
    if (!isNew) return;
    sent = { work, atMs: beatMs, allowedMs };
    send({ allowedMs });
  }

  return {
    begin(next) {
      beat(0);
      work = next;
      if (next === opening) longest.clear();
      const known = longest.get(next) ?? { begins: 0, ms: 0 };
      known.begins++;
      longest.set(next, known);
      tell();
    },
    tick() {
      beat(2 * tickMs);
      tell();
    },
  };
}

/**
 * On the listening side. Silence is counted in ticks of the listener's own timer and not by a clock: while the computer
 * sleeps or is too busy to run the listener, nobody is silent.
 */
export interface SilenceWatch {
  /** Anything that the worker says; a pulse also says how long it may be silent from now on. */
  hear(pulse?: Pulse): void;
  /** Call every `tickMs`. True: the worker is taken for hung. */
  tick(): boolean;
  /** As last told; null before the first pulse. */
  readonly allowedMs: number | null;
}

export function createSilenceWatch(): SilenceWatch {
  let allowedMs: number | null = null;
  let silentMs = 0;
  return {
    hear(pulse) {
      silentMs = 0;
      if (pulse !== undefined) ({ allowedMs } = pulse);
    },
    tick() {
      silentMs += tickMs;
      return silentMs > (allowedMs ?? unknownMs);
    },
    get allowedMs() {
      return allowedMs;
    },
  };
}
