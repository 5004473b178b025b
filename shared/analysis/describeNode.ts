import { assertNever } from "../base/assertNever.ts";
import type { NodeId } from "../base/ids.ts";
import type { GraphEdge, GraphNode } from "../document/model.ts";
import type { ShapeIssue, WeightSpec } from "../layers/defineLayer.ts";
import { findLayer } from "../layers/registry.ts";
import { type Shape, formatShape, formatSizes } from "../layers/shape.ts";
import { type NodeIssue, type NodeRecord, tryLayer } from "./analyzeNode.ts";
import {
  type FixContext,
  type Remedy,
  connectRemedy,
  disconnectRemedy,
  joinWords,
  makeRemedy,
  removeNodesRemedy,
  titleOf,
} from "./fixContext.ts";
import { proposeShapeFixes, proposeSmaller } from "./proposeShapeFixes.ts";
import { type Finding, tellDiagnostic } from "./tellDiagnostic.ts";
import type { Diagnostic } from "./types.ts";

/** All that is wrong with one node by itself or between it and its inputs. */
export function describeNode(
  context: FixContext,
  node: GraphNode,
  record: NodeRecord,
): readonly Diagnostic[] {
  const findings: Finding[] = [];
  if (record.unknownParams.length > 0) findings.push(describeUnknownParams(node, record));
  const empty = context.incoming(node.id).filter((edge) => isOutput(context, edge.source));
  // Such wires count for nothing, so what else is said of the inputs would mislead.
  for (const edge of empty) findings.push(describeEmptySource(context, node, edge));
  if (record.issue !== null && empty.length === 0) {
    findings.push(...describeIssue(context, node, record.issue));
  }
  return findings.map(tellDiagnostic);
}

function isOutput(context: FixContext, id: NodeId): boolean {
  const type = context.graph.nodes[id]?.type;
  return type !== undefined && findLayer(type)?.outputs === 0;
}

function describeIssue(context: FixContext, node: GraphNode, issue: NodeIssue): readonly Finding[] {
  const { name } = node;
  const nodes = [node.id];
  switch (issue.kind) {
    case "unknown-layer": {
      const isPassing = context.incoming(node.id).length === 1;
      return [
        {
          code: "unknown-layer",
          message: `${name} is a layer of the type “${node.type}”, which this version of Netloom doesn't know.`,
          nodes,
          remedies: isPassing ? [removeNodesRemedy(context, nodes, { heal: true })] : [],
          advice: "It is kept as it is; replace it or open the project with a newer version.",
        },
      ];
    }
    case "params":
      return issue.issues.map(({ param, message }) => ({
        code: "bad-parameter",
        message: `${name}: ${labelOf(node, param)}${/^[,:]/.test(message) ? "" : " "}${message}.`,
        nodes,
        param,
        remedies: [resetRemedy(node, param)],
      }));
    case "too-few":
      return [describeTooFew(context, node, issue.min)];
    case "missing-ports":
      return [describeMissingPorts(context, node, issue.ports)];
    case "shared-mismatch":
      return [describeSharedMismatch(context, node, issue)];
    case "shared-tied":
      return [describeSharedTied(context, node, issue)];
    case "too-many":
      return [describeTooMany(context, node, issue.max)];
    case "shape":
      return [describeShapeIssue(context, node, issue.issue)];
    case "too-large":
      return [
        {
          code: "too-large",
          message: `${name} ${issue.what}.`,
          nodes,
          ...(issue.param === null ? {} : { param: issue.param }),
          remedies: proposeSmaller(context, node),
          advice: "Make it or what feeds it smaller.",
        },
      ];
    case "crash":
      return [
        {
          code: "bad-parameter",
          message: `${name} could not be checked: ${issue.message}`,
          nodes,
          advice: "This is a fault in Netloom; another setting may avoid it.",
        },
      ];
    default:
      return assertNever(issue);
  }
}

