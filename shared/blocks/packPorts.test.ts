import { expect, it } from "vitest";
import { blockId, edgeId, nodeId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { buildBlock, listById } from "../document/blocks.testkit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { buildDocument } from "../document/graph.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { packNodes } from "./packNodes.ts";
import { describeFlat } from "./randomGraph.testkit.ts";
import { unpackNode } from "./unpackNode.ts";

const n = nodeId;

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Attention of a layer to itself, and an LSTM whose state and output are joined in turned order. */
const wires: readonly (readonly [source: string, port: number, target: string])[] = [
  ["a", 0, "attention"],
  ["a", 0, "attention"],
  ["a", 0, "attention"],
  ["attention", 0, "lstm"],
  ["lstm", 2, "join"],
  ["lstm", 0, "join"],
  ["lstm", 1, "join"],
];
const start = wires.reduce<ProjectDocument>(
  (document, [source, port, target], index) =>
    apply(document, {
      kind: "connect",
      id: edgeId(`w${index}`),
      source: n(source),
      target: n(target),
      port,
    }),
  buildDocument(
    {
      in: ["input", { shape: [5, 8] }],
      a: "dense",
      attention: ["multiHeadAttention", { numHeads: 2, keyDim: 4 }],
      lstm: ["lstm", { units: 3, returnState: true }],
      join: "concatenate",
      out: "output",
    },
    ["in>a", "join>out"],
  ),
);

it.each([
  ["attention"],
  ["lstm"],
  ["join"],
  ["attention lstm"],
  ["lstm join"],
  ["a attention lstm join"],
])("layers with several ports go into a block and out of it: %s", (selection) => {
  const nodes = selection.split(" ").map(n);
  const packed = packNodes(start, { scope: null, nodes, name: "part" });
  if (!packed.ok) throw new Error(packed.error.message);
  const inside = apply(start, packed.value.edit);
  expect(describeFlat(inside)).toEqual(describeFlat(start));
  const unpacked = unpackNode(inside, { scope: null, node: packed.value.instance });
  if (!unpacked.ok) throw new Error(unpacked.error.message);
  expect(apply(inside, unpacked.value.edit).graph).toEqual(start.graph);
});

it("a variable keeps its meaning where a parameter around has its name", () => {
  const inner = buildBlock(
    "inner",
    { x: "blockInput", d: ["dense", { units: { $expr: "width + classes" } }], y: "blockOutput" },
    ["x>d", "d>y"],
    { width: 3 },
  );
  const outer = buildBlock(
    "outer",
    { x: "blockInput", i: ["block:inner", { width: { $expr: "classes * 2" } }], y: "blockOutput" },
    ["x>i", "i>y"],
    { classes: 100 },
  );
  const document: ProjectDocument = {
    ...buildDocument({ in: "input", o: "block:outer", out: "output" }, ["in>o", "o>out"]),
    blocks: listById([inner, outer]),
    variables: [{ name: "classes", value: 10 }],
  };
  const unpacked = unpackNode(document, { scope: blockId("outer"), node: n("i") });
  if (!unpacked.ok) throw new Error(unpacked.error.message);
  const after = apply(document, unpacked.value.edit);
  expect(after.blocks[blockId("outer")]?.graph.nodes[n("d")]?.params).toEqual({
    units: { $expr: "(classes * 2) + 10" },
  });
  expect(describeFlat(after)).toEqual(describeFlat(document));
});
