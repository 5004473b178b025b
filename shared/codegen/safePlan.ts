import type { ModelPlan, PlanInstance, PlanTensor } from "../compiler/plan.ts";
import { isIdentifier, makeIdentifier, makeIdentifiers } from "./identifiers.ts";

/**
 * The plan with names that may stand in code. `compileDocument` gives such names already; this is the printers' own
 * guard, so that a plan from elsewhere can't put text of its own into a program.
 */
export function safePlan(plan: ModelPlan): ModelPlan {
  const names = [...plan.inputs, ...plan.layers].map(({ name }) => name);
  const areSafe = names.every(isIdentifier) && new Set(names).size === names.length;
  const safe = areSafe ? names : makeIdentifiers(names);
  const renamed = new Map(names.map((name, index) => [name, safe[index] ?? name]));
  const rename = (name: string) => renamed.get(name) ?? makeIdentifier(name);
  const renameSource = ({ layer, port }: PlanTensor): PlanTensor => ({
    layer: rename(layer),
    port,
  });
  return {
    name: isIdentifier(plan.name) ? plan.name : makeIdentifier(plan.name, "network"),
    inputs: plan.inputs.map((input) => ({ ...input, name: rename(input.name) })),
    layers: plan.layers.map((layer) => ({
      ...layer,
      name: rename(layer.name),
      inputs: layer.inputs.map(renameSource),
      sharedWith: layer.sharedWith === null ? null : rename(layer.sharedWith),
    })),
    outputs: plan.outputs.map((output) => ({ ...output, source: renameSource(output.source) })),
    ...(plan.instances === undefined
      ? {}
      : { instances: renameInputs(plan.instances, renameSource) }),
  };
}

function renameInputs(
  instances: Readonly<Record<string, PlanInstance>>,
  rename: (source: PlanTensor) => PlanTensor,
): Readonly<Record<string, PlanInstance>> {
  return Object.fromEntries(
    Object.entries(instances).map(([key, instance]) => {
      const inputs = instance.inputs.map((input) => ({ ...input, source: rename(input.source) }));
      return [key, { ...instance, inputs }];
    }),
  );
}
