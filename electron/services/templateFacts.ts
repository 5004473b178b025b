import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import { templatePicture } from "#shared/analysis/templatePicture.ts";
import type { TemplateInfo } from "#shared/host/contract.ts";
import { parseProject } from "#shared/project/parseProject.ts";

/** What the start screen shows of a template besides its words; null for a project that can't be read. */
export function describeTemplate(
  text: string,
): Pick<TemplateInfo, "paramCount" | "picture"> | null {
  const project = parseProject(text);
  if (!project.ok) return null;
  const { graph } = project.value;
  return {
    paramCount: analyzeGraph(graph).totals.paramCount,
    picture: templatePicture(graph),
  };
}
