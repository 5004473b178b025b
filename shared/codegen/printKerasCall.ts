/** Prints how a Keras layer is made: its class and the options that need saying. */
import { assertNever } from "../base/assertNever.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { snakeCase } from "../layers/lowerParams.ts";
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
import { pythonLiteral, pythonOption, quote } from "./literals.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { type Layout, printList } from "./printCall.ts";
import { printTerm } from "./printTerm.ts";
import type { Code } from "./program/program.ts";

const parentheses = { open: "(", close: ")" } as const;
const brackets = { open: "[", close: "]" } as const;

export type CallLayout = Layout & { readonly before: string; readonly after: string };

/** `layers.Dense(10, activation="softmax")`: what Keras has no default for comes first, without its name. */
export function printCall(
  call: LayerCall,
  extra: readonly string[],
  layout: CallLayout,
  codes?: ReadonlyMap<number, Code>,
): string {
  const made = listSaidOptions(call.options, "python", codes).filter(
    ({ isGivenOnCall }) => !isGivenOnCall,
  );
  const options = made.map(({ name, value, code, isRequired }, index) => {
    const printed = printCode(name, code ?? { kind: "value", value }, layout);
    return index === 0 && isRequired ? printed : `${name}=${printed}`;
  });
  const head = nameOwnClass(call, "python") ?? `layers.${call.className}`;
  return `${head}${printList([...options, ...extra], parentheses, { ...layout, before: layout.before + head })}`;
}

/** A value of an option, or what it is computed from. */
export function printCode(name: string, code: Code, layout: Layout): string {
  switch (code.kind) {
    case "value":
      return printValue(name, code.value, layout);
    case "list": {
      const entries = code.entries.map((entry) => printCode(name, entry, layout));
      return entries.length === 1 ? `(${entries[0] ?? ""},)` : `(${entries.join(", ")})`;
    }
    case "param":
      return printTerm(code);
    default:
      return assertNever(code);
  }
}

function printValue(name: string, value: CallValue, layout: Layout): string {
  if (isNamedValue(value))
    return printNamed(value, { ...layout, indent: layout.indent + 4, before: `${name}=` });
  if (isLayerValue(value))
    return printCall(value.call, [], {
      ...layout,
      indent: layout.indent + 4,
      before: `${name}=`,
      after: ",",
    });
  if (isLayersValue(value)) {
    const inner = { ...layout, indent: layout.indent + 4, before: "", after: "," };
    const calls = value.calls.map((call) => printCall(call, [], inner));
    return printList(calls, brackets, { ...inner, before: `${name}=` });
  }
  if (isJsonValue(value)) return pythonLiteral(value.value);
  return typeof value === "string" ? pythonOption(value) : pythonLiteral(value);
}

function printNamed(value: NamedValue, layout: Layout & { readonly before: string }): string {
  const spec = findSpec(value);
  const said = listNamedOptions(value, "python");
  if (value.kind === "initializer" && said.length === 0) return quote(spec.pythonId);
  // Regularizers and constraints always say how strong they are.
  const options =
    said.length > 0 || value.kind === "initializer"
      ? said
      : Object.entries(value.config).slice(0, 1);
  const printed = options.map(
    ([option, given]) =>
      `${snakeCase(option)}=${typeof given === "string" ? pythonOption(given) : pythonLiteral(given)}`,
  );
  const call = `keras.${value.kind}s.${spec.className}`;
  const before = `${layout.before}${call}`;
  return `${call}${printList(printed, parentheses, { ...layout, before, after: "," })}`;
}
