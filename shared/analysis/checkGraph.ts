import type { NodeId } from "../base/ids.ts";
import { listEdges, listNodes, reach } from "../document/graphQueries.ts";
import { dropCopies, plainName, scopeOf } from "../blocks/flatIds.ts";
import type { GraphEdge, GraphNode } from "../document/model.ts";
import { findLayer } from "../layers/registry.ts";
import type { Shape } from "../layers/shape.ts";
import type { StoredParams } from "../layers/params.ts";
import {
  type FixContext,
  type Remedy,
  connectRemedy,
  disconnectRemedy,
  listNames,
  makeRemedy,
  placeBelow,
  removeNodesRemedy,
  rowHeight,
} from "./fixContext.ts";
import { limits } from "./limits.ts";
import { proposeOutput } from "./outputHead.ts";
import { type Finding, tellDiagnostic } from "./tellDiagnostic.ts";
import type { Diagnostic } from "./types.ts";

/** What is wrong with the graph as a whole: cycles, ends, names, size. */
export function checkGraph(
  context: FixContext,
  cycles: readonly (readonly NodeId[])[],
  order: readonly NodeId[],
): readonly Diagnostic[] {
  return [
    ...cycles.map((cycle) => describeCycle(context, cycle)),
    ...checkPorts(context),
    ...checkEnds(context),
    ...checkNames(context),
    ...checkSize(context, order),
  ].map(tellDiagnostic);
}

function describeCycle(context: FixContext, cycle: readonly NodeId[]): Finding {
  const members = new Set(cycle);
  const edges = cycle.flatMap((id) =>
    context.outgoing(id).filter((edge) => members.has(edge.target)),
  );
  const [first] = cycle;
  const message =
    cycle.length === 1 && first !== undefined
      ? `${context.nameOf(first)} feeds itself.`
      : `${listNames(context, cycle)} feed each other in a circle, so none of them could ever start.`;
  return {
    code: "cycle",
    message,
    nodes: cycle,
    edges: edges.map((edge) => edge.id),
    remedies: proposeCuts(context, edges),
    advice: "Remove one of the wires between them.",
  };
}

/** Wires from an output that the layer before doesn't have, or not with its present options. */
function checkPorts(context: FixContext): readonly Finding[] {
  return listEdges(context.graph).flatMap((edge): Finding[] => {
    const { port = 0, source, target } = edge;
    if (port === 0) return [];
    const count = context.records.get(source)?.analysis.outputShapes.length ?? 0;
    if (count === 0 || port < count) return [];
    const has = count === 1 ? "only one output" : `only ${count} outputs`;
    return [
      {
        code: "missing-input",
        message: `${context.nameOf(target)} is wired to output ${port + 1} of ${context.nameOf(source)}, which has ${has}.`,
        nodes: [target, source],
        edges: [edge.id],
        remedies: [
          makeRemedy(
            "use its first output",
            `Use the first output of ${context.nameOf(source)}`,
            () => ({
              kind: "batch",
              label: "Use the first output",
              edits: [
                { kind: "disconnect", edges: [edge.id] },
                { kind: "connect", id: edge.id, source, target, slot: edge.slot },
              ],
            }),
          ),
        ],
      },
    ];
  });
}

/** Wires that break the circle by going away: those that their target can spare first, then upward ones, because models are drawn downward, then the newest. */
function proposeCuts(context: FixContext, edges: readonly GraphEdge[]): readonly Remedy[] {
  const height = (id: NodeId) => context.graph.nodes[id]?.position.y ?? 0;
  const order = new Map(Object.keys(context.graph.edges).map((id, index) => [id, index]));
  /** Whether the node can do without one of its wires. */
  const isSpare = ({ target }: GraphEdge) => {
    const type = context.graph.nodes[target]?.type ?? "";
    return context.incoming(target).length > (findLayer(type)?.inputs.min ?? 1);
  };
  const ranked = edges.toSorted(
    (left, right) =>
      Number(isSpare(right)) - Number(isSpare(left)) ||
      Number(height(right.source) > height(right.target)) -
        Number(height(left.source) > height(left.target)) ||
      (order.get(right.id) ?? 0) - (order.get(left.id) ?? 0),
  );
  const cuts = ranked.slice(0, 12).filter((cut) => isAcyclic(edges.filter((edge) => edge !== cut)));
  if (cuts.length > 0) return cuts.slice(0, 2).map((cut) => disconnectRemedy(context, [cut]));
  const backward = findBackEdges(ranked.toReversed());
  return backward.length === 0 ? [] : [disconnectRemedy(context, backward)];
}

function isAcyclic(edges: readonly GraphEdge[]): boolean {
  return findBackEdges(edges).length === 0;
}

