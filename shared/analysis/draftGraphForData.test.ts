import { describe, expect, it } from "vitest";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { buildDocument } from "../document/graph.testkit.ts";
import { analyzeGraph } from "./analyzeGraph.ts";
import { draftGraphForData } from "./draftGraphForData.ts";
import { fitGraphToData } from "./fitGraphToData.ts";
import { classTarget, feature, numberTarget, summaryOf } from "./mistake.testkit.ts";

const empty = buildDocument({});

describe("draftGraphForData", () => {
  it.each<[string, DatasetSummary, readonly string[]]>([
    [
      "a table with classes",
      summaryOf(feature("features", 4), classTarget("species", 3)),
      ["input", "dense", "dense", "dense", "output"],
    ],
    [
      "a table with a number",
      summaryOf(feature("features", 13), numberTarget("price", 1)),
      ["input", "dense", "dense", "dense", "output"],
    ],
    [
      "images",
      summaryOf(feature("image", 28, 28, 1), classTarget("digit", 10)),
      ["input", "conv2d", "maxPooling2d", "flatten", "dense", "dense", "output"],
    ],
    [
      "a series",
      summaryOf(feature("window", 12, 1), numberTarget("next", 1)),
      ["input", "lstm", "dense", "dense", "output"],
    ],
    [
      "a number at each step",
      summaryOf(feature("sensors", 10, 5), numberTarget("reading", 10, 1)),
      ["input", "lstm", "dense", "dense", "output"],
    ],
    [
      "two inputs and two targets",
      summaryOf(
        feature("left", 3),
        feature("right", 5),
        classTarget("kind", 2),
        numberTarget("size", 1),
      ),
      [
        "input",
        "dense",
        "input",
        "dense",
        "concatenate",
        "dense",
        "dense",
        "output",
        "dense",
        "output",
      ],
    ],
  ])("draws a network without a fault for %s", (_, summary, types) => {
    const edit = draftGraphForData(empty, summary);
    if (edit === null) throw new Error("nothing was drawn");
    const applied = applyEdit(empty, edit);
    if (!applied.ok) throw new Error(applied.error.message);
    const { graph } = applied.value;
    expect(Object.values(graph.nodes).map((node) => node.type)).toEqual(types);
    expect(analyzeGraph(graph, { data: summary }).diagnostics).toEqual([]);
    expect(fitGraphToData(applied.value, summary)).toBeNull();
  });

  it("draws nothing where something is drawn already, or where there is nothing to predict", () => {
    const summary = summaryOf(feature("features", 4), classTarget("species", 3));
    expect(draftGraphForData(buildDocument({ x: "input" }), summary)).toBeNull();
    expect(draftGraphForData(empty, summaryOf(feature("features", 4)))).toBeNull();
  });

  it.each([
    ["few samples", 120, 10, 100],
    ["many samples", 48_000, 10, 10],
    ["a number that was chosen", 120, 3, 3],
  ])("chooses epochs for %s", (_, trainCount, before, after) => {
    const document = { ...empty, training: { ...empty.training, epochs: before } };
    const summary = summaryOf(feature("features", 4), classTarget("species", 3));
    const edit = draftGraphForData(document, { ...summary, trainCount });
    if (edit === null) throw new Error("nothing was drawn");
    const applied = applyEdit(document, edit);
    expect(applied.ok && applied.value.training.epochs).toBe(after);
  });
});
