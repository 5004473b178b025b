import { describe, expect, it } from "vitest";
import { frameId } from "#shared/base/ids.ts";
import type { GraphFrame } from "#shared/document/model.ts";
import { nodeRect } from "./canvas/geometry.ts";
import { makeGraph } from "./editor.testkit.ts";
import { frameAround, listOnFrame } from "./frames.ts";

const graph = makeGraph({ a: ["dense", 0, 0], b: ["dense", 0, 90], far: ["dense", 900, 0] });
const rects = ["a", "b"].flatMap((id) =>
  Object.values(graph.nodes).flatMap((node) => (node.id === id ? [nodeRect(node.position)] : [])),
);

describe("a frame", () => {
  it("around layers carries those and no other", () => {
    const place = frameAround(rects);
    if (place === null) throw new Error("There are layers to frame.");
    const frame: GraphFrame = { id: frameId("f"), title: "", colour: "grey", ...place };
    expect(listOnFrame(graph, frame).map(([id]) => id)).toEqual(["a", "b"]);
  });

  it("carries what lies on it by its middle", () => {
    const frame: GraphFrame = {
      id: frameId("f"),
      title: "",
      colour: "grey",
      position: { x: 90, y: 20 },
      size: { width: 120, height: 60 },
    };
    expect(listOnFrame(graph, frame).map(([id]) => id)).toEqual(["a"]);
  });

  it("around nothing has no place", () => {
    expect(frameAround([])).toBeNull();
  });
});
