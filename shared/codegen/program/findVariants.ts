/** Which copies of blocks can be the same function, because only numbers and words in them differ. */
import type { ModelPlan, PlanTensor } from "../../compiler/plan.ts";
import { nameTfjsActivation } from "../../layers/activations.ts";
import type { CallValue } from "../../layers/defineLayer.ts";
import { listParts, type ScopeNode, type ScopeTree, tensorKey } from "./listParts.ts";
import { orderItems } from "./orderItems.ts";
import {
  type CallItem,
  inputsOf,
  type Item,
  type LayerItem,
  listTargetOptions,
  loopPrefix,
  outputsOf,
  type Target,
  type Variant,
} from "./variant.ts";

export interface Variants {
  readonly tree: ScopeTree;
  /** Inner ones first; the main model is the last. */
  readonly list: readonly Variant[];
}

/** `prepare` fills a variant's `args`, once for each. */
export function findVariants(
  plan: ModelPlan,
  target: Target,
  prepare: (variant: Variant) => void,
): Variants {
  const inlined = new Set<string>();
  for (;;) {
    const tree = listParts(plan, inlined);
    const search = new Search(plan, tree, target);
    const list: Variant[] = [];
    for (const scopes of groupByHeight(tree.top)) {
      for (const variant of search.group(scopes)) {
        prepare(variant);
        list.push(variant);
      }
    }
    if (search.stuck.size === 0) return { tree, list };
    // Values go out of these blocks and come in again: they can't be called at one go.
    for (const key of search.stuck) inlined.add(key);
  }
}

function groupByHeight(top: ScopeNode): readonly (readonly ScopeNode[])[] {
  const groups: ScopeNode[][] = [];
  const visit = (scope: ScopeNode): void => {
    (groups[scope.height] ??= []).push(scope);
    for (const part of scope.parts) if (part.kind === "scope") visit(part.scope);
  };
  visit(top);
  return groups;
}

class Search {
  /** Scopes that can't be called at one go. */
  readonly stuck = new Set<string>();
  readonly #tree: ScopeTree;
  readonly #target: Target;
  readonly #outputs: ReadonlyMap<string, readonly string[]>;
  readonly #variants = new Map<string, Variant>();
  readonly #ids = new Map<Variant, number>();

  constructor(plan: ModelPlan, tree: ScopeTree, target: Target) {
    this.#tree = tree;
    this.#target = target;
    this.#outputs = listOutputs(plan, tree);
  }

  group(scopes: readonly ScopeNode[]): readonly Variant[] {
    const groups = new Map<string, { scope: ScopeNode; items: readonly Item[] }[]>();
    for (const scope of scopes) {
      const items = this.#listItems(scope);
      const signature = this.#describe(scope, items);
      const group = groups.get(signature) ?? [];
      group.push({ scope, items });
      groups.set(signature, group);
    }
    return [...groups.values()].map((group) => this.#makeVariant(group));
  }

  #makeVariant(group: readonly { scope: ScopeNode; items: readonly Item[] }[]): Variant {
    const keys = (group[0]?.items ?? []).map(({ key }) => key);
    const items = group.map((member) => {
      const byKey = new Map(member.items.map((item) => [item.key, item]));
      return keys.flatMap((key) => byKey.get(key) ?? []);
    });
    const inputs = new Map<string, readonly PlanTensor[]>();
    for (const [at, item] of (items[0] ?? []).entries()) {
      for (const slot of item.inputs.keys()) {
        const column = group.flatMap((_, index) => items[index]?.[at]?.inputs[slot] ?? []);
        const isOutside = column[0] && this.#refer(group[0]?.scope, column[0]) === null;
        if (isOutside) inputs.set(column.map(tensorKey).join(" "), column);
      }
    }
    const outputs = new Set(group.flatMap(({ scope }) => this.#outputs.get(scope.key) ?? []));
    const variant: Variant = {
      scopes: group.map(({ scope }) => scope),
      items,
      inputs: [...inputs.values()],
      outputs: [...outputs],
      args: new Map(),
    };
    for (const { scope } of group) this.#variants.set(scope.key, variant);
    this.#ids.set(variant, this.#ids.size);
    return variant;
  }

  #listItems(scope: ScopeNode): readonly Item[] {
    const items: Item[] = [];
    const copies = new Map<string, ScopeNode[]>();
    for (const part of scope.parts) {
      if (part.kind === "layer") {
        items.push({ kind: "layer", key: part.key, layer: part.layer, inputs: part.layer.inputs });
        continue;
      }
      const node = part.scope.instance?.node ?? part.key;
      copies.set(node, [...(copies.get(node) ?? []), part.scope]);
    }
    for (const group of copies.values()) items.push(...this.#makeCalls(scope, group));
    const { ordered, stuck } = orderItems(items, this.#tree.layers);
    for (const item of stuck)
      if (item.kind === "call") for (const { key } of item.scopes) this.stuck.add(key);
    return ordered;
  }

  #makeCalls(outer: ScopeNode, group: readonly ScopeNode[]): readonly CallItem[] {
    const relative = (id: string) => (outer.key === "" ? id : id.slice(outer.key.length + 1));
    const calls = group.map((scope): CallItem => {
      const variant = this.#variantOf(scope);
      const inputs = inputsOf(variant, scope);
      const key = relative(scope.key);
      return { kind: "call", key, inputs, variant, scopes: [scope], chained: null };
    });
    const [first] = calls;
    const chained = first === undefined ? null : this.#findChain(calls);
    if (first === undefined || chained === null) return calls;
    return [{ ...first, key: relative(group[0]?.instance?.node ?? ""), scopes: group, chained }];
  }

  /** The input by which all copies hang together; null where they can't be a loop. */
  #findChain(calls: readonly CallItem[]): number | null {
    const [first, second] = calls;
    if (first === undefined || second === undefined) return null;
    const { variant } = first;
    if (variant.outputs.length !== 1) return null;
    const copies = first.scopes[0]?.instance?.copies;
    const base = loopPrefix(first);
    if (base === null || copies !== calls.length) return null;
    const args = JSON.stringify(this.#argsOf(first));
    const outputOf = (call: CallItem) => outputsOf(this.#tree, call)[0];
    const chained = second.inputs.findIndex((input) => isSame(input, outputOf(first)));
    const fits = calls.every((call, index) => {
      const before = calls[index - 1];
      return (
        call.variant === variant &&
        JSON.stringify(this.#argsOf(call)) === args &&
        call.scopes[0]?.prefix === `${base}_${index + 1}_` &&
        call.inputs.every((input, slot) =>
          isSame(input, before && slot === chained ? outputOf(before) : first.inputs[slot]),
        )
      );
    });
    return fits && chained >= 0 ? chained : null;
  }

  #argsOf({ variant, scopes: [scope] }: CallItem) {
    return variant.args.get(scope?.key ?? "");
  }

  #variantOf(scope: ScopeNode): Variant {
    const variant = this.#variants.get(scope.key);
    if (variant === undefined) throw new Error(`There is no function for ${scope.key}.`);
    return variant;
  }

  /** Everything about a scope but the values that may differ. */
  #describe(scope: ScopeNode, items: readonly Item[]): string {
    const byKey = [...items].sort((left, right) => (left.key < right.key ? -1 : 1));
    return JSON.stringify([
      scope.instance?.block ?? null,
      byKey.map((item) => [
        item.key,
        item.inputs.map((input) => this.#refer(scope, input)),
        // A tensor that goes in twice must do so in every copy: tfjs needs it copied.
        item.inputs.map((input) => item.inputs.findIndex((other) => isSame(input, other))),
        item.kind === "layer" ? this.#describeLayer(scope, item) : this.#describeCall(scope, item),
      ]),
    ]);
  }

  #describeCall(scope: ScopeNode, { variant, scopes, chained }: CallItem) {
    const name = (scopes[0]?.prefix ?? "").slice(scope.prefix.length);
    return [this.#ids.get(variant), name, chained];
  }

  #describeLayer(scope: ScopeNode, { layer }: LayerItem) {
    const { options, ...call } = layer.call;
    const shared = layer.sharedWith === null ? undefined : this.#tree.layers.get(layer.sharedWith);
    return [
      layer.name.slice(scope.prefix.length),
      call,
      listTargetOptions(options, this.#target).map(({ option, name, at }) => [
        at,
        name,
        describeValue(name, option.value),
      ]),
      layer.outputShapes.length,
      shared?.id.slice(scope.key.length) ?? null,
    ];
  }

