/**
 * Every template at work: Keras Applications agree layer by layer, one step trains, and the printed TypeScript
 * and Python build the same model and run. Networks too big for a processor are made smaller by their variables.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { transformWithOxc } from "vite";
import { analyzeDocument } from "../../shared/analysis/analyzeDocument.ts";
import { runId } from "../../shared/base/ids.ts";
import { printKeras } from "../../shared/codegen/printKeras.ts";
import { printTypeScript } from "../../shared/codegen/printTypeScript.ts";
import {
  askKerasTemplates,
  findKerasPython,
  type KerasLayer,
  type TemplateAnswer,
} from "../../shared/codegen/python.testkit.ts";
import { compileDocument } from "../../shared/compiler/compileDocument.ts";
import type { ModelPlan } from "../../shared/compiler/plan.ts";
import { openDataset } from "../../shared/datasets/openDataset.ts";
import type { ProjectDocument } from "../../shared/document/model.ts";
import { createTrainingControl } from "../../shared/engine/control.ts";
import { selectBackend } from "../../shared/engine/selectBackend.ts";
import { trainModel } from "../../shared/engine/train.ts";
import { sizesOf } from "../../shared/layers/shape.ts";
import { parseProject } from "../../shared/project/parseProject.ts";
import { isBig, reduceTemplate } from "./reduceTemplate.testkit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, ".cache", "codegen", "templates");
const python = findKerasPython();
const reason =
  python === null
    ? " (skipped: no Python with Keras; build/referees/setupPython.mjs makes one)"
    : "";

const applications = new Map([
  ["vgg16", "VGG16"],
  ["vgg19", "VGG19"],
  ["inception-v3", "InceptionV3"],
  ["resnet-50", "ResNet50"],
  ["resnet-101", "ResNet101"],
  ["resnet-50v2", "ResNet50V2"],
  ["densenet-121", "DenseNet121"],
  ["xception", "Xception"],
  ["mobilenet", "MobileNet"],
  ["mobilenet-v2", "MobileNetV2"],
  ["efficientnet-b0", "EfficientNetB0"],
]);
/** For a quick look at some: NETLOOM_TEMPLATES=vgg16,u-net. */
const wanted = process.env["NETLOOM_TEMPLATES"]?.split(",");
const ids = readdirSync(join(root, "templates")).filter((id) => wanted?.includes(id) ?? true);
const compared = [...applications].filter(([id]) => ids.includes(id));

interface Drawn {
  readonly full: ModelPlan;
  readonly reduced: ModelPlan;
  readonly document: ProjectDocument;
  readonly typescript: string;
  readonly python: string;
}

function compile(document: ProjectDocument): ModelPlan {
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  return plan.value;
}

const countWeights = ({ layers }: ModelPlan) =>
  layers
    .filter(({ sharedWith }) => sharedWith === null)
    .flatMap(({ weights }) => weights)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

function readTemplate(id: string): ProjectDocument {
  const parsed = parseProject(readFileSync(join(root, "templates", id, "project.netloom"), "utf8"));
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  return parsed.value;
}

const drawn = new Map<string, Drawn>();
const find = (id: string): Drawn => {
  const found = drawn.get(id);
  if (found === undefined) throw new Error(`${id} was not drawn`);
  return found;
};

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const id of ids) {
    const project = readTemplate(id);
    const document = reduceTemplate(id, project);
    const reduced = compile(document);
    const { training, data } = document;
    const typescript = printTypeScript(reduced, { training, data }).files[0];
    const pythonFile = printKeras(reduced, { training, data }).files[0];
    if (!typescript || !pythonFile) throw new Error("nothing was printed");
    drawn.set(id, {
      full: compile(project),
      reduced,
      document,
      typescript: typescript.text,
      python: pythonFile.text,
    });
    writeFileSync(join(folder, `${id}.ts`), typescript.text);
  }
}, 240_000);

describe.each(ids)("%s", (id) => {
  it("trains a step on its generated data", async () => {
    const { reduced, document } = find(id);
    if (document.data === null) throw new Error("no data");
    const dataset = await openDataset(document.data, {
      openSource: () => Promise.reject(new Error("a template's data are generated")),
    });
    if (!dataset.ok) throw new Error(dataset.error[0]?.message);
    const { ended } = await trainModel({
      runId: runId("template"),
      plan: reduced,
      dataset: {
        ...dataset.value,
        train: dataset.value.train.slice(0, 4),
        validation: Uint32Array.of(),
      },
      config: document.training,
      backend: await selectBackend("cpu"),
      control: createTrainingControl(),
      onEvent: () => undefined,
    });
    expect(ended).toMatchObject({ reason: "finished", epochs: 1 });
    expect(Number.isFinite(ended.metrics["loss"])).toBe(true);
  }, 480_000);
});

