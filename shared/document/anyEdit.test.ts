import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgeId, nodeId, noteId } from "../base/ids.ts";
import { analyzeGraph } from "../analysis/analyzeGraph.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { parseProject } from "../project/parseProject.ts";
import { serializeProject } from "../project/serializeProject.ts";
import { applyEdit } from "./applyEdit.ts";
import type { DocumentEdit } from "./edits.ts";
import { buildDocument } from "./graph.testkit.ts";
import { indexGraph } from "./graphQueries.ts";
import type { ModelGraph } from "./model.ts";

const start = buildDocument(
  {
    n0: ["input", { shape: [8] }],
    n1: ["dense", { units: 4 }],
    n2: "dense",
    n3: "add",
    n4: "output",
  },
  ["n0>n1", "n1>n2", "n2>n3", "n0>n3", "n3>n4"],
);

const node = fc.nat(9).map((number) => nodeId(`n${number}`));
const edge = fc.oneof(
  fc.tuple(fc.nat(9), fc.nat(9)).map(([from, to]) => edgeId(`n${from}--n${to}`)),
  fc.nat(20).map((number) => edgeId(`e${number}`)),
);
const type = fc.constantFrom(...layerDefinitions.map((definition) => definition.type), "nobody");
const position = fc.record({ x: fc.integer({ max: 999 }), y: fc.integer({ max: 999 }) });
const params = fc.oneof(
  fc.constant({}),
  fc.record({ units: fc.integer({ min: -1, max: 9 }) }),
  fc.record({ shape: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }) }),
);
const newNode = fc.tuple(node, type, params, position).map(([id, kind, given, place]) => ({
  id,
  type: kind,
  name: id,
  params: given,
  position: place,
}));

const simpleEdit: fc.Arbitrary<DocumentEdit> = fc.oneof(
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
    .tuple(edge, node, node, fc.option(fc.nat(3), { nil: undefined }))
    .map(([id, source, target, slot]) => ({
      kind: "connect" as const,
      id,
      source,
      target,
      ...(slot === undefined ? {} : { slot }),
    })),
  fc.array(edge, { maxLength: 2 }).map((edges) => ({ kind: "disconnect" as const, edges })),
  fc.tuple(edge, newNode, edge).map(([on, made, newEdge]) => ({
    kind: "insertOnEdge" as const,
    edge: on,
    node: made,
    newEdge,
  })),
  fc
    .tuple(node, fc.array(edge, { maxLength: 3 }))
    .map(([id, edges]) => ({ kind: "reorderInputs" as const, node: id, edges })),
  fc.constant({ kind: "removeNotes" as const, notes: [noteId("none")] }),
);
const anyEdit: fc.Arbitrary<DocumentEdit> = fc.oneof(
  { weight: 6, arbitrary: simpleEdit },
  {
    weight: 1,
    arbitrary: fc
      .array(simpleEdit, { maxLength: 3 })
      .map((edits) => ({ kind: "batch" as const, label: "Several", edits })),
  },
);

describe("any series of edits", () => {
  it("keeps the document whole, and analysis from edit to edit the same as from scratch", () => {
    fc.assert(
      fc.property(fc.array(anyEdit, { minLength: 1, maxLength: 25 }), (edits) => {
        let document = start;
        let analysis = analyzeGraph(document.graph);
        for (const edit of edits) {
          const before = JSON.stringify(document);
          const applied = applyEdit(document, edit);
          expect(JSON.stringify(document)).toBe(before);
          if (!applied.ok) {
            expect(applied.error.message).toMatch(/\S/);
            continue;
          }
          document = applied.value;
          checkGraph(document.graph);
          analysis = analyzeGraph(document.graph, { previous: analysis });
          expect(analysis).toEqual(analyzeGraph(document.graph));
        }
        expect(parseProject(serializeProject(document))).toEqual({ ok: true, value: document });
      }),
      { numRuns: 150 },
    );
  });
});

function checkGraph(graph: ModelGraph): void {
  const slots = new Map<string, number[]>();
  for (const [id, wire] of Object.entries(graph.edges)) {
    expect(wire.id).toBe(id);
    expect(graph.nodes[wire.source]).toBeDefined();
    expect(graph.nodes[wire.target]).toBeDefined();
    expect(wire.source).not.toBe(wire.target);
    slots.set(wire.target, [...(slots.get(wire.target) ?? []), wire.slot]);
  }
  for (const numbers of slots.values()) {
    expect(numbers.toSorted((left, right) => left - right)).toEqual(
      numbers.map((_, index) => index),
    );
  }
  // The cached index must say what a fresh one says.
  expect(indexGraph(graph)).toEqual(indexGraph({ ...graph, edges: { ...graph.edges } }));
}
