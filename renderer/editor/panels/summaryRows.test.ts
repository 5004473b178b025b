import { describe, expect, it } from "vitest";
import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { blockId } from "#shared/base/ids.ts";
import { createProject } from "#shared/document/createProject.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
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
const project: ProjectDocument = { ...createProject("test"), graph };
const rows = listSummaryRows(project, analyzeDocument(project));
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

describe("the summary of blocks", () => {
  const unit = blockId("unit");
  const document: ProjectDocument = {
    ...createProject("test"),
    graph: makeGraph(
      {
        input: ["input", 0, 0, { shape: [4] }],
        twice: ["block:unit", 0, 0, { repeat: 2 }],
        output: ["output", 0, 0],
      },
      ["input>twice", "twice>output"],
    ),
    blocks: {
      [unit]: {
        id: unit,
        name: "unit",
        summary: "",
        params: [],
        graph: makeGraph(
          {
            from: ["blockInput", 0, 0],
            dense: ["dense", 0, 0, { units: 4 }],
            to: ["blockOutput", 0, 0],
          },
          ["from>dense", "dense>to"],
        ),
      },
    },
  };
  const analysis = analyzeDocument(document);

  it("gives a repeated block in one row with the weights of all copies", () => {
    const [, twice] = listSummaryRows(document, analysis);
    expect(twice).toMatchObject({ id: "twice", isBlock: true, repeat: 2, weights: 40, inside: [] });
  });

  it("lists what is in an unfolded block right behind it", () => {
    const listed = listSummaryRows(document, analysis, new Set(["twice"]));
    const places = sortSummaryRows(listed, { column: "order", isDescending: false });
    expect(places.map((row) => `${row.place} ${row.id}`)).toEqual([
      "1 input",
      "2 twice",
      "2.1 twice/from",
      "2.2 twice/dense",
      "2.3 twice/to",
      "3 output",
    ]);
  });
});
