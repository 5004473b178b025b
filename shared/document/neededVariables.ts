import { listNamesIn } from "../expressions/resolveParams.ts";
import type { BlockDefinition, GraphNode, ProjectDocument, ProjectVariable } from "./model.ts";

/** The variables that expressions in nodes and blocks use, and those that these are computed from. */
export function listNeededVariables(
  { variables }: Pick<ProjectDocument, "variables">,
  parts: { readonly nodes?: readonly GraphNode[]; readonly blocks: readonly BlockDefinition[] },
): readonly ProjectVariable[] {
  const needed = new Set<string>();
  for (const node of parts.nodes ?? []) {
    for (const name of listNamesIn(node.params)) needed.add(name);
  }
  for (const { params, graph } of parts.blocks) {
    const own = new Set(params.map(({ name }) => name));
    for (const param of params) listNamesIn(param.default).forEach((name) => needed.add(name));
    for (const node of Object.values(graph.nodes)) {
      for (const name of listNamesIn(node.params)) if (!own.has(name)) needed.add(name);
    }
  }
  const byName = new Map(variables.map(({ name, value }) => [name, value]));
  // What is added on the way is visited as well.
  for (const name of needed) {
    const value = byName.get(name);
    if (value !== undefined) listNamesIn(value).forEach((other) => needed.add(other));
  }
  return variables.filter(({ name }) => needed.has(name));
}
