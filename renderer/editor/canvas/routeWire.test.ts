import { describe, expect, it } from "vitest";
import { nodeRect } from "./geometry.ts";
import { findBend, findDetour, indexObstacles, routeWire } from "./routeWire.ts";

const at = (x: number, y: number) => nodeRect({ x, y });

describe("findDetour", () => {
  const column = [at(0, 0), at(0, 90), at(0, 180)];
  const cases = [
    { name: "neighbours in a column", from: at(0, 0), to: at(0, 90), goesRound: false },
    { name: "a skip over a layer", from: at(0, 0), to: at(0, 180), goesRound: true },
    { name: "a way beside the column", from: at(300, 0), to: at(300, 180), goesRound: false },
    { name: "a wire against the flow", from: at(0, 180), to: at(0, 0), goesRound: true },
    { name: "layers side by side", from: at(0, 0), to: at(300, 0), goesRound: false },
  ];
  it.each(cases)("$name", ({ from, to, goesRound }) => {
    const obstacles = indexObstacles([...column, from, to], "down");
    const detour = findDetour(from, to, { direction: "down", obstacles });
    expect(detour !== null).toBe(goesRound);
    // Right of everything it passes.
    if (detour !== null) expect(detour).toBeGreaterThan(196);
  });

  it("sends longer skips further out than shorter ones", () => {
    const tall = Array.from({ length: 6 }, (_, index) => at(0, index * 90));
    const obstacles = indexObstacles(tall, "down");
    const lane = (row: number) =>
      findDetour(at(0, 0), at(0, row * 90), { direction: "down", obstacles }) ?? 0;
    expect(lane(4)).toBeGreaterThan(lane(2));
  });

  it("swaps the axes where data flows to the right", () => {
    const row = [at(0, 0), at(300, 0), at(600, 0)];
    const obstacles = indexObstacles(row, "right");
    expect(findDetour(at(0, 0), at(600, 0), { direction: "right", obstacles })).toBeGreaterThan(52);
  });
});

describe("findBend", () => {
  const cases = [
    {
      name: "enters a free lane of the target at once",
      between: [at(0, 90)],
      to: at(-400, 180),
      bend: "early",
    },
    {
      name: "keeps its own free lane up to the target",
      between: [at(-400, 90)],
      to: at(-400, 180),
      bend: "late",
    },
    {
      name: "gives up where both lanes are taken",
      between: [at(0, 90), at(-400, 90)],
      to: at(-400, 180),
      bend: null,
    },
    { name: "needs none where the way is free", between: [], to: at(-400, 180), bend: null },
    { name: "needs none between neighbours", between: [], to: at(-400, 90), bend: null },
  ];
  it.each(cases)("$name", ({ between, to, bend }) => {
    const from = at(0, 0);
    const obstacles = indexObstacles([from, to, ...between], "down");
    expect(findBend(from, to, { direction: "down", obstacles })).toBe(bend);
  });
});

describe("routeWire", () => {
  it("carries its label in the lane that it keeps to", () => {
    const label = (bend: "early" | "late") =>
      routeWire(at(0, 0), at(-400, 180), { direction: "down", detour: null, bend }).label.x;
    expect(label("early")).toBe(-302);
    expect(label("late")).toBe(98);
  });

  it("runs straight from bottom to top in a column, its label half-way", () => {
    const route = routeWire(at(0, 0), at(0, 90), { direction: "down", detour: null });
    expect(route.path.startsWith("M98 52")).toBe(true);
    expect(route.path.endsWith("98 90")).toBe(true);
    expect(route.label).toEqual({ x: 98, y: 71 });
  });

  it("goes from flank to flank beside a layer", () => {
    const route = routeWire(at(0, 0), at(300, 10), { direction: "down", detour: null });
    expect(route.path.startsWith("M196 26")).toBe(true);
    expect(route.path.endsWith("300 36")).toBe(true);
  });

  it("carries its label at the outermost point of a detour", () => {
    const route = routeWire(at(0, 0), at(0, 300), { direction: "down", detour: 240 });
    expect(route.label.x).toBe(240);
  });
});
