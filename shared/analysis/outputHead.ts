import type { NodeId } from "../base/ids.ts";
import type { DocumentEdit } from "../document/edits.ts";
import type { GraphEdge, GraphNode } from "../document/model.ts";
import type { StoredParams } from "../layers/params.ts";
import type { Shape } from "../layers/shape.ts";
import type { LossName } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";
import { readNodeParams } from "./analyzeNode.ts";
import { type FixContext, insertEdit, makeRemedy, type Remedy } from "./fixContext.ts";

/** What stands before an Output: where its activation is set, and where its number of units. */
export interface OutputHead {
  readonly output: GraphNode;
  readonly edge: GraphEdge;
  /** What arrives at the Output. */
  readonly shape: Shape;
  /** null where it can't be told (a merge, a pooling). */
  readonly activation: string | null;
  /** The node whose option or type the activation is. */
  readonly activationNode: GraphNode | null;
  /** The node whose units (or filters) are the size of the last axis. */
  readonly unitsNode: GraphNode | null;
}

/** Layers that leave size of the last axis and meaning of the values alone. */
const passing = new Set([
  "dropout",
  "gaussianNoise",
  "gaussianDropout",
  "alphaDropout",
  "spatialDropout1d",
  "spatialDropout2d",
  "spatialDropout3d",
  "activityRegularization",
]);
const activations: Readonly<Record<string, string>> = {
  softmax: "softmax",
  relu: "relu",
  leakyRelu: "leakyRelu",
  prelu: "prelu",
  elu: "elu",
};
const layersWithUnits = new Set([
  "dense",
  "simpleRnn",
  "lstm",
  "gru",
  "conv1d",
  "conv2d",
  "conv3d",
  "separableConv1d",
  "separableConv2d",
  "conv1dTranspose",
  "conv2dTranspose",
  "conv3dTranspose",
]);

export function readHead(context: FixContext, output: GraphNode): OutputHead | null {
  const edges = context.incoming(output.id);
  const edge = edges.length === 1 ? edges[0] : undefined;
  const shape = edge === undefined ? null : context.shapeOf(edge.source, edge.port);
  if (edge === undefined || shape === null) return null;
  return { output, edge, shape, ...findActivation(context, edge.source) };
}

function findActivation(
  context: FixContext,
  start: NodeId,
): Pick<OutputHead, "activation" | "activationNode" | "unitsNode"> {
  const node = skipPassing(context, start);
  if (node === null) return { activation: null, activationNode: null, unitsNode: null };
  const params = readNodeParams(node);
  const own = activations[node.type] ?? null;
  if (own !== null || node.type === "activation") {
    const set = params?.["activation"];
    return {
      activation: own ?? (typeof set === "string" ? set : null),
      activationNode: node,
      unitsNode: findUnitsBehind(context, node),
    };
  }
  const activation = params?.["activation"];
  return {
    activation: typeof activation === "string" ? activation : null,
    activationNode: typeof activation === "string" ? node : null,
    unitsNode: layersWithUnits.has(node.type) ? node : null,
  };
}

function findUnitsBehind(context: FixContext, node: GraphNode): GraphNode | null {
  const [edge] = context.incoming(node.id);
  const source = edge === undefined ? null : skipPassing(context, edge.source);
  return source !== null && layersWithUnits.has(source.type) ? source : null;
}

function skipPassing(context: FixContext, start: NodeId): GraphNode | null {
  let node = context.graph.nodes[start];
  for (let steps = 0; node !== undefined && passing.has(node.type) && steps < 20; steps++) {
    const [edge] = context.incoming(node.id);
    node = edge === undefined ? undefined : context.graph.nodes[edge.source];
  }
  return node ?? null;
}

export interface HeadWish {
  readonly units?: number;
  readonly activation?: string;
  readonly loss?: LossName;
  readonly fromLogits?: boolean;
  readonly metrics?: readonly MetricName[];
  readonly target?: string;
}

/**
 * The edits that give an output these units, activation and loss; a Dense is put in front of it where there is no
 * layer whose units could be set.
 */
