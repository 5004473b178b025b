import type { NodeId } from "../base/ids.ts";
import { listBlockPorts } from "../document/blockType.ts";
import { copyPath, joinPath, localIdOf } from "../blocks/flatIds.ts";
import type { Scope, ScopeEntry } from "../blocks/scope.ts";
import { traceNode } from "../blocks/wireScopes.ts";
import { incomingEdges } from "../document/graphQueries.ts";
import type { GraphNode, ModelGraph } from "../document/model.ts";
import type { WeightSpec } from "../layers/defineLayer.ts";
import type { Shape } from "../layers/shape.ts";
import type { DocumentAnalysis } from "./analyzeDocument.ts";
import { emptyAnalysis } from "./analyzeNode.ts";
import { type Costs, addCosts, countTrainable, countWeights, noCosts } from "./costs.ts";
import { orderGraph } from "./orderGraph.ts";
import { relate, relateEdges, tellDiagnostics } from "./tellPlaces.ts";
import type { Diagnostic, GraphAnalysis, NodeAnalysis } from "./types.ts";

const views = new WeakMap<DocumentAnalysis, Map<string, GraphAnalysis>>();
/** By the flat analyses that they are made of, so that what an edit doesn't touch stays the same object. */
const summaries = new WeakMap<NodeAnalysis, NodeSummary>();
const locals = new WeakMap<NodeAnalysis, NodeAnalysis>();

interface NodeSummary {
  readonly parts: readonly NodeAnalysis[];
  readonly summary: NodeAnalysis;
}

/**
 * The analysis as one drawn graph sees it, keyed by that graph's own ids: instances of blocks with the sums of what is
 * inside, faults inside them told on them. `scope`: the instances entered, outermost first; of a repeated one the first
 * copy is shown unless its id says another (`unit#3`). A scope that isn't there gives the nearest one around it.
 */
export function viewAnalysis(analysis: DocumentAnalysis, scope: readonly NodeId[]): GraphAnalysis {
  const { expanded, flat } = analysis;
  if (scope.length === 0 && expanded.graph === expanded.document.graph) {
    return analysis.findings === flat.diagnostics
      ? flat
      : { ...flat, diagnostics: analysis.findings };
  }
  const key = scope.join("/");
  const known = views.get(analysis)?.get(key);
  if (known !== undefined) return known;
  const view = makeView(analysis, scope);
  const ofAnalysis = views.get(analysis) ?? new Map<string, GraphAnalysis>();
  ofAnalysis.set(key, view);
  views.set(analysis, ofAnalysis);
  return view;
}

/** The drawn graph of a scope, and the scope as it is expanded. */
function findScope(analysis: DocumentAnalysis, entered: readonly NodeId[]): Scope {
  const { scopes } = analysis.expanded;
  const top = scopes.get("");
  if (top === undefined) throw new Error("An expanded document has a main graph.");
  let scope = top;
  for (const id of entered) {
    const entry = scope.entries.get(localIdOf(id));
    if (entry?.kind !== "instance") break;
    const first = entry.copies[0];
    const path = joinPath(scope.path, id.includes("#") ? id : copyPath(id, 0, entry.copies.length));
    scope = scopes.get(path) ?? first;
  }
  return scope;
}

function makeView(analysis: DocumentAnalysis, entered: readonly NodeId[]): GraphAnalysis {
  const scope = findScope(analysis, entered);
  const view = entered.slice(0, scope.path === "" ? 0 : scope.path.split("/").length);
  const inside = groupInside(analysis, scope);
  const nodes: Record<NodeId, NodeAnalysis> = {};
  for (const [id, entry] of scope.entries) {
    nodes[id] = describeEntry(analysis, scope, entry, inside.get(id) ?? []);
  }
  const { expanded, findings } = analysis;
  const told = view.length === 0 ? analysis.diagnostics : tellDiagnostics(expanded, findings, view);
  return {
    order: orderOf(scope.graph),
    nodes,
    diagnostics: told.map((diagnostic) => relateDiagnostic(analysis, view, diagnostic)),
    totals: scope.path === "" ? analysis.totals : sumCosts([...inside.values()].flat()),
  };
}

const orders = new WeakMap<ModelGraph, readonly NodeId[]>();

function orderOf(graph: ModelGraph): readonly NodeId[] {
  const known = orders.get(graph);
  if (known !== undefined) return known;
  const { order } = orderGraph(graph);
  orders.set(graph, order);
  return order;
}

function relateDiagnostic(
  { expanded }: DocumentAnalysis,
  view: readonly NodeId[],
  diagnostic: Diagnostic,
): Diagnostic {
  const nodes = new Set(diagnostic.nodes.flatMap((path) => relate(view, path) ?? []));
  return {
    ...diagnostic,
    nodes: [...nodes],
    edges: relateEdges(expanded, view, diagnostic.edges),
  };
}

/** Flat analyses by the drawn node that they lie in. */
function groupInside(
  { flat }: DocumentAnalysis,
  scope: Scope,
): ReadonlyMap<NodeId, readonly NodeAnalysis[]> {
  const prefix = scope.path === "" ? "" : `${scope.path}/`;
  const groups = new Map<NodeId, NodeAnalysis[]>();
  for (const [path, facts] of Object.entries(flat.nodes)) {
    if (!path.startsWith(prefix)) continue;
    const [head = ""] = path.slice(prefix.length).split("/", 1);
    const id = localIdOf(joinPath("", head));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [facts]);
    else group.push(facts);
  }
  return groups;
}

