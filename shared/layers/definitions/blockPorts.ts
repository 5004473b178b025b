/**
 * The ports of a block: nodes that stand in its graph for what comes in and what goes out. They are no layers of the
 * model: expanding a document joins the wires on both sides and leaves them out.
 */
import { ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { shapeOf } from "../shape.ts";

const sources = [{ title: "Netloom: blocks" }];

export const blockInput = defineLayer({
  type: "blockInput",
  title: "BlockInput",
  category: "io",
  summary: "Where values enter a block: one port of its instances.",
  about:
    "A block's inputs are ports of its instances, in the order in which they were added, under the names they have here. What an instance is wired to comes in here; the shape is therefore each instance's own. Only for graphs of blocks: data enters the main graph at an Input.",
  sources,
  keywords: ["port", "argument"],
  inputs: { min: 0, max: 0 },
  outputs: 1,
  params: {},
  caption: () => [],
  inferShape: () => ok(shapeOf([])),
  weights: () => [],
  lower: () => null,
  examples: [{ params: {}, inputs: [], output: [], weightCount: 0 }],
});

export const blockOutput = defineLayer({
  type: "blockOutput",
  title: "BlockOutput",
  category: "io",
  summary: "Where values leave a block: one port of its instances.",
  about:
    "A block's outputs are ports of its instances, in the order in which they were added, under the names they have here. In a repeated block the first output goes on into the first input of the next repetition, the second into the second. Only for graphs of blocks: results leave the main graph at an Output.",
  sources,
  keywords: ["port", "result"],
  inputs: { min: 1, max: 1 },
  outputs: 0,
  params: {},
  caption: () => [],
  masking: () => "passes",
  inferShape: (_params, inputs) => ok(onlyInput(inputs)),
  weights: () => [],
  lower: () => null,
  examples: [{ params: {}, inputs: [[4]], output: [4], weightCount: 0 }],
});
