/** The layers of our own that a plan uses, as texts to put into a script. */
import type { ModelPlan } from "../compiler/plan.ts";
import { nameTfjsActivation } from "../layers/activations.ts";
import type { CallValue, LayerCall } from "../layers/defineLayer.ts";
import { isLayersValue, isLayerValue } from "./callOptions.ts";
import { type OwnSource, pythonSources, typescriptSources } from "./own/ownSources.ts";

/** Each class once, in the order of first use. Throws for a class that `build/embedSources.mjs` has not seen. */
export function listOwnClasses(
  plan: ModelPlan,
  target: "tfjs" | "python",
): readonly { readonly name: string; readonly text: string }[] {
  const found = plan.layers
    .flatMap(({ call }) => listCalls(call, target))
    .flatMap((call) => [
      ...(isOwn(call, target) ? [findOwnSource(call, target)] : []),
      ...(target === "tfjs" ? findActivations(call) : []),
    ]);
  return [...new Set(found)].map(({ className, text }) => ({ name: className, text }));
}

/** Their texts, with a line above the first that says what they are. */
export function headOwnClasses(
  classes: readonly { readonly text: string }[],
  heading: string,
): readonly string[] {
  return classes.map(({ text }, index) => (index === 0 ? `${heading}\n${text}` : text));
}

/** The class that registers the activation functions of our own, where an option names one. */
function findActivations({ options }: LayerCall): readonly OwnSource[] {
  const { activation } = typescriptSources;
  const isUsed = options.some(
    ({ tfjsName, value }) => tfjsName !== null && nameTfjsActivation(tfjsName, value) !== value,
  );
  return isUsed && activation !== undefined ? [activation] : [];
}

/** The class's name in the script. */
export function nameOwnClass(call: LayerCall, target: "tfjs" | "python"): string | null {
  return isOwn(call, target) ? findOwnSource(call, target).className : null;
}

function isOwn(call: LayerCall, target: "tfjs" | "python"): boolean {
  return (target === "tfjs" ? call.tfjsSource : call.pythonSource) === "own";
}

function findOwnSource({ className, tfjsFactory }: LayerCall, target: "tfjs" | "python") {
  const [sources, key]: [Readonly<Record<string, OwnSource>>, string] =
    target === "tfjs" ? [typescriptSources, tfjsFactory] : [pythonSources, className];
  const source = Object.hasOwn(sources, key) ? sources[key] : undefined;
  if (source === undefined)
    throw new Error(
      `There is no class "${key}" of our own for ${target} (run node build/embedSources.mjs).`,
    );
  return source;
}

/** The call, the layers it wraps, and those that tfjs needs before it. */
function listCalls(call: LayerCall, target: "tfjs" | "python"): readonly LayerCall[] {
  const before = target === "tfjs" ? (call.tfjsInputCalls ?? []) : [];
  const inner = call.options.map(({ value }) => value).flatMap(listInner);
  return [call, ...[...inner, ...before].flatMap((next) => (next ? listCalls(next, target) : []))];
}

function listInner(value: CallValue): readonly LayerCall[] {
  if (isLayersValue(value)) return value.calls;
  return isLayerValue(value) ? [value.call] : [];
}
