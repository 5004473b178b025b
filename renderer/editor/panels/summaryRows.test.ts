import { describe, expect, it } from "vitest";
import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import { makeGraph } from "../editor.testkit.ts";
import { listSummaryRows, sortSummaryRows } from "./summaryRows.ts";

const graph = makeGraph(
  {
    output: ["output", 0, 0],
    dense: ["dense", 0, 0, { units: 3 }],
    input: ["input", 0, 0, { shape: [4] }],
    lone: ["dense", 0, 0],
  },
  ["input>dense", "dense>output"],
);
const rows = listSummaryRows(graph, analyzeGraph(graph, {}));
const idsBy = (column: "order" | "weights" | "name", isDescending: boolean) =>
  sortSummaryRows(rows, { column, isDescending }).map((row) => row.id);

describe("the summary", () => {
  it("lists layers in the order of computation", () => {
    const order = idsBy("order", false);
    expect(order.indexOf("input" as (typeof order)[number])).toBeLessThan(
      order.indexOf("dense" as (typeof order)[number]),
    );
    expect(rows.find((row) => row.id === "dense")).toMatchObject({
      outputShape: "3",
      weights: 15,
      multiplyAdds: 12,
    });
  });

  it("sorts numbers as numbers and leaves unknown ones last either way", () => {
    expect(idsBy("weights", true)[0]).toBe("dense");
    expect(idsBy("weights", true).at(-1)).toBe("lone");
    expect(idsBy("weights", false).at(-1)).toBe("lone");
  });

  it("sorts names alphabetically", () => {
    expect(idsBy("name", false)).toEqual(["dense", "input", "lone", "output"]);
  });
});
