import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { type BlockDrawing, type Drawing, drawDocument } from "../blocks/blocks.testkit.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { sizesOf } from "../layers/shape.ts";
import { analyzeDocument } from "./analyzeDocument.ts";
import type { Diagnostic, GraphAnalysis } from "./types.ts";
import { viewAnalysis } from "./viewAnalysis.ts";

const $ = (text: string) => ({ $expr: text });

const unit: BlockDrawing = {
  params: { filters: 4 },
  nodes: {
    in: "blockInput",
    conv: ["conv2d", { filters: $("filters"), kernelSize: [3, 3], padding: "same" }],
    out: "blockOutput",
  },
  wires: ["in>conv", "conv>out"],
};
const stage: BlockDrawing = {
  params: { width: 4 },
  nodes: {
    in: "blockInput",
    first: ["block:unit", { filters: $("width") }],
    rest: ["block:unit", { filters: $("width"), repeat: 2 }],
    out: "blockOutput",
  },
  wires: ["in>first", "first>rest", "rest>out"],
};
const around = (wires: readonly string[], nodes: Drawing["nodes"]): Drawing => ({
  nodes: {
    image: ["input", { shape: [8, 8, 3] }],
    ...nodes,
    flat: "flatten",
    head: ["dense", { units: 2, activation: "softmax" }],
    out: "output",
  },
  wires: [...wires, "flat>head", "head>out"],
});
const nested = drawDocument(
  around(["image>net", "net>flat"], { net: ["block:stage", { width: 5 }] }),
  { unit, stage },
);
const view = (document: ProjectDocument, ...scope: readonly string[]): GraphAnalysis =>
  viewAnalysis(
    analyzeDocument(document),
    scope.map((id) => nodeId(id)),
  );
const conv = (inputs: number, filters: number) => 9 * inputs * filters + filters;

describe("viewAnalysis", () => {
  it("sums up what is inside an instance and shows what it gives", () => {
    const { nodes, diagnostics, totals, order } = view(nested);
    expect(diagnostics).toEqual([]);
    expect(order).toEqual(["image", "net", "flat", "head", "out"]);
    const net = nodes[nodeId("net")];
    const weights = conv(3, 5) + 2 * conv(5, 5);
    expect(net).toMatchObject({
      id: "net",
      paramCount: weights,
      trainableCount: weights,
      multiplyAdds: 64 * 9 * (3 * 5 + 2 * 5 * 5),
      activationBytes: 3 * 64 * 5 * 4,
    });
    expect(net?.outputShapes.map(sizesOf)).toEqual([[8, 8, 5]]);
    expect(net?.inputShapes.map((shape) => shape && sizesOf(shape))).toEqual([[8, 8, 3]]);
    expect(net?.weights.map(({ name }) => name)).toEqual([
      "first/conv/kernel",
      "first/conv/bias",
      "rest#1/conv/kernel",
      "rest#1/conv/bias",
      "rest#2/conv/kernel",
      "rest#2/conv/bias",
    ]);
    expect(totals.paramCount).toBe(weights + 8 * 8 * 5 * 2 + 2);
  });

  it("shows the graph of an entered block with its own ids, ports and all", () => {
    const inner = view(nested, "net", "rest");
    expect(inner.order).toEqual(["in", "conv", "out"]);
    const sizes = Object.values(inner.nodes).map(({ id, outputShape }) => [
      id,
      outputShape && sizesOf(outputShape),
    ]);
    expect(sizes).toEqual([
      ["in", [8, 8, 5]],
      ["conv", [8, 8, 5]],
      ["out", [8, 8, 5]],
    ]);
    expect(inner.totals.paramCount).toBe(conv(5, 5));
    expect(view(nested, "net").totals.paramCount).toBe(conv(3, 5) + 2 * conv(5, 5));
  });

  it("counts the weights of shared blocks and layers once", () => {
    const twins = drawDocument(
      {
        nodes: {
          left: ["input", { shape: [8, 8, 3] }],
          right: ["input", { shape: [8, 8, 3] }],
          a: "block:unit",
          b: ["block:unit", {}, { shares: "a" }],
          join: "subtract",
          out: ["output", { loss: "meanSquaredError" }],
        },
        wires: ["left>a", "right>b", "a>join", "b>join", "join>out"],
      },
      { unit },
    );
    const { nodes, totals, diagnostics } = view(twins);
    expect(diagnostics).toEqual([]);
    expect(totals.paramCount).toBe(conv(3, 4));
    expect(nodes[nodeId("b")]).toMatchObject({ paramCount: 0, sharedWith: "a" });
    expect(view(twins, "b").nodes[nodeId("conv")]).toMatchObject({ sharedWith: "conv" });
  });

  it("counts what is frozen as not trainable", () => {
    const frozen = drawDocument(
      around(["image>stage", "stage>flat"], { stage: ["block:unit", { trainable: false }] }),
      { unit },
    );
    const { nodes, totals } = view(frozen);
    expect(nodes[nodeId("stage")]).toMatchObject({ paramCount: conv(3, 4), trainableCount: 0 });
    expect(totals.paramCount - totals.trainableCount).toBe(conv(3, 4));
  });

  it("gives a muted node the shape that passes through it", () => {
    const muted = drawDocument(
      around(["image>drop", "drop>flat"], { drop: ["conv2d", { filters: 9 }, { isMuted: true }] }),
    );
    const { nodes, totals } = view(muted);
    expect(nodes[nodeId("drop")]).toMatchObject({ paramCount: 0, multiplyAdds: 0 });
    expect(sizesOf(nodes[nodeId("drop")]?.outputShape ?? { dtype: "bool", axes: [] })).toEqual([
      8, 8, 3,
    ]);
    expect(totals.paramCount).toBe(8 * 8 * 3 * 2 + 2);
  });

  it("is the flat analysis itself where nothing is expanded", () => {
    const plain = drawDocument(around(["image>flat"], {}));
    const analysis = analyzeDocument(plain);
    expect(viewAnalysis(analysis, []).nodes).toBe(analysis.flat.nodes);
  });

  it("keeps what an edit doesn't touch", () => {
    const before = analyzeDocument(nested);
    const edited = applyEdit(nested, {
      kind: "setParams",
      node: nodeId("head"),
      params: { units: 3 },
    });
    if (!edited.ok) throw new Error(edited.error.message);
    const after = analyzeDocument(edited.value, { previous: before });
    const [old, fresh] = [viewAnalysis(before, []), viewAnalysis(after, [])];
    const changed = Object.values(fresh.nodes).filter((facts) => facts !== old.nodes[facts.id]);
    expect(changed.map(({ id }) => id)).toEqual(["head", "out"]);
    expect(fresh).toEqual(view(edited.value));
  });
});

