import { describe, expect, it } from "vitest";
import { runId } from "#shared/base/ids.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { initialRunState, runReducer } from "#shared/training/runReducer.ts";
import { findMostConfused, joinCurves, readCurves } from "./curves.ts";

describe("joinCurves", () => {
  it("puts curves of different resolution on one axis, with gaps", () => {
    const steps = [
      [0.5, 3],
      [1, 2],
    ] as const;
    const epochs = [
      [1, 2.5],
      [2, 1],
    ] as const;
    expect(joinCurves([steps, epochs])).toEqual([
      [0.5, 1, 2],
      [3, 2, null],
      [null, 2.5, 1],
    ]);
  });

  it("leaves a gap where a value is not a number", () => {
    expect(
      joinCurves([
        [
          [1, Number.NaN],
          [2, Infinity],
          [3, 4],
        ],
      ]),
    ).toEqual([
      [1, 2, 3],
      [null, null, 4],
    ]);
  });

  it("gives an empty axis for no curves", () => {
    expect(joinCurves([[]])).toEqual([[], []]);
  });
});

describe("readCurves", () => {
  it("tells steps, training and validation apart", () => {
    const events: readonly RunEvent[] = [
      {
        kind: "started",
        runId: runId("run-1"),
        atMs: 0,
        backend: "cpu",
        device: "JavaScript",
        epochs: 2,
        stepsPerEpoch: 2,
        sampleCount: 4,
      },
      {
        kind: "step",
        epoch: 1,
        step: 1,
        metrics: { loss: 2 },
        samplesPerSecond: 1,
        elapsedMs: 1,
        remainingMs: null,
        memoryBytes: 0,
      },
      { kind: "epoch", epoch: 1, metrics: { loss: 1.5, valLoss: 1.8 }, elapsedMs: 2, isBest: true },
    ];
    const state = events.reduce(runReducer, initialRunState);
    expect(readCurves(state, "loss")).toEqual({
      steps: [[0.5, 2]],
      training: [[1, 1.5]],
      validation: [[1, 1.8]],
    });
    expect(readCurves(state, "accuracy")).toEqual({ steps: [], training: [], validation: [] });
  });
});

describe("findMostConfused", () => {
  it("lists the largest cells off the diagonal", () => {
    const counts = [
      [50, 1, 4],
      [0, 40, 7],
      [0, 0, 30],
    ];
    expect(findMostConfused(counts, ["a", "b", "c"], 2)).toEqual([
      { truth: "b", predicted: "c", count: 7 },
      { truth: "a", predicted: "c", count: 4 },
    ]);
  });
});
