import { printKeras } from "#shared/codegen/printKeras.ts";
import { printTypeScript } from "#shared/codegen/printTypeScript.ts";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { ProjectDocument } from "#shared/document/model.ts";

interface CodeFile {
  readonly name: string;
  readonly content: string;
}

/** The model, its data and its training as source files. */
export function printCode(
  to: "typescript" | "keras",
  plan: ModelPlan,
  { training, data }: ProjectDocument,
): readonly CodeFile[] {
  const print = to === "typescript" ? printTypeScript : printKeras;
  return print(plan, { training, data }).files.map(({ name, text }) => ({ name, content: text }));
}
