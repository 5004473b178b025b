import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BlockId, blockId, nodeId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { buildBlock, listById, richDocument } from "../document/blocks.testkit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { buildDocument, describeWires } from "../document/graph.testkit.ts";
import type { ModelGraph, ProjectDocument } from "../document/model.ts";
import { packNodes } from "./packNodes.ts";
import { describeFlat, randomDocuments } from "./randomGraph.testkit.ts";
import { unpackNode } from "./unpackNode.ts";

const n = nodeId;

export function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function graphOf(document: ProjectDocument, scope: BlockId | null): ModelGraph {
  const graph = scope === null ? document.graph : document.blocks[scope]?.graph;
  if (graph === undefined) throw new Error("no such block");
  return graph;
}

/** The graph's parts by id, without the order in which they came. */
const partsOf = ({ nodes, edges }: ModelGraph) => ({ nodes, edges });

describe("packNodes", () => {
  const start = buildDocument(
    { in: "input", a: "dense", b: "dense", c: "relu", sum: "add", out: "output" },
    ["in>a", "a>b", "b>c", "c>sum", "a>sum", "in>sum", "sum>out"],
  );
  const pack = (ids: readonly string[]) =>
    packNodes(start, { scope: null, nodes: ids.map(n), name: "Residual unit" });

  it("puts an instance in place of the nodes and leads wires through ports", () => {
    const packed = pack(["b", "c"]);
    if (!packed.ok) throw new Error(packed.error.message);
    const { block, instance, edit } = packed.value;
    const after = apply(start, edit);
    expect([block, instance]).toEqual(["residual-unit", "residual-unit-1"]);
    expect(describeWires(after.graph)).toEqual([
      "in>a",
      "sum>out",
      "a>residual-unit-1",
      "residual-unit-1>sum",
      "a>sum",
      "in>sum",
    ]);
    const definition = after.blocks[block];
    expect(definition).toMatchObject({ name: "Residual unit", params: [] });
    expect(describeWires(definition?.graph ?? start.graph)).toEqual([
      "block-input-1>b",
      "c>block-output-1",
      "b>c",
    ]);
    const names = Object.values(definition?.graph.nodes ?? {}).map((node) => node.name);
    expect(names).toEqual(["a", "b", "c", "c_out"]);
    expect(after.graph.nodes[instance]?.position).toEqual({ x: 0, y: 205 });
    expect(describeFlat(after)).toEqual(describeFlat(start));
  });

  it("leaves inputs and outputs of the model outside", () => {
    const packed = pack(["in", "a", "b", "c", "sum", "out"]);
    if (!packed.ok) throw new Error(packed.error.message);
    const after = apply(start, packed.value.edit);
    expect(Object.keys(after.graph.nodes)).toEqual(["in", "out", "residual-unit-1"]);
    expect(describeFlat(after)).toEqual(describeFlat(start));
  });

  it.each<[string, readonly string[], string]>([
    ["nothing", [], "Select at least one layer"],
    ["only ends", ["in", "out"], "Select at least one layer"],
    ["what isn't there", ["zz"], "no layer with the id"],
    ["nodes with another between them", ["a", "c"], "“b” lies between the selected layers"],
  ])("refuses %s", (_title, ids, message) => {
    expect(pack(ids)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    });
  });

  it("refuses to part a layer from its other uses", () => {
    const packed = packNodes(richDocument, { scope: null, nodes: [n("twin")], name: "x" });
    expect(packed).toMatchObject({
      error: { message: expect.stringContaining("“twin” shares its weights with “flat”") },
    });
  });

  it("hands parameters of the block around through, and its index under another name", () => {
    const outer = buildBlock(
      "outer",
      {
        x: "blockInput",
        d: ["dense", { units: { $expr: "filters * 2 + index" } }],
        y: "blockOutput",
      },
      ["x>d", "d>y"],
      { filters: 8, unused: 1 },
    );
    const document = { ...richDocument, blocks: listById([outer]) };
    const packed = packNodes(document, { scope: outer.id, nodes: [n("d")], name: "inner" });
    if (!packed.ok) throw new Error(packed.error.message);
    const after = apply(document, packed.value.edit);
    expect(after.blocks[outer.id]?.graph.nodes[packed.value.instance]?.params).toEqual({
      filters: { $expr: "filters" },
      outerIndex: { $expr: "index" },
    });
    const made = after.blocks[packed.value.block];
    expect(made?.params.map(({ name }) => name)).toEqual(["filters", "outerIndex"]);
    expect(made?.graph.nodes[n("d")]?.params).toEqual({
      units: { $expr: "filters * 2 + outerIndex" },
    });
  });
});

