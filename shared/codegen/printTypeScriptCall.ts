/** Prints how a tfjs layer is made: its factory or class and the options that need saying. */
import { assertNever } from "../base/assertNever.ts";
import { nameTfjsActivation } from "../layers/activations.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { toTfjsConfig, toTfjsValue } from "../layers/namedConfigs.ts";
import {
  findSpec,
  isJsonValue,
  isLayersValue,
  isLayerValue,
  isNamedValue,
  listNamedOptions,
  listSaidOptions,
  type NamedValue,
} from "./callOptions.ts";
import { quote, typescriptLiteral } from "./literals.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { type Layout, printList } from "./printCall.ts";
import { printTerm } from "./printTerm.ts";
import type { Code } from "./program/program.ts";

const object = { open: "{", close: "}" } as const;
const list = { open: "[", close: "]" } as const;

/** `tf.layers.dense({ units: 10 })`. */
export function printCall(
  call: LayerCall,
  extra: readonly string[],
  layout: Layout,
  codes?: ReadonlyMap<number, Code>,
): string {
  const own = nameOwnClass(call, "tfjs");
  const before = own === null ? `tf.layers.${call.tfjsFactory}(` : `new ${own}(`;
  return `${before}${printOptions(call, extra, { ...layout, before, codes })})`;
}

export function printOptions(
  call: LayerCall,
  extra: readonly string[],
  layout: Layout & {
    readonly before: string;
    readonly codes: ReadonlyMap<number, Code> | undefined;
  },
): string {
  const inner = { ...layout, indent: layout.indent + 2 };
  const options = listSaidOptions(call.options, "tfjs", layout.codes).map(
    ({ name, value, code }) => {
      const printed = printCode(name, code ?? { kind: "value", value }, inner);
      return printed === name ? name : `${name}: ${printed}`;
    },
  );
  return printList([...options, ...extra], object, { ...layout, after: ")" });
}

/** A value of an option, or what it is computed from. */
export function printCode(name: string, code: Code, layout: Layout): string {
  switch (code.kind) {
    case "value":
      return printValue(name, code.value, layout);
    case "list":
      return `[${code.entries.map((entry) => printCode(name, entry, layout)).join(", ")}]`;
    case "param":
      return printTerm(code);
    default:
      return assertNever(code);
  }
}

function printValue(name: string, value: CallValue, layout: Layout): string {
  if (isNamedValue(value)) return printNamed(value, { ...layout, before: `${name}: ` });
  if (isLayerValue(value)) {
    // As much narrower as the option's name and the comma take.
    const printed = printCall(value.call, [], { ...layout, width: layout.width - name.length - 3 });
    // tfjs's Bidirectional is typed for tfjs's own recurrent layers only.
    const isForeign = name === "layer" && nameOwnClass(value.call, "tfjs") !== null;
    return isForeign ? `${printed} as unknown as tf.RNN` : printed;
  }
  if (isLayersValue(value)) {
    const calls = value.calls.map((call) => printCall(call, [], layout));
    return printList(calls, list, { ...layout, before: `${name}: `, after: "," });
  }
  if (isJsonValue(value)) return typescriptLiteral(value.value);
  const named = nameTfjsActivation(name, value);
  if (typeof named === "string" && named !== value) return `${quote(named)} as "linear"`;
  // tfjs implements these, but its types don't say so.
  if (value === "logSoftmax") return `"logSoftmax" as "softmax"`;
  if (name === "mergeMode" && value === null) return `null as unknown as "concat"`;
  if (name === "noiseShape") return `${typescriptLiteral(value)} as number[]`;
  return typescriptLiteral(value);
}

function printNamed(value: NamedValue, layout: Layout & { readonly before: string }): string {
  const spec = findSpec(value);
  const { factory } = toTfjsConfig(value.kind, value.name, value.config);
  const said = listNamedOptions(value, "tfjs");
  if (value.kind === "initializer" && said.length === 0) return quote(factory);
  // Regularizers and constraints always say how strong they are.
  const options = said.length > 0 || value.kind === "initializer" ? said : firstOption(value);
  const printed = options.map(([option, given]) => {
    return `${option}: ${typescriptLiteral(toTfjsValue(spec.options[option], given))}`;
  });
  const call = `tf.${value.kind}s.${factory}(`;
  if (printed.length === 0) return `${call})`;
  const before = `${layout.before}${call}`;
  return `${call}${printList(printed, object, { ...layout, before, after: ")," })})`;
}

function firstOption(value: NamedValue) {
  return Object.entries(value.config).slice(0, 1);
}
