import type { ModelPlan, PlanLayer, PlanTensor } from "../compiler/plan.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { snakeCase } from "../layers/lowerParams.ts";
import { sizesOf } from "../layers/shape.ts";
import {
  findSpec,
  isLayerValue,
  isNamedValue,
  listNamedOptions,
  listSaidOptions,
  type NamedValue,
} from "./callOptions.ts";
import { pythonLiteral, pythonOption, quote } from "./literals.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { indentLines, type Layout, printList, pythonLayout } from "./printCall.ts";

const inFunction: Layout = { ...pythonLayout, indent: 4 };
const parentheses = { open: "(", close: ")" } as const;

/** `def build_model()`: Keras 3's functional API, one variable per layer, named as in the graph. */
export function printKerasModel(plan: ModelPlan): string {
  const lines = [
    ...plan.inputs.map((input) => {
      const options = [`shape=${pythonLiteral(sizesOf(input.shape))}`];
      if (input.shape.dtype !== "float32") options.push(`dtype=${quote(input.shape.dtype)}`);
      options.push(`name=${quote(input.name)}`);
      const before = `${input.name} = keras.Input`;
      return `${before}${printList(options, parentheses, { ...inFunction, before })}`;
    }),
    "",
    ...plan.layers.map(printLayer),
    "",
    printModel(plan),
  ];
  return `def build_model() -> keras.Model:\n${indentLines(lines.join("\n"), "    ")}`;
}

function printLayer({ name, call, inputs: tensors }: PlanLayer): string {
  const inputs = tensors.map(nameTensor);
  const [only] = inputs;
  const argument = inputs.length === 1 && only !== undefined ? only : `[${inputs.join(", ")}]`;
  const before = `${name} = `;
  return `${before}${printCall(call, [`name=${quote(name)}`], { ...inFunction, before, after: `(${argument})` })}(${argument})`;
}

/** The variable that holds it; the second and further outputs of a layer are unpacked as `name_1`, `name_2`. */
function nameTensor({ layer, port }: PlanTensor): string {
  return port === 0 ? layer : `${layer}_${port}`;
}

function printModel({ name, inputs, outputs }: ModelPlan): string {
  const one = (names: readonly string[]) =>
    names.length === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  const options = [
    `inputs=${one(inputs.map((input) => input.name))}`,
    `outputs=${one(outputs.map((output) => nameTensor(output.source)))}`,
    `name=${quote(name)}`,
  ];
  const before = "return keras.Model";
  return `${before}${printList(options, parentheses, { ...inFunction, before })}`;
}

type CallLayout = Layout & { readonly before: string; readonly after: string };

/** `layers.Dense(10, activation="softmax")`: what Keras has no default for comes first, without its name. */
function printCall(call: LayerCall, extra: readonly string[], layout: CallLayout): string {
  const said = listSaidOptions(call.options, "python");
  const options = said.map(({ name, value, isRequired }, index) => {
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
