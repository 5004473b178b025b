import { describe, expect, it } from "vitest";
import { createRandom } from "../base/random.ts";
import { runId } from "../base/ids.ts";
import {
  decimateCurve,
  decimateRange,
  joinCurves,
  type Point,
  readCurves,
  readValueAt,
  smoothCurve,
  spanCurves,
} from "./curves.ts";
import type { RunEvent } from "./events.ts";
import { initialRunState, runReducer } from "./runReducer.ts";

const started: RunEvent = {
  kind: "started",
  runId: runId("run-1"),
  atMs: 0,
  backend: "cpu",
  device: "JavaScript",
  epochs: 2,
  stepsPerEpoch: 4,
  sampleCount: 16,
};
const step = (number: number, metrics: Readonly<Record<string, number>>): RunEvent => ({
  kind: "step",
  epoch: 1,
  step: number,
  metrics,
  samplesPerSecond: 1,
  elapsedMs: 500 * number,
  remainingMs: null,
  memoryBytes: 0,
  learningRate: 0.1 / number,
});

describe("readCurves", () => {
  const events: readonly RunEvent[] = [
    started,
    step(1, { loss: 3 }),
    step(2, { loss: Number.NaN }),
    step(3, { loss: 2 }),
    {
      kind: "epoch",
      epoch: 1,
      metrics: { loss: 1.5, valLoss: 1.8 },
      elapsedMs: 2100,
      isBest: true,
    },
  ];
  const state = events.reduce(runReducer, initialRunState);

  it.each([
    [
      "epoch",
      [
        [0.25, 3],
        [0.75, 2],
      ],
      1,
    ],
    [
      "step",
      [
        [1, 3],
        [3, 2],
      ],
      4,
    ],
    [
      "time",
      [
        [0.5, 3],
        [1.5, 2],
      ],
      2.1,
    ],
  ] as const)("places points by %s", (axis, steps, end) => {
    expect(readCurves(state, "loss", axis)).toEqual({
      steps,
      range: steps.map(([at, value]) => [at, value, value]),
      training: [[end, 1.5]],
      validation: [[end, 1.8]],
    });
  });

  it("has the learning rate as a curve of its own", () => {
    expect(readCurves(state, "learningRate").steps.map(([, value]) => value)).toEqual([
      0.1,
      0.05,
      0.1 / 3,
    ]);
    expect(readCurves(state, "accuracy").steps).toEqual([]);
  });
});

describe("smoothCurve", () => {
  const random = createRandom(5);
  const points = Array.from({ length: 300 }, (_, at): Point => [at, random.next() * 3 - 1]);

  it.each([0.1, 0.6, 0.99])(
    "is the weighted mean of all values so far with weight %f",
    (weight) => {
      // Written out instead of running along: value j steps back counts weight ** j.
      const expected = points.map((_, index) => {
        const shares = points.slice(0, index + 1).map((__, past) => weight ** (index - past));
        const total = shares.reduce((sum, share) => sum + share, 0);
        return (
          shares.reduce((sum, share, past) => sum + share * (points[past]?.[1] ?? 0), 0) / total
        );
      });
      smoothCurve(points, weight).forEach(([at, value], index) => {
        expect(at).toBe(index);
        expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 10);
      });
    },
  );

  it("starts at the first value and leaves a constant as it is", () => {
    expect(smoothCurve(points, 0.97)[0]?.[1]).toBeCloseTo(points[0]?.[1] ?? Number.NaN, 12);
    for (const [, value] of smoothCurve(
      [
        [0, 7],
        [1, 7],
        [2, 7],
      ],
      0.9,
    ))
      expect(value).toBeCloseTo(7, 12);
    expect(smoothCurve(points, 0)).toBe(points);
  });
});

describe("decimateCurve", () => {
  const random = createRandom(9);
  const long = Array.from({ length: 100_000 }, (_, at): Point => [at, random.next()]);
  long[44_444] = [44_444, 9];
  long[70_001] = [70_001, -9];

  it("keeps ends and every column's extremes of 100,000 points", () => {
    const window = { from: 0, to: 99_999, columns: 500 };
    const kept = decimateCurve(long, window);
    expect(kept.length).toBeLessThanOrEqual(4 * 501);
    expect(kept[0]).toBe(long[0]);
    expect(kept.at(-1)).toBe(long.at(-1));
    expect(kept).toContainEqual([44_444, 9]);
    expect(kept).toContainEqual([70_001, -9]);
    const width = (window.to - window.from) / window.columns;
    const columnOf = ([at]: Point) => Math.floor(at / width);
    for (const column of [0, 17, 333, 499]) {
      const all = long.filter((point) => columnOf(point) === column).map(([, value]) => value);
      const few = kept.filter((point) => columnOf(point) === column).map(([, value]) => value);
      expect([Math.min(...few), Math.max(...few)]).toEqual([Math.min(...all), Math.max(...all)]);
    }
    expect(kept.every(([at], index) => index === 0 || at > (kept[index - 1]?.[0] ?? 0))).toBe(true);
  });

  it("gives every point of a narrow window and one outside on each side", () => {
    const kept = decimateCurve(long, { from: 100.5, to: 103.5, columns: 500 });
    expect(kept.map(([at]) => at)).toEqual([100, 101, 102, 103, 104]);
  });

  it("merges ranges by column, extremes kept", () => {
    const range = long.map(([at, value]) => [at, value, value] as const);
    const merged = decimateRange(range, { from: 0, to: 99_999, columns: 500 });
    expect(merged.length).toBeLessThanOrEqual(501);
    expect(Math.max(...merged.map(([, , most]) => most))).toBe(9);
    expect(Math.min(...merged.map(([, least]) => least))).toBe(-9);
  });
});

it("reads the value of the last point at or before a place", () => {
  const points: readonly Point[] = [
    [1, 10],
    [2, 20],
  ];
  expect([0.9, 1, 1.9, 2, 5].map((at) => readValueAt(points, at))).toEqual([null, 10, 10, 20, 20]);
});

it("spans runs of different lengths and places", () => {
  const runs: readonly (readonly Point[])[] = [
    [
      [1, 4],
      [3, 2],
    ],
    [
      [1, 6],
      [2, 5],
    ],
  ];
  expect(spanCurves(runs)).toEqual({
    mean: [
      [1, 5],
      [2, 4],
      [3, 2],
    ],
    range: [
      [1, 4, 6],
      [2, 3, 5],
      [3, 2, 2],
    ],
  });
});

describe("joinCurves", () => {
  it("puts curves of different resolution on one axis, with gaps where a value is none", () => {
    const steps: readonly Point[] = [
      [0.5, 3],
      [1, Infinity],
    ];
    const epochs: readonly Point[] = [
      [1, 2.5],
      [2, 1],
    ];
    expect(joinCurves([steps, epochs])).toEqual([
      [0.5, 1, 2],
      [3, null, null],
      [null, 2.5, 1],
    ]);
    expect(joinCurves([[]])).toEqual([[], []]);
  });
});
