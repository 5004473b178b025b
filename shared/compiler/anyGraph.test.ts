import { beforeAll, describe, expect, it } from "vitest";
import { type DocumentAnalysis, analyzeDocument } from "../analysis/analyzeDocument.ts";
import { viewAnalysis } from "../analysis/viewAnalysis.ts";
import type { Diagnostic } from "../analysis/types.ts";
import { edgeId, nodeId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import { type Random, createRandom } from "../base/random.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import type { GraphNode, ModelGraph, ProjectDocument } from "../document/model.ts";
import { selectBackend } from "../engine/selectBackend.ts";
import { findLayer } from "../layers/registry.ts";
import { compileDocument } from "./compileDocument.ts";
import { growDocument, grownLayers, pick } from "./growDocument.testkit.ts";
import { tryDocument } from "./tryDocument.testkit.ts";

/** Documents of every layer, grown at random: analysis must say of each what TensorFlow.js makes of it. */
const documentCount = Math.max(200, 4 * grownLayers.length);

beforeAll(async () => {
  await selectBackend("cpu");
});

const errorsOf = ({ diagnostics }: DocumentAnalysis): readonly Diagnostic[] =>
  diagnostics.filter(({ severity }) => severity === "error");

describe("documents grown at random", () => {
  const documents = Array.from({ length: documentCount }, (_, seed) => {
    const document = growDocument(seed);
    return { seed, document, analysis: analyzeDocument(document) };
  });
  const valid = documents.filter(({ analysis }) => errorsOf(analysis).length === 0);
  const invalid = documents.filter((entry) => !valid.includes(entry));

  it("are of both sorts and hold every layer, blocks, shared, muted and further outputs", () => {
    expect(valid.length).toBeGreaterThan(documentCount / 4);
    expect(invalid.length).toBeGreaterThan(10);
    const nodes = documents.flatMap(({ analysis }) => Object.values(analysis.expanded.graph.nodes));
    const used = new Set(nodes.map(({ type }) => type));
    const unused = grownLayers.filter(({ type }) => !used.has(type));
    expect(unused.map(({ type }) => type)).toEqual([]);
    const good = valid.map(({ analysis }) => analysis.expanded);
    const has = (found: (expanded: DocumentAnalysis["expanded"]) => boolean) =>
      good.filter(found).length;
    expect(has(({ scopes }) => scopes.size > 2)).toBeGreaterThan(10);
    expect(
      has(({ scopes }) => [...scopes.keys()].some((path) => path.includes("#"))),
    ).toBeGreaterThan(5);
    expect(has(({ wires }) => wires.chains.size > 0)).toBeGreaterThan(10);
    const shared = valid.filter(({ analysis }) =>
      Object.values(analysis.flat.nodes).some(({ sharedWith }) => sharedWith !== undefined),
    );
    expect(shared.length).toBeGreaterThan(5);
    expect(
      has(({ graph }) => Object.values(graph.edges).some(({ port }) => port !== undefined)),
    ).toBeGreaterThan(5);
  });

  it("if valid, are built, run and trained by tfjs in the shapes and weights that analysis says", () => {
    const faults = valid.flatMap(
      ({ seed, document }) => tryDocument(`seed ${seed}`, document).faults,
    );
    expect(faults).toEqual([]);
  });

  it("if invalid, are refused by tfjs as well, or for a listed reason", () => {
    const faults = invalid.flatMap(
      ({ seed, document }) => tryDocument(`seed ${seed}`, document).faults,
    );
    expect(faults).toEqual([]);
  });

  it("are seen from inside every block without a fault", () => {
    for (const { analysis } of documents) {
      for (const path of analysis.expanded.scopes.keys()) {
        const scope = path === "" ? [] : path.split("/").map((part) => nodeId(part));
        const view = viewAnalysis(analysis, scope);
        const drawn = analysis.expanded.scopes.get(path)?.graph;
        expect(Object.keys(view.nodes).toSorted()).toEqual(
          Object.keys(drawn?.nodes ?? {}).toSorted(),
        );
        for (const { message, nodes } of view.diagnostics) {
          expect(message).not.toMatch(/[\uE000\uE001]|undefined|NaN|in Netloom/);
          for (const id of nodes) expect(drawn?.nodes).toHaveProperty([id]);
        }
      }
    }
  });

  it("offer only fixes that can be applied", () => {
    for (const { seed, document, analysis } of invalid) {
      for (const { fixes } of analysis.diagnostics) {
        for (const { title, edit } of fixes) {
          const applied = applyEdit(document, edit);
          expect(applied.ok ? "" : `seed ${seed}, ${title}: ${applied.error.message}`).toBe("");
        }
      }
    }
  });

  it("are analysed anew after an edit as from the beginning", () => {
    for (const { seed, document, analysis } of documents.filter(({ seed: own }) => own % 2 === 0)) {
      const random = createRandom(`edits ${seed}`);
      let current = document;
      let known = analysis;
      for (let step = 0; step < 4; step++) {
        const edited = applyEdit(current, proposeEdit(random, current));
        if (!edited.ok) continue;
        current = edited.value;
        known = analyzeDocument(current, { previous: known });
        const fresh = analyzeDocument(current);
        expect([seed, known.flat.nodes]).toEqual([seed, fresh.flat.nodes]);
        expect([seed, messagesOf(known)]).toEqual([seed, messagesOf(fresh)]);
        expect(viewAnalysis(known, []).nodes).toEqual(viewAnalysis(fresh, []).nodes);
      }
    }
  });
});

describe("documents with anything in them", () => {
  it("are analysed and seen without a throw", () => {
    for (let seed = 0; seed < 150; seed++) {
      const document = spoil(growDocument(seed), createRandom(`spoilt ${seed}`));
      const analysis = analyzeDocument(document, { data: null });
      for (const path of analysis.expanded.scopes.keys()) {
        const scope = path === "" ? [] : path.split("/").map((part) => nodeId(part));
        expect(() => viewAnalysis(analysis, scope)).not.toThrow();
      }
      for (const { message, fixes } of analysis.diagnostics) {
        expect(message).not.toMatch(/[\uE000\uE001]|could not be (?:checked|finished)/);
        for (const { edit } of fixes) applyEdit(document, edit);
      }
      expect(() => compileDocument(document, analysis)).not.toThrow();
    }
  });
});

/** As a damaged or hand-written file might be: options of any kind, wires to nowhere, types and blocks that aren't there. */
function spoil(document: ProjectDocument, random: Random): ProjectDocument {
  const spoilGraph = (graph: ModelGraph): ModelGraph => {
    const nodes = Object.values(graph.nodes).map((node): GraphNode => {
      const names = Object.keys(findLayer(node.type)?.params ?? { k: null, repeat: null });
      const params = names.length === 0 ? {} : { [pick(random, names)]: pick(random, anything) };
      switch (random.nextInt(8)) {
        case 0:
          return { ...node, params: { ...node.params, ...params } };
        case 1:
          return {
            ...node,
            type: pick(random, ["block:nobody", "block:large", "nobody", "blockInput", "output"]),
          };
        case 2:
          return {
            ...node,
            shares: pick(random, [
              node.id,
              nodeId("nobody"),
              ...Object.values(graph.nodes).map(({ id }) => id),
            ]),
          };
        case 3:
          return { ...node, isMuted: true };
        default:
          return node;
      }
    });
    const edges = Object.values(graph.edges).map((edge) => {
      const other = pick(random, [...nodes.map(({ id }) => id), nodeId("nobody")]);
      switch (random.nextInt(8)) {
        case 0:
          return { ...edge, target: other };
        case 1:
          return { ...edge, source: other };
        case 2:
          return { ...edge, slot: random.nextInt(4) };
        case 3:
          return { ...edge, port: 1 + random.nextInt(3) };
        default:
          return edge;
      }
    });
    return {
      ...graph,
      nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
      edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])),
    };
  };
  const blocks = Object.values(document.blocks).map((block) => [
    block.id,
    { ...block, graph: spoilGraph(block.graph) },
  ]);
  return { ...document, graph: spoilGraph(document.graph), blocks: Object.fromEntries(blocks) };
}

