import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatLarge,
  formatMetric,
  formatNumber,
  formatWhen,
  metricTitle,
} from "./format.ts";

describe("numbers for people", () => {
  it.each([
    [0, "0"],
    [9248, "9,248"],
    [61706, "61,706"],
    [806017, "806 K"],
    [14_500_000, "14.5 M"],
    [60_970_000, "61 M"],
    [1.5e16, "1.5e+16"],
  ])("formatLarge(%s) is %s", (value, text) => expect(formatLarge(value)).toBe(text));

  it.each([
    [12, "12 B"],
    [98_000, "98 kB"],
    [1_500_000, "1.5 MB"],
    [999_999, "1 MB"],
  ])("formatBytes(%s) is %s", (value, text) => expect(formatBytes(value)).toBe(text));

  it.each([
    [400, "0 s"],
    [41_000, "41 s"],
    [200_000, "3 min 20 s"],
    [1_260_000, "21 min"],
    [7_500_000, "2 h 5 min"],
  ])("formatDuration(%s) is %s", (value, text) => expect(formatDuration(value)).toBe(text));

  it.each([
    ["accuracy", 0.98123, "98.1 %"],
    ["valAccuracy", 1, "100.0 %"],
    ["loss", 0.06131, "0.0613"],
    ["loss", Number.NaN, "not a number"],
    ["valMeanSquaredError", 1234.5, "1235"],
  ])("formatMetric(%s, %s) is %s", (name, value, text) =>
    expect(formatMetric(name, value)).toBe(text),
  );

  it("writes very small numbers with an exponent", () => {
    expect(formatNumber(1.23e-7)).toBe("1.2e-7");
  });

  it.each([
    ["loss", "loss"],
    ["valLoss", "loss"],
    ["valMeanAbsoluteError", "mean absolute error"],
    ["topK5Accuracy", "top-5 accuracy"],
    ["valTopK3Accuracy", "top-3 accuracy"],
    ["valMeanIoU", "mean IoU"],
    ["prAuc", "PR AUC"],
    ["cosineSimilarity", "cosine similarity"],
    ["valR2", "R²"],
    ["r2", "R²"],
    ["valRmse", "RMSE"],
  ])("metricTitle(%s) is %s", (name, title) => expect(metricTitle(name)).toBe(title));
});

describe("formatWhen", () => {
  const now = new Date("2026-11-20T12:00:00").getTime();
  it.each([
    [now - 5_000, "just now"],
    [now - 300_000, "5 min"],
    [now - 7_300_000, "2 h"],
    [new Date("2026-11-17T09:00:00").getTime(), "Tue"],
    [new Date("2026-11-02T09:00:00").getTime(), "2 Nov"],
    [new Date("2024-11-12T09:00:00").getTime(), "12 Nov 2024"],
  ])("%s is %s", (then, text) => expect(formatWhen(then, now)).toBe(text));
});
