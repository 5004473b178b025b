import { describe, expect, it } from "vitest";
import type { JsonValue } from "../base/json.ts";
import { parseExpression } from "./parseExpression.ts";
import { evaluateExpression } from "./evaluateExpression.ts";
import { formatValue, substituteNames } from "./substituteNames.ts";

describe("substituteNames", () => {
  const substitution = new Map<string, JsonValue>([
    ["filters", 8],
    ["shift", -3],
    ["width", { $expr: "outer + 1" }],
    ["same", { $expr: "same" }],
    ["sizes", [1, 2]],
    ["mode", "it's"],
  ]);
  it.each<[JsonValue, JsonValue]>([
    [{ $expr: "filters" }, 8],
    [{ $expr: " width " }, { $expr: "outer + 1" }],
    [{ $expr: "filters * 2" }, 16],
    [{ $expr: "2 - shift" }, 5],
    [{ $expr: "width * 2" }, { $expr: "(outer + 1) * 2" }],
    [{ $expr: "same * 2 + max(same, filters)" }, { $expr: "same * 2 + max(same, 8)" }],
    [{ $expr: "sizes[index]" }, { $expr: "[1, 2][index]" }],
    [{ $expr: "mode == 'relu' ? a : b" }, { $expr: `"it's" == 'relu' ? a : b` }],
    [
      [3, { $expr: "filters" }],
      [3, 8],
    ],
    [
      { name: "x", stddev: { $expr: "1 / filters" } },
      { name: "x", stddev: 0.125 },
    ],
  ])("makes %j into %j", (value, expected) => {
    expect(substituteNames(value, substitution)).toEqual(expected);
  });

  it.each<[JsonValue]>([[{ $expr: "other + 1" }], [{ $expr: "filters +" }], [[1, { a: 2 }]], [3]])(
    "gives back the very same %j",
    (value) => expect(substituteNames(value, substitution)).toBe(value),
  );
});

it.each<[JsonValue]>([[3], [-0.5], [1e21], [true], [null], ["a'b"], [`a'b"c`], [[1, ["x"]]]])(
  "formatValue writes %j so that it is read again",
  (value) => {
    const parsed = parseExpression(formatValue(value) ?? "");
    expect(parsed.ok && evaluateExpression(parsed.value, new Map())).toEqual({ ok: true, value });
  },
);