describe("faults inside blocks", () => {
  const broken = (width: unknown) =>
    drawDocument(
      around(["image>flatten", "flatten>net", "net>flat"], {
        flatten: "flatten",
        net: ["block:stage", { width: width as number }],
      }),
      { unit, stage },
    );
  const find = (analysis: GraphAnalysis, code: Diagnostic["code"]) =>
    analysis.diagnostics.find((diagnostic) => diagnostic.code === code);

  it("are told on the instance outside, with the way to them", () => {
    const found = find(view(broken(5)), "rank");
    expect(found?.nodes).toEqual(["net", "flatten"]);
    expect(found?.edges).toEqual(["flatten--net"]);
    expect(found?.message).toContain("conv in ‘net › first’ needs an image");
    expect(found?.message).toContain("flatten gives features 192");
  });

  it("are told on the node itself inside", () => {
    const one = find(view(broken(5), "net"), "rank");
    expect(one?.nodes).toEqual(["first"]);
    expect(one?.message).toContain("conv in ‘first’ needs");
    const two = find(view(broken(5), "net", "first"), "rank");
    expect(two?.nodes).toEqual(["conv"]);
    expect(two?.edges).toEqual(["in--conv"]);
    expect(two?.message).toMatch(/^conv needs/);
    expect(view(broken(5), "net", "rest").diagnostics).toEqual([]);
  });

  it("are mended on the outer graph where the wire crosses the border", () => {
    const document = broken(5);
    const found = find(view(document), "rank");
    expect(found?.fixes.map(({ title }) => title)).toContain("Remove flatten");
    for (const fix of found?.fixes ?? []) {
      const fixed = applyEdit(document, fix.edit);
      expect(fixed.ok).toBe(true);
    }
  });

  it("are mended in the block's graph where they lie there, for every instance", () => {
    const document = drawDocument(
      around(["image>a", "a>b", "b>flat"], { a: "block:tight", b: "block:tight" }),
      {
        tight: {
          nodes: {
            in: "blockInput",
            pool: ["maxPooling2d", { poolSize: [5, 5] }],
            out: "blockOutput",
          },
          wires: ["in>pool", "pool>out"],
        },
      },
    );
    const found = view(document).diagnostics[0];
    expect(found?.nodes[0]).toBe("b");
    expect(found?.message).toContain("pool in ‘b’");
    const fix = found?.fixes[0];
    expect(fix?.title).toBe("Set padding to same in pool in every tight");
    expect(fix?.edit).toEqual({
      kind: "inBlock",
      block: "tight",
      edit: { kind: "setParams", node: "pool", params: { padding: "same" } },
    });
  });

  it("of a repeated block are told once, with the copy", () => {
    const document = drawDocument(
      around(["image>pools", "pools>flat"], { pools: ["block:halve", { repeat: 5 }] }),
      {
        halve: {
          nodes: { in: "blockInput", pool: ["maxPooling2d", {}], out: "blockOutput" },
          wires: ["in>pool", "pool>out"],
        },
      },
    );
    const [found, ...more] = view(document).diagnostics;
    expect(more).toEqual([]);
    expect(found?.nodes[0]).toBe("pools");
    expect(found?.message).toContain("pool in ‘pools 4’");
    expect(find(view(document, "pools"), "size")?.nodes).toEqual(["pool"]);
  });
});