export function changeHead(context: FixContext, head: OutputHead, wish: HeadWish): DocumentEdit[] {
  const { loss, metrics, target } = wish;
  // Whoever sets an activation that makes probabilities can't mean logits.
  const makesChances = wish.activation === "softmax" || wish.activation === "sigmoid";
  const isLogits = readNodeParams(head.output)?.["fromLogits"] === true;
  const fromLogits = wish.fromLogits ?? (makesChances && isLogits ? false : undefined);
  const outputParams: StoredParams = {
    ...(loss === undefined ? {} : { loss }),
    ...(fromLogits === undefined ? {} : { fromLogits }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(target === undefined ? {} : { target }),
  };
  const edits = changeLayers(context, head, wish);
  if (!hasParams(head.output, outputParams)) {
    edits.push({ kind: "setParams", node: head.output.id, params: outputParams });
  }
  return edits;
}

/** A way to change loss, activation and units together, as a fix. */
export function headRemedy(
  context: FixContext,
  head: OutputHead,
  wish: HeadWish,
  words: string,
): Remedy | null {
  if (changeHead(context, head, wish).length === 0) return null;
  return makeRemedy(words, words.charAt(0).toUpperCase() + words.slice(1), () => ({
    kind: "batch",
    label: words.charAt(0).toUpperCase() + words.slice(1),
    edits: changeHead(context, head, wish),
  }));
}

function changeLayers(
  context: FixContext,
  head: OutputHead,
  { units, activation }: HeadWish,
): DocumentEdit[] {
  const { activationNode, unitsNode } = head;
  const currentUnits = head.shape.axes.at(-1)?.size ?? null;
  const needsUnits = units !== undefined && units !== currentUnits;
  if (needsUnits && unitsNode === null) {
    const size = head.shape.axes.length;
    const dense = { units, ...(activation === undefined ? {} : { activation }) };
    if (size > 2) return [];
    return [insertEdit(context, head.edge, "dense", dense)];
  }
  const edits: DocumentEdit[] = [];
  const unitsParams: StoredParams =
    needsUnits && unitsNode !== null ? { [unitsName(unitsNode)]: units } : {};
  const wantsActivation = activation !== undefined && activation !== head.activation;
  if (unitsNode !== null && unitsNode === activationNode && canSet(unitsNode)) {
    const params = { ...unitsParams, ...(wantsActivation ? { activation } : {}) };
    if (Object.keys(params).length > 0) {
      edits.push({ kind: "setParams", node: unitsNode.id, params });
    }
    return edits;
  }
  if (unitsNode !== null && Object.keys(unitsParams).length > 0) {
    edits.push({ kind: "setParams", node: unitsNode.id, params: unitsParams });
  }
  if (!wantsActivation) return edits;
  if (activationNode === null || !isOnlyActivation(activationNode)) {
    edits.push(
      activationNode !== null && canSet(activationNode)
        ? { kind: "setParams", node: activationNode.id, params: { activation } }
        : insertEdit(context, head.edge, "activation", { activation }),
    );
  } else {
    const params = { activation };
    edits.push(
      activationNode.type === "activation"
        ? { kind: "setParams", node: activationNode.id, params }
        : { kind: "replaceType", node: activationNode.id, type: "activation", params },
    );
  }
  return edits;
}

/** What a recurrent layer's activation does to its output is another matter: it stays as it is. */
function canSet(node: GraphNode): boolean {
  return !["simpleRnn", "lstm", "gru"].includes(node.type);
}

function isOnlyActivation(node: GraphNode): boolean {
  return node.type === "activation" || Object.hasOwn(activations, node.type);
}

function unitsName(node: GraphNode): string {
  return node.type.startsWith("conv") || node.type.startsWith("separable") ? "filters" : "units";
}

function hasParams(node: GraphNode, wanted: StoredParams): boolean {
  const current = readNodeParams(node);
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(current?.[name]) === JSON.stringify(value),
  );
}

/** Loss and metrics that go with the activation before a new Output. */
export function proposeOutput(context: FixContext, source: NodeId): StoredParams {
  const { activation } = findActivation(context, source);
  if (activation === "softmax") return { loss: "categoricalCrossentropy", metrics: ["accuracy"] };
  if (activation === "sigmoid") return { loss: "binaryCrossentropy", metrics: ["accuracy"] };
  return { loss: "meanSquaredError", metrics: ["meanAbsoluteError"] };
}
