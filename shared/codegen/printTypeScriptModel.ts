import type { ModelPlan, PlanLayer } from "../compiler/plan.ts";
import { nameTfjsActivation } from "../layers/activations.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { toTfjsConfig } from "../layers/namedConfigs.ts";
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
import { quote, typescriptLiteral } from "./literals.ts";
import { nameVariables, type Variables } from "./nameVariables.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { indentLines, type Layout, printList, typescriptLayout } from "./printCall.ts";

const inFunction: Layout = { ...typescriptLayout, indent: 2 };
const object = { open: "{", close: "}" } as const;
const list = { open: "[", close: "]" } as const;

/** `export function buildModel()`: the functional API, one constant per layer, named as in the graph. */
export function printTypeScriptModel(plan: ModelPlan): string {
  const variables = nameVariables(plan);
  const lines = [
    ...plan.inputs.map((input) => {
      const { batch } = input.shape;
      const sizes = typescriptLiteral(
        batch === undefined ? sizesOf(input.shape) : kerasShape(input.shape),
      );
      const options = [`${batch === undefined ? "shape" : "batchShape"}: ${sizes}`];
      if (input.shape.dtype !== "float32") options.push(`dtype: ${quote(input.shape.dtype)}`);
      options.push(`name: ${quote(input.name)}`);
      const before = `const ${input.name} = tf.input(`;
      return `${before}${printList(options, object, { ...inFunction, before, after: ");" })});`;
    }),
    "",
    ...groupLayers(plan.layers, (layer) => printLayer(layer, variables), "//"),
    "",
    printModel(plan, variables),
  ];
  return `export function buildModel(): tf.LayersModel {\n${indentLines(lines.join("\n"), "  ")}\n}`;
}

/** Makes the layer and applies it; one that is used again gets a constant of its own first. */
function printLayer(layer: PlanLayer, variables: Variables): string {
  const { name, call } = layer;
  const outputs = variables.outputs(layer);
  const target =
    layer.outputShapes.length === 1 ? name : `[${outputs.map((each) => each ?? "").join(", ")}]`;
  const cast =
    layer.outputShapes.length === 1 ? " as tf.SymbolicTensor" : " as tf.SymbolicTensor[]";
  const after = `.apply(${printArgument(layer, variables)})${cast};`;
  const before = `const ${target} = `;
  const shared = variables.layer(layer);
  // The layer bears the name of its first use: weights in model files are found by it.
  const made = layer.sharedWith === null ? name : null;
  if (shared === null) return printNew(call, name, { before, after });
  const definition =
    made === null ? "" : `${printNew(call, made, { before: `const ${shared} = `, after: ";" })}\n`;
  return `${definition}${before}${shared}${after}`;
}

/** As `prepareInputs` of the engine: what tfjs needs in front, and a copy of a tensor that is taken twice. */
function printArgument({ call, inputs }: PlanLayer, variables: Variables): string {
  const tensors = inputs.map((input) => variables.tensor(input));
  const sources = tensors.map((input, index) => {
    const before = call.tfjsInputCalls?.[index];
    if (before) return `${printCall(before, [], inFunction)}.apply(${input})${singleCast}`;
    return tensors.indexOf(input) < index ? `${copyLayer}.apply(${input})${singleCast}` : input;
  });
  const [only] = sources;
  return sources.length === 1 && only !== undefined ? only : `[${sources.join(", ")}]`;
}

function printNew(
  call: LayerCall,
  name: string,
  { before, after }: { readonly before: string; readonly after: string },
): string {
  const extra = [`name: ${quote(name)}`];
  const flat = printCall(call, extra, { ...inFunction, width: 10_000 });
  if (2 + before.length + flat.length + after.length <= inFunction.width)
    return `${before}${flat}${after}`;
  const own = nameOwnClass(call, "tfjs");
  if (own !== null || after === ";") {
    const head = own === null ? `tf.layers.${call.tfjsFactory}(` : `new ${own}(`;
    const options = printOptions(call, extra, { ...inFunction, width: 0 }, head);
    return `${before}${head}${options})${after}`;
  }
  // As a formatter breaks it: one step of the chain per line.
  const factory = `.${call.tfjsFactory}(`;
  const options = printOptions(call, extra, { ...inFunction, indent: 4 }, factory);
  return `${before}tf.layers\n  ${indentTail(`${factory}${options})`)}\n  ${after}`;
}

const singleCast = " as tf.SymbolicTensor";
const copyLayer = `tf.layers.activation({ activation: "linear" })`;

function indentTail(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return [first, ...rest.map((line) => `  ${line}`)].join("\n");
}

function printModel({ name, inputs, outputs }: ModelPlan, variables: Variables): string {
  const one = (names: readonly string[]) =>
    names.length === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  const ins = one(inputs.map((input) => input.name));
  const outs = one(outputs.map((output) => variables.tensor(output.source)));
  const options = [
    ins === "inputs" ? "inputs" : `inputs: ${ins}`,
    outs === "outputs" ? "outputs" : `outputs: ${outs}`,
    `name: ${quote(name)}`,
  ];
  const before = "return tf.model(";
  return `${before}${printList(options, object, { ...inFunction, before, after: ");" })});`;
}

/** `tf.layers.dense({ units: 10 })`. */
function printCall(call: LayerCall, extra: readonly string[], layout: Layout): string {
  const own = nameOwnClass(call, "tfjs");
  const before = own === null ? `tf.layers.${call.tfjsFactory}(` : `new ${own}(`;
  return `${before}${printOptions(call, extra, layout, before)})`;
}

function printOptions(
  call: LayerCall,
  extra: readonly string[],
  layout: Layout,
  before: string,
): string {
  const inner = { ...layout, indent: layout.indent + 2 };
  const options = listSaidOptions(call.options, "tfjs").map(
    ({ name, value }) => `${name}: ${printValue(name, value, inner)}`,
  );
  return printList([...options, ...extra], object, { ...layout, before, after: ")" });
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
    const renamed = spec.options[option]?.tfjsValues;
    const tfjsValue = renamed && typeof given === "string" ? (renamed[given] ?? given) : given;
    return `${option}: ${typescriptLiteral(tfjsValue)}`;
  });
  const call = `tf.${value.kind}s.${factory}(`;
  if (printed.length === 0) return `${call})`;
  const before = `${layout.before}${call}`;
  return `${call}${printList(printed, object, { ...layout, before, after: ")," })})`;
}

function firstOption(value: NamedValue) {
  return Object.entries(value.config).slice(0, 1);
}
