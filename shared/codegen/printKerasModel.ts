/** Prints the model's part of a Keras script: a function for each block, and `build_model`. */
import type { ModelPlan } from "../compiler/plan.ts";
import type { LayerCall } from "../layers/defineLayer.ts";
import { kerasShape, sizesOf } from "../layers/shape.ts";
import { isLayerValue, listSaidOptions } from "./callOptions.ts";
import { groupSteps } from "./groupSteps.ts";
import { pythonLiteral, quote } from "./literals.ts";
import { indentLines, type Layout, printList, pythonLayout } from "./printCall.ts";
import { printCall, printCode } from "./printKerasCall.ts";
import { printTerm } from "./printTerm.ts";
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

const inFunction: Layout = { ...pythonLayout, indent: 4 };
const parentheses = { open: "(", close: ")" } as const;

/** Functions for the blocks and `def build_model()`: Keras 3's functional API, named as in the graph. */
export function printKerasModel(plan: ModelPlan): readonly string[] {
  const program = makeProgram(plan, "python");
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
    ...groupSteps(program.steps, printStep, "#"),
    "",
    printModel(plan, program.outputs),
  ];
  return [
    ...program.functions.map(printFunction),
    `def build_model() -> keras.Model:\n${indentLines(lines.join("\n"), "    ")}`,
  ];
}

function printFunction({ name, inputs, params, steps, outputs }: BlockFunction): string {
  const arguments_ = [...inputs, ...params.map((param) => param.name), "name"];
  const before = `def ${name}`;
  const head = `${before}${printList(arguments_, parentheses, { ...pythonLayout, before, after: ":" })}:`;
  const lines = [...groupSteps(steps, printStep, "#"), `return ${outputs.join(", ")}`];
  return `${head}\n${indentLines(lines.join("\n"), "    ")}`;
}

function printStep(step: Step): string {
  if (step.kind === "layer") return printLayer(step);
  if (step.kind === "call") {
    const before = `${printTarget(step, step.callee.outputs.length)} = `;
    return `${before}${printFunctionCall(step, { ...inFunction, before })}`;
  }
  const variable = step.outputs[0]?.name ?? "_";
  const before = `${variable} = `;
  const inLoop = { ...inFunction, indent: 8, before };
  return [
    ...(step.start === null ? [] : [`${before}${step.start}`]),
    `for index in range(1, ${printEnd(step.count)}):`,
    indentLines(`${before}${printFunctionCall(step, inLoop)}`, "    "),
  ].join("\n");
}

/** One behind the last number. */
function printEnd(count: Code): string {
  if (count.kind === "param") return printTerm({ ...count, plus: count.plus + 1 });
  return count.kind === "value" ? String(Number(count.value) + 1) : "";
}

function printFunctionCall(
  { callee, inputs, codes, name }: CallStep | LoopStep,
  layout: Layout & { readonly before: string },
): string {
  const given = callee.params.map((param, index) => {
    const code = codes[index];
    return `${param.name}=${code ? printCode(param.name, code, layout) : "None"}`;
  });
  const entries = [...inputs, ...given, `name=${printName(name)}`];
  const before = `${layout.before}${callee.name}`;
  return `${callee.name}${printList(entries, parentheses, { ...layout, before })}`;
}

/** Identifiers' characters only: they need no escaping. */
function printName({ hasPrefix, text, hasIndex }: NameText): string {
  if (!hasPrefix && !hasIndex) return quote(text);
  return `f"${hasPrefix ? "{name}_" : ""}${text}${hasIndex ? "{index}" : ""}"`;
}

/** Keras and functions give several outputs as a list: what is not needed still has to go somewhere. */
function printTarget({ outputs }: Step, count: number): string {
  const names = outputs.map((output) => output?.name ?? "_");
  if (names.length < count) names.push("*_");
  return names.join(", ");
}

/** Makes the layer and calls it; one that is used again gets a variable of its own first. */
function printLayer(step: LayerStep): string {
  const { layer, codes, shared } = step;
  const before = `${printTarget(step, layer.outputShapes.length)} = `;
  const after = `(${printArguments(step)})`;
  const extra = [`name=${printName(step.name)}`];
  if (shared === null)
    return `${before}${printCall(layer.call, extra, { ...inFunction, before, after }, codes)}${after}`;
  const making = { ...inFunction, before: `${shared.variable} = `, after: "" };
  const definition = shared.isMade
    ? `${making.before}${printCall(layer.call, extra, making, codes)}\n`
    : "";
  return `${definition}${before}${shared.variable}${after}`;
}

/** `x`, `[a, b]`, `query=a, value=b`, `x, initial_state=[h, c]`: see `LayerCall.pythonArguments`. */
function printArguments({ layer: { call }, inputs, codes }: LayerStep): string {
  const keywords = new Map<string | null, string[]>();
  inputs.forEach((input, index) => {
    const keyword = call.pythonArguments?.[index] ?? null;
    const group = keywords.get(keyword) ?? [];
    group.push(input);
    keywords.set(keyword, group);
  });
  const printed = [...keywords].map(([keyword, tensors]) => {
    const [only = ""] = tensors;
    const value = tensors.length === 1 ? only : `[${tensors.join(", ")}]`;
    return { isFirst: keyword === null, text: keyword === null ? value : `${keyword}=${value}` };
  });
  const first = printed.filter(({ isFirst }) => isFirst);
  const rest = printed.filter(({ isFirst }) => !isFirst);
  const said = listSaidOptions(call.options, "python", codes)
    .filter(({ isGivenOnCall }) => isGivenOnCall)
    .map(({ name, value, code }) => {
      const printedValue = printCode(name, code ?? { kind: "value", value }, inFunction);
      return `${name}=${printedValue}`;
    });
  return [...[...first, ...rest].map(({ text }) => text), ...said].join(", ");
}

function printModel({ name, inputs, layers }: ModelPlan, outputs: readonly string[]): string {
  const one = (names: readonly string[]) =>
    names.length === 1 ? (names[0] ?? "") : `[${names.join(", ")}]`;
  const options = [
    `inputs=${one(inputs.map((input) => input.name))}`,
    `outputs=${one(outputs)}`,
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
