import { describe, expect, it } from "vitest";
import { edgeId, nodeId, noteId } from "../base/ids.ts";
import { applyEdit } from "./applyEdit.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { buildDocument, describeWires } from "./graph.testkit.ts";
import type { GraphNode, ProjectDocument } from "./model.ts";

const node = (id: string, type = "dense"): GraphNode => ({
  id: nodeId(id),
  type,
  name: id,
  params: {},
  position: { x: 0, y: 0 },
});
const n = nodeId;
const e = edgeId;

/** in → a → b → out, and a second way in → sum ← b. */
const start = buildDocument(
  { in: "input", a: ["dense", { units: 4 }], b: "dense", sum: "add", out: "output" },
  ["in>a", "a>b", "b>sum", "in>sum", "sum>out"],
);

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("what edits do", () => {
  it.each<[string, DocumentEdit, readonly string[]]>([
    [
      "connect appends to the target's inputs",
      { kind: "connect", id: e("new"), source: n("a"), target: n("sum") },
      ["in>a", "a>b", "sum>out", "b>sum", "in>sum", "a>sum"],
    ],
    [
      "connect puts a wire at a slot and moves the later ones up",
      { kind: "connect", id: e("new"), source: n("a"), target: n("sum"), slot: 0 },
      ["in>a", "a>b", "sum>out", "a>sum", "b>sum", "in>sum"],
    ],
    [
      "connect replaces the wire of a layer with one input",
      { kind: "connect", id: e("new"), source: n("in"), target: n("b") },
      ["in>a", "in>b", "sum>out", "b>sum", "in>sum"],
    ],
    [
      "disconnect removes wires",
      { kind: "disconnect", edges: [e("b--sum"), e("a--b")] },
      ["in>a", "sum>out", "in>sum"],
    ],
    [
      "reorderInputs changes the order of a merge",
      { kind: "reorderInputs", node: n("sum"), edges: [e("in--sum"), e("b--sum")] },
      ["in>a", "a>b", "sum>out", "in>sum", "b>sum"],
    ],
    [
      "insertOnEdge puts a new node on a wire and keeps the slot",
      { kind: "insertOnEdge", edge: e("b--sum"), node: node("x"), newEdge: e("new") },
      ["in>a", "a>b", "sum>out", "x>sum", "in>sum", "b>x"],
    ],
    [
      "removeNodes takes the wires along",
      { kind: "removeNodes", nodes: [n("b")] },
      ["in>a", "sum>out", "in>sum"],
    ],
    [
      "removeNodes with heal joins both sides",
      { kind: "removeNodes", nodes: [n("a")], heal: true },
      ["in>b", "sum>out", "b>sum", "in>sum"],
    ],
    [
      "removeNodes with heal makes no second wire between the same nodes",
      { kind: "removeNodes", nodes: [n("a"), n("b")], heal: true },
      ["sum>out", "in>sum"],
    ],
    [
      "a batch is carried out in order",
      {
        kind: "batch",
        label: "Add and connect",
        edits: [
          { kind: "addNode", node: node("x") },
          { kind: "connect", id: e("new"), source: n("a"), target: n("x") },
        ],
      },
      ["in>a", "a>b", "sum>out", "b>sum", "in>sum", "a>x"],
    ],
  ])("%s", (_title, edit, wires) => {
    const { graph } = apply(start, edit);
    expect([...describeWires(graph)].sort()).toEqual([...wires].sort());
    for (const target of Object.keys(graph.nodes)) {
      const slots = Object.values(graph.edges)
        .filter((edge) => edge.target === target)
        .map((edge) => edge.slot);
      expect(slots.toSorted()).toEqual(slots.map((_, index) => index));
    }
    const ordered = describeWires(graph).filter((wire) => wire.endsWith(">sum"));
    expect(ordered).toEqual(wires.filter((wire) => wire.endsWith(">sum")));
  });

  it("sets, merges and resets parameters", () => {
    const set = apply(start, { kind: "setParams", node: n("a"), params: { activation: "relu" } });
    expect(set.graph.nodes[n("a")]?.params).toEqual({ units: 4, activation: "relu" });
    const reset = apply(set, { kind: "resetParams", node: n("a"), params: ["units"] });
    expect(reset.graph.nodes[n("a")]?.params).toEqual({ activation: "relu" });
  });

  it("moves, renames and replaces nodes", () => {
    const moved = apply(start, { kind: "moveNodes", positions: { [n("a")]: { x: 5, y: 6 } } });
    expect(moved.graph.nodes[n("a")]?.position).toEqual({ x: 5, y: 6 });
    const renamed = apply(start, { kind: "renameNode", node: n("a"), name: "  encoder " });
    expect(renamed.graph.nodes[n("a")]?.name).toBe("encoder");
    const replaced = apply(start, {
      kind: "replaceType",
      node: n("a"),
      type: "lstm",
      params: { units: 9 },
    });
    expect(replaced.graph.nodes[n("a")]).toMatchObject({ type: "lstm", params: { units: 9 } });
    expect(Object.keys(replaced.graph.nodes)).toEqual(Object.keys(start.graph.nodes));
  });

  it("adds, changes and removes notes", () => {
    const note = {
      id: noteId("note-1"),
      text: "Why",
      position: { x: 1, y: 2 },
      size: { width: 100, height: 50 },
    };
    const added = apply(start, { kind: "addNote", note });
    const changed = apply(added, { kind: "setNote", note: note.id, change: { text: "Because" } });
    expect(changed.graph.notes[note.id]).toEqual({ ...note, text: "Because" });
    const removed = apply(changed, { kind: "removeNotes", notes: [note.id] });
    expect(removed.graph.notes).toEqual({});
  });

  it("changes name, data and training of the project", () => {
    expect(apply(start, { kind: "renameProject", name: "Digits" }).name).toBe("Digits");
    const trained = apply(start, { kind: "setTraining", change: { epochs: 3 } });
    expect(trained.training).toEqual({ ...start.training, epochs: 3 });
  });
});

