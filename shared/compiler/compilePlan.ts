import type { Diagnostic, GraphAnalysis } from "../analysis/types.ts";
import type { NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { plainName, scopeOf } from "../blocks/flatIds.ts";
import { makeIdentifier, makeIdentifiers } from "../codegen/identifiers.ts";
import { incomingEdges, listNodes, reach } from "../document/graphQueries.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "../document/model.ts";
import type { LayerCall } from "../layers/defineLayer.ts";
import type { ParamSpecs, Params } from "../layers/params.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import type { Shape } from "../layers/shape.ts";
import {
  defaultLossOptions,
  listLossOptions,
  lossNames,
  type LossName,
} from "../training/losses.ts";
import {
  defaultMetricOptions,
  listMetricOptions,
  metricNames,
  type MetricName,
} from "../training/metrics.ts";
import type {
  ModelPlan,
  PlanInput,
  PlanInstance,
  PlanLayer,
  PlanOutput,
  PlanTensor,
} from "./plan.ts";

export interface PlanRequest {
  /** The project's name. */
  readonly name: string;
  /** Of layers only: blocks have been expanded. */
  readonly graph: ModelGraph;
  readonly analysis: GraphAnalysis;
  /** Names of the blocks that a node lies in, outermost first. */
  pathOf(id: NodeId): readonly string[];
  /** The instances of blocks, given the plan's names of nodes. Absent: there are none. */
  listInstances?(nameOf: (id: NodeId) => string): Readonly<Record<string, PlanInstance>>;
}

/**
 * A flat graph without errors as a plan: only what leads from inputs to outputs, in topological order, under unique
 * identifiers. Inputs and outputs keep the graph's order, by which data fields without a name are assigned.
 */
export function compilePlan(request: PlanRequest): Result<ModelPlan, readonly Diagnostic[]> {
  const { graph, analysis } = request;
  const outputs = listNodes(graph).filter((node) => node.type === "output");
  const live = reach(
    outputs.map((node) => node.id),
    (id) => incomingEdges(graph, id).map((edge) => edge.source),
  );
  const inputs = listNodes(graph).filter((node) => node.type === "input" && live.has(node.id));
  if (inputs.length === 0 || outputs.length === 0) return err([describeEmpty(inputs.length)]);

  const names = nameNodes(request, live);
  const context: Context = {
    ...request,
    makers: findMakers(analysis, live),
    nameOf: (id) => names.get(id) ?? id,
  };
  const layers: PlanLayer[] = [];
  const issues: Diagnostic[] = [];
  for (const id of analysis.order) {
    const node = graph.nodes[id];
    if (node === undefined || !live.has(id)) continue;
    if (node.type === "input" || node.type === "output") continue;
    const layer = compileLayer(context, node);
    if (layer.ok) layers.push(layer.value);
    else issues.push(layer.error);
  }
  const planInputs = collect(
    inputs.map((node) => compileInput(context, node)),
    issues,
  );
  const planOutputs = collect(
    outputs.map((node) => compileOutput(context, node)),
    issues,
  );
  if (issues.length > 0) return err(issues);
  const name = makeIdentifier(request.name, "network");
  const instances = request.listInstances?.((id) => context.nameOf(id)) ?? {};
  const hasBlocks = Object.keys(instances).length > 0;
  return ok(
    fixBatch({
      name,
      inputs: planInputs,
      layers,
      outputs: planOutputs,
      ...(hasBlocks ? { instances } : {}),
    }),
  );
}

/** Where one Input fixes the batch, all tensors have it: tfjs and Keras would not join them with ones of any batch. */
function fixBatch(plan: ModelPlan): ModelPlan {
  const batch = plan.inputs.find(({ shape }) => shape.batch !== undefined)?.shape.batch;
  if (batch === undefined || plan.inputs.every(({ shape }) => shape.batch === batch)) return plan;
  const fix = (shape: Shape): Shape => ({ ...shape, batch });
  return {
    ...plan,
    inputs: plan.inputs.map((input) => ({ ...input, shape: fix(input.shape) })),
    layers: plan.layers.map((layer) => {
      const [first, ...more] = layer.outputShapes;
      return { ...layer, outputShapes: [fix(first), ...more.map(fix)] };
    }),
    outputs: plan.outputs.map((output) => ({ ...output, shape: fix(output.shape) })),
  };
}

interface Context extends PlanRequest {
  /** Of each layer with weights that is used more than once, the use that comes first: there it is made. */
  readonly makers: ReadonlyMap<NodeId, NodeId>;
  nameOf(id: NodeId): string;
}

function findMakers(
  analysis: GraphAnalysis,
  live: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, NodeId> {
  const makers = new Map<NodeId, NodeId>();
  for (const id of analysis.order) {
    const original = analysis.nodes[id]?.sharedWith ?? id;
    // Without weights there is nothing to share, and a Reshape may be told other sizes for other inputs.
    if (analysis.nodes[id]?.weights.length === 0) continue;
    if (live.has(id) && !makers.has(original)) makers.set(original, id);
  }
  return makers;
}

/** In topological order, so that the same drawing gives the same names; inside blocks with theirs in front. */
function nameNodes(request: PlanRequest, live: ReadonlySet<NodeId>): ReadonlyMap<NodeId, string> {
  const { graph, analysis } = request;
  const nodes = analysis.order.flatMap((id) => {
    const node = graph.nodes[id];
    return node !== undefined && live.has(id) ? [node] : [];
  });
  const names = makeIdentifiers(
    nodes.map((node) => [...request.pathOf(node.id), plainName(node.name)].join(" ")),
  );
  return new Map(nodes.map((node, index) => [node.id, names[index] ?? node.id]));
}

function compileLayer(context: Context, node: GraphNode): Result<PlanLayer, Diagnostic> {
  const known = context.analysis.nodes[node.id];
  const inputs = (known?.inputShapes ?? []).filter((shape) => shape !== null);
  const outputShape = known?.outputShape ?? null;
  const call = lowerNode(node, inputs);
  if (!call.ok) return err(describeFailure(node, call.error));
  if (known === undefined || outputShape === null) {
    return err(describeFailure(node, "its shape isn't known"));
  }
  const scope = scopeOf(node.id);
  const isShared = known.weights.length > 0;
  const maker = (isShared ? context.makers.get(known.sharedWith ?? node.id) : null) ?? node.id;
  return ok({
    id: node.id,
    name: context.nameOf(node.id),
    path: context.pathOf(node.id),
    ...(scope === "" ? {} : { scope }),
    call: call.value,
    inputs: incomingEdges(context.graph, node.id).map((edge) => nameSource(context, edge)),
    outputShapes: [outputShape, ...known.outputShapes.slice(1)],
    weights: known.weights,
    sharedWith: maker === node.id ? null : context.nameOf(maker),
  });
}

function nameSource(context: Context, edge: GraphEdge): PlanTensor {
  return { layer: context.nameOf(edge.source), port: edge.port ?? 0 };
}

function lowerNode(node: GraphNode, inputs: readonly Shape[]): Result<LayerCall, string> {
  const params = readNode(node);
  if (params === null) return err("its options can't be read");
  try {
    const call = findLayer(node.type)?.lower(params, inputs) ?? null;
    return call === null ? err("it is not a layer of the model") : ok(call);
  } catch (error) {
    // A definition that throws is a bug, which must come out as a sentence and not as a crash.
    return err(error instanceof Error ? error.message : String(error));
  }
}

function compileInput(context: Context, node: GraphNode): Result<PlanInput, Diagnostic> {
  const shape = context.analysis.nodes[node.id]?.outputShape ?? null;
  const params = readNode(node);
  if (shape === null || params === null) {
    return err(describeFailure(node, "its shape isn't known"));
  }
  const field = readText(params["field"]);
  return ok({ id: node.id, name: context.nameOf(node.id), shape, field });
}

function compileOutput(context: Context, node: GraphNode): Result<PlanOutput, Diagnostic> {
  const [edge] = incomingEdges(context.graph, node.id);
  const shape = context.analysis.nodes[node.id]?.outputShape ?? null;
  const params = readNode(node);
  const loss = lossNames.find((name) => name === params?.["loss"]);
  if (edge === undefined || shape === null || params === null || loss === undefined) {
    return err(describeFailure(node, "what it gets or its loss isn't known"));
  }
  const metrics = readMetrics(params["metrics"]);
  return ok({
    id: node.id,
    name: context.nameOf(node.id),
    source: nameSource(context, edge),
    shape,
    target: readText(params["target"]),
    loss: loss satisfies LossName,
    lossWeight: typeof params["lossWeight"] === "number" ? params["lossWeight"] : 1,
    metrics,
    ...keepSet("lossOptions", params, {
      defaults: defaultLossOptions,
      known: listLossOptions(loss),
    }),
    ...keepSet("metricOptions", params, {
      defaults: defaultMetricOptions,
      known: metrics.flatMap(listMetricOptions),
    }),
  });
}

/** Options that apply and were changed, under the field's name; nothing where there are none. */
function keepSet<Field extends string, Options extends object>(
  field: Field,
  params: Params<ParamSpecs>,
  options: { readonly defaults: Options; readonly known: readonly (keyof Options)[] },
): { readonly [Name in Field]?: Partial<Options> } {
  const changed = Object.entries(options.defaults).flatMap(([name, normal]) => {
    const value: unknown = params[name];
    const isKnown = options.known.some((each) => each === name);
    // A list is the same where its entries are.
    const isNormal = JSON.stringify(value) === JSON.stringify(normal);
    return isKnown && value !== undefined && !isNormal ? [[name, value] as const] : [];
  });
  // Each value was checked against the Output's own spec of that option.
  return (changed.length === 0 ? {} : { [field]: Object.fromEntries(changed) }) as {
    readonly [Name in Field]?: Partial<Options>;
  };
}

function readNode(node: GraphNode): Params<ParamSpecs> | null {
  const definition = findLayer(node.type);
  const read = definition === null ? null : readParams(definition.params, node.params);
  return read?.ok === true ? read.value : null;
}

function readText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function readMetrics(value: unknown): readonly MetricName[] {
  const wanted: readonly unknown[] = Array.isArray(value) ? value : [];
  return wanted.flatMap((entry) => metricNames.find((name) => name === entry) ?? []);
}

function collect<T>(results: readonly Result<T, Diagnostic>[], issues: Diagnostic[]): readonly T[] {
  return results.flatMap((result) => {
    if (result.ok) return [result.value];
    issues.push(result.error);
    return [];
  });
}

function describeFailure(node: GraphNode, why: string): Diagnostic {
  return {
    code: "bad-parameter",
    severity: "error",
    message: `${plainName(node.name)} can't be built: ${why}.`,
    nodes: [node.id],
    edges: [],
    fixes: [],
  };
}

function describeEmpty(inputCount: number): Diagnostic {
  return {
    code: inputCount === 0 ? "no-input-node" : "no-output-node",
    severity: "error",
    message: "There is no model yet: nothing leads from an Input to an Output.",
    nodes: [],
    edges: [],
    fixes: [],
  };
}