const anything: readonly JsonValue[] = [
  null,
  -1,
  0,
  1e12,
  2.5,
  "same",
  "",
  true,
  [],
  [0, 0],
  [1, 2, 3],
  [null],
  {},
  { name: "nobody" },
  { type: "dense", params: { units: -1 } },
  { $expr: "width" },
  { $expr: "nobody +" },
  { $expr: "[1, 'a']" },
  { $expr: 5 },
];

const messagesOf = ({ diagnostics }: DocumentAnalysis) =>
  diagnostics.map(({ message, nodes, edges, fixes }) => [
    message,
    nodes,
    edges,
    fixes.map(({ title }) => title),
  ]);

function proposeEdit(random: Random, document: ProjectDocument): DocumentEdit {
  const blocks = Object.values(document.blocks);
  const block = blocks.length > 0 && random.nextInt(2) === 0 ? pick(random, blocks) : null;
  const graph = block?.graph ?? document.graph;
  const nodes = Object.values(graph.nodes);
  const node = pick(random, nodes);
  const other = pick(random, nodes);
  const definition = findLayer(node.type);
  const edits = [
    { kind: "setMuted", nodes: [node.id], isMuted: node.isMuted !== true },
    { kind: "removeNodes", nodes: [node.id], heal: random.nextInt(2) === 0 },
    {
      kind: "connect",
      id: edgeId(`wire${random.nextInt(1000)}`),
      source: node.id,
      target: other.id,
    },
    { kind: "moveNodes", positions: { [node.id]: { x: random.nextInt(500), y: 0 } } },
    { kind: "renameNode", node: node.id, name: `renamed ${random.nextInt(9)}` },
    {
      kind: "setParams",
      node: node.id,
      params:
        definition === null
          ? {
              repeat: 1 + random.nextInt(3),
              k: { $expr: pick(random, ["width", "k", "index + 1"]) },
            }
          : pick(random, definition.examples).params,
    },
    { kind: "setShares", node: node.id, original: random.nextInt(2) === 0 ? other.id : null },
  ] as const;
  const edit = pick<(typeof edits)[number]>(random, edits);
  return block === null ? edit : { kind: "inBlock", block: block.id, edit };
}