function describeShapeIssue(context: FixContext, node: GraphNode, issue: ShapeIssue): Finding {
  const incoming = context.incoming(node.id);
  const blamed =
    issue.input === undefined ? incoming : incoming.slice(issue.input, issue.input + 1);
  // What inputs must have in common can't be seen from one of them.
  const told = issue.code === "merge" ? incoming : blamed;
  const isDType = issue.code === "dtype";
  const given = told.flatMap((edge) => {
    const shape = context.shapeOf(edge.source, edge.port);
    return shape === null
      ? []
      : [`${context.nameOf(edge.source)} gives ${describeShape(shape, isDType)}`];
  });
  const shared = {
    nodes: [node.id, ...new Set(told.map((edge) => edge.source))],
    edges: blamed.map((edge) => edge.id),
    ...(issue.param === undefined ? {} : { param: issue.param }),
    remedies: proposeShapeFixes(context, node, issue),
  };
  if (issue.code === "parameter") {
    return {
      ...shared,
      code: "bad-parameter",
      message: `${node.name}${issue.needs}.`,
      nodes: [node.id],
    };
  }
  return {
    ...shared,
    code: issue.code,
    message: `${node.name} needs ${issue.needs}; ${joinWords(given)}.`,
  };
}

function describeShape(shape: Shape, withDType: boolean): string {
  if (!withDType) return formatShape(shape);
  const words = { float32: "decimal numbers", int32: "whole numbers", bool: "true or false" };
  return `${formatShape(shape)} of ${words[shape.dtype]} (${shape.dtype})`;
}

function describeTooFew(context: FixContext, node: GraphNode, min: number): Finding {
  const incoming = context.incoming(node.id);
  const remedies: Remedy[] = findFreeSources(context, node, min).map((source) =>
    connectRemedy(context, source, node.id),
  );
  if (incoming.length === 1) remedies.push(removeNodesRemedy(context, [node.id], { heal: true }));
  const has =
    incoming.length === 0
      ? min === 1
        ? "has no input"
        : `has no inputs and needs at least ${min}`
      : `has one input and needs at least ${min}`;
  return {
    code: "missing-input",
    message: `${node.name} ${has}.`,
    nodes: [node.id],
    remedies: remedies.slice(0, 3),
    advice: "Connect a layer to it.",
  };
}

function describeMissingPorts(
  context: FixContext,
  node: GraphNode,
  ports: readonly string[],
): Finding {
  const [port = ""] = ports;
  const remedies = [
    ...(ports.length === 1
      ? findFreeSources(context, node, Number.POSITIVE_INFINITY).map((source) =>
          connectRemedy(context, source, node.id),
        )
      : []),
    ...feedAll(context, node),
  ];
  return {
    code: "missing-input",
    message: `${joinWords(ports)} of ${node.name} ${ports.length === 1 ? "is" : "are"} not connected.`,
    nodes: [node.id],
    remedies,
    advice: `Connect a layer to ${ports.length === 1 ? port : "them"}.`,
  };
}

/** What comes in already, for every port that needs a wire: attention of a sequence to itself. */
function feedAll(context: FixContext, node: GraphNode): readonly Remedy[] {
  const [wire] = context.incoming(node.id);
  const definition = findLayer(node.type);
  const shape = wire === undefined ? null : context.shapeOf(wire.source, wire.port);
  if (wire === undefined || shape === null || definition === null) return [];
  const wired = new Set(context.incoming(node.id).map(({ slot }) => slot));
  const count = Math.max(definition.inputs.min, ...[...wired].map((slot) => slot + 1));
  const open = Array.from({ length: count }, (_, slot) => slot).filter((slot) => !wired.has(slot));
  const inputs = Array.from({ length: count }, (_, slot) => {
    const edge = context.incoming(node.id).find((entry) => entry.slot === slot);
    return edge === undefined ? shape : context.shapeOf(edge.source, edge.port);
  });
  const known = inputs.filter((entry) => entry !== null);
  if (known.length < count || tryLayer(node.type, node.params, known) === null) return [];
  const name = context.nameOf(wire.source);
  return [
    makeRemedy(
      `connect ${name} there too`,
      `Connect ${name} to all inputs of ${node.name}`,
      () => ({
        kind: "batch",
        label: "Connect",
        edits: open.map((slot, index) => ({
          kind: "connect" as const,
          id: context.newEdgeId(index),
          source: wire.source,
          target: node.id,
          slot,
          ...(wire.port === undefined ? {} : { port: wire.port }),
        })),
      }),
    ),
  ];
}

