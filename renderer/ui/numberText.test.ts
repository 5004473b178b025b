import { describe, expect, it } from "vitest";
import { readNumber, stepNumber, type NumberLimits } from "./numberText.ts";

describe("readNumber", () => {
  const good: readonly [string, NumberLimits, number | null][] = [
    ["12", {}, 12],
    [" 1e-3 ", {}, 0.001],
    ["0,5", {}, 0.5],
    ["1,024", {}, 1024],
    ["10 000", { isInteger: true }, 10000],
    ["-3", { min: -3 }, -3],
    ["", { isNullable: true }, null],
  ];
  it.each(good)("reads %j with %o as %s", (text, limits, value) => {
    expect(readNumber(text, limits)).toEqual({ kind: "value", value });
  });

  const bad: readonly [string, NumberLimits, string][] = [
    ["", {}, "Enter a number."],
    ["abc", {}, "“abc” is not a number."],
    ["Infinity", {}, "“Infinity” is not a number."],
    ["1.5", { isInteger: true }, "Enter a whole number."],
    ["0", { min: 1 }, "The least is 1."],
    ["2", { max: 1 }, "The most is 1."],
  ];
  it.each(bad)("refuses %j with %o", (text, limits, message) => {
    expect(readNumber(text, limits)).toEqual({ kind: "problem", message });
  });
});

describe("stepNumber", () => {
  const cases: readonly [number, number, NumberLimits, number][] = [
    [32, 1, { isInteger: true }, 33],
    [1, -1, { isInteger: true, min: 1 }, 1],
    [0.001, 1, {}, 0.0011],
    [0.5, -1, { min: 0 }, 0.49],
    [0.95, 10, { max: 1 }, 1],
    [0.01, -10, { min: 0 }, 0.001],
  ];
  it.each(cases)("takes %s by %s steps within %o to %s", (value, steps, limits, expected) => {
    expect(stepNumber(value, steps, limits)).toBeCloseTo(expected, 10);
  });
});