/** Wires that lead back to where a walk along the others came from; without them there is no circle. Linear. */
function findBackEdges(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const outgoing = new Map<NodeId, GraphEdge[]>();
  for (const edge of edges) {
    const known = outgoing.get(edge.source);
    if (known === undefined) outgoing.set(edge.source, [edge]);
    else known.push(edge);
  }
  const state = new Map<NodeId, "open" | "done">();
  const back: GraphEdge[] = [];
  for (const start of outgoing.keys()) {
    if (state.has(start)) continue;
    const path: { readonly id: NodeId; next: number }[] = [{ id: start, next: 0 }];
    state.set(start, "open");
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const edge = outgoing.get(step.id)?.[step.next++];
      if (edge === undefined) {
        state.set(step.id, "done");
        path.pop();
      } else if (state.get(edge.target) === "open") {
        back.push(edge);
      } else if (!state.has(edge.target)) {
        state.set(edge.target, "open");
        path.push({ id: edge.target, next: 0 });
      }
    }
  }
  return back;
}

function checkEnds(context: FixContext): readonly Finding[] {
  const nodes = listNodes(context.graph);
  if (nodes.length === 0) {
    return [
      {
        code: "no-input-node",
        severity: "warning",
        message: "The graph is empty. Add an Input, the layers behind it, and an Output.",
        nodes: [],
      },
    ];
  }
  const inputs = nodes.filter((node) => node.type === "input");
  const outputs = nodes.filter((node) => node.type === "output");
  return [
    ...(inputs.length === 0 ? [describeNoInput(context, nodes)] : []),
    ...(outputs.length === 0 ? [describeNoOutput(context, nodes)] : findDangling(context, outputs)),
  ];
}

function describeNoInput(context: FixContext, nodes: readonly GraphNode[]): Finding {
  const starts = nodes.filter((node) => isLacking(context, node));
  const [start] = starts;
  const remedies: Remedy[] = [];
  if (start !== undefined) {
    const { x, y } = start.position;
    remedies.push(
      makeRemedy("add an Input", `Add an Input before ${start.name}`, () => {
        const input = context.makeNode("input", { x, y: y - rowHeight }, guessInput(start.type));
        return {
          kind: "batch",
          label: "Add Input",
          edits: [
            { kind: "addNode", node: input },
            { kind: "connect", id: context.newEdgeId(0), source: input.id, target: start.id },
          ],
        };
      }),
    );
  }
  return {
    code: "no-input-node",
    message: "The model has no input, so no data can enter.",
    nodes: start === undefined ? [] : [start.id],
    remedies,
    advice: "Add an Input and connect it to the first layer.",
  };
}

function isLacking(context: FixContext, node: GraphNode): boolean {
  const min = findLayer(node.type)?.inputs.min ?? 0;
  return context.incoming(node.id).length < min && context.incoming(node.id).length === 0;
}

/** A shape that the first layer takes: an image, a sequence, tokens or plain features. */
export function guessInput(type: string): StoredParams {
  if (type === "embedding") return { shape: [32], dtype: "int32" };
  const image = /2d/i;
  if (image.test(type)) return { shape: [28, 28, 1] };
  if (/1d|lstm|gru|rnn|bidirectional|timeDistributed/i.test(type)) return { shape: [32, 1] };
  return { shape: [4] };
}

function describeNoOutput(context: FixContext, nodes: readonly GraphNode[]): Finding {
  const ends = nodes.filter(
    (node) => context.outgoing(node.id).length === 0 && context.shapeOf(node.id) !== null,
  );
  // The lowest: models are drawn downward.
  const end = ends.toSorted((left, right) => right.position.y - left.position.y)[0];
  const remedies =
    end === undefined ? [] : [addOutputRemedy(context, end.id, context.shapeOf(end.id))];
  return {
    code: "no-output-node",
    message: "The model has no output, so nothing can be learned or predicted.",
    nodes: end === undefined ? [] : [end.id],
    remedies,
    advice: "Add an Output behind the last layer.",
  };
}

function addOutputRemedy(context: FixContext, source: NodeId, shape: Shape | null): Remedy {
  const name = context.nameOf(source);
  return makeRemedy("add an Output", `Add an Output behind ${name}`, () => {
    const params = shape === null ? {} : proposeOutput(context, source);
    const output = context.makeNode("output", placeBelow(context.graph, source), params);
    return {
      kind: "batch",
      label: "Add Output",
      edits: [
        { kind: "addNode", node: output },
        { kind: "connect", id: context.newEdgeId(0), source, target: output.id },
      ],
    };
  });
}

