import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { buildDocument } from "../document/graph.testkit.ts";
import { analyzeGraph } from "./analyzeGraph.ts";
import { measureHeat } from "./measureHeat.ts";

const { nodes } = analyzeGraph(
  buildDocument(
    {
      x: ["input", { shape: [10] }],
      wide: ["dense", { units: 90 }],
      relu: "relu",
      narrow: ["dense", { units: 1 }],
      y: ["output", { loss: "meanSquaredError" }],
    },
    ["x>wide", "wide>relu", "relu>narrow", "narrow>y"],
  ).graph,
);

const step = { batchSize: 8, lastBatch: 0, validationBatch: 0, slots: 2 };

describe("measureHeat", () => {
  it("gives each layer its share of the whole, and full strength to the dearest", () => {
    const heat = measureHeat(nodes, "weights", step);
    expect([...heat.keys()]).toEqual(["wide", "narrow"]);
    expect(heat.get(nodeId("wide"))).toEqual({ value: 990, share: 990 / 1081, level: 1 });
    expect(heat.get(nodeId("narrow"))?.level).toBeCloseTo(Math.sqrt(91 / 990));
    const shares = [...heat.values()].reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeCloseTo(1);
  });

  it.each([
    ["multiplyAdds", "wide", 900],
    ["activations", "relu", 360],
    // 990 weights, their gradients and two slots of Adam; 90 outputs and their gradients for each of 8 samples.
    ["training", "wide", 4 * 990 * 4 + 2 * 8 * 90 * 4],
  ] as const)("tells %s", (measure, id, value) => {
    expect(measureHeat(nodes, measure, step).get(nodeId(id))?.value).toBe(value);
  });

  it("leaves out what costs nothing or isn't known", () => {
    const unknown = analyzeGraph(
      buildDocument({ x: ["input", { shape: [null, 3] }], d: ["dense", {}] }, ["x>d"]).graph,
    );
    expect(measureHeat(unknown.nodes, "multiplyAdds", step).size).toBe(0);
    expect(measureHeat({}, "weights", step).size).toBe(0);
  });
});
