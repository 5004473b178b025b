import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { CliFailure } from "./io.ts";

interface CodeFile {
  readonly name: string;
  readonly content: string;
}

/** The model, its data and its training as source files. */
export function printCode(
  to: "typescript" | "keras",
  plan: ModelPlan,
  _document: ProjectDocument,
): readonly CodeFile[] {
  throw new CliFailure(1, `Printing ${plan.name} as ${to} is not available yet.`);
}
