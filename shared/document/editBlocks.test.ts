import { describe, expect, it } from "vitest";
import { blockId, edgeId, frameId, nodeId } from "../base/ids.ts";
import { applyEdit } from "./applyEdit.ts";
import { buildBlock, intParam, listById, richDocument as rich } from "./blocks.testkit.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "./edits.ts";
import { buildDocument, describeWires } from "./graph.testkit.ts";
import type { BlockId } from "../base/ids.ts";
import type { GraphNode, ProjectDocument } from "./model.ts";

const n = nodeId;
const e = edgeId;
const unit = blockId("unit");
const stage = blockId("stage");

function apply(document: ProjectDocument, ...edits: readonly DocumentEdit[]): ProjectDocument {
  return edits.reduce((current, edit) => {
    const result = applyEdit(current, edit);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  }, document);
}

function node(id: string, type: string, more: Partial<GraphNode> = {}): GraphNode {
  return { id: n(id), type, name: id, params: {}, position: { x: 0, y: 0 }, ...more };
}

const inBlock = (block: BlockId, edit: GraphEdit): DocumentEdit => ({
  kind: "inBlock",
  block,
  edit,
});
const add = (made: GraphNode): GraphEdit => ({ kind: "addNode", node: made });

describe("wires at ports", () => {
  /** Two outputs and three inputs. */
  const wide = buildBlock("wide", {
    a: "blockInput",
    b: "blockInput",
    c: "blockInput",
    y: "blockOutput",
    z: "blockOutput",
  });
  const start: ProjectDocument = {
    ...buildDocument({ in: "input", w: "block:wide", v: "block:wide", sum: "add" }),
    blocks: listById([wide]),
  };
  const wire = (source: string, target: string, slot?: number, port?: number): DocumentEdit => ({
    kind: "connect",
    id: e(`${source}-${target}-${slot ?? ""}-${port ?? ""}`),
    source: n(source),
    target: n(target),
    ...(slot === undefined ? {} : { slot }),
    ...(port === undefined ? {} : { port }),
  });
  const slotsAt = (document: ProjectDocument, target: string) =>
    Object.values(document.graph.edges)
      .filter((edge) => edge.target === target)
      .map((edge) => `${edge.source}.${edge.port ?? 0}@${edge.slot}`)
      .toSorted();

  it("takes the first free port, from the same source as often as there are ports", () => {
    const wired = apply(start, wire("in", "w", 1), wire("in", "w"));
    expect(slotsAt(wired, "w")).toEqual(["in.0@0", "in.0@1"]);
  });

  it("keeps other wires' ports when one is cut or replaced", () => {
    const wired = apply(start, wire("in", "w", 0), wire("in", "w", 2), wire("v", "w", 1));
    const cut = apply(wired, { kind: "disconnect", edges: [e("in-w-0-")] });
    expect(slotsAt(cut, "w")).toEqual(["in.0@2", "v.0@1"]);
    const replaced = apply(wired, wire("v", "w", 2, 1));
    expect(slotsAt(replaced, "w")).toEqual(["in.0@0", "v.0@1", "v.1@2"]);
  });

  it("feeds a list from several outputs of one source, and from one output twice", () => {
    const wired = apply(start, wire("v", "sum"), wire("v", "sum", undefined, 1), {
      ...wire("v", "sum"),
      id: e("again"),
    } as DocumentEdit);
    expect(slotsAt(wired, "sum")).toEqual(["v.0@0", "v.0@2", "v.1@1"]);
  });

  it("hands on port and place when a node between is removed or put in", () => {
    const wired = apply(
      start,
      { kind: "addNode", node: node("mid", "relu") },
      wire("v", "mid", undefined, 1),
      wire("mid", "w", 2),
    );
    const healed = apply(wired, { kind: "removeNodes", nodes: [n("mid")], heal: true });
    expect(slotsAt(healed, "w")).toEqual(["v.1@2"]);
    const between = apply(healed, {
      kind: "insertOnEdge",
      edge: e("mid-w-2-"),
      node: node("new", "relu"),
      newEdge: e("new"),
    });
    expect(slotsAt(between, "w")).toEqual(["new.0@2"]);
    expect(slotsAt(between, "new")).toEqual(["v.1@0"]);
  });

  it("changes places among the ports that are taken", () => {
    const wired = apply(start, wire("in", "w", 0), wire("v", "w", 2));
    const turned = apply(wired, {
      kind: "reorderInputs",
      node: n("w"),
      edges: [e("v-w-2-"), e("in-w-0-")],
    });
    expect(slotsAt(turned, "w")).toEqual(["in.0@2", "v.0@0"]);
  });

  it.each<[string, readonly DocumentEdit[], EditIssue["code"], string]>([
    ["an input that isn't there", [wire("in", "w", 3)], "bad-value", "has no input 4"],
    ["an output that isn't there", [wire("v", "w", 0, 2)], "bad-value", "has no output 3"],
    [
      "the same wire",
      [wire("in", "w", 0), { ...wire("in", "w", 0), id: e("x") } as DocumentEdit],
      "duplicate-edge",
      "already feeds",
    ],
    [
      "a fourth wire",
      [
        wire("in", "w"),
        wire("v", "w"),
        wire("v", "w", undefined, 1),
        { ...wire("in", "w"), id: e("x") } as DocumentEdit,
      ],
      "bad-value",
      "All 3 inputs",
    ],
  ])("refuses %s", (_title, edits, code, message) => {
    const before = apply(start, ...edits.slice(0, -1));
    const last = edits.at(-1);
    expect(last && applyEdit(before, last)).toMatchObject({
      error: { code, message: expect.stringContaining(message) },
    });
  });

  it("lets wires follow their ports when the block's ports change", () => {
    const wired = apply(start, wire("in", "w", 0), wire("in", "w", 2), wire("w", "sum", 0, 1));
    const changed = apply(
      wired,
      inBlock(wide.id, { kind: "removeNodes", nodes: [n("a"), n("y")] }),
    );
    expect(slotsAt(changed, "w")).toEqual(["in.0@1"]);
    expect(slotsAt(changed, "sum")).toEqual(["w.0@0"]);
  });
});

