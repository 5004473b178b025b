import { describe, expect, it } from "vitest";
import { nodeId } from "#shared/base/ids.ts";
import { makeGraph } from "../editor.testkit.ts";
import { walkGraph } from "./walkGraph.ts";
import type { ArrowKey } from "./walkGraph.ts";

/** input feeds two branches that meet in add; a lone note-like layer stands far right. */
const graph = makeGraph(
  {
    input: ["input", 200, 0],
    left: ["dense", 0, 100],
    right: ["dense", 400, 100],
    add: ["add", 200, 200],
    lone: ["dense", 900, 100],
  },
  ["input>left", "input>right", "left>add", "right>add"],
);

describe("walkGraph", () => {
  const cases: readonly [string, ArrowKey, string | null][] = [
    ["input", "ArrowDown", "left"],
    ["left", "ArrowDown", "add"],
    ["add", "ArrowUp", "left"],
    ["left", "ArrowRight", "right"],
    ["right", "ArrowLeft", "left"],
    ["right", "ArrowRight", "lone"],
    ["lone", "ArrowLeft", "right"],
    ["input", "ArrowUp", null],
    ["add", "ArrowDown", null],
  ];
  it.each(cases)("from %s, %s leads to %s", (from, key, to) => {
    expect(walkGraph(graph, nodeId(from), { key, direction: "down" })).toBe(to);
  });

  it("follows wires with left and right where data flows to the right", () => {
    const walked = walkGraph(graph, nodeId("left"), { key: "ArrowRight", direction: "right" });
    expect(walked).toBe("add");
  });

  it("stays where the layer is gone", () => {
    expect(walkGraph(graph, nodeId("gone"), { key: "ArrowDown", direction: "down" })).toBeNull();
  });
});