function describeEntry(
  analysis: DocumentAnalysis,
  scope: Scope,
  entry: ScopeEntry,
  inside: readonly NodeAnalysis[],
): NodeAnalysis {
  const { id } = entry.drawn;
  const inputShapes = () =>
    incomingEdges(scope.graph, id).map((edge) => shapeOf(analysis, scope, edge));
  switch (entry.kind) {
    case "layer": {
      const [facts] = inside;
      return facts === undefined ? emptyAnalysis(id, inputShapes()) : localize(id, facts);
    }
    case "muted":
    case "port": {
      const inputs = inputShapes();
      const passed =
        entry.kind === "port" && entry.drawn.type === "blockInput"
          ? shapeOf(analysis, scope, { source: id })
          : (inputs[0] ?? null);
      return keep(entry.drawn, { ...emptyAnalysis(id, inputs), ...outputsOf([passed]) });
    }
    case "instance": {
      const count = listBlockPorts(entry.block.graph).outputs.length;
      const outputs = Array.from({ length: count }, (_, port) =>
        shapeOf(analysis, scope, { source: id, port }),
      );
      return summarize({ id, path: joinPath(scope.path, id) }, inside, {
        inputShapes: inputShapes(),
        ...outputsOf(outputs),
        ...(entry.source === entry.drawn ? {} : { sharedWith: entry.source.id }),
      });
    }
  }
}

function outputsOf(
  shapes: readonly (Shape | null)[],
): Pick<NodeAnalysis, "outputShape" | "outputShapes"> {
  const known = shapes.filter((shape) => shape !== null);
  return {
    outputShape: shapes[0] ?? null,
    outputShapes: known.length === shapes.length ? known : [],
  };
}

function shapeOf(
  { expanded, flat }: DocumentAnalysis,
  scope: Scope,
  output: { readonly source: NodeId; readonly port?: number },
): Shape | null {
  const { end } = traceNode(expanded.scopes, scope, output);
  return flat.nodes[end.node]?.outputShapes[end.port] ?? null;
}

/** A flat analysis under the id that it has in its own graph. */
function localize(id: NodeId, facts: NodeAnalysis): NodeAnalysis {
  if (facts.id === id && facts.sharedWith === undefined) return facts;
  const known = locals.get(facts);
  if (known !== undefined) return known;
  const { sharedWith, ...rest } = facts;
  const local = {
    ...rest,
    id,
    ...(sharedWith === undefined ? {} : { sharedWith: localIdOf(sharedWith) }),
  };
  locals.set(facts, local);
  return local;
}

/** Muted nodes and ports have no flat analysis to remember them by. */
const passing = new WeakMap<GraphNode, NodeAnalysis>();

function keep(drawn: GraphNode, facts: NodeAnalysis): NodeAnalysis {
  const known = passing.get(drawn);
  if (known !== undefined && isSame(known, facts)) return known;
  passing.set(drawn, facts);
  return facts;
}

function summarize(
  { id, path }: { readonly id: NodeId; readonly path: NodeId },
  parts: readonly NodeAnalysis[],
  own: Pick<NodeAnalysis, "inputShapes" | "outputShape" | "outputShapes" | "sharedWith">,
): NodeAnalysis {
  const [first] = parts;
  const known = first === undefined ? undefined : summaries.get(first);
  const isKnown =
    known !== undefined &&
    known.parts.length === parts.length &&
    known.parts.every((part, index) => part === parts[index]);
  if (isKnown && known.summary.id === id && isSame(known.summary, own)) return known.summary;
  const summary: NodeAnalysis = {
    id,
    ...own,
    weights: listWeights(path, parts),
    ...sumCosts(parts),
  };
  if (first !== undefined) summaries.set(first, { parts, summary });
  return summary;
}

function isSame(
  left: NodeAnalysis,
  right: Pick<NodeAnalysis, "inputShapes" | "outputShape" | "outputShapes" | "sharedWith">,
): boolean {
  return (
    left.sharedWith === right.sharedWith &&
    areSameLists(left.inputShapes, right.inputShapes) &&
    left.outputShape === right.outputShape &&
    areSameLists(left.outputShapes, right.outputShapes)
  );
}

function areSameLists(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((entry, index) => entry === right[index]);
}

/** Of all layers inside that have their own, named by their place: `conv/kernel`, of the second copy `2/conv/kernel`. */
function listWeights(path: NodeId, parts: readonly NodeAnalysis[]): readonly WeightSpec[] {
  return parts.flatMap(({ id, weights, sharedWith }) => {
    if (sharedWith !== undefined) return [];
    const inner = id.slice(path.length).replace(/^[/#]/, "");
    return weights.map((weight) => ({ ...weight, name: `${inner}/${weight.name}` }));
  });
}

function sumCosts(parts: readonly NodeAnalysis[]): Costs {
  return parts.reduce((sum, { weights, sharedWith, multiplyAdds, activationBytes, stepBytes }) => {
    const isOwn = sharedWith === undefined;
    return addCosts(sum, {
      paramCount: isOwn ? countWeights(weights) : 0,
      trainableCount: isOwn ? countTrainable(weights) : 0,
      multiplyAdds,
      activationBytes,
      stepBytes,
    });
  }, noCosts);
}
