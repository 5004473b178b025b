/** Which variables of a function hold what its steps give. */
import type { Variable } from "./program.ts";

export interface Flow {
  /** Values that the step takes, by any name of their own. */
  readonly inputs: readonly string[];
  /** null: nobody needs it. */
  readonly outputs: readonly (string | null)[];
  /** Names for the outputs, where they should have some of their own. */
  readonly names: readonly string[] | null;
  /** Of a loop: the input that gets a new value each time. */
  readonly chained: number | null;
}

export interface NamedFlow {
  readonly inputs: readonly string[];
  readonly outputs: readonly (Variable | null)[];
  /** Of a loop: what its variable holds at first, where it is another one. */
  readonly start: string | null;
}

/**
 * Names as people give them: what is worked on is `x` from one line to the next, and `branch` where `x` is still
 * needed. `given` are the values there at first, `kept` those needed at the end.
 */
export function chooseVariables(
  flows: readonly Flow[],
  given: ReadonlyMap<string, string>,
  kept: readonly string[],
): { readonly flows: readonly NamedFlow[]; readonly kept: readonly string[] } {
  const last = new Map<string, number>();
  flows.forEach(({ inputs }, index) => inputs.forEach((value) => last.set(value, index)));
  for (const value of kept) last.set(value, flows.length);
  const holders = new Map(given);
  const known = new Set(given.values());
  const taken = new Set([...given.values(), ...flows.flatMap(({ names }) => names ?? [])]);
  const changed = new Set<string>();
  const isLive = (name: string, after: number) =>
    [...holders].some(([value, holder]) => holder === name && (last.get(value) ?? -1) > after);
  const pick = (inputs: readonly string[], at: number, barred: readonly string[] = []): string => {
    const dying = inputs.filter((name) => isPassed(name) && !isLive(name, at));
    const free = dying.includes("x") ? "x" : dying[0];
    if (free !== undefined) return free;
    const isFree = (name: string) =>
      !isLive(name, at) && !barred.includes(name) && (known.has(name) || !taken.has(name));
    if (isFree("x")) return "x";
    for (let number = 1; ; number++) {
      const name = number === 1 ? "branch" : `branch_${number}`;
      if (isFree(name)) return name;
    }
  };
  const assign = (value: string, name: string): Omit<Variable, "isChanged"> => {
    const isNew = !known.has(name);
    if (!isNew) changed.add(name);
    known.add(name);
    for (const [old, holder] of holders) if (holder === name) holders.delete(old);
    holders.set(value, name);
    return { name, isNew };
  };
  const named = flows.map((flow, at) => {
    const inputs = flow.inputs.map((value) => holders.get(value) ?? value);
    let start: string | null = null;
    if (flow.chained !== null) {
      const [value] = flow.outputs;
      const chained = inputs[flow.chained] ?? "";
      const others = inputs.filter((_input, slot) => slot !== flow.chained);
      const name = flow.names?.[0] ?? pick([chained], at, others);
      const variable = assign(value ?? "", name);
      changed.add(name);
      if (name !== chained) start = chained;
      const replaced = inputs.map((input, slot) => (slot === flow.chained ? name : input));
      return { inputs: replaced, outputs: [variable], start };
    }
    const outputs = flow.outputs.map((value, index) => {
      if (value === null) return null;
      return assign(value, flow.names?.[index] ?? pick(inputs, at));
    });
    return { inputs, outputs, start };
  });
  return {
    flows: named.map(({ inputs, outputs, start }) => ({
      inputs,
      start,
      outputs: outputs.map(
        (output) => output && { ...output, isChanged: changed.has(output.name) },
      ),
    })),
    kept: kept.map((value) => holders.get(value) ?? value),
  };
}

const isPassed = (name: string) => name === "x" || /^branch(_\d+)?$/.test(name);
