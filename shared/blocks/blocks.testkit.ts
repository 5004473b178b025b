import { blockId, edgeId, nodeId } from "../base/ids.ts";
import { createProject } from "../document/createProject.ts";
import type {
  BlockDefinition,
  BlockParam,
  GraphEdge,
  GraphNode,
  ModelGraph,
  ProjectDocument,
} from "../document/model.ts";
import type { JsonValue } from "../base/json.ts";
import type { StoredParams } from "../layers/params.ts";

/** What a node is beside its name, which is also its id. */
export type DrawnNode =
  | string
  | readonly [
      type: string,
      params?: StoredParams,
      more?: { readonly shares?: string; readonly isMuted?: true },
    ];

/**
 * A graph by name: `{ a: "input", b: ["dense", { units: 3 }] }`, wires `"a>b"`, with an output port `"lstm:1>b"` and an
 * input slot `"a>add:1"` (absent: the next one).
 */
export interface Drawing {
  readonly nodes: Readonly<Record<string, DrawnNode>>;
  readonly wires: readonly string[];
  /** Names given to nodes, where they aren't the ids. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface BlockDrawing extends Drawing {
  readonly params?: Readonly<Record<string, JsonValue>>;
}

function drawGraph({ nodes: table, wires, names = {} }: Drawing): ModelGraph {
  const nodes: Record<string, GraphNode> = {};
  Object.entries(table).forEach(([name, drawn], index) => {
    const [type, params = {}, more = {}] = typeof drawn === "string" ? [drawn] : drawn;
    const { shares, isMuted } = more;
    nodes[name] = {
      id: nodeId(name),
      type,
      name: names[name] ?? name,
      params,
      position: { x: 0, y: index * 82 },
      ...(shares === undefined ? {} : { shares: nodeId(shares) }),
      ...(isMuted === undefined ? {} : { isMuted }),
    };
  });
  const edges: Record<string, GraphEdge> = {};
  const next = new Map<string, number>();
  for (const wire of wires) {
    const [from = "", to = ""] = wire.split(">");
    const [source = "", port = "0"] = from.split(":");
    const [target = "", slotText] = to.split(":");
    const slot = slotText === undefined ? (next.get(target) ?? 0) : Number(slotText);
    next.set(target, slot + 1);
    const id = edgeId(wire.replace(">", "--").replaceAll(":", "."));
    const known = Object.hasOwn(edges, id) ? edgeId(`${id}.again`) : id;
    edges[known] = {
      id: known,
      source: nodeId(source),
      target: nodeId(target),
      slot,
      ...(port === "0" ? {} : { port: Number(port) }),
    };
  }
  return { nodes, edges, notes: {}, frames: {} };
}

/** Parameters are whole numbers, texts, booleans or lists by their defaults. */
function drawBlock(id: string, { params = {}, ...drawing }: BlockDrawing): BlockDefinition {
  return {
    id: blockId(id),
    name: id,
    summary: "",
    params: Object.entries(params).map(([name, value]): BlockParam => ({
      name,
      kind: kindOf(value),
      default: value,
      label: name,
      help: "",
    })),
    graph: drawGraph(drawing),
  };
}

function kindOf(value: JsonValue): BlockParam["kind"] {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "text";
  return Array.isArray(value) ? "intList" : "int";
}

export function drawDocument(
  main: Drawing,
  blocks: Readonly<Record<string, BlockDrawing>> = {},
  variables: Readonly<Record<string, JsonValue>> = {},
): ProjectDocument {
  return {
    ...createProject("Test"),
    graph: drawGraph(main),
    blocks: Object.fromEntries(
      Object.entries(blocks).map(([id, drawing]) => [id, drawBlock(id, drawing)]),
    ),
    variables: Object.entries(variables).map(([name, value]) => ({ name, value })),
  };
}
