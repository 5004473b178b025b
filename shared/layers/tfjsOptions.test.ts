/** Options that tfjs-layers 4.22 declares for its layers: each is offered under its name, or says here why not. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { AnyLayerDefinition, LayerCall } from "./defineLayer.ts";
import { recurrentCells } from "./definitions/recurrentCells.ts";
import { readExample } from "./example.testkit.ts";
import { layerDefinitions } from "./registry.ts";

const folder = fileURLToPath(
  new URL("../../node_modules/@tensorflow/tfjs-layers/dist/layers", import.meta.url),
);
const declarations = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => readFileSync(join(folder, name), "utf8").replaceAll(/\/\*[^]*?\*\//g, ""));

/** Fields and parents of every `…Args`. */
const interfaces = new Map(
  declarations.flatMap((text) =>
    [...text.matchAll(/interface (\w+)(?:<[^{]*>)?(?: extends ([^{]+))? \{([^]*?)\n\}/g)].map(
      ([, name = "", parents = "", body = ""]) =>
        [
          name,
          {
            parents: parents.split(",").map((parent) => parent.trim()),
            fields: [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, field = ""]) => field),
          },
        ] as const,
    ),
  ),
);

/** The arguments of every class's constructor. */
const classes = new Map(
  declarations.flatMap((text) =>
    [...text.matchAll(/class (\w+) extends [^{]+\{([^]*?)\n\}/g)].flatMap(
      ([, name = "", body = ""]) => {
        const args = /constructor\(\w+\??: (\w+)/.exec(body)?.[1];
        return args === undefined ? [] : [[name, args] as const];
      },
    ),
  ),
);

function listFields(name: string): readonly string[] {
  const found = interfaces.get(name);
  return found === undefined ? [] : [...found.fields, ...found.parents.flatMap(listFields)];
}

function listCalls(definition: AnyLayerDefinition): readonly LayerCall[] {
  return definition.examples.flatMap((example) => {
    const { call } = readExample(definition, example);
    return call === null ? [] : [call];
  });
}

const older = "an older name of what the input's shape says";
const everyKernel = "Keras names each kernel's own: depthwise and pointwise";

/** By option, or by layer and option. */
const exceptions: Readonly<Record<string, string>> = {
  inputDim: older,
  inputLength: older,
  implementation: "two ways to compute the same; tfjs ignores it but for a note",
  dropoutFunc: "a function, for tests of tfjs itself",
  "depthwiseConv2d.kernelInitializer": everyKernel,
  "depthwiseConv2d.kernelConstraint": everyKernel,
  "depthwiseConv2d.kernelRegularizer": everyKernel,
  "separableConv2d.kernelInitializer": everyKernel,
  "separableConv2d.kernelConstraint": everyKernel,
  "separableConv2d.kernelRegularizer": everyKernel,
  "convLstm2d.cell": "made from the layer's own options",
  "convLstm2d.unroll":
    "tfjs refuses it (Unrolling is not possible with convolutional RNNs), Keras has it not",
  "randomHeight.autoVectorize": "of TensorFlow's Python; nothing in tfjs reads it",
  "randomWidth.autoVectorize": "as of randomHeight",
  "positionEmbedding.initializer": "named embeddingsInitializer here, as in Embedding",
};

const missing = [...layerDefinitions, ...recurrentCells].flatMap((definition) => {
  const calls = listCalls(definition);
  const name = calls[0]?.tfjsClassName ?? definition.title;
  const offered = new Set([
    ...Object.keys(definition.params),
    ...calls.flatMap(({ options }) => options.map(({ tfjsName }) => tfjsName)),
  ]);
  return listFields(classes.get(name) ?? "")
    .filter((field) => !offered.has(field))
    .map((field) => `${definition.type}.${field}`);
});

const optionOf = (name: string) => name.replace(/^\w+\./, "");

test("tfjs's declarations are found", () => {
  expect(listFields(classes.get("Conv2D") ?? "")).toEqual(
    expect.arrayContaining(["filters", "kernelSize", "kernelInitializer"]),
  );
  expect(classes.size).toBeGreaterThan(60);
});

test("every option of tfjs's layers is offered or has a reason", () => {
  expect(
    missing.filter((name) => !(name in exceptions) && !(optionOf(name) in exceptions)),
  ).toEqual([]);
});

test("no reason is out of date", () => {
  const names = [...missing, ...missing.map(optionOf)];
  expect(Object.keys(exceptions).filter((name) => !names.includes(name))).toEqual([]);
});
