import { describe, expect, it } from "vitest";
import { blockId, nodeId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { buildBlock, listById, richDocument as rich } from "../document/blocks.testkit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { buildDocument } from "../document/graph.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { type ExposeRequest, exposeParam } from "./exposeParam.ts";
import { describeFlat } from "./randomGraph.testkit.ts";
import { unlinkInstance } from "./unlinkInstance.ts";

const n = nodeId;

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const block = buildBlock(
  "made",
  {
    x: "blockInput",
    c: ["conv2d", { filters: 12, kernelSize: [3, 5], activation: "relu" }],
    d: ["dropout", { rate: 0.25 }],
    e: ["dense", { units: { $expr: "width" } }],
    i: ["block:inner", { depth: 3 }],
    y: "blockOutput",
  },
  ["x>c", "c>d", "d>i", "i>y"],
  { filters: 1 },
);
const inner = buildBlock("inner", { x: "blockInput", y: "blockOutput" }, ["x>y"], { depth: 1 });
const start: ProjectDocument = {
  ...buildDocument(
    { in: ["input", { shape: [32, 32, 3] }], u: "block:made", v: "block:made", out: "output" },
    ["in>u", "u>v", "v>out"],
  ),
  blocks: listById([inner, block]),
  variables: [{ name: "width", value: 4 }],
};

describe("exposeParam", () => {
  it.each<[Omit<ExposeRequest, "block">, object]>([
    [
      { node: n("c"), param: "filters" },
      { name: "filters2", kind: "int", default: 12, min: 1 },
    ],
    [
      { node: n("c"), param: "kernelSize" },
      { name: "kernelSize", kind: "intList", default: [3, 5] },
    ],
    [
      { node: n("c"), param: "strides" },
      { name: "strides", kind: "intList", default: [1, 1] },
    ],
    [
      { node: n("c"), param: "useBias", name: "bias" },
      { name: "bias", kind: "bool", default: true },
    ],
    [
      { node: n("d"), param: "rate" },
      { name: "rate", kind: "float", default: 0.25 },
    ],
    [
      { node: n("i"), param: "depth" },
      { name: "depth", kind: "int", default: 3 },
    ],
    [
      { node: n("i"), param: "repeat" },
      { name: "repeat2", kind: "int", default: 1 },
    ],
  ])("makes a parameter of %j", (request, expected) => {
    const exposed = exposeParam(start, { block: block.id, ...request });
    if (!exposed.ok) throw new Error(exposed.error.message);
    const after = apply(start, exposed.value.edit);
    const made = after.blocks[block.id];
    expect(made?.params.at(-1)).toMatchObject(expected);
    expect(made?.params.at(-1)?.name).toBe(exposed.value.name);
    expect(made?.graph.nodes[request.node]?.params[request.param]).toEqual({
      $expr: exposed.value.name,
    });
    expect(describeFlat(after)).toEqual(describeFlat(start));
  });

  it("gives a choice of texts the options of the layer", () => {
    const exposed = exposeParam(start, { block: block.id, node: n("c"), param: "activation" });
    if (!exposed.ok) throw new Error(exposed.error.message);
    const param = apply(start, exposed.value.edit).blocks[block.id]?.params.at(-1);
    expect(param).toMatchObject({ kind: "text", default: "relu" });
    expect(param?.options).toContain("tanh");
  });

  it("makes a variable of an option in the main graph", () => {
    const exposed = exposeParam(start, {
      block: null,
      node: n("in"),
      param: "shape",
      name: "imageShape",
    });
    if (!exposed.ok) throw new Error(exposed.error.message);
    const after = apply(start, exposed.value.edit);
    expect(after.variables.at(-1)).toEqual({ name: "imageShape", value: [32, 32, 3] });
    expect(after.graph.nodes[n("in")]?.params).toEqual({ shape: { $expr: "imageShape" } });
    expect(describeFlat(after)).toEqual(describeFlat(start));
  });

  it.each<[string, Partial<ExposeRequest>, string]>([
    ["what is computed", { node: n("e"), param: "units" }, "computed already"],
    ["what isn't there", { node: n("c"), param: "colour" }, "has no option"],
    ["an initializer", { node: n("c"), param: "kernelInitializer" }, "can't be a parameter"],
    ["a taken name", { node: n("c"), param: "filters", name: "filters" }, "already has a meaning"],
    ["a variable's name", { node: n("d"), param: "rate", name: "width" }, "already has a meaning"],
    ["a bad name", { node: n("d"), param: "rate", name: "a b" }, "must be a letter"],
    ["no node", { node: n("zz"), param: "rate" }, "no layer"],
    ["no block", { block: blockId("zz"), node: n("d"), param: "rate" }, "no block"],
  ])("refuses %s", (_title, request, message) => {
    const exposed = exposeParam(start, { block: block.id, node: n("c"), param: "x", ...request });
    expect(exposed).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });
});

describe("unlinkInstance", () => {
  it("gives an instance a definition of its own, and changes nothing else", () => {
    const unlinked = unlinkInstance(start, { scope: null, node: n("v") });
    if (!unlinked.ok) throw new Error(unlinked.error.message);
    const after = apply(start, unlinked.value.edit);
    expect(unlinked.value.block).toBe("made-2");
    expect(after.blocks[unlinked.value.block]).toEqual({ ...block, id: "made-2", name: "made 2" });
    expect(after.graph.nodes[n("u")]).toBe(start.graph.nodes[n("u")]);
    expect(after.graph.nodes[n("v")]).toMatchObject({ type: "block:made-2" });
    expect(after.graph.edges).toEqual(start.graph.edges);
    expect(describeFlat(after)).toEqual(describeFlat(start));
  });

  it("works inside blocks", () => {
    const unlinked = unlinkInstance(rich, { scope: blockId("stage"), node: n("first") });
    if (!unlinked.ok) throw new Error(unlinked.error.message);
    const after = apply(rich, unlinked.value.edit);
    expect(after.blocks[blockId("stage")]?.graph.nodes[n("first")]?.type).toBe("block:unit-2");
    expect(describeFlat(after)).toEqual(describeFlat(rich));
  });

  it.each([
    ["a layer", "in", "no instance"],
    ["what isn't there", "zz", "no layer"],
  ])("refuses %s", (_title, node, message) => {
    expect(unlinkInstance(start, { scope: null, node: n(node) })).toMatchObject({
      error: { message: expect.stringContaining(message) },
    });
  });
});