function describeSharedMismatch(
  context: FixContext,
  node: GraphNode,
  { original, own, theirs }: Extract<NodeIssue, { kind: "shared-mismatch" }>,
): Finding {
  const differing = own.find(({ shape }, index) => shape.join() !== theirs[index]?.shape.join());
  const other = theirs.find(({ name }) => name === differing?.name) ?? theirs[0];
  const say = (weight: WeightSpec | undefined) =>
    weight === undefined ? "no weights" : `a ${weight.name} of ${weight.shape.join(" × ")}`;
  const name = context.nameOf(original);
  return {
    code: "shared-mismatch",
    message: `${node.name} is another use of ${name}, which has ${say(other)}; what comes in here would need ${say(differing)}.`,
    nodes: [node.id, original],
    edges: context.incoming(node.id).map((edge) => edge.id),
    remedies: [stopSharing(node)],
  };
}

function describeSharedTied(
  context: FixContext,
  node: GraphNode,
  { original, tie, inputs, needed }: Extract<NodeIssue, { kind: "shared-tied" }>,
): Finding {
  const index = needed.findIndex(
    (shape, at) => sayShape(shape, tie) !== sayShape(inputs[at] ?? null, tie),
  );
  const keeps = `${titleOf(node.type)} keeps to ${tie === "sizes" ? "the sizes" : "the number of axes"} of its first use`;
  return {
    code: "shared-mismatch",
    message: `${node.name} is another use of ${context.nameOf(original)}, which takes ${sayShape(needed[index] ?? null, tie)}; here comes ${sayShape(inputs[index] ?? null, tie)}, and a ${keeps}.`,
    nodes: [node.id, original],
    edges: context.incoming(node.id).map((edge) => edge.id),
    remedies: [stopSharing(node)],
  };
}

function sayShape(shape: Shape | null, tie: "sizes" | "rank"): string {
  if (shape === null) return "nothing";
  const count = shape.axes.length;
  return tie === "sizes" ? formatSizes(shape) : `${count} ${count === 1 ? "axis" : "axes"}`;
}

function stopSharing(node: GraphNode): Remedy {
  return makeRemedy("give it weights of its own", `Give ${node.name} weights of its own`, () => ({
    kind: "setShares",
    node: node.id,
    original: null,
  }));
}

/** Nodes whose values nobody uses yet, that are not behind this one, and whose shape would fit; the nearest first. */
function findFreeSources(context: FixContext, node: GraphNode, min: number): readonly NodeId[] {
  if (!context.mayPropose()) return [];
  const present = context.incoming(node.id).map((edge) => context.shapeOf(edge.source, edge.port));
  const known = present.filter((shape) => shape !== null);
  const behind = new Set<NodeId>([node.id]);
  const waiting: NodeId[] = [node.id];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const { target } of context.outgoing(id)) {
      if (behind.has(target)) continue;
      behind.add(target);
      waiting.push(target);
    }
  }
  const isEnough = present.length + 1 >= min;
  const distance = (id: NodeId) => {
    const position = context.graph.nodes[id]?.position ?? node.position;
    return Math.hypot(position.x - node.position.x, position.y - node.position.y);
  };
  return context
    .freeSources()
    .filter((id) => !behind.has(id))
    .map((id) => ({ id, away: distance(id) }))
    .toSorted((left, right) => left.away - right.away)
    .slice(0, maxTries)
    .filter(({ id }) => {
      const shape = context.shapeOf(id);
      return (
        shape !== null &&
        (!isEnough || tryLayer(node.type, node.params, [...known, shape]) !== null)
      );
    })
    .slice(0, 2)
    .map(({ id }) => id);
}

