import type { NodeId } from "../base/ids.ts";
import { indexGraph, reach } from "../document/graphQueries.ts";
import type { GraphEdge, ModelGraph } from "../document/model.ts";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { type NodeRecord, analyzeNode, emptyAnalysis } from "./analyzeNode.ts";
import { checkData } from "./checkData.ts";
import { checkGraph } from "./checkGraph.ts";
import { checkOutputs } from "./checkOutputs.ts";
import { describeNode } from "./describeNode.ts";
import { addCosts, countTrainable, countWeights, noCosts } from "./costs.ts";
import { type FixContext, createFixContext } from "./fixContext.ts";
import { linkShared } from "./linkShared.ts";
import { type GraphOrder, orderGraph } from "./orderGraph.ts";
import type { Diagnostic, GraphAnalysis, NodeAnalysis } from "./types.ts";

export interface AnalyzeOptions {
  /** The last analysis of the same graph before an edit: what has not changed is taken from it. */
  readonly previous?: GraphAnalysis | null;
  /** What the bound data offers; null: no data is bound; absent: don't look at the data. */
  readonly data?: DatasetSummary | null;
  /** Nodes whose faults are told elsewhere: they are given no shape, and nothing is said of them. */
  readonly silent?: ReadonlySet<NodeId>;
}

/** An analysis with what describing and mending it needs. */
export interface GraphFindings {
  readonly analysis: GraphAnalysis;
  readonly context: FixContext;
}

/** What an analysis keeps for the next one. Beside it, not in it, so that it stays plain data. */
interface Memory {
  readonly edges: ModelGraph["edges"];
  readonly nodeCount: number;
  readonly order: GraphOrder;
  readonly records: ReadonlyMap<NodeId, NodeRecord>;
}
const memories = new WeakMap<GraphAnalysis, Memory>();

/**
 * Shapes, weights, cost and everything wrong with a graph, for any graph whatever. In topological order, each node once;
 * a node whose type, parameters and input shapes are as before is not looked at again.
 */
export function analyzeGraph(graph: ModelGraph, options: AnalyzeOptions = {}): GraphAnalysis {
  return examineGraph(graph, options).analysis;
}

/** As `analyzeGraph`, for who wants to add findings of their own. */
export function examineGraph(graph: ModelGraph, options: AnalyzeOptions = {}): GraphFindings {
  const previous = options.previous ?? null;
  const memory = previous === null ? undefined : memories.get(previous);
  const order = findOrder(graph, memory);
  const own = analyzeNodes(graph, order, memory, options.silent);
  const records = linkShared(graph, own);
  const context = createFixContext(graph, records);
  const diagnostics: Diagnostic[] = [];
  const add = (run: () => readonly Diagnostic[]) => diagnostics.push(...guardCheck(run));
  add(() => checkGraph(context, order.cycles, order.order));
  for (const [id, record] of records) {
    const node = graph.nodes[id];
    if (node === undefined) continue;
    if (record.issue === null && record.unknownParams.length === 0 && !needsLook(graph, id))
      continue;
    add(() => describeNode(context, node, record));
  }
  add(() => checkOutputs(context));
  const { data } = options;
  if (data !== undefined) add(() => checkData(context, data));

  const nodes = collectNodes(records, previous);
  const analysis: GraphAnalysis = {
    order: order.order,
    nodes,
    diagnostics: sortBySeverity(diagnostics),
    totals: sumTotals(graph, records),
  };
  memories.set(analysis, {
    edges: graph.edges,
    nodeCount: Object.keys(graph.nodes).length,
    order,
    records: own,
  });
  return { analysis, context };
}

/** The order depends on wires and on which nodes there are; without new wires nodes can only come or go unwired. */
function findOrder(graph: ModelGraph, memory: Memory | undefined): GraphOrder {
  if (memory?.edges === graph.edges) {
    const ids = Object.keys(graph.nodes);
    const isSame =
      ids.length === memory.nodeCount && [...memory.records.keys()].every((id) => graph.nodes[id]);
    if (isSame) return memory.order;
  }
  return orderGraph(graph);
}

