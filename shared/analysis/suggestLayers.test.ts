import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { buildGraph } from "../document/graph.testkit.ts";
import { analyzeGraph } from "./analyzeGraph.ts";
import { tryLayer } from "./analyzeNode.ts";
import { suggestLayers } from "./suggestLayers.ts";

function suggest(shape: readonly (number | null)[], dtype = "float32") {
  const graph = buildGraph({ x: ["input", { shape, dtype }] });
  return suggestLayers(graph, analyzeGraph(graph), nodeId("x"));
}

describe("suggestLayers", () => {
  it.each([
    ["an image", [28, 28, 1], "conv2d", "lstm"],
    ["a series", [60, 1], "lstm", "conv2d"],
    ["features", [8], "dense", "maxPooling2d"],
  ] as const)(
    "starts with what usually follows %s and leaves out what can't",
    (_t, shape, first, not) => {
      const types = suggest(shape).map(({ type }) => type);
      expect(types[0]).toBe(first);
      expect(types).not.toContain(not);
      expect(types).not.toContain("input");
      expect(types).toContain("output");
    },
  );

  it("offers only settings that fit", () => {
    for (const shape of [[28, 28, 1], [60, 1], [784], [1, 1, 4], [null, 3]]) {
      const graph = buildGraph({ x: ["input", { shape }] });
      const source = analyzeGraph(graph).nodes[nodeId("x")]?.outputShape;
      if (source === null || source === undefined) throw new Error("no shape");
      for (const { type, params = {}, outputShape } of suggest(shape)) {
        const isMerge = outputShape === null;
        expect(tryLayer(type, params, isMerge ? [source, source] : [source]), type).not.toBeNull();
      }
    }
  });

  it("knows that a 1 × 1 image can be pooled only with padding", () => {
    const pool = suggest([1, 1, 4]).find(({ type }) => type === "maxPooling2d");
    expect(pool?.params).toEqual({ padding: "same" });
  });

  it("has nothing to say behind a layer without a shape", () => {
    const graph = buildGraph({ a: "dense" });
    expect(suggestLayers(graph, analyzeGraph(graph), nodeId("a"))).toEqual([]);
  });
});
