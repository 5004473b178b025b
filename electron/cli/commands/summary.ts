import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import { kerasShape } from "#shared/layers/shape.ts";
import { toCliDiagnostic } from "../compile.ts";
import type { CliIo, CommandResult } from "../io.ts";
import { loadProject } from "../loadProject.ts";
import type { Invocation } from "../parseArguments.ts";
import { printDiagnostics } from "../printDiagnostics.ts";
import { alignRows } from "../printHelp.ts";

/** Layers in topological order with output shapes (batch first, null: any) and weight counts. Outputs are no layers. */
export async function runSummary({ positionals }: Invocation, io: CliIo): Promise<CommandResult> {
  const [name = ""] = positionals;
  const document = await loadProject(name, io);
  const analysis = analyzeGraph(document.graph);
  const layers = analysis.order.flatMap((id) => {
    const node = document.graph.nodes[id];
    const facts = analysis.nodes[id];
    if (!node || !facts || node.type === "output") return [];
    const outputShape = facts.outputShape ? kerasShape(facts.outputShape) : null;
    return [{ id, type: node.type, name: node.name, outputShape, paramCount: facts.paramCount }];
  });
  const { paramCount: totalParams, trainableCount: trainableParams } = analysis.totals;
  const errors = analysis.diagnostics.filter((entry) => entry.severity === "error");
  const diagnostics = errors.map(toCliDiagnostic);
  const nonTrainableParams = totalParams - trainableParams;
  const count = (value: number) => value.toLocaleString("en");
  const rows = layers.map((layer) => [
    layer.id,
    layer.type,
    layer.outputShape ? `(${layer.outputShape.map((size) => size ?? "None").join(", ")})` : "?",
    count(layer.paramCount),
  ]);
  return {
    exitCode: errors.length > 0 ? 1 : 0,
    json: {
      layers,
      totalParams,
      trainableParams,
      nonTrainableParams,
      ...(errors.length > 0 ? { diagnostics } : {}),
    },
    text: [
      document.name,
      "",
      ...alignRows([["Layer", "Type", "Output shape", "Params"], ...rows], { rightAligned: [3] }),
      "",
      `Total ${count(totalParams)} · trainable ${count(trainableParams)} · not trainable ${count(nonTrainableParams)}`,
      ...(errors.length > 0 ? ["", printDiagnostics(diagnostics)] : []),
    ].join("\n"),
  };
}
