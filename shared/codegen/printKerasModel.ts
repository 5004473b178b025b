import type { ModelPlan, PlanLayer } from "../compiler/plan.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { snakeCase } from "../layers/lowerParams.ts";
import { kerasShape, sizesOf } from "../layers/shape.ts";
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
import { groupLayers } from "./groupLayers.ts";
import { pythonLiteral, pythonOption, quote } from "./literals.ts";
import { nameVariables, type Variables } from "./nameVariables.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { indentLines, type Layout, printList, pythonLayout } from "./printCall.ts";

const inFunction: Layout = { ...pythonLayout, indent: 4 };
const parentheses = { open: "(", close: ")" } as const;
const brackets = { open: "[", close: "]" } as const;

/** `def build_model()`: Keras 3's functional API, one variable per layer, named as in the graph. */
export function printKerasModel(plan: ModelPlan): string {
  const variables = nameVariables(plan);
  const lines = [
    ...plan.inputs.map((input) => {
      const { batch } = input.shape;
      const sizes = pythonLiteral(
        batch === undefined ? sizesOf(input.shape) : kerasShape(input.shape),
      );
      const options = [`${batch === undefined ? "shape" : "batch_shape"}=${sizes}`];
      if (input.shape.dtype !== "float32") options.push(`dtype=${quote(input.shape.dtype)}`);
      options.push(`name=${quote(input.name)}`);
      const before = `${input.name} = keras.Input`;
      return `${before}${printList(options, parentheses, { ...inFunction, before })}`;
    }),
    "",
    ...groupLayers(plan.layers, (layer) => printLayer(layer, variables), "#"),
    "",
    printModel(plan, variables),
  ];
  return `def build_model() -> keras.Model:\n${indentLines(lines.join("\n"), "    ")}`;
}

/** Makes the layer and calls it; one that is used again gets a variable of its own first. */
function printLayer(layer: PlanLayer, variables: Variables): string {
  const { name, call } = layer;
  const outputs = variables.outputs(layer).map((each) => each ?? "_");
  // Keras gives a list: what is not needed behind the last output still has to go somewhere.
  if (outputs.length < layer.outputShapes.length) outputs.push("*_");
  const target = outputs.join(", ");
  const before = `${target} = `;
  const after = `(${printArguments(layer, variables)})`;
  const extra = [`name=${quote(name)}`];
  const shared = variables.layer(layer);
  if (shared === null)
    return `${before}${printCall(call, extra, { ...inFunction, before, after })}${after}`;
  const making = { ...inFunction, before: `${shared} = `, after: "" };
  const definition =
    layer.sharedWith === null ? `${shared} = ${printCall(call, extra, making)}\n` : "";
  return `${definition}${before}${shared}${after}`;
}

/** `x`, `[a, b]`, `query=a, value=b`, `x, initial_state=[h, c]`: see `LayerCall.pythonArguments`. */
function printArguments({ call, inputs }: PlanLayer, variables: Variables): string {
  const keywords = new Map<string | null, string[]>();
  inputs.forEach((input, index) => {
    const keyword = call.pythonArguments?.[index] ?? null;
    const group = keywords.get(keyword) ?? [];
    group.push(variables.tensor(input));
    keywords.set(keyword, group);
  });
  const printed = [...keywords].map(([keyword, tensors]) => {
    const [only = ""] = tensors;
    const value = tensors.length === 1 ? only : `[${tensors.join(", ")}]`;
    return { isFirst: keyword === null, text: keyword === null ? value : `${keyword}=${value}` };
  });
  const first = printed.filter(({ isFirst }) => isFirst);
  const rest = printed.filter(({ isFirst }) => !isFirst);
  const said = listSaidOptions(
    call.options.filter(({ isGivenOnCall }) => isGivenOnCall),
    "python",
  ).map(({ name, value }) => `${name}=${printValue(name, value, inFunction)}`);
  return [...[...first, ...rest].map(({ text }) => text), ...said].join(", ");
}

function printModel({ name, inputs, outputs, layers }: ModelPlan, variables: Variables): string {
  const one = (names: readonly string[]) =>
    names.length === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  const options = [
    `inputs=${one(inputs.map((input) => input.name))}`,
    `outputs=${one(outputs.map((output) => variables.tensor(output.source)))}`,
    `name=${quote(name)}`,
  ];
  const frozen = layers.filter(({ call, sharedWith }) => sharedWith === null && isFrozenLate(call));
  const before = `${frozen.length > 0 ? "model =" : "return"} keras.Model`;
  const model = `${before}${printList(options, parentheses, { ...inFunction, before })}`;
  if (frozen.length === 0) return model;
  const freezes = frozen.map((layer) => `model.get_layer(${quote(layer.name)}).trainable = False`);
  return [model, ...freezes, "return model"].join("\n");
}

/** See `LayerCall.pythonFreezes`; also of a layer inside. */
function isFrozenLate({ pythonFreezes, options }: LayerCall): boolean {
  return (
    pythonFreezes === true ||
    options.some(({ value }) => isLayerValue(value) && isFrozenLate(value.call))
  );
}

type CallLayout = Layout & { readonly before: string; readonly after: string };

/** `layers.Dense(10, activation="softmax")`: what Keras has no default for comes first, without its name. */
function printCall(call: LayerCall, extra: readonly string[], layout: CallLayout): string {
  const made = call.options.filter(({ isGivenOnCall }) => !isGivenOnCall);
  const options = listSaidOptions(made, "python").map(({ name, value, isRequired }, index) => {
    const printed = printValue(name, value, layout);
    return index === 0 && isRequired ? printed : `${name}=${printed}`;
  });
  const head = nameOwnClass(call, "python") ?? `layers.${call.className}`;
  return `${head}${printList([...options, ...extra], parentheses, { ...layout, before: layout.before + head })}`;
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
