/** What a function for several copies of a block has to be told: the values in which they differ. */
import type { JsonValue } from "../../base/json.ts";
import type { CallValue } from "../../layers/defineLayer.ts";
import { joinWords, makeIdentifier } from "../identifiers.ts";
import type { Code, FunctionParam } from "./program.ts";
import {
  type CallItem,
  type Item,
  listTargetOptions,
  type Target,
  type Variant,
} from "./variant.ts";

export interface Arguments {
  readonly params: readonly FunctionParam[];
  /** By item's key; of a layer by the position of the option, of a call one for each of the function's parameters. */
  readonly codes: ReadonlyMap<string, ReadonlyMap<number, Code>>;
  /** Of loops, by item's key. */
  readonly counts: ReadonlyMap<string, Code>;
}

interface Param {
  name: string;
  /** The option whose value it is, and in which part; null for a parameter of the block. */
  readonly wish: { readonly option: string; readonly part: string } | null;
  /** One per scope. */
  readonly values: readonly CallValue[];
}

/** Also fills `variant.args`. `inner` gives the parameters of a function that is called. */
export function chooseArguments(
  variant: Variant,
  target: Target,
  inner: (variant: Variant) => Arguments,
): Arguments {
  const chooser = new Chooser(variant);
  const codes = new Map<string, ReadonlyMap<number, Code>>();
  const counts = new Map<string, Code>();
  const columnsOf = (at: number) => variant.items.flatMap((items) => items[at] ?? []);
  for (const [at, item] of (variant.items[0] ?? []).entries()) {
    const column = columnsOf(at);
    if (item.kind === "layer") {
      const found = listTargetOptions(item.layer.call.options, target).flatMap((option) => {
        const values = column.flatMap((each) => valueOf(each, option.at));
        const part = item.layer.name.slice(variant.scopes[0]?.prefix.length ?? 0);
        const code = chooser.express(values, { option: option.name, part });
        return code.kind === "value" ? [] : [[option.at, code] as const];
      });
      codes.set(item.key, new Map(found));
      continue;
    }
    const part = joinWords(item.scopes[0]?.instance?.path.at(-1) ?? "");
    const calls = column.filter((each): each is CallItem => each.kind === "call");
    if (item.chained !== null) {
      const lengths = calls.map(({ scopes }) => scopes.length);
      counts.set(item.key, chooser.express(lengths, { option: "count", part }, true));
    }
    const passed = inner(item.variant).params.map(({ name }, index) => {
      const values = calls.map((call) => readArgument(call, index));
      return [index, chooser.express(values, { option: name, part })] as const;
    });
    codes.set(item.key, new Map(passed));
  }
  const params = chooser.nameParams(target);
  variant.scopes.forEach(({ key }, index) => {
    variant.args.set(
      key,
      params.map(({ values }) => values[index] ?? null),
    );
  });
  return { params, codes, counts };
}

function valueOf(item: Item, at: number): readonly CallValue[] {
  if (item.kind === "call") return [];
  const value = item.layer.call.options[at]?.value;
  return value === undefined ? [] : [value];
}

const readArgument = ({ variant, scopes }: CallItem, index: number): CallValue =>
  variant.args.get(scopes[0]?.key ?? "")?.[index] ?? null;

class Chooser {
  readonly #block: readonly Param[];
  readonly #own: Param[] = [];
  readonly #used = new Set<Param>();

