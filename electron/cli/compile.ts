import { type DocumentAnalysis, analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import type { Diagnostic } from "#shared/analysis/types.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { CliFailure, type CliDiagnostic } from "./io.ts";

/** The project's model, checked against the data where there is some. Mistakes end the command with their list. */
export function compileProject(
  document: ProjectDocument,
  data: DatasetSummary | null,
): { readonly plan: ModelPlan; readonly analysis: DocumentAnalysis } {
  const analysis = analyzeDocument(document, data === null ? {} : { data });
  const plan = compileDocument(document, analysis);
  if (plan.ok) return { plan: plan.value, analysis };
  throw new CliFailure(1, "The project has errors.", plan.error.map(toCliDiagnostic));
}

export function toCliDiagnostic({ code, severity, message, nodes }: Diagnostic): CliDiagnostic {
  return { code, severity, message, nodes };
}