describe("edits of blocks", () => {
  it("change the definition that all instances follow, and nothing else", () => {
    const edited = apply(rich, inBlock(unit, { kind: "renameNode", node: n("conv"), name: "c" }));
    expect(edited.blocks[unit]?.graph.nodes[n("conv")]?.name).toBe("c");
    expect(edited.graph).toBe(rich.graph);
    expect(edited.blocks[stage]).toBe(rich.blocks[stage]);
  });

  it("set name, summary and parameters", () => {
    const params = [intParam("filters", 9), intParam("more", 1)];
    const edited = apply(rich, {
      kind: "setBlock",
      block: unit,
      change: { name: " Unit ", summary: "Does it", params },
    });
    expect(edited.blocks[unit]).toMatchObject({ name: "Unit", summary: "Does it", params });
  });

  it("remove a definition that nobody uses", () => {
    const unused = { ...rich, graph: buildDocument({}).graph };
    const edited = apply(unused, { kind: "removeBlock", block: stage });
    expect(Object.keys(edited.blocks)).toEqual(["unit"]);
  });

  it.each<[string, DocumentEdit, EditIssue["code"], string]>([
    ["a block twice", { kind: "addBlock", block: buildBlock("unit", {}) }, "duplicate-id", "unit"],
    [
      "a block that contains itself",
      { kind: "addBlock", block: buildBlock("loop", { a: "block:loop" }) },
      "block-cycle",
      "“loop” can't contain itself",
    ],
    [
      "an instance of the block in itself",
      inBlock(unit, add(node("extra", "block:unit"))),
      "block-cycle",
      "can't contain itself",
    ],
    [
      "an instance of a block around",
      inBlock(unit, add(node("extra", "block:stage"))),
      "block-cycle",
      "“stage” can't stand inside “unit”",
    ],
    [
      "turning a layer into a block around",
      inBlock(unit, { kind: "replaceType", node: n("conv"), type: "block:stage", params: {} }),
      "block-cycle",
      "“stage” can't stand inside “unit”",
    ],
    ["an input in a block", inBlock(unit, add(node("extra", "input"))), "bad-value", "main graph"],
    ["a port in the main graph", add(node("extra", "blockOutput")), "bad-value", "inside one"],
    [
      "turning a layer into a port outside",
      { kind: "replaceType", node: n("flat"), type: "blockInput", params: {} },
      "bad-value",
      "inside one",
    ],
    [
      "an edit in no block",
      inBlock(blockId("zz"), add(node("extra", "relu"))),
      "missing-block",
      "zz",
    ],
    [
      "removing a block in use",
      { kind: "removeBlock", block: unit },
      "block-in-use",
      "used once in “stage”",
    ],
    [
      "removing a block in use in several places",
      { kind: "removeBlock", block: stage },
      "block-in-use",
      "used 2 times in the main graph",
    ],
    ["removing no block", { kind: "removeBlock", block: blockId("zz") }, "missing-block", "zz"],
    ...(
      [
        [[intParam("repeat", 1)], "every block has"],
        [[intParam("index", 1)], "meaning of its own"],
        [[intParam("two words", 1)], "must be a letter"],
        [[intParam("a", 1), intParam("a", 2)], "used twice"],
        [[intParam("a", 1.5)], "whole number"],
        [[{ ...intParam("a", 1), min: 2 }], "must be 2 or more"],
        [[{ ...intParam("a", 1), kind: "text" }], "must be a text"],
        [[{ ...intParam("a", 1), kind: "text", default: "x", options: ["y"] }], "one of y"],
        [[{ ...intParam("a", 1), kind: "intList", default: [1, "2"] }], "list"],
      ] as const
    ).map(([params, message]): [string, DocumentEdit, EditIssue["code"], string] => [
      `parameters that are wrong: ${message}`,
      { kind: "setBlock", block: unit, change: { params } },
      "bad-value",
      message,
    ]),
    [
      "a variable that is no identifier",
      { kind: "setVariables", variables: [{ name: "a b", value: 1 }] },
      "bad-value",
      "must be a letter",
    ],
    [
      "two variables with one name",
      {
        kind: "setVariables",
        variables: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
        ],
      },
      "bad-value",
      "used twice",
    ],
    [
      "a variable that can't be read",
      { kind: "setVariables", variables: [{ name: "a", value: { $expr: "1 +" } }] },
      "bad-value",
      "Column 4: a value is missing",
    ],
    [
      "a variable that is not finite",
      { kind: "setVariables", variables: [{ name: "a", value: Number.NaN }] },
      "bad-value",
      "finite",
    ],
    [
      "a frame without extent",
      {
        kind: "addFrame",
        frame: {
          id: frameId("f"),
          title: "",
          colour: "red",
          position: { x: 0, y: 0 },
          size: { width: 0, height: 1 },
        },
      },
      "bad-value",
      "frame",
    ],
    [
      "muting an input",
      { kind: "setMuted", nodes: [n("image")], isMuted: true },
      "bad-value",
      "can't be bypassed",
    ],
    [
      "sharing an output",
      { kind: "setShares", node: n("out"), original: n("flat") },
      "bad-value",
      "no weights",
    ],
    [
      "sharing with itself",
      { kind: "setShares", node: n("flat"), original: n("flat") },
      "bad-value",
      "itself",
    ],
    [
      "sharing in a circle",
      { kind: "setShares", node: n("flat"), original: n("twin") },
      "bad-value",
      "already shares",
    ],
    [
      "a new use of what isn't there",
      add(node("extra", "flatten", { shares: n("zz") })),
      "bad-value",
      "isn't in this graph",
    ],
  ])("refuse %s", (_title, edit, code, message) => {
    const before = JSON.stringify(rich);
    expect(applyEdit(rich, edit)).toMatchObject({
      ok: false,
      error: { code, message: expect.stringContaining(message) },
    });
    expect(JSON.stringify(rich)).toBe(before);
  });

  it.each<[string, DocumentEdit]>([
    ["the same variables", { kind: "setVariables", variables: [...rich.variables] }],
    ["the same block", { kind: "setBlock", block: unit, change: { name: "unit", summary: "" } }],
    ["muting the muted", { kind: "setMuted", nodes: [n("relu")], isMuted: true }],
    ["unmuting the unmuted", { kind: "setMuted", nodes: [n("flat")], isMuted: false }],
    ["sharing the shared", { kind: "setShares", node: n("twin"), original: n("flat") }],
    ["unsharing the unshared", { kind: "setShares", node: n("flat"), original: null }],
    [
      "the same frame",
      { kind: "setFrame", frame: frameId("frame-1"), change: { title: "Encoder" } },
    ],
    ["the same type", { kind: "replaceType", node: n("flat"), type: "flatten", params: {} }],
    ["no frames", { kind: "removeFrames", frames: [] }],
    ["the same in a block", inBlock(unit, { kind: "renameNode", node: n("conv"), name: "conv" })],
    ["an empty piece", { kind: "addFragment", nodes: [], edges: [], notes: [] }],
  ])("return the very same document for %s", (_title, edit) => {
    expect(apply(rich, edit)).toBe(rich);
  });
});

