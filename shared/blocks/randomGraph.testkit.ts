import fc from "fast-check";
import { edgeId, nodeId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import { buildBlock, listById } from "../document/blocks.testkit.ts";
import { createProject } from "../document/createProject.ts";
import { indexGraph } from "../document/graphQueries.ts";
import type { GraphEdge, GraphNode, ModelGraph, ProjectDocument } from "../document/model.ts";
import { readExpressionText } from "../expressions/resolveParams.ts";
import { findLayer } from "../layers/registry.ts";
import { specDefault } from "../layers/readParams.ts";
import { areSameJson } from "../document/checkJson.ts";
import { expandDocument } from "./expandDocument.ts";

/** Graphs without cycles whose wires run from lower numbers to higher ones. Shapes need not fit. */
const inner = buildBlock(
  "inner",
  { x: "blockInput", d: ["dense", { units: { $expr: "width + index" } }], y: "blockOutput" },
  ["x>d", "d>y"],
  { width: 3 },
);
const twoPorts = buildBlock(
  "twoPorts",
  {
    a: "blockInput",
    b: "blockInput",
    sum: "subtract",
    first: "blockOutput",
    second: "blockOutput",
  },
  ["a>sum", "b>sum", "sum>first", "b>second"],
);

/** One input, several inputs, a block, a block with two inputs and outputs. */
const kinds = ["dense", "relu", "add", "subtract", "concatenate", "block:inner", "block:twoPorts"];

interface NodeSeed {
  readonly kind: string;
  readonly sources: readonly (readonly [back: number, port: number])[];
  readonly value: JsonValue;
  readonly isMuted: boolean;
  readonly sharesBack: number;
  readonly x: number;
}

const nodeSeed: fc.Arbitrary<NodeSeed> = fc.record({
  kind: fc.constantFrom(...kinds),
  sources: fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(1)), { maxLength: 3 }),
  value: fc.constantFrom<JsonValue[]>(
    4,
    { $expr: "outer * 2" },
    { $expr: "size" },
    { $expr: "index + 1" },
  ),
  isMuted: fc.boolean(),
  sharesBack: fc.nat(12),
  x: fc.integer({ min: -300, max: 300 }),
});

/** `ends`: the types of the graph's first and last node. */
function drawGraph(seeds: readonly NodeSeed[], ends: readonly [string, string]): ModelGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const add = (type: string, seed: NodeSeed | null, params: GraphNode["params"]): GraphNode => {
    const number = nodes.length;
    const node: GraphNode = {
      id: nodeId(`n${number}`),
      type,
      name: `node ${number}`,
      params,
      position: { x: seed?.x ?? 0, y: number * 90 },
    };
    nodes.push(node);
    return node;
  };
  const connect = (source: GraphNode, target: GraphNode, slot: number, port: number): void => {
    const id = edgeId(`e${edges.length}`);
    const { id: from } = source;
    const wire = { id, source: from, target: target.id, slot };
    edges.push(port === 0 ? wire : { ...wire, port });
  };
  add(ends[0], null, ends[0] === "input" ? { shape: [4] } : {});
  for (const seed of seeds) {
    const original = nodes[nodes.length - 1 - seed.sharesBack];
    const shares = original?.type === "dense" && original.shares === undefined ? original : null;
    const kind = shares?.type ?? seed.kind;
    const params =
      shares !== null
        ? {}
        : kind === "dense"
          ? { units: seed.value }
          : kind === "block:inner"
            ? { width: seed.value, repeat: seed.sharesBack > 6 ? 2 : 1 }
            : {};
    const made = add(kind, seed, params);
    const number = nodes.length - 1;
    if (shares !== null) nodes[number] = { ...made, shares: shares.id };
    else if (seed.isMuted && kind === "relu") nodes[number] = { ...made, isMuted: true };
    const max = ["dense", "relu", "block:inner"].includes(kind) ? 1 : 2;
    seed.sources
      .slice(0, kind === "add" || kind === "concatenate" ? 3 : max)
      .forEach(([back, port], slot) => {
        const source = nodes[Math.max(0, number - back)];
        if (source === undefined) return;
        connect(source, made, slot, source.type === "block:twoPorts" ? port : 0);
      });
  }
  const last = nodes.at(-1);
  const end = add(ends[1], null, {});
  if (last !== undefined) connect(last, end, 0, 0);
  // The keys are the items' own ids.
  return {
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])) as ModelGraph["nodes"],
    edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])) as ModelGraph["edges"],
    notes: {},
    frames: {},
  };
}

