import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { LayerCall } from "../layers/defineLayer.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { readExample } from "../layers/example.testkit.ts";
import { ownLayers } from "./ownLayers.ts";

const files = readdirSync(fileURLToPath(new URL("layers", import.meta.url)))
  .filter((name) => name.endsWith(".ts") && !/\.(test|testkit)\.ts$/.test(name))
  .map((name) => name.replace(/\.ts$/, ""));

describe("layers of our own", () => {
  test("are in the table under their files' names", () => {
    expect(Object.keys(ownLayers).sort()).toEqual(files.sort());
  });

  test.each(Object.entries(ownLayers))("%s is registered as netloom's", (_name, own) => {
    expect(own.className).toMatch(/^netloom>[A-Z]\w+$/);
    // So that a class of ours never stands in for tfjs's of the same name.
    const known = tf.serialization.SerializationMap.getMap().classNameMap;
    expect(known[own.className]?.[0]).toBe(own);
    expect(tf.serialization.getRegisteredName(own as never)).toBe(own.className);
  });

  test("are all used by some layer's example", () => {
    const used = layerDefinitions
      .flatMap((definition) => definition.examples.map((each) => readExample(definition, each)))
      .flatMap(({ call }) => (call === null ? [] : listCalls(call)))
      .flatMap((call) => (call.tfjsSource === "own" ? [call.tfjsFactory] : []));
    // Only masked steps call for these: see `attentionGraphs.testkit.ts`.
    const forMasks = ["maskFeature", "mergeWithMasks"];
    expect(files.filter((name) => ![...used, ...forMasks].includes(name))).toEqual([]);
  });
});

/** The call, what it wraps, and what stands before it. */
function listCalls(call: LayerCall): readonly LayerCall[] {
  const wrapped = call.options.flatMap(({ value }) => {
    if (typeof value !== "object" || value === null || !("kind" in value)) return [];
    if (value.kind === "layer") return [value.call];
    return value.kind === "layers" ? value.calls : [];
  });
  const before = (call.tfjsInputCalls ?? []).flatMap((each) => (each === null ? [] : [each]));
  return [call, ...[...wrapped, ...before].flatMap(listCalls)];
}