describe("shared layers", () => {
  const start = buildDocument(
    { in: "input", a: ["dense", { units: 4 }], b: "relu", c: "relu", out: "output" },
    ["in>a", "a>b", "b>c", "c>out"],
  );
  const share = (id: string, original: string | null): DocumentEdit => ({
    kind: "setShares",
    node: n(id),
    original: original === null ? null : n(original),
  });
  const at = (document: ProjectDocument, id: string) => document.graph.nodes[n(id)];
  const shared = apply(start, share("b", "a"), share("c", "b"));

  it("all name the same original", () => {
    expect([at(shared, "b")?.shares, at(shared, "c")?.shares]).toEqual(["a", "a"]);
    expect(at(shared, "c")).toMatchObject({ type: "dense", params: {} });
    const other = apply(shared, { kind: "addNode", node: node("x", "dense") }, share("a", "x"));
    expect(["a", "b", "c"].map((id) => at(other, id)?.shares)).toEqual(["x", "x", "x"]);
  });

  it("are edited as one, wherever the edit is made", () => {
    const edited = apply(shared, { kind: "setParams", node: n("c"), params: { units: 9 } });
    expect(at(edited, "a")?.params).toEqual({ units: 9 });
    expect(at(edited, "c")?.params).toEqual({});
    const replaced = apply(shared, {
      kind: "replaceType",
      node: n("b"),
      type: "lstm",
      params: { units: 2 },
    });
    expect(["a", "b", "c"].map((id) => at(replaced, id)?.type)).toEqual(["lstm", "lstm", "lstm"]);
  });

  it("become layers of their own with the original's options", () => {
    expect(at(apply(shared, share("c", null)), "c")).toEqual({
      ...at(start, "c"),
      type: "dense",
      params: { units: 4 },
    });
  });

  it("hand the weights on when the original goes", () => {
    const left = apply(shared, { kind: "removeNodes", nodes: [n("a")], heal: true });
    expect(at(left, "b")).toMatchObject({ type: "dense", params: { units: 4 } });
    expect(at(left, "b")?.shares).toBeUndefined();
    expect(at(left, "c")?.shares).toBe("b");
    expect(describeWires(left.graph)).toEqual(["in>b", "b>c", "c>out"]);
    const last = apply(shared, { kind: "removeNodes", nodes: [n("a"), n("b")] });
    expect(at(last, "c")).toMatchObject({ type: "dense", params: { units: 4 } });
  });
});