  constructor({ scopes }: Variant) {
    const names = Object.keys(scopes[0]?.instance?.arguments ?? {});
    this.#block = names.flatMap((name): Param[] => {
      const values = scopes.map(({ instance }) => readSimple(instance?.arguments[name] ?? null));
      return isConstant(values) ? [] : [{ name, wish: null, values }];
    });
  }

  /** `canAdd`: also `units - 1`. */
  express(
    values: readonly CallValue[],
    wish: { readonly option: string; readonly part: string },
    canAdd = false,
  ): Code {
    const known = this.#expressKnown(values, canAdd);
    if (known !== null) return known;
    const isOurs = (param: Param) =>
      param.wish?.option === wish.option && isSame(param.values, values);
    const param = this.#own.find(isOurs) ?? { name: "", wish, values };
    if (!this.#own.includes(param)) this.#own.push(param);
    this.#used.add(param);
    return { kind: "param", param, times: 1, plus: 0 };
  }

  /** By what is constant and the parameters of the block; null where they don't do. */
  #expressKnown(values: readonly CallValue[], canAdd: boolean): Code | null {
    const [first = null] = values;
    if (isConstant(values)) return { kind: "value", value: first };
    const terms = this.#block.flatMap((param) => {
      const term = findTerm(param.values, values, canAdd);
      return term === null ? [] : [{ param, ...term }];
    });
    // The plainest is what was meant: of two numbers one may be the other's double by chance.
    const [best] = terms.sort((one, other) => weigh(one) - weigh(other));
    if (best !== undefined) {
      this.#used.add(best.param);
      return { kind: "param", ...best };
    }
    if (!Array.isArray(first)) return null;
    const lists = values.map((value): readonly CallValue[] => (Array.isArray(value) ? value : []));
    const entries: Code[] = [];
    for (const index of first.keys()) {
      const column = lists.map((list) => list[index] ?? null);
      const entry = this.#expressKnown(column, false);
      if (entry === null) return null;
      entries.push(entry);
    }
    return { kind: "list", entries };
  }

  /** The block's parameters first. */
  nameParams(target: Target): readonly Param[] {
    const used = [...this.#block, ...this.#own].filter((param) => this.#used.has(param));
    const options = used.map(({ name, wish }) => wish?.option ?? name);
    const taken = new Set(["name", "index", "x", "branch", "inputs", "outputs"]);
    for (const param of used) {
      const { wish } = param;
      const option = wish?.option ?? param.name;
      const isOnly = options.filter((other) => other === option).length === 1;
      const words = wish === null || isOnly ? option : `${option} ${wish.part}`;
      const wanted = styleName(words, target);
      let name = wanted;
      for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${wanted}_${number}`;
      taken.add(name.toLowerCase());
      param.name = name;
    }
    return used;
  }
}

/** `kernelSize conv 1` → `kernel_size_conv_1` in Python, `kernelSizeConv1` in TypeScript. */
export function styleName(text: string, target: Target): string {
  const words = joinWords(text.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_"));
  const lower = words.toLowerCase();
  const camel = lower.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return makeIdentifier(target === "python" ? lower : camel, "value");
}

interface Term {
  readonly times: number;
  readonly plus: number;
}

const weigh = ({ times, plus }: Term) => times + Math.abs(plus);

function findTerm(
  params: readonly CallValue[],
  values: readonly CallValue[],
  canAdd: boolean,
): Term | null {
  if (isSame(params, values)) return { times: 1, plus: 0 };
  const [param, value] = [params[0], values[0]];
  if (typeof param !== "number" || typeof value !== "number") return null;
  const fits = (times: number, plus: number) =>
    params.every(
      (each, index) => typeof each === "number" && each * times + plus === values[index],
    );
  if (canAdd) {
    const plus = value - param;
    return Math.abs(plus) <= 2 && fits(1, plus) ? { times: 1, plus } : null;
  }
  const times = value / param;
  return Number.isInteger(times) && times > 1 && fits(times, 0) ? { times, plus: 0 } : null;
}

/** Numbers, words and lists of numbers; anything else is no argument. */
function readSimple(value: JsonValue): CallValue {
  if (value === null || typeof value !== "object") return value;
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [];
  const numbers = list.filter((entry) => typeof entry === "number");
  return Array.isArray(value) && numbers.length === list.length ? numbers : null;
}

const isConstant = (values: readonly CallValue[]) =>
  values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));

const isSame = (left: readonly CallValue[], right: readonly CallValue[]) =>
  JSON.stringify(left) === JSON.stringify(right);