/** Layers that lead to no output, one finding per loose end. They are left out of the model. */
function findDangling(context: FixContext, outputs: readonly GraphNode[]): readonly Finding[] {
  const sourcesOf = (id: NodeId) => context.incoming(id).map((edge) => edge.source);
  const live = reach(
    outputs.map((output) => output.id),
    sourcesOf,
  );
  const dead = listNodes(context.graph).filter((node) => !live.has(node.id));
  const ends = dead.filter((node) => context.outgoing(node.id).length === 0);
  const open = outputs.filter((output) => context.incoming(output.id).length === 0);
  const shown = new Set<NodeId>();
  return ends.map((end): Finding => {
    const chain = [...reach([end.id], sourcesOf)].filter((id) => !live.has(id) && !shown.has(id));
    for (const id of chain) shown.add(id);
    const others = chain.filter((id) => id !== end.id);
    const [free] = open;
    const remedies: Remedy[] = [];
    const shared = describeLoose(context, end, others);
    if (!context.mayPropose()) return shared;
    if (free !== undefined) remedies.push(connectRemedy(context, end.id, free.id));
    remedies.push(removeNodesRemedy(context, removable(context, chain), { heal: false }));
    if (free === undefined && context.shapeOf(end.id) !== null) {
      remedies.push(addOutputRemedy(context, end.id, context.shapeOf(end.id)));
    }
    return { ...shared, remedies };
  });
}

function describeLoose(context: FixContext, end: GraphNode, others: readonly NodeId[]): Finding {
  const verb = others.length === 1 ? "does" : "do";
  const also = others.length === 0 ? "" : ` (nor ${verb} ${listNames(context, others)})`;
  return {
    code: "dangling",
    severity: "warning",
    message: `${end.name} leads to no output${also} and is left out of the model.`,
    nodes: [end.id, ...others],
  };
}

/** Of a loose chain, what nothing outside the chain needs. */
function removable(context: FixContext, chain: readonly NodeId[]): readonly NodeId[] {
  const gone = new Set(chain);
  let hasShrunk = true;
  while (hasShrunk) {
    hasShrunk = false;
    for (const id of gone) {
      if (context.outgoing(id).every((edge) => gone.has(edge.target))) continue;
      gone.delete(id);
      hasShrunk = true;
    }
  }
  return [...gone];
}

/** Two of one name in one graph; the copies of a block are one drawing. */
function checkNames(context: FixContext): readonly Finding[] {
  const graphs = new Map<string, Map<string, GraphNode[]>>();
  const drawn = new Set<string>();
  for (const node of listNodes(context.graph)) {
    const isInside = node.id.includes("/");
    if (isInside) {
      const place = dropCopies(node.id);
      if (drawn.has(place)) continue;
      drawn.add(place);
    }
    const scope = isInside ? scopeOf(node.id) : "";
    const byName = graphs.get(scope) ?? new Map<string, GraphNode[]>();
    graphs.set(scope, byName);
    const name = isInside ? plainName(node.name) : node.name;
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [node]);
    else same.push(node);
  }
  return [...graphs.values()].flatMap((byName) => {
    const names = new Set(byName.keys());
    return [...byName].flatMap(([name, same]): Finding[] =>
      same.length < 2
        ? []
        : [
            {
              code: "duplicate-name",
              severity: "info",
              message: `${same.length} layers are called ${name}; in code each but the first gets a number.`,
              nodes: same.map((node) => node.id),
              remedies: [renameRemedy(name, same.slice(1), names)],
            },
          ],
    );
  });
}

function renameRemedy(
  stem: string,
  nodes: readonly GraphNode[],
  taken: ReadonlySet<string>,
): Remedy {
  return makeRemedy("number them", "Number their names", () => {
    const names = new Set(taken);
    const edits = nodes.map((node) => {
      let number = 2;
      while (names.has(`${stem}_${number}`)) number++;
      const name = `${stem}_${number}`;
      names.add(name);
      return { kind: "renameNode" as const, node: node.id, name };
    });
    return { kind: "batch", label: "Rename", edits };
  });
}

function checkSize(context: FixContext, order: readonly NodeId[]): readonly Finding[] {
  const findings: Finding[] = [];
  let total = 0;
  let heaviest: NodeId | null = null;
  const depths = new Map<NodeId, number>();
  let deepest = 0;
  for (const id of order) {
    const count = context.records.get(id)?.analysis.paramCount ?? 0;
    total += count;
    const most = heaviest === null ? -1 : (context.records.get(heaviest)?.analysis.paramCount ?? 0);
    if (count > most) heaviest = id;
    let depth = 1;
    for (const { source } of context.incoming(id))
      depth = Math.max(depth, 1 + (depths.get(source) ?? 0));
    depths.set(id, depth);
    deepest = Math.max(deepest, depth);
  }
  if (total > limits.totalWeights && heaviest !== null) {
    findings.push({
      code: "too-large",
      message: `The model has ${total.toLocaleString("en")} weights, more than fits in memory; most are in ${context.nameOf(heaviest)}.`,
      nodes: [heaviest],
      advice: "Make it smaller.",
    });
  }
  if (deepest > limits.depth) {
    findings.push({
      code: "too-large",
      message: `The longest chain has ${deepest} layers; more than ${limits.depth} in a row can't be built.`,
      nodes: [],
      advice: "Shorten it.",
    });
  }
  return findings;
}
