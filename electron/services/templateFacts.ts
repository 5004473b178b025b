import type { TemplateInfo } from "#shared/host/contract.ts";

/** What the start screen shows of a template besides its words; null for a project that can't be read. */
export function describeTemplate(
  _project: string,
): Pick<TemplateInfo, "paramCount" | "picture"> | null {
  return { paramCount: 0, picture: { nodes: [], edges: [] } };
}
