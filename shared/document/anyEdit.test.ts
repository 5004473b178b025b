import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BlockId,
  type NodeId,
  blockId,
  edgeId,
  frameId,
  nodeId,
  noteId,
} from "../base/ids.ts";
import { analyzeGraph } from "../analysis/analyzeGraph.ts";
import { packNodes } from "../blocks/packNodes.ts";
import { unpackNode } from "../blocks/unpackNode.ts";
import type { StoredParams } from "../layers/params.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { parseProject } from "../project/parseProject.ts";
import { serializeProject } from "../project/serializeProject.ts";
import { applyEdit } from "./applyEdit.ts";
import { blocksBelow } from "./blockUses.ts";
import { buildBlock, intParam, listById } from "./blocks.testkit.ts";
import type { DocumentEdit, GraphEdit } from "./edits.ts";
import { copyFragment, parseFragment, pasteIntoDocument } from "./fragment.ts";
import { buildDocument } from "./graph.testkit.ts";
import { indexGraph } from "./graphQueries.ts";
import { createHistory, recordEdit, redo, undo } from "./history.ts";
import type { BlockDefinition, GraphNode, ModelGraph, ProjectDocument } from "./model.ts";
import { blockEnds, mainEnds, wiringOf } from "./wiring.ts";

const start: ProjectDocument = {
  ...buildDocument(
    {
      n0: ["input", { shape: [8] }],
      n1: ["dense", { units: 4 }],
      n2: "dense",
      n3: "add",
      n4: "output",
      n5: ["block:b1", { p1: 3, repeat: 2 }],
      n6: "block:b1",
    },
    ["n0>n1", "n1>n2", "n2>n3", "n0>n3", "n3>n4", "n1>n5", "n5>n6"],
  ),
  blocks: listById([
    buildBlock("b0", { n0: "blockInput", n1: "dense", n2: "blockOutput" }, ["n0>n1", "n1>n2"]),
    buildBlock(
      "b1",
      {
        n0: "blockInput",
        n1: ["dense", { units: { $expr: "p1 + 1" } }],
        n2: "block:b0",
        n3: "blockInput",
        n4: "blockOutput",
      },
      ["n0>n1", "n1>n2", "n2>n4"],
      { p1: 2 },
    ),
    buildBlock("b2", {}),
  ]),
};

const node = fc.nat(7).map((number) => nodeId(`n${number}`));
const drawnEdges = [start.graph, ...Object.values(start.blocks).map((made) => made.graph)].flatMap(
  (graph) => Object.values(graph.edges).map((wire) => wire.id),
);
const newEdge = fc.nat(12).map((number) => edgeId(`e${number}`));
const edge = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...drawnEdges) },
  { weight: 2, arbitrary: newEdge },
);
const block = fc.nat(3).map((number) => blockId(`b${number}`));
const type = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(...layerDefinitions.map((definition) => definition.type), "nobody"),
  },
  { weight: 1, arbitrary: fc.constantFrom("blockInput", "blockOutput", "input", "add") },
  { weight: 2, arbitrary: block.map((id) => `block:${id}`) },
);
const position = fc.record({ x: fc.integer({ min: -999, max: 999 }), y: fc.nat(999) });
const params = fc.oneof(
  fc.constant({}),
  fc.record({ units: fc.integer({ min: -1, max: 9 }) }),
  fc.constantFrom<StoredParams>(
    { units: { $expr: "p1 * 2" } },
    { units: { $expr: "p1 *" } },
    { p1: 4, repeat: 2 },
  ),
  fc.record({ shape: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }) }),
);
const newNode = fc
  .tuple(
    node,
    type,
    params,
    position,
    fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: node }),
  )
  .map(([id, kind, given, place, shares]): GraphNode => {
    const made = { id, type: kind, name: id, params: given, position: place };
    return shares === undefined ? made : { ...made, shares };
  });
const frame = fc.nat(1).map((number) => frameId(`frame-${number}`));

