import type { DocumentAnalysis } from "../analysis/analyzeDocument.ts";
import { namePath } from "../analysis/tellPlaces.ts";
import type { Diagnostic } from "../analysis/types.ts";
import { type Result, err } from "../base/result.ts";
import { scopeOf } from "../blocks/flatIds.ts";
import type { ProjectDocument } from "../document/model.ts";
import { compilePlan } from "./compilePlan.ts";
import type { ModelPlan } from "./plan.ts";

/**
 * A document as a plan: blocks expanded, only what leads from inputs to outputs, in topological order, under unique
 * identifiers made of the names of blocks and layers (`stage_2_unit_1_conv`). Fails with the analysis's errors; warnings
 * don't stop it.
 */
export function compileDocument(
  document: ProjectDocument,
  analysis: DocumentAnalysis,
): Result<ModelPlan, readonly Diagnostic[]> {
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return err(errors);
  const { expanded, flat } = analysis;
  const paths = new Map<string, readonly string[]>();
  return compilePlan({
    name: document.name,
    graph: expanded.graph,
    analysis: flat,
    pathOf(id) {
      const scope = scopeOf(id);
      const known = paths.get(scope) ?? namePath(expanded, scope);
      paths.set(scope, known);
      return known;
    },
  });
}
