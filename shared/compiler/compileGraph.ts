import type { Diagnostic, GraphAnalysis } from "../analysis/types.ts";
import { type Result, err } from "../base/result.ts";
import type { ProjectDocument } from "../document/model.ts";
import { compilePlan } from "./compilePlan.ts";
import type { ModelPlan } from "./plan.ts";

/** As `compileDocument`, of a main graph that is flat already. */
export function compileGraph(
  { name, graph }: ProjectDocument,
  analysis: GraphAnalysis,
): Result<ModelPlan, readonly Diagnostic[]> {
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return err(errors);
  return compilePlan({ name, graph, analysis, pathOf: () => [] });
}