const graphEdit: fc.Arbitrary<GraphEdit> = fc.oneof(
  newNode.map((made) => ({ kind: "addNode" as const, node: made })),
  fc
    .tuple(fc.array(node, { maxLength: 3 }), fc.boolean())
    .map(([nodes, heal]) => ({ kind: "removeNodes" as const, nodes, heal })),
  fc
    .tuple(node, position)
    .map(([id, place]) => ({ kind: "moveNodes" as const, positions: { [id]: place } })),
  fc
    .tuple(node, params)
    .map(([id, given]) => ({ kind: "setParams" as const, node: id, params: given })),
  node.map((id) => ({ kind: "resetParams" as const, node: id, params: ["units"] })),
  fc.tuple(node, type, params).map(([id, kind, given]) => ({
    kind: "replaceType" as const,
    node: id,
    type: kind,
    params: given,
  })),
  fc
    .tuple(
      newEdge,
      node,
      node,
      fc.constantFrom(undefined, undefined, 0, 1, 2),
      fc.constantFrom(undefined, undefined, undefined, 1),
    )
    .map(([id, source, target, slot, port]) => ({
      kind: "connect" as const,
      id,
      source,
      target,
      ...(slot === undefined ? {} : { slot }),
      ...(port === undefined ? {} : { port }),
    })),
  fc.array(edge, { maxLength: 2 }).map((edges) => ({ kind: "disconnect" as const, edges })),
  fc.tuple(edge, newNode, newEdge).map(([on, made, added]) => ({
    kind: "insertOnEdge" as const,
    edge: on,
    node: made,
    newEdge: added,
  })),
  fc
    .tuple(node, fc.array(edge, { maxLength: 3 }))
    .map(([id, edges]) => ({ kind: "reorderInputs" as const, node: id, edges })),
  fc.constant({ kind: "removeNotes" as const, notes: [noteId("none")] }),
  fc
    .tuple(fc.array(node, { maxLength: 3 }), fc.boolean())
    .map(([nodes, isMuted]) => ({ kind: "setMuted" as const, nodes, isMuted })),
  fc
    .tuple(node, fc.option(node))
    .map(([id, original]) => ({ kind: "setShares" as const, node: id, original })),
  fc.tuple(frame, position, fc.integer({ min: 1, max: 50 })).map(([id, at, width]) => ({
    kind: "addFrame" as const,
    frame: {
      id,
      title: id,
      colour: "blue" as const,
      position: at,
      size: { width, height: 40 },
    },
  })),
  frame.map((id) => ({ kind: "setFrame" as const, frame: id, change: { title: "New" } })),
  frame.map((id) => ({ kind: "removeFrames" as const, frames: [id] })),
);
const blockParams = fc.array(
  fc
    .tuple(fc.nat(3), fc.integer({ min: 0, max: 5 }))
    .map(([number, value]) => intParam(`p${number}`, value)),
  { maxLength: 3 },
);
const simpleEdit: fc.Arbitrary<DocumentEdit> = fc.oneof(
  { weight: 12, arbitrary: graphEdit },
  {
    weight: 8,
    arbitrary: fc
      .tuple(block, graphEdit)
      .map(([id, edit]) => ({ kind: "inBlock" as const, block: id, edit })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(block, block).map(([id, inner]) => ({
      kind: "addBlock" as const,
      block: buildBlock(id, { n0: "blockInput", n1: `block:${inner}`, n2: "blockOutput" }, [
        "n0>n1",
        "n1>n2",
      ]),
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(block, blockParams)
      .map(([id, list]) => ({ kind: "setBlock" as const, block: id, change: { params: list } })),
  },
  { weight: 1, arbitrary: block.map((id) => ({ kind: "removeBlock" as const, block: id })) },
  {
    weight: 1,
    arbitrary: blockParams.map((list) => ({
      kind: "setVariables" as const,
      variables: list.map(({ name, default: value }) => ({ name, value })),
    })),
  },
);
/** What is made of the document as it is: pieces to paste, nodes to pack, instances to unpack, steps to take back. */
type Step =
  | { readonly kind: "edit"; readonly edit: DocumentEdit }
  | {
      readonly kind: "copy";
      readonly from: BlockId | null;
      readonly to: BlockId | null;
      readonly nodes: readonly NodeId[];
    }
  | { readonly kind: "pack"; readonly scope: BlockId | null; readonly nodes: readonly NodeId[] }
  | { readonly kind: "unpack"; readonly scope: BlockId | null; readonly node: NodeId }
  | { readonly kind: "undo" }
  | { readonly kind: "redo" };
const place = fc.option(block, { freq: 2 });
const anyEdit: fc.Arbitrary<DocumentEdit> = fc.oneof(
  { weight: 6, arbitrary: simpleEdit },
  {
    weight: 1,
    arbitrary: fc
      .array(simpleEdit, { maxLength: 3 })
      .map((edits) => ({ kind: "batch" as const, label: "Several", edits })),
  },
);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: anyEdit.map((edit) => ({ kind: "edit" as const, edit })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ from: place, to: place, nodes: fc.array(node, { maxLength: 5 }) })
      .map((copy) => ({ kind: "copy" as const, ...copy })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ scope: place, nodes: fc.array(node, { minLength: 1, maxLength: 3 }) })
      .map((pack) => ({ kind: "pack" as const, ...pack })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ scope: place, node: fc.oneof(node, fc.constant(nodeId("made-1"))) })
      .map((unpack) => ({ kind: "unpack" as const, ...unpack })),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "undo" }, { kind: "redo" }) },
);

