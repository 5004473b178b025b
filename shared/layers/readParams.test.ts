import { describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import type { ParamSpec, StoredParams } from "./params.ts";
import { readParams } from "./readParams.ts";

const text = { label: "Option", help: "Help." };
const kinds = {
  units: { ...text, kind: "int", default: 32, min: 1, max: 100 },
  seed: { ...text, kind: "int", default: null, nullable: true },
  rate: { ...text, kind: "float", default: 0.5, min: 0, max: 1, isMaxExclusive: true },
  useBias: { ...text, kind: "bool", default: true },
  padding: { ...text, kind: "enum", options: ["valid", "same"], default: "valid" },
  metrics: { ...text, kind: "enumList", options: ["a", "b"], default: [] },
  field: { ...text, kind: "text", default: "", maxLength: 5 },
  kernelSize: { ...text, kind: "intTuple", length: 2, default: [3, 3], min: 1 },
  shape: { ...text, kind: "intList", default: [4], min: 1, maxLength: 3, allowsNull: true },
  order: { ...text, kind: "intList", default: [1], minLength: 1 },
  initializer: { ...text, kind: "initializer", default: { name: "zeros" } },
  regularizer: { ...text, kind: "regularizer", default: null },
  layer: { ...text, kind: "layer", options: ["lstm"], default: { type: "lstm", params: {} } },
} as const satisfies Record<string, ParamSpec>;

function issuesOf(stored: StoredParams): readonly string[] {
  const read = readParams(kinds, stored);
  return read.ok ? [] : read.error.map(({ param, message }) => `${param} ${message}`);
}

describe("readParams", () => {
  test("fills in defaults, and the options of initializers", () => {
    const read = readParams(kinds, { initializer: { name: "randomNormal", stddev: 0.2 } });
    expect(read).toEqual({
      ok: true,
      value: {
        units: 32,
        seed: null,
        rate: 0.5,
        useBias: true,
        padding: "valid",
        metrics: [],
        field: "",
        kernelSize: [3, 3],
        shape: [4],
        order: [1],
        initializer: { name: "randomNormal", mean: 0, stddev: 0.2, seed: null },
        regularizer: null,
        layer: { type: "lstm", params: {} },
      },
    });
  });

  test("ignores keys it does not know, inherited ones too", () => {
    expect(issuesOf({ other: 3, toString: "x" })).toEqual([]);
  });

  test.each<[string, JsonValue, string]>([
    ["units", 0, "must be 1 or more, got 0"],
    ["units", 101, "must be 100 or less, got 101"],
    ["units", 1.5, "must be a whole number, got 1.5"],
    ["units", "8", 'must be a whole number, got "8"'],
    ["units", null, "must be a number"],
    ["units", { $expr: "2*n" }, "is an expression over variables, which this version cannot read"],
    ["rate", 1, "must be below 1, got 1"],
    ["useBias", 1, "must be true or false, got 1"],
    ["padding", "causal", 'must be one of valid, same, got "causal"'],
    ["metrics", ["a", "a"], "must not name one twice"],
    ["metrics", ["c"], 'must be a list of a, b, got ["c"]'],
    ["field", "too long", "must be at most 5 characters long"],
    ["kernelSize", [3], "must be 2 whole numbers, got [3]"],
    ["kernelSize", [3, 0], ", entry 2, must be 1 or more, got 0"],
    ["shape", [1, 2, 3, 4], "must have at most 3 entries"],
    ["shape", [0], ", entry 1, must be 1 or more, got 0"],
    ["order", [], "must have at least 1 entry"],
    ["order", [null], ", entry 1, must be a whole number, got null"],
    ["initializer", { name: "constructor" }, "must be one of "],
    [
      "initializer",
      { name: "randomNormal", stddev: -1 },
      ": standard deviation must be 0 or more, got -1",
    ],
    ["regularizer", { name: "l2", l2: -1 }, ": l2 factor must be 0 or more, got -1"],
    ["layer", { type: "dense" }, 'must be a layer: lstm, got {"type":"dense"}'],
  ])("%s: %j is refused", (param, value, message) => {
    const [issue, ...others] = issuesOf({ [param]: value });
    expect(issue).toContain(`${param} ${message}`);
    expect(others).toEqual([]);
  });

  test("reports all issues at once", () => {
    expect(issuesOf({ units: 0, rate: 7, padding: 1 })).toHaveLength(3);
  });
});