describe("unpackNode", () => {
  const unit = buildBlock(
    "unit",
    {
      x: "blockInput",
      d: ["dense", { units: { $expr: "filters * 2" }, useBias: false }],
      e: ["dense", { units: { $expr: "classes + index" } }],
      y: "blockOutput",
    },
    ["x>d", "d>e", "e>y"],
    { filters: 8 },
  );
  const withInstance = (params: Record<string, number | boolean | { $expr: string }>) => ({
    ...buildDocument({ in: "input", u: ["block:unit", params], out: "output" }, ["in>u", "u>out"]),
    blocks: listById([unit]),
    variables: [{ name: "classes", value: 10 }],
  });
  const unpack = (document: ProjectDocument) => unpackNode(document, { scope: null, node: n("u") });

  it("puts options in place of parameters", () => {
    const document = withInstance({ filters: 4 });
    const unpacked = unpack(document);
    if (!unpacked.ok) throw new Error(unpacked.error.message);
    const after = apply(document, unpacked.value.edit);
    expect(describeWires(after.graph)).toEqual(["in>d", "d>e", "e>out"]);
    expect(after.graph.nodes[n("d")]?.params).toEqual({ units: 8, useBias: false });
    expect(after.graph.nodes[n("e")]?.params).toEqual({ units: { $expr: "classes + 0" } });
    expect(describeFlat(after)).toEqual(describeFlat(document));
  });

  it("makes a copy for every repetition, each with its index", () => {
    const document = withInstance({ filters: { $expr: "classes - 1" }, repeat: 3 });
    const unpacked = unpack(document);
    if (!unpacked.ok) throw new Error(unpacked.error.message);
    const after = apply(document, unpacked.value.edit);
    expect(unpacked.value.nodes).toHaveLength(6);
    expect(after.graph.nodes[n("d")]?.params["units"]).toEqual({ $expr: "(classes - 1) * 2" });
    expect(describeFlat(after)).toEqual(describeFlat(document));
    const places = Object.values(after.graph.nodes).map((node) => node.position.y);
    expect(new Set(places).size).toBe(places.length);
  });

  it("keeps frozen what was frozen", () => {
    const document = withInstance({ trainable: false });
    const unpacked = unpack(document);
    if (!unpacked.ok) throw new Error(unpacked.error.message);
    const after = apply(document, unpacked.value.edit);
    expect(after.graph.nodes[n("d")]?.params["trainable"]).toBe(false);
    expect(describeFlat(after)).toEqual(describeFlat(document));
  });

  it.each<[string, ProjectDocument, string, string]>([
    ["a layer", withInstance({}), "in", "is a layer, not a block"],
    ["what isn't there", withInstance({}), "zz", "no layer with the id"],
    [
      "a repetition that makes no sense",
      withInstance({ repeat: 0 }),
      "u",
      "must be a whole number",
    ],
    [
      "a repetition over what nobody knows",
      withInstance({ repeat: { $expr: "nobody" } }),
      "u",
      "How often “u” is repeated is computed",
    ],
    [
      "a block that is gone",
      { ...withInstance({}), blocks: {} },
      "u",
      "a block that this project doesn't have",
    ],
  ])("refuses %s", (_title, document, node, message) => {
    const unpacked = unpackNode(document, { scope: null, node: n(node) });
    expect(unpacked).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });
});

describe("any graph and selection", () => {
  const cases = fc.record({
    document: randomDocuments,
    isInBlock: fc.boolean(),
    picks: fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }),
    isRun: fc.boolean(),
  });

  it("packing changes nothing of what is built, and unpacking gives the very same graph back", () => {
    let packedCount = 0;
    fc.assert(
      fc.property(cases, ({ document, isInBlock, picks, isRun }) => {
        const scope = isInBlock ? blockId("body") : null;
        const before = graphOf(document, scope);
        const ids = Object.keys(before.nodes);
        const from = picks[0] ?? 0;
        // Nodes that follow each other can be packed more often than ones picked at random.
        const nodes = ids.filter((_, index) =>
          isRun ? index >= from && index < from + picks.length : picks.includes(index),
        );
        const packed = packNodes(document, { scope, nodes: nodes.map(n), name: "made" });
        if (!packed.ok) {
          expect(packed.error.message).toMatch(/\S/);
          return;
        }
        packedCount++;
        const after = apply(document, packed.value.edit);
        expect(describeFlat(after)).toEqual(describeFlat(document));

        const unpacked = unpackNode(after, { scope, node: packed.value.instance });
        if (!unpacked.ok) throw new Error(unpacked.error.message);
        const back = apply(after, unpacked.value.edit);
        expect(partsOf(graphOf(back, scope))).toEqual(partsOf(before));
        expect(describeFlat(back)).toEqual(describeFlat(document));
      }),
      { numRuns: 300 },
    );
    expect(packedCount).toBeGreaterThan(50);
  });

  it("unpacking any instance changes nothing of what is built", () => {
    let count = 0;
    fc.assert(
      fc.property(randomDocuments, fc.boolean(), (document, isInBlock) => {
        const scope = isInBlock ? blockId("body") : null;
        let current = document;
        for (const node of Object.values(graphOf(document, scope).nodes)) {
          if (!node.type.startsWith("block:")) continue;
          const unpacked = unpackNode(current, { scope, node: node.id });
          if (!unpacked.ok) continue;
          current = apply(current, unpacked.value.edit);
          count++;
        }
        expect(describeFlat(current)).toEqual(describeFlat(document));
      }),
      { numRuns: 200 },
    );
    expect(count).toBeGreaterThan(100);
  });
});
