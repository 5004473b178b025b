import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { type Drawing, drawDocument } from "../blocks/blocks.testkit.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { sizesOf } from "../layers/shape.ts";
import { analyzeDocument } from "./analyzeDocument.ts";
import { suggestLayers } from "./suggestLayers.ts";
import { viewAnalysis } from "./viewAnalysis.ts";

const series = ["input", { shape: [9, 4] }] as const;
const analyse = (nodes: Drawing["nodes"], wires: readonly string[]) =>
  analyzeDocument(drawDocument({ nodes, wires }));

describe("layers with several outputs", () => {
  const nodes = {
    series,
    encoder: ["lstm", { units: 5, returnSequences: true, returnState: true }],
    ofState: ["dense", { units: 3 }],
    out: ["output", { loss: "meanSquaredError" }],
  } as const;
  const { flat, diagnostics, expanded } = analyse(nodes, [
    "series>encoder",
    "encoder:2>ofState",
    "ofState>out",
  ]);

  it("give each wire the shape of its port", () => {
    expect(diagnostics).toEqual([]);
    expect(flat.nodes[nodeId("encoder")]?.outputShapes.map(sizesOf)).toEqual([[9, 5], [5], [5]]);
    expect(
      flat.nodes[nodeId("ofState")]?.inputShapes.map((shape) => shape && sizesOf(shape)),
    ).toEqual([[5]]);
    expect(flat.nodes[nodeId("encoder")]?.activationBytes).toBe((9 * 5 + 5 + 5) * 4);
  });

  it("are suggested what fits the port", () => {
    const suggested = (port: number) =>
      suggestLayers(expanded.graph, flat, nodeId("encoder"), port).map(({ type }) => type);
    expect(suggested(0)).toContain("lstm");
    expect(suggested(1)).not.toContain("lstm");
    expect(suggested(1)).toContain("dense");
    expect(suggested(1)).not.toContain("blockOutput");
  });

  it("say so when a wire comes from a port that is gone", () => {
    const gone = analyse({ ...nodes, encoder: ["lstm", { units: 5 }] }, [
      "series>encoder",
      "encoder:2>ofState",
      "ofState>out",
    ]);
    expect(gone.diagnostics[0]).toMatchObject({
      code: "missing-input",
      nodes: ["ofState", "encoder"],
    });
    expect(gone.diagnostics[0]?.message).toContain(
      "output 3 of encoder, which has only one output",
    );
  });
});

describe("layers whose inputs aren't alike", () => {
  const nodes = {
    series,
    look: "attention",
    flat: "flatten",
    out: ["output", { loss: "meanSquaredError" }],
  } as const;

  it.each([
    [["series>look:0"], "value of look is not connected."],
    [["series>look:1"], "query of look is not connected."],
    [["series>look:0", "series>look:2"], "value of look is not connected."],
    [[], "query and value of look are not connected."],
  ])("name what lacks a wire: %j", (wires, words) => {
    const { diagnostics } = analyse(nodes, [...wires, "look>flat", "flat>out"]);
    expect(diagnostics.find(({ nodes: [blamed] }) => blamed === "look")?.message).toContain(words);
  });

  it("take wires by slot, whatever the order they were drawn in", () => {
    const { flat, diagnostics } = analyse({ ...nodes, notes: ["input", { shape: [7, 4] }] }, [
      "notes>look:1",
      "series>look:0",
      "look>flat",
      "flat>out",
    ]);
    expect(diagnostics).toEqual([]);
    expect(flat.nodes[nodeId("look")]?.inputShapes.map((shape) => shape && sizesOf(shape))).toEqual(
      [
        [9, 4],
        [7, 4],
      ],
    );
  });

  it("are mended by looking at themselves", () => {
    const document = drawDocument({ nodes, wires: ["series>look:0", "look>flat", "flat>out"] });
    const [found] = viewAnalysis(analyzeDocument(document), []).diagnostics;
    const fix = found?.fixes.find(({ title }) => title.includes("all inputs"));
    const mended = fix === undefined ? null : applyEdit(document, fix.edit);
    expect(mended?.ok === true ? analyzeDocument(mended.value).diagnostics : null).toEqual([]);
  });
});
