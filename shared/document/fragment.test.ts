import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { applyEdit } from "./applyEdit.ts";
import { copyFragment, duplicateNodes, parseFragment, pasteFragment } from "./fragment.ts";
import { buildDocument, describeWires } from "./graph.testkit.ts";
import { makeNode } from "./makeNode.ts";

const start = buildDocument({ in: "input", encoder: "dense", dense_1: "dense", out: "output" }, [
  "in>encoder",
  "encoder>dense_1",
  "dense_1>out",
]);
const pair = [nodeId("encoder"), nodeId("dense_1")];
const offset = { x: 20, y: 10 };

describe("fragments", () => {
  it("copies nodes with the wires between them only", () => {
    const fragment = copyFragment(start.graph, pair, []);
    expect(fragment.nodes.map((node) => node.id)).toEqual(pair);
    expect(fragment.edges).toHaveLength(1);
  });

  it("pastes under fresh ids and names, moved by the offset", () => {
    const edit = pasteFragment(start.graph, copyFragment(start.graph, pair, []), offset);
    const result = applyEdit(start, edit);
    expect(result.ok).toBe(true);
    expect(edit.nodes.map((node) => node.name)).toEqual(["encoder_2", "dense_3"]);
    expect(edit.nodes[0]?.position).toEqual({ x: 20, y: 92 });
    if (result.ok) expect(describeWires(result.value.graph)).toContain("dense-2>dense-3");
  });

  it("keeps names where they are free", () => {
    const other = buildDocument({ in: "input" });
    const edit = pasteFragment(other.graph, copyFragment(start.graph, pair, []), offset);
    expect(edit.nodes.map((node) => node.name)).toEqual(["encoder", "dense_1"]);
  });

  it("duplicates again and again without a clash", () => {
    let document = start;
    for (let round = 0; round < 3; round++) {
      const all = Object.values(document.graph.nodes).map((node) => node.id);
      const result = applyEdit(document, duplicateNodes(document.graph, all, [], offset));
      if (!result.ok) throw new Error(result.error.message);
      document = result.value;
    }
    const names = Object.values(document.graph.nodes).map((node) => node.name);
    expect(names).toHaveLength(32);
    expect(new Set(names).size).toBe(32);
  });

  it("survives the clipboard", () => {
    const fragment = copyFragment(start.graph, pair, []);
    expect(parseFragment(JSON.stringify(fragment))).toEqual({ ok: true, value: fragment });
  });

  it.each([
    ["plain text", "hello"],
    ["other JSON", '{"format":"figma"}'],
    [
      "a prototype key",
      '{"format":"netloom-fragment","version":1,"nodes":[{"id":"a","type":"dense","name":"a","params":{"__proto__":1},"position":{"x":0,"y":0}}],"edges":[],"notes":[]}',
    ],
  ])("refuses %s", (_title, text) => {
    expect(parseFragment(text)).toMatchObject({ ok: false, error: { code: "bad-value" } });
  });
});

describe("makeNode", () => {
  it.each([
    ["dense", "dense-2", "dense_2"],
    ["maxPooling2d", "max-pooling2d-1", "max_pooling2d_1"],
    ["conv2dTranspose", "conv2d-transpose-1", "conv2d_transpose_1"],
  ])("names a fresh %s as Keras does", (type, id, name) => {
    expect(makeNode(start.graph, type, { x: 0, y: 0 })).toMatchObject({ id, name });
  });
});
