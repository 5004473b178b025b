import { describe, expect, it } from "vitest";
import type { MetricCurves, Point } from "#shared/training/curves.ts";
import type { ChartSettings } from "./chartSettings.ts";
import { measureHeight } from "./chartOptions.ts";
import { drawMetric, type OtherCurves } from "./metricCurves.ts";

const points = (...values: readonly number[]): readonly Point[] =>
  values.map((value, index) => [index + 1, value]);
const own: MetricCurves = {
  steps: points(4, 2, 3, 1),
  range: points(4, 2, 3, 1).map(([at, value]) => [at, value, value]),
  training: points(3, 2),
  validation: points(5, 4),
};
const settings: ChartSettings = {
  axis: "epoch",
  smoothing: 0,
  isRangeShown: true,
  comparison: "lines",
  logarithmic: [],
};
const other: OtherCurves = {
  label: "run 1",
  color: "--c-merge",
  curves: { ...own, validation: points(7, 6) },
};

describe("drawMetric", () => {
  it("draws every step pale behind the lines of epochs", () => {
    const { curves, band } = drawMetric("loss", own, { others: [], settings });
    expect(curves.map(({ label, isRaw }) => [label, isRaw === true])).toEqual([
      ["loss (every step)", true],
      ["loss", false],
      ["validation", false],
    ]);
    expect(band?.points).toBe(own.range);
  });

  it("keeps what was measured behind each smoothed line", () => {
    const { curves } = drawMetric("loss", own, {
      others: [other],
      settings: { ...settings, smoothing: 0.6 },
    });
    expect(curves.map(({ label }) => label)).toEqual([
      "loss (measured)",
      "loss",
      "validation (measured)",
      "validation",
      "run 1 (measured)",
      "run 1",
    ]);
    expect(curves[0]?.points).toBe(own.steps);
    expect(curves[1]?.measured).toBe(own.steps);
    expect(curves[1]?.points).not.toEqual(own.steps);
  });

  it("draws several runs as their mean and what they span", () => {
    const { curves, band } = drawMetric("loss", own, {
      others: [other],
      settings: { ...settings, comparison: "range" },
    });
    expect(curves.map(({ label, points: drawn }) => [label, drawn])).toEqual([
      ["mean loss of 2 runs", points(6, 5)],
    ]);
    expect(band?.points).toEqual([
      [1, 5, 7],
      [2, 4, 6],
    ]);
  });
});

describe("measureHeight", () => {
  it.each([
    [[1, 3], false, 0.88, 3.12],
    [[0, 1], false, 0, 1.06],
    [[2, 2], false, 1.88, 2.12],
    [[], false, 0, 1],
    [[0, -5], true, 0.1, 1],
  ])("of %j, logarithmic %j, is %f to %f", (values, isLogarithmic, least, most) => {
    const [from, to] = measureHeight(values, { isLogarithmic });
    expect(from).toBeCloseTo(least, 10);
    expect(to).toBeCloseTo(most, 10);
  });

  it("holds positive values alone where they are spaced by logarithm", () => {
    const [from, to] = measureHeight([0, 0.01, 10], { isLogarithmic: true });
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThan(0.01);
    expect(to).toBeGreaterThan(10);
  });
});