/** A document whose block `body` holds a random graph, and its main graph another one with instances of it. */
export const randomDocuments: fc.Arbitrary<ProjectDocument> = fc
  .tuple(
    fc.array(nodeSeed, { minLength: 1, maxLength: 9 }),
    fc.array(nodeSeed, { minLength: 1, maxLength: 7 }),
  )
  .map(([main, body]): ProjectDocument => {
    const graph = drawGraph(
      main.map((seed) => ({ ...seed, value: 4 })),
      ["input", "output"],
    );
    const block = {
      ...buildBlock("body", {}, [], { outer: 2, unused: 1 }),
      graph: drawGraph(body, ["blockInput", "blockOutput"]),
    };
    const instance: GraphNode = {
      id: nodeId("body"),
      type: "block:body",
      name: "body",
      params: { outer: 5, repeat: 2 },
      position: { x: 500, y: 0 },
    };
    const wire = {
      id: edgeId("toBody"),
      source: nodeId("n0"),
      target: instance.id,
      slot: 0,
    };
    return {
      ...createProject("Random"),
      graph: {
        ...graph,
        nodes: { ...graph.nodes, [instance.id]: instance },
        edges: { ...graph.edges, [wire.id]: wire },
      },
      blocks: listById([inner, twoPorts, block]),
      variables: [{ name: "size", value: 7 }],
    };
  });

/**
 * What a document builds, whatever its layers are called: one text a layer of its flat graph, which tells its type,
 * options, whose weights it uses, and all that it is fed from.
 */
export function describeFlat(document: ProjectDocument): readonly string[] {
  const { graph, wires } = expandDocument(document);
  /** Stand for what isn't wired, which packing and unpacking word differently: a wire from one is none. */
  const standIns = new Set(wires.placeholders.map((node) => node.id));
  const { incoming } = indexGraph(graph);
  const known = new Map<string, string>();
  const describe = (id: GraphNode["id"]): string => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const node = graph.nodes[id];
    if (node === undefined) return "nothing";
    const sources = (incoming.get(id) ?? [])
      .filter((edge) => !standIns.has(edge.source))
      .map((edge) => `${describe(edge.source)}.${edge.port ?? 0}`);
    const shares = node.shares === undefined ? "" : ` of ${describe(node.shares)}`;
    // An option that is set to its default is as good as one that isn't set.
    const defaults = Object.entries(findLayer(node.type)?.params ?? {}).map(
      ([name, spec]) => [name, specDefault(spec)] as const,
    );
    const options = Object.entries(node.params)
      .filter(([, value]) => readExpressionText(value) === null)
      .filter(
        ([name, value]) =>
          !defaults.some(([other, usual]) => other === name && areSameJson(usual, value)),
      )
      .toSorted(([left], [right]) => left.localeCompare(right));
    const text = `${node.type}${shares} ${JSON.stringify(options)} (${sources.join(", ")})`;
    const short = text.length < 200 ? text : `${text.slice(0, 100)}…${hash(text)}`;
    known.set(id, short);
    return short;
  };
  return Object.values(graph.nodes)
    .filter((node) => !standIns.has(node.id))
    .map((node) => describe(node.id))
    .toSorted();
}

/** FNV-1a, enough to tell texts of a test apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
