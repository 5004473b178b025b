/** Prints the model's part of a tfjs script: a function for each block, and `buildModel`. */
import type { ModelPlan } from "../compiler/plan.ts";
import type { CallValue } from "../layers/defineLayer.ts";
import { kerasShape, sizesOf } from "../layers/shape.ts";
import { groupSteps } from "./groupSteps.ts";
import { quote, typescriptLiteral } from "./literals.ts";
import { nameOwnClass } from "./ownLayers.ts";
import { indentLines, type Layout, printList, typescriptLayout } from "./printCall.ts";
import { printTerm } from "./printTerm.ts";
import { printCall, printCode, printOptions } from "./printTypeScriptCall.ts";
import { makeProgram } from "./program/makeProgram.ts";
import type {
  BlockFunction,
  CallStep,
  Code,
  LayerStep,
  LoopStep,
  NameText,
  Step,
} from "./program/program.ts";

const inFunction: Layout = { ...typescriptLayout, indent: 2 };
const object = { open: "{", close: "}" } as const;
const list = { open: "[", close: "]" } as const;
const parentheses = { open: "(", close: ")" } as const;

/** Functions for the blocks and `export function buildModel()`: the functional API, named as in the graph. */
export function printTypeScriptModel(plan: ModelPlan): readonly string[] {
  const program = makeProgram(plan, "tfjs");
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
    ...groupSteps(program.steps, printStep, "//"),
    "",
    printModel(plan, program.outputs),
  ];
  return [
    ...program.functions.map(printFunction),
    `export function buildModel(): tf.LayersModel {\n${indentLines(lines.join("\n"), "  ")}\n}`,
  ];
}

function printFunction(block: BlockFunction): string {
  const { name, inputs, params, outputs } = block;
  const names = params.map((param) => param.name);
  const types = params.map((param) => `${param.name}: ${printType(param.values)}`);
  const pattern = `{ ${names.join(", ")} }`;
  const flatType = `{ ${types.join("; ")} }`;
  const isWide = 2 + `${pattern}: ${flatType},`.length > typescriptLayout.width;
  const type = isWide ? `{\n${types.map((each) => `  ${each};`).join("\n")}\n}` : flatType;
  const entries = [
    ...inputs.map((input) => `${input}: tf.SymbolicTensor`),
    "name: string",
    ...(params.length === 0 ? [] : [`${pattern}: ${type}`]),
  ];
  const before = `function ${name}`;
  const tensors = outputs.map(() => "tf.SymbolicTensor");
  const after = `: ${outputs.length === 1 ? "tf.SymbolicTensor" : `[${tensors.join(", ")}]`} {`;
  const head = `${before}${printList(entries, parentheses, { ...typescriptLayout, before, after })}${after}`;
  const result = outputs.length === 1 ? (outputs[0] ?? "") : `[${outputs.join(", ")}]`;
  const lines = [...groupSteps(block.steps, printStep, "//"), `return ${result};`];
  return `${head}\n${indentLines(lines.join("\n"), "  ")}\n}`;
}

/** Words are told one by one: tfjs's options take no others. */
function printType(values: readonly CallValue[]): string {
  const [first] = values;
  if (typeof first === "string") {
    const words = values.filter((value) => typeof value === "string");
    return [...new Set(words)].map(quote).join(" | ");
  }
  return describeType(first);
}

function describeType(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(describeType).join(", ")}]` : typeof value;
}

function printStep(step: Step): string {
  if (step.kind === "layer") return printLayer(step);
  if (step.kind === "call") {
    const before = printTarget(step, step.callee.outputs.length);
    return `${before}${printFunctionCall(step, { ...inFunction, before })};`;
  }
  const [variable] = step.outputs;
  const before = `${variable?.name ?? ""} = `;
  const isDeclared = step.start !== null && variable?.isNew === true;
  const inLoop = { ...inFunction, indent: 4, before };
  return [
    ...(step.start === null ? [] : [`${isDeclared ? "let " : ""}${before}${step.start};`]),
    `for (let index = 1; ${printCondition(step.count)}; index++) {`,
    `${indentLines(`${before}${printFunctionCall(step, inLoop)};`, "  ")}`,
    "}",
  ].join("\n");
}

function printCondition(count: Code): string {
  if (count.kind === "value") return `index <= ${Number(count.value)}`;
  if (count.kind === "list") return "false";
  return count.plus === -1
    ? `index < ${printTerm({ ...count, plus: 0 })}`
    : `index <= ${printTerm(count)}`;
}

function printFunctionCall(
  { callee, inputs, codes, name }: CallStep | LoopStep,
  layout: Layout & { readonly before: string },
): string {
  const entries = [...inputs, printName(name)];
  const given = callee.params.map((param, index) => {
    const code = codes[index];
    const printed = code ? printCode(param.name, code, layout) : "undefined";
    return printed === param.name ? printed : `${param.name}: ${printed}`;
  });
  if (given.length === 0) {
    const before = `${layout.before}${callee.name}`;
    return `${callee.name}${printList(entries, parentheses, { ...layout, before, after: ";" })}`;
  }
  const head = `${callee.name}(${entries.join(", ")}, `;
  const before = `${layout.before}${head}`;
  return `${head}${printList(given, object, { ...layout, before, after: ");" })})`;
}

/** Identifiers' characters only: they need no escaping. */
function printName({ hasPrefix, text, hasIndex }: NameText): string {
  if (!hasPrefix && !hasIndex) return quote(text);
  return `\`${hasPrefix ? "${name}_" : ""}${text}${hasIndex ? "${index}" : ""}\``;
}