describe("any series of edits", () => {
  it("keeps the document whole, with blocks, undo, redo, copy and paste", () => {
    const applied = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40, size: "max" }), (steps) => {
        let history = createHistory(start);
        for (const step of steps) {
          const { document } = history.present;
          if (step.kind === "undo" || step.kind === "redo") {
            history = step.kind === "undo" ? undo(history) : redo(history);
            continue;
          }
          const edit = makeEdit(document, step);
          if (edit === null) continue;
          const before = JSON.stringify(document);
          const result = applyEdit(document, edit);
          expect(JSON.stringify(document)).toBe(before);
          if (!result.ok) {
            expect(result.error.message).toMatch(/\S/);
            // Packing and unpacking say beforehand what stops them.
            expect(["edit", "copy"], result.error.message).toContain(step.kind);
            continue;
          }
          const name = step.kind === "edit" ? nameOf(edit) : step.kind;
          applied.set(name, (applied.get(name) ?? 0) + 1);
          checkDocument(result.value);
          // An edit that changes nothing must be noticed, or undo would seem to do nothing; a batch may go to and fro.
          if (edit.kind !== "batch" && JSON.stringify(result.value) === before) {
            expect(result.value).toBe(document);
          }
          history = recordEdit(history, result.value, { label: edit.kind });
        }
        let { document } = history.present;
        expect(parseProject(serializeProject(document))).toEqual({ ok: true, value: document });
        while (history.past.length > 0) history = undo(history);
        ({ document } = history.present);
        expect(document).toBe(start);
      }),
      { numRuns: 250 },
    );
    // Each kind was carried out at least once, so that none is tested only by its refusals.
    expect([...applied.keys()].toSorted()).toEqual(kinds);
  });

  it("leaves analysis from edit to edit the same as from scratch", () => {
    fc.assert(
      fc.property(fc.array(graphEdit, { minLength: 1, maxLength: 25 }), (edits) => {
        let document = start;
        let analysis = analyzeGraph(document.graph);
        for (const edit of edits) {
          const result = applyEdit(document, edit);
          if (!result.ok) continue;
          document = result.value;
          analysis = analyzeGraph(document.graph, { previous: analysis });
          expect(analysis).toEqual(analyzeGraph(document.graph));
        }
      }),
      { numRuns: 100 },
    );
  });
});

const kinds = (
  "addBlock addFrame addNode batch connect copy disconnect insertOnEdge moveNodes pack removeBlock removeFrames " +
  "removeNodes reorderInputs replaceType resetParams setBlock setFrame setMuted setParams setShares setVariables unpack"
)
  .split(" ")
  .toSorted();

const nameOf = (edit: DocumentEdit): string =>
  edit.kind === "inBlock" ? edit.edit.kind : edit.kind;

/** null where it can't be done in this document. */
function makeEdit(
  document: ProjectDocument,
  step: Exclude<Step, { kind: "undo" | "redo" }>,
): DocumentEdit | null {
  switch (step.kind) {
    case "edit":
      return step.edit;
    case "copy":
      return pasteCopy(document, step);
    case "pack": {
      const packed = packNodes(document, { ...step, name: "made" });
      return packed.ok ? packed.value.edit : null;
    }
    case "unpack": {
      const unpacked = unpackNode(document, step);
      return unpacked.ok ? unpacked.value.edit : null;
    }
  }
}

function pasteCopy(
  document: ProjectDocument,
  { from, to, nodes }: Extract<Step, { kind: "copy" }>,
): DocumentEdit | null {
  const graph = from === null ? document.graph : document.blocks[from]?.graph;
  if (graph === undefined) return null;
  const copied = copyFragment(graph, nodes, [], {
    document,
    frames: Object.values(graph.frames).map(({ id }) => id),
  });
  const read = parseFragment(JSON.stringify(copied));
  if (!read.ok) throw new Error(read.error.message);
  return pasteIntoDocument(document, read.value, { block: to, offset: { x: 5, y: 5 } }).edit;
}

function checkDocument({ blocks, graph }: ProjectDocument): void {
  checkGraph(graph, blocks, null);
  for (const [id, definition] of Object.entries(blocks)) {
    expect(definition.id).toBe(id);
    checkGraph(definition.graph, blocks, definition);
    expect(blocksBelow(blocks, [definition.graph]).has(definition.id)).toBe(false);
  }
}

function checkGraph(
  graph: ModelGraph,
  blocks: ProjectDocument["blocks"],
  around: BlockDefinition | null,
): void {
  for (const made of Object.values(graph.nodes)) {
    expect((around === null ? blockEnds : mainEnds).has(made.type)).toBe(false);
    if (made.shares === undefined) continue;
    expect(graph.nodes[made.shares]).toBeDefined();
    expect(graph.nodes[made.shares]?.shares).toBeUndefined();
    expect(made.shares).not.toBe(made.id);
  }
  const slots = new Map<string, number[]>();
  for (const [id, wire] of Object.entries(graph.edges)) {
    expect(wire.id).toBe(id);
    expect(graph.nodes[wire.source]).toBeDefined();
    expect(graph.nodes[wire.target]).toBeDefined();
    expect(wire.source).not.toBe(wire.target);
    slots.set(wire.target, [...(slots.get(wire.target) ?? []), wire.slot]);
  }
  for (const [target, numbers] of slots) {
    const fed = graph.nodes[nodeId(target)];
    if (fed !== undefined && wiringOf(blocks, graph, fed).inputs.kind === "ports") {
      expect(new Set(numbers).size).toBe(numbers.length);
      continue;
    }
    expect(numbers.toSorted((left, right) => left - right)).toEqual(
      numbers.map((_, index) => index),
    );
  }
  // The cached index must say what a fresh one says.
  expect(indexGraph(graph)).toEqual(indexGraph({ ...graph, edges: { ...graph.edges } }));
}
