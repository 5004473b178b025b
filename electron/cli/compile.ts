import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import type { Diagnostic, GraphAnalysis } from "#shared/analysis/types.ts";
import { compileGraph } from "#shared/compiler/compileGraph.ts";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { CliFailure, type CliDiagnostic } from "./io.ts";

/** The project's model, checked against the data where there is some. Mistakes end the command with their list. */
export function compileProject(
  document: ProjectDocument,
  data: DatasetSummary | null,
): { readonly plan: ModelPlan; readonly analysis: GraphAnalysis } {
  const analysis = analyzeGraph(document.graph, data === null ? {} : { data });
  const plan = compileGraph(document, analysis);
  if (plan.ok) return { plan: plan.value, analysis };
  throw new CliFailure(1, "The project has errors.", plan.error.map(toCliDiagnostic));
}

export function toCliDiagnostic({ code, severity, message, nodes }: Diagnostic): CliDiagnostic {
  return { code, severity, message, nodes };
}
