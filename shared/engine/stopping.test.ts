import { expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import type { EarlyStopping } from "../training/config.ts";
import type { Metrics } from "../training/events.ts";
import { createStopping, type Stopping } from "./stopping.ts";

const rule: EarlyStopping = { monitor: "valLoss", patience: 2, minDelta: 0, restoreBest: true };

/** Epochs one after the other until the rule says stop; weights are the epoch's number. */
async function judgeAll(
  stopping: Stopping,
  epochs: readonly Metrics[],
  first = 1,
): Promise<{ readonly bests: readonly boolean[]; readonly overAfter: number | null }> {
  const bests: boolean[] = [];
  for (const [index, metrics] of epochs.entries()) {
    const epoch = first + index;
    const read = () => Promise.resolve([Float32Array.of(epoch)]);
    bests.push(await stopping.judge(epoch, metrics, read));
    if (stopping.isOver()) return { bests, overAfter: epoch };
  }
  return { bests, overAfter: null };
}

const series = (name: string, values: readonly number[]): readonly Metrics[] =>
  values.map((value) => ({ loss: 1, [name]: value }));

test.each([
  ["valLoss", [3, 2, 2.5, 2.4, 1], 4, 2],
  ["valAccuracy", [0.3, 0.6, 0.5, 0.6, 0.9], 4, 2],
  ["valAuc", [0.5, 0.7, 0.6, 0.6, 0.9], 4, 2],
  ["valF1", [0.5, 0.7, 0.6, 0.6, 0.9], 4, 2],
  ["valMeanIoU", [0.5, 0.7, 0.6, 0.6, 0.9], 4, 2],
  ["valTopK3Accuracy", [0.5, 0.7, 0.6, 0.6, 0.9], 4, 2],
  ["valCosineSimilarity", [0.5, 0.7, 0.6, 0.6, 0.9], 4, 2],
  ["valPerplexity", [9, 4, 5, 6, 1], 4, 2],
  ["valRmse", [9, 4, 5, 6, 1], 4, 2],
] as const)(
  "%s stops in its own direction and keeps the best",
  async (monitor, values, over, best) => {
    const stopping = createStopping({ ...rule, monitor });
    expect((await judgeAll(stopping, series(monitor, values))).overAfter).toBe(over);
    expect(stopping.best()?.epochs).toBe(best);
    expect(stopping.best()?.snapshot).toEqual([Float32Array.of(best)]);
  },
);

test("less than the smallest improvement counts as none", async () => {
  const values = [1, 0.95, 0.91, 0.87];
  const strict = createStopping({ ...rule, minDelta: 0.1, patience: 3 });
  expect((await judgeAll(strict, series("valLoss", values))).bests).toEqual([
    true,
    false,
    false,
    true,
  ]);
  const lenient = createStopping(rule);
  expect((await judgeAll(lenient, series("valLoss", values))).overAfter).toBeNull();
});

test("the best weights by one measure are kept whatever stops the run", async () => {
  const epochs = [
    { valLoss: 3, valAccuracy: 0.5 },
    { valLoss: 2, valAccuracy: 0.9 },
    { valLoss: 1, valAccuracy: 0.7 },
    { valLoss: 1.5, valAccuracy: 0.6 },
    { valLoss: 1.5, valAccuracy: 0.95 },
  ];
  const stopping = createStopping(rule, { monitor: "valAccuracy" });
  expect((await judgeAll(stopping, epochs)).overAfter).toBe(5);
  expect(stopping.best()?.epochs).toBe(5);
  const alone = createStopping(null, { monitor: "valAccuracy" });
  expect((await judgeAll(alone, epochs.slice(0, 4))).overAfter).toBeNull();
  expect(alone.best()?.epochs).toBe(2);
});

test("without rules nothing is kept and nothing stops", async () => {
  const stopping = createStopping(null);
  const { bests, overAfter } = await judgeAll(stopping, series("valLoss", [2, 3, 1, 4, 5, 6]));
  expect(bests).toEqual([true, false, true, false, false, false]);
  expect(overAfter).toBeNull();
  expect(stopping.best()).toBeNull();
});

test("a measure that is not there is stood in for by the loss", async () => {
  const stopping = createStopping({ ...rule, monitor: "valAccuracy" });
  const epochs = [{ loss: 3 }, { loss: 2 }, { loss: 2.5 }, { loss: 2.6 }];
  expect((await judgeAll(stopping, epochs)).overAfter).toBe(4);
  expect(stopping.best()?.epochs).toBe(2);
});

test.each([
  [rule, null],
  [rule, { monitor: "valAccuracy" }],
  [null, { monitor: "valAccuracy" }],
] as const)(
  "%j and %j go on from a checkpoint as if nothing had been",
  async (config, keepBest) => {
    const epochs = [5, 3, 4, 2, 6, 7, 1].map((value, index) => ({
      valLoss: value,
      valAccuracy: [0.1, 0.5, 0.4, 0.3, 0.6, 0.2, 0.1][index] ?? 0,
    }));
    const whole = createStopping(config, keepBest);
    const expected = await judgeAll(whole, epochs);
    const before = createStopping(config, keepBest);
    const first = await judgeAll(before, epochs.slice(0, 3));
    // As a checkpoint keeps it: plain JSON.
    const state = JSON.parse(JSON.stringify(before.read())) as JsonValue;
    const after = createStopping(config, keepBest);
    after.write(state, before.best());
    const second = await judgeAll(after, epochs.slice(3), 4);
    expect([...first.bests, ...second.bests]).toEqual(expected.bests);
    expect(second.overAfter).toBe(expected.overAfter);
    expect(after.best()).toEqual(whole.best());
  },
);
