/** Which variables of a script hold what a plan's layers give, and the layers themselves where they are used again. */
import type { ModelPlan, PlanLayer, PlanTensor } from "../compiler/plan.ts";

export interface Variables {
  /** The variable that holds a tensor. */
  tensor(source: PlanTensor): string;
  /**
   * The variables that a layer's outputs go to, in order, up to the last one that is used (the first at least); null
   * for one that nobody needs.
   */
  outputs(layer: PlanLayer): readonly (string | null)[];
  /** The variable that holds the layer itself; null where it is used only once. */
  layer(layer: PlanLayer): string | null;
  /** A name that no other variable has, this or one like it. */
  derive(base: string): string;
  isTaken(name: string): boolean;
}

/** Names of the plan are safe and unique (`safePlan`); those derived from them must not be any of the others. */
export function nameVariables(plan: ModelPlan): Variables {
  const taken = new Set([...plan.inputs, ...plan.layers].map(({ name }) => name.toLowerCase()));
  const derive = (base: string): string => {
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}_${number}`;
    taken.add(name.toLowerCase());
    return name;
  };
  const needed = new Set([
    ...plan.layers.flatMap(({ inputs }) => inputs.map(keyOf)),
    ...plan.outputs.map(({ source }) => keyOf(source)),
  ]);
  const outputs = new Map<string, readonly (string | null)[]>();
  for (const { name, outputShapes } of plan.layers) {
    const names = outputShapes.map((_shape, port) => {
      if (port === 0) return name;
      return needed.has(keyOf({ layer: name, port })) ? derive(`${name}_${port}`) : null;
    });
    const last = names.findLastIndex((each) => each !== null);
    outputs.set(name, names.slice(0, last + 1));
  }
  const roots = findRoots(plan);
  const shared = new Map<string, string>();
  for (const { sharedWith, name } of plan.layers) {
    const root = roots.get(name) ?? name;
    if (sharedWith !== null && !shared.has(root)) shared.set(root, derive(`${root}_layer`));
  }
  return {
    tensor: ({ layer, port }) => outputs.get(layer)?.[port] ?? layer,
    outputs: ({ name }) => outputs.get(name) ?? [name],
    layer: ({ name }) => shared.get(roots.get(name) ?? name) ?? null,
    derive,
    isTaken: (name) => taken.has(name.toLowerCase()),
  };
}

/** The layer that is made, for each layer: itself, or what it shares at first hand or further back. */
function findRoots({ layers }: ModelPlan): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const { name, sharedWith } of layers)
    roots.set(name, sharedWith === null ? name : (roots.get(sharedWith) ?? sharedWith));
  return roots;
}

const keyOf = ({ layer, port }: PlanTensor) => `${layer}/${port}`;
