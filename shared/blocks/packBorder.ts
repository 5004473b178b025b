import type { EdgeId, NodeId } from "../base/ids.ts";
import { makeEdge, portOf } from "../document/editEdges.ts";
import { findNode, listEdges } from "../document/graphQueries.ts";
import type { Namer } from "../document/makeNode.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "../document/model.ts";
import { boundsOf } from "./blockEdits.ts";

/** How the wires of a graph run once some of its nodes are behind a border. */
export interface Border {
  readonly inputs: readonly GraphNode[];
  readonly outputs: readonly GraphNode[];
  readonly innerEdges: readonly GraphEdge[];
  /** Wires of the graph outside to cut first, because wires at the same targets come anew, in order. */
  readonly cut: readonly EdgeId[];
  outerEdges(instance: NodeId): readonly GraphEdge[];
}

interface Port {
  readonly node: GraphNode;
  readonly source: NodeId;
  readonly port: number;
  /** The wires across the border that go through it. */
  readonly edges: readonly GraphEdge[];
}

const portDistance = 120;
const portSpacing = 220;

/** One port for each value that comes in, and one for each that goes out, from left to right. */
export function drawBorder(
  graph: ModelGraph,
  { inside, namer }: { readonly inside: ReadonlySet<NodeId>; readonly namer: Namer },
): Border {
  const edges = listEdges(graph);
  const among = edges.filter((edge) => inside.has(edge.source) && inside.has(edge.target));
  const coming = edges.filter((edge) => !inside.has(edge.source) && inside.has(edge.target));
  const going = edges.filter((edge) => inside.has(edge.source) && !inside.has(edge.target));
  const nodes = [...inside].flatMap((id) => findNode(graph, id) ?? []);
  const names = new Set(nodes.map((node) => node.name));
  const { left, right, top, bottom } = boundsOf(nodes);

  function listPorts(type: "blockInput" | "blockOutput", crossing: readonly GraphEdge[]): Port[] {
    const groups = new Map<string, GraphEdge[]>();
    for (const edge of crossing) {
      const value = `${edge.source} ${portOf(edge)}`;
      groups.set(value, [...(groups.get(value) ?? []), edge]);
    }
    const placed = [...groups.values()].flatMap((group) => {
      const [first] = group;
      const source = first === undefined ? null : findNode(graph, first.source);
      return first === undefined || source === null ? [] : [{ group, source, port: portOf(first) }];
    });
    placed.sort(
      (one, other) =>
        one.source.position.x - other.source.position.x ||
        one.source.position.y - other.source.position.y ||
        one.port - other.port,
    );
    const start = (left + right) / 2 - ((placed.length - 1) * portSpacing) / 2;
    return placed.map(({ group, source, port }, index) => {
      const x = Math.round(start + index * portSpacing);
      const y = type === "blockInput" ? top - portDistance : bottom + portDistance;
      const name = takeName(names, type === "blockInput" ? source.name : `${source.name}_out`);
      const { id } = namer.nameNode(type);
      const node: GraphNode = { id, type, name, params: {}, position: { x, y } };
      return { node, source: source.id, port, edges: group };
    });
  }

  const inputs = listPorts("blockInput", coming);
  const outputs = listPorts("blockOutput", going);
  const targets = new Set(going.map((edge) => edge.target));
  const beside = edges.filter((edge) => targets.has(edge.target) && !inside.has(edge.source));
  return {
    inputs: inputs.map(({ node }) => node),
    outputs: outputs.map(({ node }) => node),
    innerEdges: [
      ...among,
      ...inputs.flatMap(({ node, edges: through }) =>
        through.map(({ id, target, slot }) => makeEdge(id, { source: node.id, target, slot })),
      ),
      ...outputs.map(({ node, source, port }) =>
        makeEdge(namer.nameEdge(), { source, port, target: node.id, slot: 0 }),
      ),
    ],
    cut: beside.map((edge) => edge.id),
    outerEdges: (instance) => [
      ...inputs.map(({ source, port }, slot) =>
        makeEdge(namer.nameEdge(), { source, port, target: instance, slot }),
      ),
      ...beside,
      ...outputs.flatMap(({ edges: through }, port) =>
        through.map((edge) => makeEdge(edge.id, { ...edge, source: instance, port })),
      ),
    ],
  };
}

function takeName(taken: Set<string>, wanted: string): string {
  const stem = wanted.slice(0, 190);
  let name = stem;
  for (let number = 2; taken.has(name); number++) name = `${stem}_${number}`;
  taken.add(name);
  return name;
}
