import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { templatePicture } from "#shared/analysis/templatePicture.ts";
import type { TemplateInfo } from "#shared/host/contract.ts";
import { parseProject } from "#shared/project/parseProject.ts";

/** What the start screen shows of a template besides its words; null for a project that can't be read. */
export function describeTemplate(
  text: string,
): Pick<TemplateInfo, "paramCount" | "picture"> | null {
  const project = parseProject(text);
  if (!project.ok) return null;
  return {
    paramCount: analyzeDocument(project.value).totals.paramCount,
    picture: templatePicture(project.value.graph),
  };
}
