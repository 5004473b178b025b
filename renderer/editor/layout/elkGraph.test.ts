import ELK from "elkjs/lib/elk.bundled.js";
import { describe, expect, it } from "vitest";
import { makeGraph } from "../editor.testkit.ts";
import { readLayout, toElkGraph } from "./elkGraph.ts";
import { findSkips } from "./findSkips.ts";

const residual = makeGraph(
  {
    input: ["input", 500, 40],
    conv: ["conv2d", 0, 0],
    second: ["conv2d", 0, 0],
    add: ["add", 0, 0],
    output: ["output", 0, 0],
  },
  ["input>conv", "conv>second", "second>add", "conv>add", "add>output"],
);

describe("findSkips", () => {
  it("finds the wire that a longer way makes a skip", () => {
    expect([...findSkips(residual)]).toEqual(["conv>add"]);
  });

  it("takes no branch of a fork for a skip", () => {
    const fork = makeGraph(
      { a: ["input", 0, 0], b: ["dense", 0, 0], c: ["dense", 0, 0], d: ["add", 0, 0] },
      ["a>b", "a>c", "b>d", "c>d"],
    );
    expect(findSkips(fork).size).toBe(0);
  });

  it("ends on a cycle", () => {
    const cycle = makeGraph({ a: ["dense", 0, 0], b: ["dense", 0, 0] }, ["a>b", "b>a"]);
    expect(findSkips(cycle).size).toBe(0);
  });
});

describe("a layout", () => {
  const layOut = async (direction: "down" | "right") =>
    readLayout(residual, await new ELK().layout(toElkGraph(residual, { direction })));

  it("puts each layer below the one before, in one column, and keeps the upper left corner", async () => {
    const positions = Object.values(await layOut("down"));
    const ys = positions.map(({ y }) => y);
    expect(positions).toHaveLength(5);
    expect(new Set(positions.map(({ x }) => x)).size).toBe(1);
    expect(ys).toEqual([...ys].sort((left, right) => left - right));
    expect(new Set(ys).size).toBe(5);
    expect(Math.min(...ys)).toBe(0);
  });

  it("runs to the right on request", async () => {
    const positions = Object.values(await layOut("right"));
    expect(new Set(positions.map(({ y }) => y)).size).toBe(1);
    expect(new Set(positions.map(({ x }) => x)).size).toBe(5);
  });

  it("goes on in a further row where a chain to the right gets long", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `n${index}`);
    const chain = makeGraph(
      Object.fromEntries(ids.map((id) => [id, ["dense", 0, 0] as const])),
      ids.slice(1).map((id, index) => `${ids[index]}>${id}`),
    );
    const layout = await new ELK().layout(toElkGraph(chain, { direction: "right" }));
    const positions = Object.values(readLayout(chain, layout));
    const width = Math.max(...positions.map(({ x }) => x));
    expect(new Set(positions.map(({ y }) => y)).size).toBeGreaterThan(1);
    expect(width).toBeLessThan(20 * 300);
  });

  it("snaps to the grid", async () => {
    for (const { x, y } of Object.values(await layOut("down"))) {
      expect(x % 10).toBe(0);
      expect(y % 10).toBe(0);
    }
  });

  it("ignores answers about layers that are not there", () => {
    expect(readLayout(residual, { id: "graph", children: [{ id: "gone", x: 1, y: 1 }] })).toEqual(
      {},
    );
  });
});
