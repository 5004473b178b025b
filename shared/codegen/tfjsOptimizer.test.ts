/** What is printed for tfjs updates weights as the engine does, and follows the same schedule. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { transformWithOxc } from "vite";
import { beforeAll, expect, test } from "vitest";
import { selectBackend } from "../engine/selectBackend.ts";
import {
  findDistance,
  makeMaterial,
  runUpdates,
  updateCases,
} from "../engine/optimizers/updates.testkit.ts";
import { defaultTraining, type ScheduleConfig } from "../training/config.ts";
import { learningRateAt } from "../training/schedules.ts";
import { printTfjsOptimizer } from "./tfjsOptimizer.ts";
import { printTfjsRate } from "./tfjsSchedule.ts";

const folder = fileURLToPath(new URL("../../.cache/codegen/optimizers", import.meta.url));
const material = makeMaterial([[3, 5], [7], [1]], 9);

/** The module with `name` exported: `tf` is the one that this test has. */
async function load(name: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  const source = `import * as tf from "@tensorflow/tfjs";\n${text}\n`;
  const { code } = await transformWithOxc(source, `${name}.ts`);
  const file = `${folder}/${name}.mjs`;
  writeFileSync(file, code);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
}

beforeAll(async () => {
  await selectBackend("cpu");
  mkdirSync(folder, { recursive: true });
});

test.each(updateCases.map(({ title, config }, index) => [title, config, index] as const))(
  "%s",
  async (_title, config, index) => {
    const { expression, parts } = printTfjsOptimizer({ ...defaultTraining, ...config });
    const text = `${parts.join("\n\n")}\nexport const make = () => ${expression};`;
    const { make } = await load(`optimizer${index}`, text);
    const optimizer: unknown = typeof make === "function" ? make() : null;
    if (!(optimizer instanceof tf.Optimizer)) throw new Error("The script made no optimizer.");
    const variables = material.shapes.map((shape, at) =>
      tf.variable(tf.tensor(material.weights[at] ?? [], [...shape])),
    );
    for (const gradients of material.gradients) {
      optimizer.applyGradients(
        Object.fromEntries(
          variables.map(({ name, shape }, at) => [name, tf.tensor(gradients[at] ?? [], shape)]),
        ),
      );
    }
    const found = variables.map((variable) => variable.dataSync());
    const wanted = await runUpdates(config, material);
    expect(findDistance(wanted, material.weights)).toBeGreaterThan(1e-3);
    // tfjs keeps Adam's powers in 32 bits.
    expect(findDistance(found, wanted)).toBeLessThanOrEqual(1e-5);
  },
);

const cosine = { kind: "cosine", endShare: 0.1, length: 3, unit: "epochs" } as const;
const schedules: readonly ScheduleConfig[] = [
  { kind: "step", factor: 0.5, every: 2, unit: "epochs" },
  { kind: "step", factor: 0.5, every: 11, unit: "steps" },
  { kind: "exponential", factor: 0.9, every: 1, unit: "epochs" },
  { kind: "polynomial", power: 2, endShare: 0.1, length: null, unit: "epochs" },
  { kind: "polynomial", power: 1, endShare: 0, length: 30, unit: "steps" },
  { ...cosine, restarts: null },
  { ...cosine, length: null, restarts: null },
  { ...cosine, restarts: { lengthFactor: 2, peakFactor: 0.5 } },
  { kind: "oneCycle", warmShare: 0.3, startDivisor: 25, endDivisor: 1e4 },
  { kind: "warmUp", startShare: 0.1, length: 1, unit: "epochs", after: { kind: "constant" } },
  {
    kind: "warmUp",
    startShare: 0,
    length: 5,
    unit: "steps",
    after: { ...cosine, length: null, restarts: null },
  },
  {
    kind: "warmUp",
    startShare: 0.5,
    length: 9,
    unit: "steps",
    after: { kind: "step", factor: 0.5, every: 1, unit: "epochs" },
  },
];

test.each(schedules.map((schedule, index) => [JSON.stringify(schedule), schedule, index] as const))(
  "the printed rate is ours: %s",
  async (_title, schedule, index) => {
    const training = { ...defaultTraining, schedule, epochs: 10 };
    const text = printTfjsRate(training) ?? "";
    const { rateAt } = await load(`rate${index}`, `${text}\nexport const rateAt = learningRateAt;`);
    if (typeof rateAt !== "function") throw new Error("The script has no rate.");
    const base = training.optimizer.learningRate;
    const rates = [...Array(75).keys()].map((step) => {
      const wanted = learningRateAt(schedule, base, { step, stepsPerEpoch: 7, totalSteps: 70 });
      expect(rateAt(step, 7), `step ${step}`).toBeCloseTo(wanted, 12);
      return wanted;
    });
    expect(new Set(rates).size).toBeGreaterThan(1);
    // Nothing that is not used: scripts are checked for that too.
    for (const [, name] of text.matchAll(/const (\w+) =/g))
      expect(text.split(new RegExp(`\\b${name}\\b`)).length).toBeGreaterThan(2);
  },
);

test("what tfjs has is left to tfjs", () => {
  expect(printTfjsOptimizer(defaultTraining)).toEqual({
    expression: "tf.train.adam(0.001)",
    parts: [],
    needsSteps: false,
  });
  expect(printTfjsOptimizer({ ...defaultTraining, accumulation: 2 }).expression).toBe(
    "new OwnOptimizer()",
  );
});
