import { describe, expect, it } from "vitest";
import { blockId, frameId, nodeId } from "../base/ids.ts";
import { applyEdit } from "./applyEdit.ts";
import { buildBlock, richDocument as rich } from "./blocks.testkit.ts";
import { createProject } from "./createProject.ts";
import type { DocumentEdit } from "./edits.ts";
import { copyFragment, duplicateNodes, parseFragment, pasteIntoDocument } from "./fragment.ts";
import { buildDocument, describeWires } from "./graph.testkit.ts";
import type { ProjectDocument } from "./model.ts";

const n = nodeId;
const offset = { x: 0, y: 0 };

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const all = Object.values(rich.graph.nodes).map((node) => node.id);
const whole = copyFragment(rich.graph, all, [], { frames: [frameId("frame-1")], document: rich });

describe("pasting", () => {
  it("into an empty project brings blocks, variables and frames along", () => {
    const empty = createProject("Empty");
    const fragment = parseFragment(JSON.stringify(whole));
    if (!fragment.ok) throw new Error(fragment.error.message);
    expect(fragment.value).toEqual(whole);
    const pasted = pasteIntoDocument(empty, fragment.value, { block: null, offset });
    const after = apply(empty, pasted.edit);
    expect(after.blocks).toEqual(rich.blocks);
    expect(after.variables).toEqual([{ name: "imageSize", value: 32 }]);
    expect(Object.values(after.graph.frames)).toMatchObject([{ title: "Encoder" }]);
    expect(describeWires(after.graph)).toHaveLength(describeWires(rich.graph).length);
    const names = Object.values(after.graph.nodes).map((node) => node.name);
    expect(names).toEqual(Object.values(rich.graph.nodes).map((node) => node.name));
    const twin = Object.values(after.graph.nodes).find((node) => node.name === "twin");
    expect(twin?.shares).toBe("flatten-1");
    expect(Object.values(after.graph.edges).map((edge) => edge.port)).toContain(1);
    expect(Object.values(after.graph.nodes).filter((node) => node.isMuted)).toHaveLength(1);
  });

  it("uses blocks that are there already, and renames those that mean something else", () => {
    const same = pasteIntoDocument(rich, whole, { block: null, offset });
    expect(Object.keys(apply(rich, same.edit).blocks)).toEqual(["unit", "stage"]);
    const other = buildBlock("unit", { x: "blockInput", y: "blockOutput" }, ["x>y"]);
    const document = { ...createProject("Other"), blocks: { [other.id]: other } };
    const after = apply(document, pasteIntoDocument(document, whole, { block: null, offset }).edit);
    expect(Object.keys(after.blocks)).toEqual(["unit", "unit-2", "stage"]);
    const stage = after.blocks[blockId("stage")];
    expect(stage?.graph.nodes[n("first")]?.type).toBe("block:unit-2");
    expect(after.blocks[other.id]).toBe(other);
  });

  it("into a block makes ends of the model ports of the block, and back", () => {
    const inputs = copyFragment(rich.graph, [n("image"), n("relu"), n("out")], []);
    const pasted = pasteIntoDocument(rich, inputs, { block: blockId("unit"), offset });
    const unit = apply(rich, pasted.edit).blocks[blockId("unit")];
    expect(
      Object.values(unit?.graph.nodes ?? {})
        .map((node) => node.type)
        .join(" "),
    ).toBe("blockInput conv2d blockOutput blockInput relu blockOutput");
    const inner = rich.blocks[blockId("unit")]?.graph;
    if (inner === undefined) throw new Error("no block");
    const out = copyFragment(inner, [n("x"), n("conv"), n("y")], [], { document: rich });
    const back = apply(rich, pasteIntoDocument(rich, out, { block: null, offset }).edit);
    const types = Object.values(back.graph.nodes).map((node) => node.type);
    expect(types.slice(-3)).toEqual(["input", "conv2d", "output"]);
  });

  it("of a further use without its original makes a layer of its own", () => {
    const start = buildDocument({ a: ["dense", { units: 4 }], b: "relu", c: "relu" }, ["b>c"]);
    const share = (id: string): DocumentEdit => ({
      kind: "setShares",
      node: n(id),
      original: n("a"),
    });
    const shared = apply(apply(start, share("b")), share("c"));
    const copied = duplicateNodes(shared.graph, [n("b"), n("c")], [], offset);
    expect(copied.nodes).toMatchObject([
      { type: "dense", params: { units: 4 } },
      { type: "dense", shares: copied.nodes[0]?.id },
    ]);
    expect(copied.nodes[0]?.shares).toBeUndefined();
    apply(shared, copied);
  });

  it("keeps wires at their ports, also where the ones before them stayed behind", () => {
    const edit = duplicateNodes(rich.graph, [n("image"), n("body")], [], offset, {
      document: rich,
    });
    const again = duplicateNodes(rich.graph, [n("body"), n("twin")], [], offset, {
      document: rich,
    });
    expect(edit.edges.map((edge) => edge.slot)).toEqual([0, 1]);
    expect(again.edges).toMatchObject([{ slot: 0, port: 1 }]);
    apply(rich, edit);
    apply(rich, again);
  });

  it("reads what the version before copied", () => {
    const old = { format: "netloom-fragment", version: 1, nodes: [], edges: [], notes: [] };
    expect(parseFragment(JSON.stringify(old))).toMatchObject({ ok: true, value: { blocks: [] } });
  });

  const block = JSON.stringify(whole.blocks[0]);
  it.each([
    [
      "a block whose graph is none",
      JSON.stringify(whole).replace(block, block.replace(/"nodes":/, '"knots":')),
    ],
    [
      "a block with a wire to nothing",
      JSON.stringify(whole).replace('"target":"conv"', '"target":"gone"'),
    ],
    ["a node under another's id", JSON.stringify(whole).replace('"id":"conv"', '"id":"conf"')],
  ])("refuses %s", (_title, text) => {
    expect(text).not.toBe(JSON.stringify(whole));
    expect(parseFragment(text)).toMatchObject({ ok: false, error: { code: "bad-value" } });
  });
});
