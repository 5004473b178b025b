import { assertNever } from "../base/assertNever.ts";
import type { JsonValue } from "../base/json.ts";
import type { Random } from "../base/random.ts";
import type { AnyLayerDefinition } from "../layers/defineLayer.ts";
import { findNamedConfig, namedTable, type NamedKind } from "../layers/namedConfigs.ts";
import type { ParamSpec, StoredParams } from "../layers/params.ts";
import { findInnerLayer } from "../layers/registry.ts";

/**
 * An example's options with a few others drawn at random: any that the definition allows, sizes kept small so that
 * layers are quick to build.
 */
export function drawOptions(random: Random, definition: AnyLayerDefinition): StoredParams {
  const example = definition.examples[random.nextInt(definition.examples.length)]?.params ?? {};
  const specs = Object.entries(definition.params);
  const chance = Math.min(0.5, (random.nextInt(5) + 1) / specs.length);
  const drawn = specs
    .filter(() => random.next() < chance)
    .map(([name, spec]) => [name, drawOption(random, spec)] as const);
  return { ...example, ...Object.fromEntries(drawn) };
}

function drawOption(random: Random, spec: ParamSpec): JsonValue {
  const isNull = "nullable" in spec && random.nextInt(4) === 0;
  if (isNull) return null;
  switch (spec.kind) {
    case "int":
      return drawInt(random, Math.max(spec.min ?? -2, -3), spec.max ?? Infinity);
    case "float":
      return drawFloat(random, spec);
    case "bool":
      return random.nextInt(2) === 0;
    case "enum":
      return pickOf(random, spec.options);
    case "enumList":
      return spec.options.filter(() => random.nextInt(3) === 0);
    case "text":
      return spec.default;
    case "intTuple":
      return drawList(random, spec.length, () => drawInt(random, spec.min ?? 0, 1000));
    case "intList": {
      const least = spec.minLength ?? 0;
      const length = least + random.nextInt(Math.min(spec.maxLength ?? 4, least + 4) - least + 1);
      return drawList(random, length, () =>
        spec.allowsNull && random.nextInt(6) === 0 ? null : drawInt(random, spec.min ?? -1, 1000),
      );
    }
    case "initializer":
      return drawNamed(random, "initializer", spec.options);
    case "regularizer":
    case "constraint":
      return random.nextInt(3) === 0 ? null : drawNamed(random, spec.kind);
    case "layer":
      return drawInner(random, spec.options);
    case "layerList": {
      const least = Math.max(1, spec.minLength ?? 0);
      return drawList(random, least + random.nextInt(2), () => drawInner(random, spec.options));
    }
    default:
      return assertNever(spec);
  }
}

const drawList = (random: Random, length: number, draw: (random: Random) => JsonValue) =>
  Array.from({ length }, () => draw(random));

function drawInt(random: Random, min: number, max: number): number {
  return Math.min(min + random.nextInt(random.nextInt(4) === 0 ? 9 : 4), max);
}

function drawFloat(random: Random, spec: Extract<ParamSpec, { readonly kind: "float" }>): number {
  const { min = -2, max = 2 } = spec;
  if (random.nextInt(6) === 0 && spec.isMinExclusive !== true) return min;
  if (random.nextInt(6) === 0 && spec.isMaxExclusive !== true) return max;
  return min + (0.01 + 0.98 * random.next()) * (Math.min(max, min + 4) - min);
}

function drawNamed(random: Random, kind: NamedKind, allowed?: readonly string[]): JsonValue {
  const name = pickOf(random, allowed ?? Object.keys(namedTable(kind)));
  const config: Record<string, JsonValue> = { name };
  const found = findNamedConfig(kind, name);
  for (const [option, spec] of Object.entries(found?.options ?? {})) {
    if (random.nextInt(2) === 0 && spec.isRequired !== true) continue;
    const { min = -1, max = 2 } = spec;
    if (spec.kind === "enum") config[option] = pickOf(random, spec.options ?? []);
    else if (spec.kind === "int") config[option] = drawInt(random, Math.max(min, 0), max);
    else config[option] = min + (0.01 + 0.98 * random.next()) * (max - min);
  }
  for (const option of found?.ordered ?? []) delete config[option];
  return config;
}

function drawInner(random: Random, options: readonly string[]): JsonValue {
  const type = pickOf(random, options);
  const definition = findInnerLayer(type);
  return { type, params: definition === null ? {} : drawOptions(random, definition) };
}

function pickOf(random: Random, options: readonly string[]): string {
  return options[random.nextInt(options.length)] ?? "";
}
