import { beforeEach, describe, expect, it } from "vitest";
import { blockId, edgeId, nodeId } from "#shared/base/ids.ts";
import { createProject } from "#shared/document/createProject.ts";
import { makeNode } from "#shared/document/makeNode.ts";
import { emptyGraph } from "#shared/document/model.ts";
import { documentStore, selectIsDirty } from "./documentStore.ts";
import { keepSelectionValid } from "./keepSelectionValid.ts";
import { sessionStore } from "./sessionStore.ts";

const get = () => documentStore.getState();
const add = (type: string) => {
  const node = makeNode(get().graph, type, { x: 0, y: 0 });
  get().edit({ kind: "addNode", node });
  return node.id;
};

beforeEach(() => get().load(createProject("Test"), null));

describe("the document store", () => {
  it("shows shapes in the same call as the edit", () => {
    const input = add("input");
    const dense = add("dense");
    get().edit({ kind: "setParams", node: input, params: { shape: [4] } });
    get().edit({ kind: "connect", id: edgeId("edge-1"), source: input, target: dense });
    expect(get().analysis.nodes[dense]?.outputShape?.axes.map(({ size }) => size)).toEqual([32]);
  });

  it("refuses an edit that can't be carried out and stays as it was", () => {
    const before = get();
    const refused = get().edit({ kind: "renameNode", node: nodeId("nowhere"), name: "x" });
    expect(refused.ok).toBe(false);
    expect(get()).toBe(before);
  });

  it("names what undo takes back and redo brings again", () => {
    add("dense");
    expect(get().undoLabel).toBe("add Dense");
    get().undo();
    expect(get()).toMatchObject({ canUndo: false, canRedo: true, redoLabel: "add Dense" });
    expect(Object.keys(get().document.graph.nodes)).toEqual([]);
  });

  it("makes one step of a gesture and a further one after it was sealed", () => {
    const node = add("dense");
    const drag = (x: number) =>
      get().edit({ kind: "moveNodes", positions: { [node]: { x, y: 0 } } }, { mergeKey: "drag" });
    for (const x of [1, 2, 3]) drag(x);
    get().sealStep();
    drag(9);
    get().undo();
    expect(get().document.graph.nodes[node]?.position.x).toBe(3);
    get().undo();
    expect(get().document.graph.nodes[node]?.position.x).toBe(0);
  });

  it("is dirty after an edit and clean again when undone to what was saved", () => {
    expect(selectIsDirty(get())).toBe(false);
    add("dense");
    expect(selectIsDirty(get())).toBe(true);
    get().undo();
    expect(selectIsDirty(get())).toBe(false);
  });
});

describe("keepSelectionValid", () => {
  it("drops from the selection what an undo removes", () => {
    const stop = keepSelectionValid();
    const kept = add("input");
    const gone = add("dense");
    sessionStore.getState().select({ nodes: [kept, gone] });
    get().undo();
    expect(sessionStore.getState().selection.nodes).toEqual([kept]);
    stop();
  });
});

describe("blocks entered", () => {
  const unit = blockId("unit");
  const withBlock = () => {
    const block = {
      id: unit,
      name: "unit",
      summary: "",
      params: [],
      graph: emptyGraph,
    };
    get().edit({ kind: "addBlock", block });
    return add("block:unit");
  };

  it("shows the block's graph and puts edits of a graph into it", () => {
    const instance = withBlock();
    expect(get().enterBlock(instance)).toBe(true);
    const dense = add("dense");
    expect(get().graph.nodes[dense]?.type).toBe("dense");
    expect(get().document.blocks[unit]?.graph.nodes[dense]?.type).toBe("dense");
    expect(get().document.graph.nodes[dense]).toBeUndefined();
    get().leaveBlock();
    expect(get().scope).toEqual([]);
    expect(get().graph).toBe(get().document.graph);
  });

  it("refuses to enter a layer", () => {
    expect(get().enterBlock(add("dense"))).toBe(false);
    expect(get().scope).toEqual([]);
  });

  it("goes to the place of what is undone and redone", () => {
    const instance = withBlock();
    get().enterBlock(instance);
    add("dense");
    get().leaveBlock();
    get().undo();
    expect(get().scope).toEqual([instance]);
    expect(Object.keys(get().graph.nodes)).toEqual([]);
    get().undo();
    expect(get().scope).toEqual([]);
    for (let step = 0; step < 2; step++) get().redo();
    expect(get().scope).toEqual([instance]);
  });

  it("leaves a block whose instance is deleted", () => {
    const instance = withBlock();
    get().enterBlock(instance);
    get().edit({ kind: "removeNodes", nodes: [instance] }, { isWhole: true });
    expect(get().scope).toEqual([]);
  });
});
