/** Every option of every layer is set by an example to something else than its default, so that the tests of examples see it. */
import { expect, test } from "vitest";
import { recurrentCells } from "./definitions/recurrentCells.ts";
import type { AnyLayerDefinition } from "./defineLayer.ts";
import type { InnerLayer, StoredParams } from "./params.ts";
import { specDefault } from "./readParams.ts";
import { layerDefinitions } from "./registry.ts";

/** Options that change nothing an example could show, with the reason. */
const exceptions: Readonly<Record<string, string>> = {};

/** The options given to a layer by its own examples, and to cells by those of the layers around them. */
function listUses(definition: AnyLayerDefinition): readonly StoredParams[] {
  const inner = layerDefinitions
    .flatMap(({ examples }) => examples)
    .flatMap(({ params }) => Object.values(params))
    .flatMap((value) => (Array.isArray(value) ? (value as readonly unknown[]) : [value]))
    .filter(isInnerLayer)
    .filter(({ type }) => type === definition.type);
  return [...definition.examples, ...(recurrentCells.includes(definition) ? inner : [])].map(
    ({ params }) => params,
  );
}

function isInnerLayer(value: unknown): value is InnerLayer {
  return typeof value === "object" && value !== null && "type" in value && "params" in value;
}

const options = [...layerDefinitions, ...recurrentCells].flatMap((definition) => {
  const uses = listUses(definition);
  return Object.entries(definition.params).map(([name, spec]) => ({
    name: `${definition.type}.${name}`,
    isUsed: uses.some(
      (params) =>
        params[name] !== undefined &&
        JSON.stringify(params[name]) !== JSON.stringify(specDefault(spec)),
    ),
  }));
});

test("no option goes without an example", () => {
  expect(options.length).toBeGreaterThan(400);
  const unused = options.filter(({ isUsed, name }) => !isUsed && !(name in exceptions));
  expect(unused.map(({ name }) => name)).toEqual([]);
});

test("no exception is out of date", () => {
  const unused = options.filter(({ isUsed }) => !isUsed).map(({ name }) => name);
  expect(Object.keys(exceptions).filter((name) => !unused.includes(name))).toEqual([]);
});
