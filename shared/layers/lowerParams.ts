import type { JsonPrimitive, JsonValue } from "../base/json.ts";
import type { CallOption, CallValue, LayerCall } from "./defineLayer.ts";
import type { NamedConfig, ParamSpec, ParamSpecs } from "./params.ts";
import { checkParam, specDefault } from "./readParams.ts";

export interface LowerRequest {
  /** Keras's class. */
  readonly className: string;
  /** The function in `tf.layers`. */
  readonly tfjsFactory: string;
  readonly specs: ParamSpecs;
  readonly params: Readonly<Record<string, unknown>>;
  /** Options that are not part of the call, or that `extra` gives. */
  readonly omit?: readonly string[];
  /** tfjs's class where it isn't Keras's. */
  readonly tfjsClassName?: string;
  /** Options that aren't parameters, or that print irregularly; they come after the others. */
  readonly extra?: readonly CallOption[];
}

/** The constructor call: one option per parameter, in the order of the specs, with each target's name and default. */
export function lowerParams(request: LowerRequest): LayerCall {
  const { className, tfjsClassName, tfjsFactory, specs, params, omit = [], extra = [] } = request;
  const options: CallOption[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    if (omit.includes(name)) continue;
    // Sound because `params` came from `readParams` over the same specs, which yields JSON only.
    options.push(lowerParam(name, spec, (params[name] ?? null) as JsonValue));
  }
  return {
    className,
    ...(tfjsClassName === undefined ? {} : { tfjsClassName }),
    tfjsFactory,
    options: [...options, ...extra],
  };
}

function lowerParam(name: string, spec: ParamSpec, value: JsonValue): CallOption {
  const option = {
    tfjsName: spec.tfjsName === undefined ? name : spec.tfjsName,
    pythonName: spec.pythonName === undefined ? snakeCase(name) : spec.pythonName,
    value: toCallValue(spec, value),
  };
  if (spec.isRequired) return option;
  const kerasDefault = specDefault(spec);
  return {
    ...option,
    pythonDefault: toCallValue(spec, kerasDefault),
    tfjsDefault: toCallValue(spec, spec.tfjsDefault ?? kerasDefault),
  };
}

function toCallValue(spec: ParamSpec, value: JsonValue): CallValue {
  const checked = checkParam(spec, value);
  const json = checked.ok ? checked.value : value;
  switch (spec.kind) {
    case "initializer":
    case "regularizer":
    case "constraint":
      return json === null ? null : toNamedValue(spec.kind, json);
    case "intTuple":
      // Pooling and convolution over one axis take a plain number in both targets.
      return spec.length === 1 && Array.isArray(json) ? toPrimitive(json[0]) : toList(json);
    case "intList":
    case "enumList":
      return toList(json);
    case "layer":
    case "layerList":
      throw new Error("A wrapped layer is lowered by its wrapper: omit it and give it as extra.");
    default:
      return toPrimitive(json);
  }
}

function toNamedValue(
  kind: "initializer" | "regularizer" | "constraint",
  json: JsonValue,
): CallValue {
  // Sound because checkParam admits only `{ name, ...primitive options }` for these kinds.
  const { name, ...config } = json as NamedConfig & Record<string, JsonPrimitive>;
  return { kind, name, config };
}

function toList(json: JsonValue): CallValue {
  return Array.isArray(json) ? json.map(toPrimitive) : toPrimitive(json);
}

function toPrimitive(json: JsonValue | undefined): JsonPrimitive {
  if (json === undefined || typeof json === "object") return null;
  return json;
}

/** `kernelSize` → `kernel_size`, `l1l2` → `l1l2`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Where `axis` is a list of one it is written as a plain number, as people write it. */
export function printSingleAxis(call: LayerCall): LayerCall {
  const options = call.options.map((option) => {
    const { value } = option;
    if (option.pythonName !== "axis" || !Array.isArray(value) || value.length !== 1) return option;
    return { ...option, value: toPrimitive(value[0]), pythonDefault: -1, tfjsDefault: -1 };
  });
  return { ...call, options };
}
