import { describe, expect, it } from "vitest";
import { findMostConfused } from "./findMostConfused.ts";

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
