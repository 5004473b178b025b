import { expect, test } from "vitest";
import { runId } from "../base/ids.ts";
import { listScalars, makeCsvFiles, makeTensorBoardFile } from "./curveFiles.ts";
import { printCsv } from "./curvesCsv.ts";
import type { RunEvent } from "./events.ts";

const step = { kind: "step", samplesPerSecond: 50, remainingMs: null, memoryBytes: 0 } as const;
const events: readonly RunEvent[] = [
  {
    kind: "started",
    runId: runId("run-1"),
    atMs: 1_000_000,
    backend: "cpu",
    device: "JavaScript",
    epochs: 2,
    stepsPerEpoch: 4,
    sampleCount: 16,
  },
  { ...step, epoch: 1, step: 1, elapsedMs: 100, metrics: { loss: 2 } },
  { ...step, epoch: 2, step: 2, elapsedMs: 300, metrics: { loss: 0.1 + 0.2 }, learningRate: 1e-7 },
  {
    kind: "epoch",
    epoch: 2,
    elapsedMs: 500,
    metrics: { loss: 1, valLoss: 1.5, valTopK5Accuracy: 0.5 },
    isBest: true,
  },
];
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

test("scalars count steps from the run's first batch, and stand in groups by metric", () => {
  const rows = listScalars(events).map(({ tag, step: at, wallTimeMs, value }) => [
    tag,
    at,
    wallTimeMs,
    value,
  ]);
  expect(rows).toEqual([
    ["loss/steps", 1, 1_000_100, 2],
    ["samples_per_second", 1, 1_000_100, 50],
    ["loss/steps", 6, 1_000_300, 0.1 + 0.2],
    ["learning_rate", 6, 1_000_300, 1e-7],
    ["samples_per_second", 6, 1_000_300, 50],
    ["loss/training", 8, 1_000_500, 1],
    ["loss/validation", 8, 1_000_500, 1.5],
    ["topK5Accuracy/validation", 8, 1_000_500, 0.5],
  ]);
  const file = makeTensorBoardFile(events, "run-1");
  expect(file.name).toBe("events.out.tfevents.1000.run-1");
  expect(textOf(file.bytes)).toContain("topK5Accuracy/validation");
});

test("what a run did again after a checkpoint counts once", () => {
  const again: readonly RunEvent[] = [
    ...events,
    {
      kind: "recovered",
      cause: "device-lost",
      atMs: 2_000_000,
      backend: "cpu",
      device: "JavaScript",
      epochs: 2,
      stepsPerEpoch: 4,
      from: { epochs: 1, step: 1 },
      elapsedMs: 600,
      message: "",
    },
    { ...step, epoch: 2, step: 2, elapsedMs: 700, metrics: { loss: 0.25 } },
  ];
  expect(
    listScalars(again)
      .filter(({ tag }) => tag.startsWith("loss/"))
      .map(({ tag, step: at, value }) => [tag, at, value]),
  ).toEqual([
    ["loss/steps", 1, 2],
    ["loss/steps", 6, 0.25],
  ]);
});

test("tables have a row for each step and epoch, with every digit", () => {
  expect(makeCsvFiles(events).map(({ name, bytes }) => [name, textOf(bytes)])).toEqual([
    [
      "steps.csv",
      "step,epoch,seconds,loss,learningRate,samplesPerSecond\r\n1,1,0.1,2,,50\r\n6,2,0.3,0.30000000000000004,1e-7,50\r\n",
    ],
    [
      "epochs.csv",
      "epoch,seconds,loss,valLoss,valTopK5Accuracy,isBest\r\n2,0.5,1,1.5,0.5,true\r\n",
    ],
  ]);
});

test.each([
  ["plain", "plain"],
  ["a,b", '"a,b"'],
  ['say "so"', '"say ""so"""'],
  ["two\nlines", '"two\nlines"'],
  [" spaced", '" spaced"'],
  [null, ""],
  [-1.5e-9, "-1.5e-9"],
])("%j is written as %j", (cell, expected) => {
  expect(printCsv(["name"], [[cell]])).toBe(`name\r\n${expected}\r\n`);
});