describe("edits that can't be applied", () => {
  it.each<[string, DocumentEdit, EditIssue["code"]]>([
    ["a second node with an id", { kind: "addNode", node: node("a") }, "duplicate-id"],
    ["an id that reaches a prototype", { kind: "addNode", node: node("__proto__") }, "bad-value"],
    [
      "an id that would change the file's order",
      { kind: "addNode", node: node("12") },
      "bad-value",
    ],
    ["removing what is not there", { kind: "removeNodes", nodes: [n("zz")] }, "missing-node"],
    [
      "a position that is no number",
      { kind: "moveNodes", positions: { [n("a")]: { x: Number.NaN, y: 0 } } },
      "bad-value",
    ],
    ["an empty name", { kind: "renameNode", node: n("a"), name: "  " }, "bad-value"],
    [
      "an infinite parameter",
      { kind: "setParams", node: n("a"), params: { units: Number.POSITIVE_INFINITY } },
      "bad-value",
    ],
    [
      "an expression that can't be read",
      { kind: "setParams", node: n("a"), params: { units: { $expr: "n *" } } },
      "bad-value",
    ],
    ["parameters of nothing", { kind: "setParams", node: n("zz"), params: {} }, "missing-node"],
    [
      "a wire to itself",
      { kind: "connect", id: e("new"), source: n("a"), target: n("a") },
      "self-loop",
    ],
    [
      "the same wire twice",
      { kind: "connect", id: e("new"), source: n("a"), target: n("b") },
      "duplicate-edge",
    ],
    [
      "a wire from nowhere",
      { kind: "connect", id: e("new"), source: n("zz"), target: n("b") },
      "missing-node",
    ],
    [
      "a wire with a taken id",
      { kind: "connect", id: e("a--b"), source: n("in"), target: n("out") },
      "duplicate-id",
    ],
    [
      "a wire out of an output",
      { kind: "connect", id: e("new"), source: n("out"), target: n("b") },
      "bad-value",
    ],
    [
      "a wire into an input",
      { kind: "connect", id: e("new"), source: n("b"), target: n("in") },
      "bad-value",
    ],
    ["removing a missing wire", { kind: "disconnect", edges: [e("zz")] }, "missing-edge"],
    [
      "inserting on a missing wire",
      { kind: "insertOnEdge", edge: e("zz"), node: node("x"), newEdge: e("new") },
      "missing-edge",
    ],
    [
      "inserting a node that is wired",
      { kind: "insertOnEdge", edge: e("in--a"), node: node("b"), newEdge: e("new") },
      "duplicate-id",
    ],
    [
      "inserting an input",
      { kind: "insertOnEdge", edge: e("in--a"), node: node("x", "input"), newEdge: e("new") },
      "bad-value",
    ],
    [
      "an order that leaves a wire out",
      { kind: "reorderInputs", node: n("sum"), edges: [e("b--sum"), e("b--sum")] },
      "bad-value",
    ],
    ["removing a missing note", { kind: "removeNotes", notes: [noteId("zz")] }, "missing-note"],
    ["zero epochs", { kind: "setTraining", change: { epochs: 0 } }, "bad-value"],
    [
      "a batch whose last step fails",
      {
        kind: "batch",
        label: "Add",
        edits: [
          { kind: "addNode", node: node("x") },
          { kind: "disconnect", edges: [e("zz")] },
        ],
      },
      "missing-edge",
    ],
    [
      "a fragment with a wire to nothing",
      {
        kind: "addFragment",
        nodes: [node("x")],
        edges: [{ id: e("new"), source: n("x"), target: n("zz"), slot: 0 }],
        notes: [],
      },
      "missing-node",
    ],
  ])("refuses %s", (_title, edit, code) => {
    const before = JSON.stringify(start);
    const result = applyEdit(start, edit);
    expect(result).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(start)).toBe(before);
  });
});

describe("sharing", () => {
  it.each<[string, DocumentEdit]>([
    ["the same parameters", { kind: "setParams", node: n("a"), params: { units: 4 } }],
    ["the same name", { kind: "renameNode", node: n("a"), name: "a" }],
    ["the same place", { kind: "moveNodes", positions: { [n("in")]: { x: 0, y: 0 } } }],
    ["no nodes", { kind: "removeNodes", nodes: [] }],
    [
      "the same order",
      { kind: "reorderInputs", node: n("sum"), edges: [e("b--sum"), e("in--sum")] },
    ],
    ["the same training", { kind: "setTraining", change: { epochs: start.training.epochs } }],
    ["an empty batch", { kind: "batch", label: "Nothing", edits: [] }],
  ])("returns the very same document for %s", (_title, edit) => {
    expect(apply(start, edit)).toBe(start);
  });

  it("shares every part that an edit does not touch", () => {
    const edited = apply(start, { kind: "setParams", node: n("a"), params: { units: 8 } });
    expect(edited.graph.edges).toBe(start.graph.edges);
    expect(edited.graph.nodes[n("b")]).toBe(start.graph.nodes[n("b")]);
    expect(edited.training).toBe(start.training);
  });
});
