/** What real tfjs and real Keras make of printed scripts: layers, shapes and weights, in the model's own order. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformWithOxc } from "vite";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { compileDocument } from "../compiler/compileDocument.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { ProjectDocument } from "../document/model.ts";
import { defaultTraining } from "../training/config.ts";
import { printKeras } from "./printKeras.ts";
import { printTypeScript } from "./printTypeScript.ts";

export interface PrintedPair {
  /** With functions for blocks. */
  readonly typescript: string;
  readonly python: string;
  /** The same plan, every layer on a line of its own. */
  readonly flatTypescript: string;
  readonly flatPython: string;
}

export function compileForPrint(document: ProjectDocument): ModelPlan {
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join(" "));
  return plan.value;
}

export function printBoth(plan: ModelPlan): PrintedPair {
  const { instances: _, ...flat } = plan;
  const options = { training: defaultTraining, data: null };
  const [typescript, python] = [printTypeScript(plan, options), printKeras(plan, options)];
  const [flatTypescript, flatPython] = [printTypeScript(flat, options), printKeras(flat, options)];
  return {
    typescript: typescript.files[0]?.text ?? "",
    python: python.files[0]?.text ?? "",
    flatTypescript: flatTypescript.files[0]?.text ?? "",
    flatPython: flatPython.files[0]?.text ?? "",
  };
}

/** A model as JSON text: comparing those is quick, and says enough where they differ. */
export type ModelText = string;

const root = fileURLToPath(new URL("../..", import.meta.url));

/** One process for all: importing tfjs takes seconds. Names that tfjs itself counts are told without their numbers. */
export async function describeWithTfjs(
  folderName: string,
  sources: readonly string[],
): Promise<readonly ModelText[]> {
  const folder = join(root, ".cache", "codegen", folderName);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, source] of sources.entries()) {
    const { code } = await transformWithOxc(source, `script${index}.ts`);
    writeFileSync(join(folder, `script${index}.mjs`), code);
  }
  const program = `
import * as tf from "@tensorflow/tfjs";
await tf.setBackend("cpu");
const plain = (name) => name.replace(/^([a-z_]+)_[A-Z]\\w*?\\d+$/, "$1");
const texts = [];
for (let index = 0; index < ${sources.length}; index++) {
  const { buildModel } = await import("./script" + index + ".mjs");
  const model = buildModel();
  texts.push(JSON.stringify({
    inputs: model.inputNames,
    outputs: model.outputNames.map(plain),
    outputShapes: model.outputs.map(({ shape }) => shape),
    layers: model.layers.map((layer) => [
      plain(layer.name), layer.getClassName(), layer.outputShape, layer.trainable,
      layer.inboundNodes.map((node) => node.inboundLayers.map(({ name }) => plain(name))),
      JSON.stringify({ ...layer.getConfig(), name: "" }),
    ]),
    weights: model.weights.map(({ name, shape }) => [name.replace(/_\\d+$/, ""), shape]),
  }, null, 1));
  model.dispose();
}
console.log(JSON.stringify(texts));`;
  writeFileSync(join(folder, "describe.mjs"), program);
  const output = execFileSync(process.execPath, [join(folder, "describe.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 28,
  });
  // The format of the program above.
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as ModelText[];
}

/** What TypeScript's compiler says to the scripts of `describeWithTfjs`. */
export function checkTypes(folderName: string, sources: readonly string[]): string {
  const folder = join(root, ".cache", "codegen", folderName);
  mkdirSync(folder, { recursive: true });
  const paths = sources.map((source, index) => {
    const path = join(folder, `script${index}.ts`);
    writeFileSync(path, source);
    return path;
  });
  const options =
    "--strict --noEmit --skipLibCheck --target es2022 --module esnext --moduleResolution bundler --types node";
  const compiler = join(root, "node_modules", ".bin", "tsc");
  try {
    return execFileSync(compiler, [...options.split(" "), ...paths], {
      cwd: root,
      encoding: "utf8",
    });
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  }
}

export function describeWithKeras(
  python: string,
  sources: readonly string[],
): readonly ModelText[] {
  const program = `
import json, re, sys
import keras
def describe(source):
    scope = {"__name__": "printed_model"}
    exec(compile(source, "printed_model.py", "exec"), scope)
    model = scope["build_model"]()
    config = model.get_config()
    return json.dumps({
        "outputs": [list(output.shape) for output in model.outputs],
        "layers": [[layer["name"], layer["class_name"], repr(layer["config"]), repr(layer["inbound_nodes"])] for layer in config["layers"]],
        "ends": [repr(config["input_layers"]), repr(config["output_layers"])],
        "weights": [[weight.path, list(weight.shape), weight.trainable] for weight in model.weights],
    }, indent=1)
print(json.dumps([describe(source) for source in json.load(sys.stdin)]))`;
  const output = execFileSync(python, ["-c", program], {
    input: JSON.stringify(sources),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, KERAS_BACKEND: "jax", JAX_PLATFORMS: "cpu" },
  });
  // The format of the program above.
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as ModelText[];
}
