import { describe, expect, it } from "vitest";
import { nodeId, edgeId } from "#shared/base/ids.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import { createProject } from "#shared/document/createProject.ts";
import { incomingEdges, outgoingEdges } from "#shared/document/graphQueries.ts";
import type { ModelGraph } from "#shared/document/model.ts";
import { makeGraph } from "./editor.testkit.ts";
import {
  addLayerAfter,
  addLayerAt,
  findConnectFault,
  freeSlot,
  insertLayerOn,
  makeWire,
} from "./graphEdits.ts";
import type { AddedLayer } from "./graphEdits.ts";

const chain = makeGraph(
  { input: ["input", 0, 0], dense: ["dense", 0, 90], output: ["output", 0, 180] },
  ["input>dense", "dense>output"],
);

function applied(graph: ModelGraph, added: AddedLayer | null): ModelGraph {
  if (added === null) throw new Error("nothing was added");
  const result = applyEdit({ ...createProject("test"), graph }, added.edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.graph;
}

function neighbours(graph: ModelGraph, id: string) {
  return {
    sources: incomingEdges(graph, nodeId(id)).map((edge) => edge.source),
    targets: outgoingEdges(graph, nodeId(id)).map((edge) => edge.target),
  };
}

describe("addLayerAfter", () => {
  it("puts a layer into the chain behind the selected one and makes room", () => {
    const added = addLayerAfter(
      chain,
      { type: "dropout" },
      { after: [nodeId("dense")], direction: "down" },
    );
    const graph = applied(chain, added);
    const id = added?.node ?? "";
    expect(neighbours(graph, id)).toEqual({ sources: ["dense"], targets: ["output"] });
    const ys = Object.values(graph.nodes).map((node) => node.position.y);
    expect(new Set(ys).size).toBe(4);
    expect(graph.nodes[nodeId("dense")]?.position.y).toBe(90);
  });

  it("puts a layer in front of a selected Output", () => {
    const added = addLayerAfter(
      chain,
      { type: "dropout" },
      { after: [nodeId("output")], direction: "down" },
    );
    expect(neighbours(applied(chain, added), added?.node ?? "").targets).toEqual(["output"]);
  });

  it("branches off where the selected layer feeds several", () => {
    const fork = makeGraph({ a: ["input", 0, 0], b: ["dense", 0, 90], c: ["dense", 300, 90] }, [
      "a>b",
      "a>c",
    ]);
    const added = addLayerAfter(
      fork,
      { type: "dense" },
      { after: [nodeId("a")], direction: "down" },
    );
    const graph = applied(fork, added);
    expect(neighbours(graph, "a").targets).toHaveLength(3);
  });

  it("wires a merge to all selected layers, in their order", () => {
    const pair = makeGraph({ a: ["dense", 0, 0], b: ["dense", 300, 0] });
    const after = [nodeId("a"), nodeId("b")];
    const added = addLayerAfter(pair, { type: "add" }, { after, direction: "down" });
    expect(neighbours(applied(pair, added), added?.node ?? "").sources).toEqual(["a", "b"]);
  });

  it("wires nothing to an Input", () => {
    const options = { after: [nodeId("dense")], direction: "down" } as const;
    expect(addLayerAfter(chain, { type: "input" }, options)).toBeNull();
  });
});

describe("insertLayerOn", () => {
  it("moves what follows only where there is too little room", () => {
    const wide = makeGraph({ a: ["input", 0, 0], b: ["dense", 0, 400] }, ["a>b"]);
    const place = { edge: edgeId("a>b"), direction: "down" } as const;
    const graph = applied(wide, insertLayerOn(wide, { type: "dropout" }, place));
    expect(graph.nodes[nodeId("b")]?.position.y).toBe(400);
  });

  it("gives nothing for a wire that is gone", () => {
    const place = { edge: edgeId("gone"), direction: "down" } as const;
    expect(insertLayerOn(chain, { type: "dropout" }, place)).toBeNull();
  });
});

describe("addLayerAt", () => {
  it("never covers a layer that is there", () => {
    const graph = applied(chain, addLayerAt(chain, { type: "dense" }, { x: 98, y: 26 }));
    const places = Object.values(graph.nodes).map(({ position }) => `${position.x} ${position.y}`);
    expect(new Set(places).size).toBe(4);
  });
});

describe("findConnectFault", () => {
  const cases: readonly [string, string, RegExp | null][] = [
    ["input", "output", null],
    ["dense", "dense", /itself/],
    ["output", "dense", /no output/],
    ["dense", "input", /no input/],
    ["input", "dense", /already/],
    ["dense", "gone", /gone/],
  ];
  it.each(cases)("%s to %s: %s", (source, target, expected) => {
    const fault = findConnectFault(chain, { source: nodeId(source), target: nodeId(target) });
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toMatch(expected);
  });

  it("refuses a wire that closes a cycle", () => {
    const loop = makeGraph({ a: ["dense", 0, 0], b: ["dense", 0, 90] }, ["a>b"]);
    expect(findConnectFault(loop, { source: nodeId("b"), target: nodeId("a") })).toMatch(/cycle/);
  });
});

describe("wires to named ports", () => {
  const graph = makeGraph(
    {
      a: ["input", 0, 0],
      b: ["input", 300, 0],
      c: ["input", 600, 0],
      lstm: ["lstm", 0, 90, { returnState: true, returnSequences: true }],
      attention: ["attention", 0, 200],
    },
    ["a>attention"],
  );
  const ends = (source: string, slot?: number) => ({
    source: nodeId(source),
    target: nodeId("attention"),
    ...(slot === undefined ? {} : { slot }),
  });

  it("go to the first that is free unless they name one", () => {
    expect(makeWire(graph, edgeId("w"), ends("b"))).toMatchObject({ kind: "connect", slot: 1 });
    expect(makeWire(graph, edgeId("w"), ends("b", 2))).toMatchObject({ slot: 2 });
  });

  it("replace the wire that is there", () => {
    const edit = makeWire(graph, edgeId("w"), ends("b", 0));
    expect(edit).toMatchObject({
      kind: "batch",
      edits: [
        { kind: "disconnect", edges: ["a>attention"] },
        { kind: "connect", slot: 0 },
      ],
    });
  });

  it("may come twice from the same layer, but not to the same port", () => {
    expect(findConnectFault(graph, ends("a", 1))).toBeNull();
    expect(findConnectFault(graph, ends("a", 0))).toMatch(/already/);
  });

  it("say when all are taken", () => {
    const names = ["a", "b", "c"];
    const wires = names.map((name) => `${name}>attention`);
    const full = makeGraph(
      {
        ...Object.fromEntries([...names, "d"].map((name) => [name, ["input", 0, 0] as const])),
        attention: ["attention", 0, 0],
      },
      wires,
    );
    expect(freeSlot(graph, nodeId("attention"))).toBe(1);
    expect(freeSlot(full, nodeId("attention"))).toBeNull();
    expect(findConnectFault(full, ends("d"))).toMatch(/All inputs/);
  });

  it("carry the number of the output that they start from", () => {
    const edit = makeWire(graph, edgeId("w"), { ...ends("lstm", 2), port: 1 });
    expect(edit).toMatchObject({ kind: "connect", port: 1, slot: 2 });
  });
});
