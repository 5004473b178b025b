import type { NodeId } from "#shared/base/ids.ts";
import type { Diagnostic, DiagnosticCode, NodeAnalysis } from "#shared/analysis/types.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import type { BlockDefinition, GraphNode, ProjectDocument } from "#shared/document/model.ts";
import type { LayerCategory } from "#shared/layers/defineLayer.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import { formatShape } from "#shared/layers/shape.ts";
import { documentStore } from "../../state/documentStore.ts";
import { originalOf } from "#shared/document/wiring.ts";
import { currentResolver } from "../formulas.ts";
import type { ResolveParams } from "../formulas.ts";
import { captionOfParams, takesInput } from "../nodeTypes.ts";
import { formatCount } from "../../ui/format.ts";
import { formatPlural } from "../formatPlural.ts";
import { fitTitle } from "./fitTitle.ts";
import type { FlowDirection } from "./geometry.ts";

/** What a node shows: a layer, or an instance of a block. */
export interface LayerView {
  readonly nodeId: NodeId;
  readonly layerType: string;
  readonly title: string;
  /** What messages call the layer; '' where the caption says it already. */
  readonly name: string;
  /** The title needs the smaller face. */
  readonly isTitleTight: boolean;
  readonly category: LayerCategory | "block" | null;
  readonly caption: string;
  /** At the right of the title: the weight count, `?` where it can't be known, an Input's data field. */
  readonly badge: string;
  /** Of a block: how often it comes one after another; 1 for layers. */
  readonly repeat: number;
  readonly isBlock: boolean;
  readonly isMuted: boolean;
  /** It has weights, and training leaves them as they are. */
  readonly isFrozen: boolean;
  /** The layer whose weights it uses; '' for weights of its own. */
  readonly sharedWith: string;
  readonly state: "fine" | "waiting" | "warning" | "error";
  /** The problem that is told at the node itself, with its repairs. */
  readonly bubble: Diagnostic | null;
  /** All messages, for the tooltip. */
  readonly problems: readonly Diagnostic[];
  readonly hasInput: boolean;
  readonly inputPorts: readonly string[];
  readonly outputPorts: readonly string[];
  readonly direction: FlowDirection;
  readonly ariaLabel: string;
}

export interface NodeFacts {
  readonly document: ProjectDocument;
  readonly node: GraphNode;
  /** The node whose type and options count: itself, or the one whose layer it is another use of. */
  readonly original: GraphNode;
  readonly block: BlockDefinition | null;
  readonly resolve: ResolveParams;
  readonly analysis: NodeAnalysis | null;
  readonly problems: readonly Diagnostic[];
  readonly direction: FlowDirection;
}

/** A layer that only lacks its wires is unfinished, not wrong: it is told quietly. */
const quietCodes: ReadonlySet<DiagnosticCode> = new Set([
  "missing-input",
  "dangling",
  "no-input-node",
  "no-output-node",
]);

export function describeNode(facts: NodeFacts): LayerView {
  const { document, node, original, block, analysis, problems, direction } = facts;
  const params = facts.resolve(original.params);
  const type = findNodeType(document, original.type);
  const loud = problems.find((problem) => isLoud(problem)) ?? null;
  const options = captionOfParams(document, original.type, params);
  const repeat = block !== null && typeof params["repeat"] === "number" ? params["repeat"] : 1;
  const traits = {
    repeat,
    isBlock: block !== null,
    isMuted: node.isMuted === true,
    isFrozen: isFrozen(params, analysis),
    sharedWith: original === node ? "" : original.name,
  };
  const title = type?.title ?? original.type;
  const badge = badgeOf(original, analysis);
  const line = fitTitle({ ...traits, title, name: node.name, badge });
  // A block's title is long; its own name goes before its options, as that of a layer without room beside its title,
  // or without options.
  const isNameBelow = block !== null || !line.hasRoomForName || options.length === 0;
  return {
    nodeId: node.id,
    layerType: original.type,
    title,
    name: isNameBelow ? "" : node.name,
    isTitleTight: line.isTight,
    category: type?.category ?? null,
    caption: (isNameBelow ? [node.name, ...options] : options).join(" · "),
    badge,
    ...traits,
    state: node.isMuted === true ? "fine" : stateOf(problems),
    bubble: loud,
    problems,
    hasInput: takesInput(type),
    inputPorts: type?.inputPorts(params) ?? [],
    outputPorts: type === null ? [""] : type.outputPorts(params),
    direction,
    ariaLabel: speak({ ...facts, title, ...traits }),
  };
}

/** Only where there is something to freeze: a pooling layer has no weights to keep. */
function isFrozen(params: StoredParams, analysis: NodeAnalysis | null): boolean {
  return params["trainable"] === false && (analysis === null || analysis.paramCount > 0);
}

/** Problems worth a bubble at the node: errors that are not mere gaps, and warnings with a repair. */
function isLoud(problem: Diagnostic): boolean {
  if (quietCodes.has(problem.code)) return false;
  return (
    problem.severity === "error" || (problem.severity === "warning" && problem.fixes.length > 0)
  );
}

function stateOf(problems: readonly Diagnostic[]): LayerView["state"] {
  if (problems.some((problem) => problem.severity === "error" && !quietCodes.has(problem.code))) {
    return "error";
  }
  if (problems.some((problem) => problem.code === "missing-input")) return "waiting";
  return problems.some((problem) => problem.severity === "warning") ? "warning" : "fine";
}

/** `32 · 3×3 · same · relu`, of a node of the open document. */
export function captionOf(node: GraphNode): string {
  const { document, graph } = documentStore.getState();
  const original = originalOf(graph, node);
  return captionOfParams(document, original.type, currentResolver()(original.params)).join(" · ");
}

function badgeOf(node: GraphNode, analysis: NodeAnalysis | null): string {
  if (node.type === "input" || node.type === "output") {
    const field = node.params[node.type === "input" ? "field" : "target"];
    return typeof field === "string" ? field : "";
  }
  if (analysis === null || analysis.outputShape === null) return "?";
  return analysis.paramCount === 0 ? "" : formatCount(analysis.paramCount);
}

function speak(
  facts: NodeFacts &
    Pick<LayerView, "title" | "repeat" | "isBlock" | "isMuted" | "isFrozen" | "sharedWith">,
): string {
  const { node, analysis, problems } = facts;
  const [worst] = problems;
  const inputs = (analysis?.inputShapes ?? []).map((shape) =>
    shape === null ? "unknown shape" : formatShape(shape),
  );
  const parts = [
    `${facts.isBlock ? "Block " : ""}${facts.title}, ${node.name}`,
    facts.repeat > 1 ? `${facts.repeat} times` : "",
    facts.isMuted ? "muted" : "",
    facts.isFrozen ? "frozen" : "",
    facts.sharedWith === "" ? "" : `shared with ${facts.sharedWith}`,
    inputs.length > 0 ? `in ${inputs.join(" and ")}` : "",
    analysis?.outputShape ? `out ${formatShape(analysis.outputShape)}` : "output shape unknown",
    analysis !== null && analysis.paramCount > 0 ? formatPlural(analysis.paramCount, "weight") : "",
    worst === undefined
      ? "no problems"
      : `${formatPlural(problems.length, "problem")}: ${worst.message}`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}
