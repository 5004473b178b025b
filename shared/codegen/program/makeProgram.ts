/** A plan as functions and steps: what repeats is written once. */
import type { ModelPlan, PlanTensor } from "../../compiler/plan.ts";
import { makeIdentifier } from "../identifiers.ts";
import { nameVariables, type Variables } from "../nameVariables.ts";
import { type Arguments, chooseArguments, styleName } from "./chooseArguments.ts";
import { chooseVariables, type Flow } from "./chooseVariables.ts";
import { findVariants } from "./findVariants.ts";
import { type ScopeTree, tensorKey } from "./listParts.ts";
import type { BlockFunction, Code, Program, Step } from "./program.ts";
import {
  type CallItem,
  findPlace,
  type Item,
  loopPrefix,
  outputsOf,
  type Target,
  type Variant,
} from "./variant.ts";

/** Names of the plan must be safe (`safePlan`). */
export function makeProgram(plan: ModelPlan, target: Target): Program {
  const chosen = new Map<Variant, Arguments>();
  const { tree, list } = findVariants(plan, target, (variant) => {
    chosen.set(variant, chooseArguments(variant, target, findArguments));
  });
  function findArguments(variant: Variant): Arguments {
    const found = chosen.get(variant);
    if (found === undefined) throw new Error("A function is called before it is made.");
    return found;
  }
  const main = list.at(-1);
  const variables = nameVariables(plan);
  const functions = new Map<Variant, BlockFunction>();
  const writer: Writer = { plan, target, tree, variables, functions, findArguments };
  // Names of the main model's variables are given first: functions must not be called the same.
  const callNames = new Map<Item, readonly string[]>();
  for (const item of main?.items[0] ?? []) callNames.set(item, nameMain(writer, item));
  for (const variant of list) {
    if (variant === main) continue;
    functions.set(variant, writeFunction(writer, variant));
  }
  if (main === undefined) return { functions: [], steps: [], outputs: [] };
  const given = new Map(plan.inputs.map(({ name }) => [tensorKey({ layer: name, port: 0 }), name]));
  const { steps, outputs } = writeSteps(writer, main, {
    given,
    kept: plan.outputs.map(({ source }) => tensorKey(source)),
    namesOf: (item) => callNames.get(item) ?? null,
    sharedOf: (item) => variables.layer(item.layer),
  });
  return { functions: [...functions.values()], steps, outputs };
}

interface Writer {
  readonly plan: ModelPlan;
  readonly target: Target;
  readonly tree: ScopeTree;
  readonly variables: Variables;
  readonly functions: Map<Variant, BlockFunction>;
  findArguments(variant: Variant): Arguments;
}

type LayerItem = Extract<Item, { readonly kind: "layer" }>;

/** In the main model every variable is called as in the graph. */
function nameMain({ variables, tree }: Writer, item: Item): readonly string[] {
  if (item.kind === "layer") return variables.outputs(item.layer).map((name) => name ?? "_");
  const outputs = outputsOf(tree, item);
  if (outputs.length > 1) return outputs.map((output) => variables.tensor(output));
  const prefix = item.chained === null ? item.scopes[0]?.prefix.slice(0, -1) : loopPrefix(item);
  return [variables.derive(makeIdentifier(prefix ?? ""))];
}

function writeFunction(writer: Writer, variant: Variant): BlockFunction {
  const { target, variables, tree } = writer;
  const [scope] = variant.scopes;
  const { params } = writer.findArguments(variant);
  const taken = new Set(["name", "index", ...params.map(({ name }) => name)]);
  for (const { name } of writer.functions.values()) taken.add(name);
  const free = (wanted: string): string => {
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  };
  const name = nameFunction(writer, scope?.instance?.title ?? "");
  taken.add(name);
  const inputs = variant.inputs.map((column) => {
    if (variant.inputs.length === 1) return "x";
    const port = scope?.instance?.inputs.find(
      ({ source }) => column[0] !== undefined && tensorKey(source) === tensorKey(column[0]),
    );
    const isPort = variant.scopes.every(({ instance }, index) => {
      const source = instance?.inputs.find((input) => input.name === port?.name)?.source;
      const tensor = column[index];
      return (
        source !== undefined && tensor !== undefined && tensorKey(source) === tensorKey(tensor)
      );
    });
    return free(isPort && port ? styleName(port.name, target) : "tensor");
  });
  const given = new Map<string, string>();
  variant.inputs.forEach((column, index) => given.set(inputKey(column), inputs[index] ?? ""));
  const local = (text: string) => free(styleName(text, target));
  const cut = (text: string) => text.slice(scope?.prefix.length ?? 0);
  const shared = new Map<string, string>();
  const outputs = variant.outputs.map((place) =>
    tensorKey(findPlace(tree, scope?.key ?? "", place)),
  );
  const written = writeSteps(writer, variant, {
    given,
    kept: outputs,
    namesOf(item) {
      if (item.kind === "call")
        return item.variant.outputs.length === 1
          ? null
          : outputsOf(tree, item).map((output) => local(cut(variables.tensor(output))));
      const names = variables.outputs(item.layer);
      if (item.layer.outputShapes.length === 1) return null;
      return names.map((each, port) => (each === null ? "_" : local(nameOutput(item, port, cut))));
    },
    sharedOf(item) {
      const variable = variables.layer(item.layer);
      if (variable === null) return null;
      const known = shared.get(variable) ?? local(`${cut(item.layer.name)} layer`);
      shared.set(variable, known);
      return known;
    },
  });
  return { name, inputs, params, steps: written.steps, outputs: written.outputs };
}

