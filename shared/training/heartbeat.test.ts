import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { createHeartbeat, createSilenceWatch, opening, tickMs, unknownMs } from "./heartbeat.ts";

/** A worker and its listener on one clock that only the test moves. */
function simulate() {
  let nowMs = 0;
  let workerIsBlockedUntilMs = 0;
  let nextTickMs = tickMs;
  let hungAtMs: number | null = null;
  const watch = createSilenceWatch();
  const heartbeat = createHeartbeat(
    () => nowMs,
    (pulse) => watch.hear(pulse),
  );
  /** `blocked`: the worker's event loop does not answer meanwhile; its timer then comes late, and once. */
  const pass = (ms: number, { blocked = false } = {}) => {
    const endMs = nowMs + ms;
    if (blocked) workerIsBlockedUntilMs = endMs;
    while (nextTickMs <= endMs) {
      nowMs = nextTickMs;
      if (nowMs >= workerIsBlockedUntilMs) heartbeat.tick();
      if (watch.tick()) hungAtMs ??= nowMs;
      nextTickMs += tickMs;
    }
    nowMs = endMs;
  };
  return {
    heartbeat,
    pass,
    hungAfter: (sinceMs: number) => (hungAtMs === null ? null : hungAtMs - sinceMs),
    now: () => nowMs,
  };
}

/** Steps of one kind, each blocking the worker. */
function doSteps({ heartbeat, pass }: ReturnType<typeof simulate>, times: readonly number[]): void {
  for (const ms of times) {
    heartbeat.begin("step/32");
    pass(ms, { blocked: true });
  }
}

describe("a worker that hangs is taken for hung", () => {
  test("in a quick step within two seconds", () => {
    const worker = simulate();
    doSteps(worker, Array<number>(50).fill(20));
    const since = worker.now();
    doSteps(worker, [10_000]);
    expect(worker.hungAfter(since)).toBeGreaterThan(2000 - tickMs);
    expect(worker.hungAfter(since)).toBeLessThanOrEqual(2000 + 2 * tickMs);
  });

  test("in a long step after ten times the longest", () => {
    const worker = simulate();
    doSteps(worker, [9000, 9000, 900, 1100, 1000]);
    const since = worker.now();
    doSteps(worker, [60_000]);
    expect(worker.hungAfter(since)).toBeGreaterThan(11_000 - tickMs);
    expect(worker.hungAfter(since)).toBeLessThanOrEqual(11_000 + 2 * tickMs);
  });

  test("before its first step only after minutes", () => {
    const worker = simulate();
    worker.heartbeat.begin("opening");
    worker.pass(2 * unknownMs, { blocked: true });
    expect(worker.hungAfter(0)).toBeGreaterThan(unknownMs);
    expect(worker.hungAfter(0)).toBeLessThanOrEqual(unknownMs + 2 * tickMs);
  });

  test("where its loop answered while it waited for the device, and then no longer", () => {
    const worker = simulate();
    for (let step = 0; step < 5; step++) {
      worker.heartbeat.begin("step/8");
      worker.pass(5000);
    }
    const since = worker.now();
    worker.heartbeat.begin("step/8");
    worker.pass(10_000, { blocked: true });
    expect(worker.hungAfter(since)).toBeLessThanOrEqual(2000 + 2 * tickMs);
  });
});

describe("a slow worker is not", () => {
  test("that compiles for a minute and a half, twice", () => {
    const worker = simulate();
    doSteps(worker, [90_000, 90_000, 300, 300, 300]);
    expect(worker.hungAfter(0)).toBeNull();
  });

  test("whose event loop answers while one step takes minutes on the device", () => {
    const worker = simulate();
    doSteps(worker, [100, 20, 20, 20]);
    worker.heartbeat.begin("step/32");
    worker.pass(5 * unknownMs);
    expect(worker.hungAfter(0)).toBeNull();
  });

  test("that does something new after thousands of quick steps", () => {
    const worker = simulate();
    doSteps(worker, Array<number>(2000).fill(5));
    worker.heartbeat.begin("saving");
    worker.pass(40_000, { blocked: true });
    doSteps(worker, [5, 5]);
    expect(worker.hungAfter(0)).toBeNull();
  });

  test("that compiles anew because its device was replaced", () => {
    const worker = simulate();
    doSteps(worker, Array<number>(200).fill(5));
    worker.heartbeat.begin(opening);
    doSteps(worker, [30_000, 20_000, 10, 5]);
    expect(worker.hungAfter(0)).toBeNull();
  });

  test("on a machine under ever more load: steps nine times the longest so far, again and again", () => {
    const worker = simulate();
    const random = createRandom("load");
    let ms = 200;
    doSteps(worker, [ms, ms, ms]);
    for (let step = 0; step < 40 && 9 * ms < unknownMs; step++) {
      doSteps(worker, [ms * (1 + 8 * random.next())]);
      ms *= 1.2;
    }
    expect(worker.hungAfter(0)).toBeNull();
  });

  test("while the listener itself does not run: sleep and load are nobody's silence", () => {
    const watch = createSilenceWatch();
    watch.hear({ allowedMs: 2000 });
    // An hour's sleep is one late tick.
    expect([watch.tick(), watch.tick()]).toEqual([false, false]);
  });
});

test("quick steps send five pulses a second, not one each", () => {
  let nowMs = 0;
  let pulses = 0;
  const heartbeat = createHeartbeat(
    () => nowMs,
    () => pulses++,
  );
  for (let step = 0; step < 10_000; step++) {
    heartbeat.begin("step/32");
    nowMs += 0.5;
  }
  expect(pulses).toBeGreaterThanOrEqual(25);
  expect(pulses).toBeLessThan(40);
});
