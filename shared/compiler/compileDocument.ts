import type { DocumentAnalysis } from "../analysis/analyzeDocument.ts";
import { namePath } from "../analysis/tellPlaces.ts";
import type { Diagnostic } from "../analysis/types.ts";
import type { NodeId } from "../base/ids.ts";
import { type Result, err } from "../base/result.ts";
import { listBlockPorts } from "../document/blockType.ts";
import type { ExpandedDocument } from "../blocks/expandDocument.ts";
import { joinPath, plainName, scopeOf } from "../blocks/flatIds.ts";
import { traceNode } from "../blocks/wireScopes.ts";
import type { ProjectDocument } from "../document/model.ts";
import { compilePlan } from "./compilePlan.ts";
import type { ModelPlan, PlanInstance } from "./plan.ts";

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
    listInstances: (nameOf) => listInstances(expanded, nameOf),
  });
}

function listInstances(
  expanded: ExpandedDocument,
  nameOf: (id: NodeId) => string,
): Readonly<Record<string, PlanInstance>> {
  const instances: Record<string, PlanInstance> = {};
  for (const [key, scope] of expanded.scopes) {
    const { owner, block, environment } = scope;
    if (owner === null || block === null) continue;
    const inputs = listBlockPorts(block.graph).inputs.map(({ id, name }) => {
      const { end } = traceNode(expanded.scopes, scope, { source: id });
      return { name: plainName(name), source: { layer: nameOf(end.node), port: end.port } };
    });
    instances[key] = {
      block: block.id,
      title: block.name,
      path: namePath(expanded, key),
      outer: owner.scope,
      node: joinPath(owner.scope, owner.node),
      copy: owner.copy,
      copies: owner.copies,
      arguments: Object.fromEntries(
        block.params.map(({ name }) => [name, environment.get(name) ?? null]),
      ),
      inputs,
    };
  }
  return instances;
}
