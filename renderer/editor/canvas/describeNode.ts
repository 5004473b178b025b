import type { NodeId } from "#shared/base/ids.ts";
import type { Diagnostic, DiagnosticCode, NodeAnalysis } from "#shared/analysis/types.ts";
import type { GraphNode } from "#shared/document/model.ts";
import type { LayerCategory } from "#shared/layers/defineLayer.ts";
import { readParams } from "#shared/layers/readParams.ts";
import { findLayer } from "#shared/layers/registry.ts";
import { formatShape } from "#shared/layers/shape.ts";
import { formatCount } from "../../ui/format.ts";
import { formatPlural } from "../formatPlural.ts";
import type { FlowDirection } from "./geometry.ts";

/** What a layer node shows. */
export interface LayerView {
  readonly nodeId: NodeId;
  readonly layerType: string;
  readonly title: string;
  /** What messages call the layer; '' where the caption says it already. */
  readonly name: string;
  readonly category: LayerCategory | null;
  readonly caption: string;
  /** At the right of the title: the weight count, `?` where it can't be known, an Input's data field. */
  readonly badge: string;
  readonly state: "fine" | "waiting" | "warning" | "error";
  /** The problem that is told at the node itself, with its repairs. */
  readonly bubble: Diagnostic | null;
  /** All messages, for the tooltip. */
  readonly problems: readonly Diagnostic[];
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
  readonly direction: FlowDirection;
  readonly ariaLabel: string;
}

export interface NodeFacts {
  readonly node: GraphNode;
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

export function describeNode({ node, analysis, problems, direction }: NodeFacts): LayerView {
  const definition = findLayer(node.type);
  const worst = problems[0] ?? null;
  const loud = problems.find((problem) => isLoud(problem)) ?? null;
  const caption = captionOf(node);
  return {
    nodeId: node.id,
    layerType: node.type,
    title: definition?.title ?? node.type,
    name: caption === "" ? "" : node.name,
    category: definition?.category ?? null,
    // A layer without telling options shows its name.
    caption: caption || node.name,
    badge: badgeOf(node, analysis),
    state: stateOf(problems),
    bubble: loud,
    problems,
    hasInput: definition === null || definition.inputs.max !== 0,
    hasOutput: definition === null || definition.outputs > 0,
    direction,
    ariaLabel: speak(node, { analysis, worst, problemCount: problems.length }),
  };
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

/** `32 · 3×3 · same · relu`; options that can't be read leave the line empty (the problem says why). */
export function captionOf(node: GraphNode): string {
  const definition = findLayer(node.type);
  if (definition === null) return "unknown layer type";
  const params = readParams(definition.params, node.params);
  return params.ok ? definition.caption(params.value).join(" · ") : "";
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
  node: GraphNode,
  facts: {
    readonly analysis: NodeAnalysis | null;
    readonly worst: Diagnostic | null;
    readonly problemCount: number;
  },
): string {
  const { analysis, worst } = facts;
  const inputs = (analysis?.inputShapes ?? []).map((shape) =>
    shape === null ? "unknown shape" : formatShape(shape),
  );
  const parts = [
    `${findLayer(node.type)?.title ?? node.type}, ${node.name}`,
    inputs.length > 0 ? `in ${inputs.join(" and ")}` : "",
    analysis?.outputShape ? `out ${formatShape(analysis.outputShape)}` : "output shape unknown",
    analysis !== null && analysis.paramCount > 0 ? formatPlural(analysis.paramCount, "weight") : "",
    worst === null
      ? "no problems"
      : `${formatPlural(facts.problemCount, "problem")}: ${worst.message}`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}
