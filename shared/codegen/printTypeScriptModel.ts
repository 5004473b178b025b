import type { ModelPlan, PlanLayer, PlanTensor } from "../compiler/plan.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { toTfjsConfig } from "../layers/namedConfigs.ts";
import { sizesOf } from "../layers/shape.ts";
import {
  findSpec,
  isLayerValue,
  isNamedValue,
  listNamedOptions,
  listSaidOptions,
  type NamedValue,
} from "./callOptions.ts";
import { quote, typescriptLiteral } from "./literals.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { indentLines, type Layout, printList, typescriptLayout } from "./printCall.ts";

const inFunction: Layout = { ...typescriptLayout, indent: 2 };
const object = { open: "{", close: "}" } as const;

/** `export function buildModel()`: the functional API, one constant per layer, named as in the graph. */
export function printTypeScriptModel(plan: ModelPlan): string {
  const lines = [
    ...plan.inputs.map((input) => {
      const options = [`shape: ${typescriptLiteral(sizesOf(input.shape))}`];
      if (input.shape.dtype !== "float32") options.push(`dtype: ${quote(input.shape.dtype)}`);
      options.push(`name: ${quote(input.name)}`);
      const before = `const ${input.name} = tf.input(`;
      return `${before}${printList(options, object, { ...inFunction, before, after: ");" })});`;
    }),
    "",
    ...plan.layers.map(printLayer),
    "",
    printModel(plan),
  ];
  return `export function buildModel(): tf.LayersModel {\n${indentLines(lines.join("\n"), "  ")}\n}`;
}

function printLayer({ name, call, inputs }: PlanLayer): string {
  const sources = inputs.map(nameTensor).map((input, index) => {
    const before = call.tfjsInputCalls?.[index];
    return before ? `${printCall(before, [], inFunction)}.apply(${input})${cast}` : input;
  });
  const [only] = sources;
  const argument = sources.length === 1 && only !== undefined ? only : `[${sources.join(", ")}]`;
  const before = `const ${name} = `;
  const after = `.apply(${argument})${cast};`;
  const extra = [`name: ${quote(name)}`];
  const flat = printCall(call, extra, { ...inFunction, width: 10_000 });
  if (2 + before.length + flat.length + after.length <= inFunction.width)
    return `${before}${flat}${after}`;
  // As a formatter breaks it: one step of the chain per line.
  const own = nameOwnClass(call, "tfjs");
  if (own !== null) {
    const head = `new ${own}(`;
    const options = printOptions(call, extra, { ...inFunction, width: 0 }, head);
    return `${before}${head}${options})${after}`;
  }
  const factory = `.${call.tfjsFactory}(`;
  const options = printOptions(call, extra, { ...inFunction, indent: 4 }, factory);
  return `${before}tf.layers\n  ${indentTail(`${factory}${options})`)}\n  ${after}`;
}

const cast = " as tf.SymbolicTensor";

function indentTail(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return [first, ...rest.map((line) => `  ${line}`)].join("\n");
}

/** The variable that holds it; the second and further outputs of a layer are unpacked as `name_1`, `name_2`. */
function nameTensor({ layer, port }: PlanTensor): string {
  return port === 0 ? layer : `${layer}_${port}`;
}

function printModel({ name, inputs, outputs }: ModelPlan): string {
  const one = (names: readonly string[]) =>
    names.length === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  const ins = one(inputs.map((input) => input.name));
  const outs = one(outputs.map((output) => nameTensor(output.source)));
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
  // As much narrower as the option's name and the comma take.
  if (isLayerValue(value))
    return printCall(value.call, [], { ...layout, width: layout.width - name.length - 3 });
  // tfjs implements these two, but its types don't say so.
  if (value === "logSoftmax") return `"logSoftmax" as "softmax"`;
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