const nameOutput = ({ layer }: LayerItem, port: number, cut: (text: string) => string) =>
  port === 0 ? cut(layer.name) : `${cut(layer.name)} ${port}`;

/** After the block's definition. */
function nameFunction({ target, variables, functions }: Writer, title: string): string {
  const wanted = styleName(title, target);
  const isTaken = (name: string) =>
    variables.isTaken(name) || [...functions.values()].some((other) => other.name === name);
  if (!isTaken(wanted)) return wanted;
  const longer = styleName(`${title} block`, target);
  let name = longer;
  for (let number = 2; isTaken(name); number++) name = `${longer}_${number}`;
  return name;
}

interface Frame {
  /** Variables of the values from outside. */
  readonly given: ReadonlyMap<string, string>;
  readonly kept: readonly string[];
  namesOf(item: Item): readonly string[] | null;
  sharedOf(item: LayerItem): string | null;
}

const inputKey = (column: readonly PlanTensor[]) => `outside ${column.map(tensorKey).join(" ")}`;

function writeSteps(
  writer: Writer,
  variant: Variant,
  frame: Frame,
): { readonly steps: readonly Step[]; readonly outputs: readonly string[] } {
  const { tree } = writer;
  const [items = []] = variant.items;
  const outside = new Set(variant.inputs.map(inputKey));
  const flows = items.map((item, at): Flow => {
    const inputs = item.inputs.map((input, slot) => {
      const column = variant.items.flatMap((each) => each[at]?.inputs[slot] ?? []);
      const key = inputKey(column);
      return outside.has(key) ? key : tensorKey(input);
    });
    const chained = item.kind === "call" ? item.chained : null;
    return { inputs, chained, names: frame.namesOf(item), outputs: listOutputs(item) };
  });
  const needed = new Set([...flows.flatMap(({ inputs }) => inputs), ...frame.kept]);
  const trimmed = flows.map((flow): Flow => {
    const outputs = flow.outputs.map((value) => (value && needed.has(value) ? value : null));
    const length = Math.max(1, outputs.findLastIndex((value) => value !== null) + 1);
    return { ...flow, outputs: [flow.outputs[0] ?? null, ...outputs.slice(1, length)] };
  });
  const named = chooseVariables(trimmed, frame.given, frame.kept);
  const args = writer.findArguments(variant);
  const prefix = variant.scopes[0]?.prefix ?? "";
  const depth = variant.scopes[0]?.instance?.path.length ?? 0;
  const steps = items.map((item, at): Step => {
    const flow = named.flows[at];
    const codes: ReadonlyMap<number, Code> = args.codes.get(item.key) ?? new Map();
    const { inputs = [], outputs = [] } = flow ?? {};
    const base = { inputs, outputs, heading: [] };
    const nameText = (text: string, hasIndex = false) => ({
      hasPrefix: prefix !== "",
      text: text.slice(prefix.length),
      hasIndex,
    });
    if (item.kind === "layer") {
      const { layer } = item;
      const variable = frame.sharedOf(item);
      const shared = variable === null ? null : { variable, isMade: layer.sharedWith === null };
      const heading = layer.path.slice(depth);
      return { ...base, kind: "layer", heading, layer, codes, shared, name: nameText(layer.name) };
    }
    const callee = writer.functions.get(item.variant);
    if (callee === undefined) throw new Error("A function is called before it is written.");
    const passed = callee.params.map((_, index): Code => codes.get(index) ?? noCode);
    const call = { ...base, callee, codes: passed };
    if (item.chained === null) return { ...call, kind: "call", name: nameText(callPrefix(item)) };
    return {
      ...call,
      kind: "loop",
      name: nameText(`${loopPrefix(item) ?? ""}_`, true),
      count: args.counts.get(item.key) ?? noCode,
      start: flow?.start ?? null,
    };
  });
  return { steps, outputs: named.kept };

  function listOutputs(item: Item): readonly string[] {
    if (item.kind === "call") return outputsOf(tree, item).map(tensorKey);
    const { name: layer, outputShapes } = item.layer;
    return [...outputShapes.keys()].map((port) => tensorKey({ layer, port }));
  }
}

const callPrefix = ({ scopes: [scope] }: CallItem) => scope?.prefix.slice(0, -1) ?? "";

const noCode: Code = { kind: "value", value: null };