function analyzeNodes(
  graph: ModelGraph,
  order: GraphOrder,
  memory: Memory | undefined,
  silent: ReadonlySet<NodeId> | undefined,
): ReadonlyMap<NodeId, NodeRecord> {
  const { incoming } = indexGraph(graph);
  const records = new Map<NodeId, NodeRecord>();
  const inCycle = new Set(order.cycles.flat());
  for (const id of [...order.order, ...inCycle]) {
    const node = graph.nodes[id];
    if (node === undefined) continue;
    const edges = incoming.get(id) ?? [];
    const inputShapes = edges.map(
      ({ source, port = 0 }) => records.get(source)?.analysis.outputShapes[port] ?? null,
    );
    if (!inCycle.has(id) && silent?.has(id) !== true) {
      const slots = findGaps(edges);
      records.set(id, analyzeNode(node, inputShapes, memory?.records.get(id), slots));
      continue;
    }
    // Told as a cycle, or elsewhere; nothing else about it can be known.
    const analysis = emptyAnalysis(id, inputShapes);
    const { type } = node;
    // Options of its own, so that a look is taken as soon as there is more to know.
    records.set(id, { type, params: {}, slots: null, analysis, issue: null, unknownParams: [] });
  }
  return records;
}

/** The slots, where one is left free; null: they are 0, 1, 2 … as with all layers whose inputs are alike. */
function findGaps(edges: readonly GraphEdge[]): readonly number[] | null {
  return edges.every(({ slot }, index) => slot === index) ? null : edges.map(({ slot }) => slot);
}

/** Fed by an Output, or not by anything: rare faults that the node's own record doesn't hold. */
function needsLook(graph: ModelGraph, id: NodeId): boolean {
  const edges = indexGraph(graph).incoming.get(id) ?? [];
  return edges.some(({ source }) => graph.nodes[source]?.type === "output");
}

/** A fault in a check must not take the editor down; the others still speak. */
function guardCheck(run: () => readonly Diagnostic[]): readonly Diagnostic[] {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      {
        code: "bad-parameter",
        severity: "warning",
        message: `A check could not be finished: ${message} This is a fault in Netloom.`,
        nodes: [],
        edges: [],
        fixes: [],
      },
    ];
  }
}

/** The very same object where no node's analysis has changed. */
function collectNodes(
  records: ReadonlyMap<NodeId, NodeRecord>,
  previous: GraphAnalysis | null,
): Readonly<Record<NodeId, NodeAnalysis>> {
  if (previous !== null && Object.keys(previous.nodes).length === records.size) {
    const isSame = [...records].every(([id, record]) => previous.nodes[id] === record.analysis);
    if (isSame) return previous.nodes;
  }
  const nodes: Record<NodeId, NodeAnalysis> = {};
  for (const [id, record] of records) nodes[id] = record.analysis;
  return nodes;
}

/** Of what leads to an output; of everything while nothing does. */
function sumTotals(
  graph: ModelGraph,
  records: ReadonlyMap<NodeId, NodeRecord>,
): GraphAnalysis["totals"] {
  const { incoming } = indexGraph(graph);
  const outputs = [...records.keys()].filter(
    (id) => graph.nodes[id]?.type === "output" && incoming.has(id),
  );
  const live = reach(outputs, (id) => (incoming.get(id) ?? []).map((edge) => edge.source));
  let totals = noCosts;
  const counted = new Set<NodeId>();
  for (const [id, { analysis }] of records) {
    if (outputs.length > 0 && !live.has(id)) continue;
    // Weights once, wherever they are used first.
    const owner = analysis.sharedWith ?? id;
    const { weights, multiplyAdds, activationBytes, stepBytes } = analysis;
    const isFirst = !counted.has(owner);
    counted.add(owner);
    totals = addCosts(totals, {
      paramCount: isFirst ? countWeights(weights) : 0,
      trainableCount: isFirst ? countTrainable(weights) : 0,
      multiplyAdds,
      activationBytes,
      stepBytes,
    });
  }
  return totals;
}

const rank = { error: 0, warning: 1, info: 2 } as const;

function sortBySeverity(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((left, right) => rank[left.severity] - rank[right.severity]);
}