/** How many of the nearest loose ends are tried out for a node that lacks an input. */
const maxTries = 6;

function describeTooMany(context: FixContext, node: GraphNode, max: number): Finding {
  const incoming = context.incoming(node.id);
  const edges = incoming.map((edge) => edge.id);
  const nodes = [node.id, ...new Set(incoming.map((edge) => edge.source))];
  if (max === 0) {
    return {
      code: "too-many-inputs",
      message: `${node.name} takes its values from the data and can't have wires into it.`,
      nodes,
      edges,
      remedies: [disconnectRemedy(context, incoming)],
    };
  }
  const shapes = incoming.flatMap((edge) => context.shapeOf(edge.source, edge.port) ?? []);
  const remedies: Remedy[] = [];
  if (max === 1 && shapes.length === incoming.length) {
    for (const type of ["add", "concatenate"]) {
      const merged = tryLayer(type, {}, shapes);
      if (merged === null || tryLayer(node.type, node.params, [merged]) === null) continue;
      remedies.push(mergeRemedy(context, node, type));
    }
  }
  remedies.push(disconnectRemedy(context, incoming.slice(max)));
  return {
    code: "too-many-inputs",
    message: `${node.name} takes ${max === 1 ? "one input" : `at most ${max} inputs`}, but has ${incoming.length}: ${joinWords(incoming.map((edge) => context.nameOf(edge.source)))}.`,
    nodes,
    edges,
    remedies,
  };
}

function mergeRemedy(context: FixContext, node: GraphNode, type: string): Remedy {
  const title = titleOf(type);
  return makeRemedy(`insert ${title}`, `Insert ${title} before ${node.name}`, () => {
    const incoming = context.incoming(node.id);
    const { x, y } = node.position;
    const merge = context.makeNode(type, { x, y: y - 41 });
    return {
      kind: "batch",
      label: `Insert ${title}`,
      edits: [
        { kind: "disconnect", edges: incoming.map((edge) => edge.id) },
        { kind: "addNode", node: merge },
        ...incoming.map((edge, index) => ({
          kind: "connect" as const,
          id: context.newEdgeId(index),
          source: edge.source,
          target: merge.id,
        })),
        {
          kind: "connect",
          id: context.newEdgeId(incoming.length),
          source: merge.id,
          target: node.id,
        },
      ],
    };
  });
}

/** A wire out of an Output, which only a damaged or hand-written file can have. */
function describeEmptySource(context: FixContext, node: GraphNode, edge: GraphEdge): Finding {
  return {
    code: "missing-input",
    message: `${node.name} is fed by ${context.nameOf(edge.source)}, which is an output and gives nothing on.`,
    nodes: [node.id, edge.source],
    edges: [edge.id],
    remedies: [disconnectRemedy(context, [edge])],
  };
}

function describeUnknownParams(node: GraphNode, record: NodeRecord): Finding {
  const names = record.unknownParams;
  const [first] = names;
  return {
    code: "bad-parameter",
    severity: "warning",
    message: `${node.name} has ${names.length === 1 ? "the option" : "the options"} ${joinWords(names)}, which ${titleOf(node.type)} doesn't know; it is left out.`,
    nodes: [node.id],
    ...(first === undefined ? {} : { param: first }),
    remedies: [
      makeRemedy("remove it", `Remove ${joinWords(names)} from ${node.name}`, () => ({
        kind: "resetParams",
        node: node.id,
        params: names,
      })),
    ],
  };
}

function resetRemedy(node: GraphNode, param: string): Remedy {
  const label = labelOf(node, param).toLowerCase();
  return makeRemedy(`reset ${label}`, `Reset ${label} of ${node.name} to its default`, () => ({
    kind: "resetParams",
    node: node.id,
    params: [param],
  }));
}

function labelOf(node: GraphNode, param: string): string {
  const specs = findLayer(node.type)?.params ?? {};
  return Object.hasOwn(specs, param) ? (specs[param]?.label ?? param) : param;
}