describe("printed TypeScript", () => {
  it("compiles under strict", () => {
    const options = "--strict --noEmit --skipLibCheck --target es2022 --module esnext".split(" ");
    const result = spawnSync(
      join(root, "node_modules", ".bin", "tsc"),
      [
        ...options,
        "--moduleResolution",
        "bundler",
        "--types",
        "node",
        ...ids.map((id) => join(folder, `${id}.ts`)),
      ],
      { cwd: root, encoding: "utf8" },
    );
    expect(result.stdout).toBe("");
    expect(result.status).toBe(0);
  }, 480_000);

  it("builds the same number of weights, and trains where the network is small", async () => {
    for (const id of ids) {
      const { code } = await transformWithOxc(find(id).typescript, `${id}.ts`);
      writeFileSync(join(folder, `${id}.mjs`), code);
    }
    writeFileSync(join(folder, "runAll.mjs"), runAll(ids));
    const output = execFileSync(process.execPath, [join(folder, "runAll.mjs")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    // The format of `runAll`, below.
    const counts = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Record<string, number>;
    expect(counts).toEqual(
      Object.fromEntries(ids.map((id) => [id, countWeights(find(id).reduced)])),
    );
  }, 900_000);
});

/** A program that prints each model's count of weights as its last line, having trained the small ones. */
function runAll(names: readonly string[]): string {
  const small = names.filter((id) => !isBig(id));
  return `const counts = {};
const small = new Set(${JSON.stringify(small)});
for (const id of ${JSON.stringify(names)}) {
  const script = await import("./" + id + ".mjs");
  const model = small.has(id) ? await script.trainModel() : script.buildModel();
  counts[id] = model.countParams();
  model.dispose();
}
console.log(JSON.stringify(counts));
`;
}

describe.skipIf(python === null)(`Keras${reason}`, () => {
  const names = compared.map(([, name]) => name);
  let answer: TemplateAnswer = { applications: [], scripts: [] };

  beforeAll(() => {
    answer = askKerasTemplates(python ?? "", {
      applications: names,
      scripts: ids.map((id) => ({ source: find(id).python, isTrained: !isBig(id) })),
    });
  }, 1_800_000);

  it.each(compared)("has the layers of %s in %s", (id, name) => {
    const theirs = answer.applications[names.indexOf(name)] ?? [];
    const ours = listLayers(find(id).full);
    const known = new Map<string, number>();
    const count = (layers: readonly KerasLayer[]) => numberLayers(layers, known);
    const expected = count(theirs);
    const found = count(ours);
    const left = [...expected.values()];
    for (const [layer, number] of found) {
      const at = left.indexOf(number);
      // The first of ours, in the order of the graph, that Keras doesn't have with the same layers before it.
      if (at < 0) expect(layer).toEqual(`a layer of ${name}`);
      left.splice(at, 1);
    }
    expect(left).toEqual([]);
  });

  it.each(ids.map((id, index) => [id, index] as const))("runs the printed %s", (id, index) => {
    const script = answer.scripts[index];
    expect(script).toMatchObject({ paramCount: countWeights(find(id).reduced) });
    if (!isBig(id)) expect(script).toHaveProperty("loss");
    if (script && "loss" in script) expect(Number.isFinite(script.loss)).toBe(true);
  });
});

function listLayers({ inputs, layers }: ModelPlan): readonly KerasLayer[] {
  return [
    ...inputs.map(({ name, shape }) => ({
      name,
      className: "InputLayer",
      shape: sizesOf(shape),
      weights: [],
      inputs: [],
    })),
    ...layers.map(({ name, call, outputShapes, weights, inputs: from }) => ({
      name,
      className: call.className,
      shape: sizesOf(outputShapes[0]),
      weights: weights.map(({ shape }) => shape),
      inputs: from.map(({ layer }) => layer),
    })),
  ];
}

/**
 * A number for each layer that tells its class, shapes, weights and everything before it; `known` is shared, so that
 * equal layers of two models get equal numbers whatever they are called and in which order they stand.
 */
function numberLayers(
  layers: readonly KerasLayer[],
  known: Map<string, number>,
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const { name, className, shape, weights, inputs } of layers) {
    const before = inputs.map((input) => numbers.get(input));
    const key = JSON.stringify([className, shape, weights, before]);
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    numbers.set(name, number);
  }
  return numbers;
}