/** `const conv = `, or `x = ` for a variable that is there already. */
function printTarget({ outputs }: Step, count: number): string {
  const [first] = outputs;
  const names = outputs.map((output) => output?.name ?? "");
  const target = count === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  if (count === 1 && first?.isNew === false) return `${target} = `;
  return `${outputs.some((output) => output?.isChanged) ? "let" : "const"} ${target} = `;
}

/** Makes the layer and applies it; one that is used again gets a constant of its own first. */
function printLayer(step: LayerStep): string {
  const { layer, shared } = step;
  const count = layer.outputShapes.length;
  const cast = count === 1 ? singleCast : " as tf.SymbolicTensor[]";
  const after = `.apply(${printArgument(step, `)${cast};`)})${cast};`;
  const before = printTarget(step, count);
  if (shared === null) return printNew(step, { before, after });
  // The layer bears the name of its first use: weights in model files are found by it.
  const making = { before: `const ${shared.variable} = `, after: ";" };
  const definition = shared.isMade ? `${printNew(step, making)}\n` : "";
  return `${definition}${before}${shared.variable}${after}`;
}

/** As `prepareInputs` of the engine: what tfjs needs in front, and a copy of a tensor that is taken twice. */
function printArgument({ layer: { call }, inputs }: LayerStep, after: string): string {
  const sources = inputs.map((input, index) => {
    const before = call.tfjsInputCalls?.[index];
    if (before) return `${printCall(before, [], inFunction)}.apply(${input})${singleCast}`;
    return inputs.indexOf(input) < index ? `${copyLayer}.apply(${input})${singleCast}` : input;
  });
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return only;
  return printList(sources, list, { ...inFunction, before: "}).apply(", after });
}

function printNew(
  { layer: { call }, codes, name }: LayerStep,
  { before, after }: { readonly before: string; readonly after: string },
): string {
  const extra = [`name: ${printName(name)}`];
  const flat = printCall(call, extra, { ...inFunction, width: 10_000 }, codes);
  if (2 + before.length + flat.length + after.length <= inFunction.width)
    return `${before}${flat}${after}`;
  const own = nameOwnClass(call, "tfjs");
  if (own !== null || after === ";") {
    const head = own === null ? `tf.layers.${call.tfjsFactory}(` : `new ${own}(`;
    const options = printOptions(call, extra, { ...inFunction, width: 0, before: head, codes });
    return `${before}${head}${options})${after}`;
  }
  // As a formatter breaks it: one step of the chain per line.
  const factory = `.${call.tfjsFactory}(`;
  const layout = { ...inFunction, indent: 4, before: factory, codes };
  return `${before}tf.layers\n  ${indentTail(`${factory}${printOptions(call, extra, layout)})`)}\n  ${after}`;
}

const singleCast = " as tf.SymbolicTensor";
const copyLayer = `tf.layers.activation({ activation: "linear" })`;

function indentTail(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return [first, ...rest.map((line) => `  ${line}`)].join("\n");
}

function printModel({ name, inputs }: ModelPlan, outputs: readonly string[]): string {
  const one = (names: readonly string[]) =>
    names.length === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  const ins = one(inputs.map((input) => input.name));
  const outs = one(outputs);
  const options = [
    ins === "inputs" ? "inputs" : `inputs: ${ins}`,
    outs === "outputs" ? "outputs" : `outputs: ${outs}`,
    `name: ${quote(name)}`,
  ];
  const before = "return tf.model(";
  return `${before}${printList(options, object, { ...inFunction, before, after: ");" })});`;
}