  /** Where in the scope a tensor comes from; null: from outside. */
  #refer(scope: ScopeNode | undefined, { layer: name, port }: PlanTensor): string | null {
    const layer = this.#tree.layers.get(name);
    if (scope === undefined) return null;
    if (layer === undefined) return scope.key === "" ? tensorKey({ layer: name, port }) : null;
    const chain = this.#tree.chainOf(layer);
    if (!chain.includes(scope.key)) return null;
    return `${this.#tree.placeOf(layer, scope.key)}:${port}`;
  }
}

/** The kind of a value that may be given as an argument; of any other the value itself. */
function describeValue(name: string, value: CallValue): unknown {
  if (name === "noiseShape" || name === "mergeMode") return { value };
  if (typeof value === "number" || typeof value === "boolean") return typeof value;
  if (typeof value === "string") {
    const isPlain = nameTfjsActivation(name, value) === value && value !== "logSoftmax";
    return isPlain ? "string" : { value };
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const isNumbers = (entry: unknown): boolean =>
    typeof entry === "number" || (Array.isArray(entry) && entry.every(isNumbers));
  if (list.length === 0 || !list.every(isNumbers)) return { value };
  return list.map((entry) => (Array.isArray(entry) ? entry.length : 0));
}

function isSame(left: PlanTensor | undefined, right: PlanTensor | undefined): boolean {
  return left !== undefined && left.layer === right?.layer && left.port === right.port;
}

/** What each scope gives to others, in the plan's order. */
function listOutputs(plan: ModelPlan, tree: ScopeTree): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, (readonly string[])[]>();
  const use = (tensor: PlanTensor, chain: readonly string[]) => {
    users.set(tensorKey(tensor), [...(users.get(tensorKey(tensor)) ?? []), chain]);
  };
  for (const layer of plan.layers)
    for (const input of layer.inputs) use(input, tree.chainOf(layer));
  for (const { source } of plan.outputs) use(source, [""]);
  const outputs = new Map<string, string[]>();
  for (const layer of plan.layers) {
    for (const port of layer.outputShapes.keys()) {
      const chains = users.get(tensorKey({ layer: layer.name, port })) ?? [];
      for (const key of tree.chainOf(layer)) {
        if (chains.every((chain) => chain.includes(key))) continue;
        const found = outputs.get(key) ?? [];
        found.push(`${tree.placeOf(layer, key)}:${port}`);
        outputs.set(key, found);
      }
    }
  }
  return outputs;
}
