import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { kerasOptimizer } from "../../codegen/optimizerWords.ts";
import { findKerasPython } from "../../codegen/python.testkit.ts";
import { defaultOptimizers } from "../../training/config.ts";
import { selectBackend } from "../selectBackend.ts";
import { measurePlanMemory } from "../../training/planMemory.ts";
import { classifierPlan } from "../plans.testkit.ts";
import { askKerasOptimizers } from "./keras.testkit.ts";
import { createRule } from "./rules.ts";
import { planSlots } from "./updateSteps.ts";
import {
  findDistance,
  makeMaterial,
  runUpdates,
  startUpdates,
  takeStep,
  updateCases,
} from "./updates.testkit.ts";

const python = findKerasPython();
if (python === null) console.warn("Skipped: no Python with Keras to compare optimizers with.");

const material = makeMaterial([[3, 5], [7], [1], [4, 2, 3]], 12);

/** Adam's epsilon is added where tfjs and PyTorch add it, not where Keras does: there they are compared without. */
const comparedCases = updateCases.map(({ title, config }) => {
  const { optimizer } = config;
  const isAdam = optimizer.name === "adam" || optimizer.name === "adamw";
  return {
    title,
    config: isAdam ? { ...config, optimizer: { ...optimizer, epsilon: 1e-12 } } : config,
  };
});

const plain = { clipping: null, accumulation: 1 } as const;

beforeAll(async () => {
  await selectBackend("cpu");
});

describe.skipIf(python === null)("updates are those of real Keras", () => {
  let wanted: readonly (readonly (readonly number[])[])[] = [];
  beforeAll(() => {
    const toValues = (values: Float32Array, index: number) => ({
      shape: material.shapes[index] ?? [],
      values: [...values],
    });
    wanted = askKerasOptimizers(python ?? "", {
      updates: comparedCases.map(({ config }) => ({
        optimizer: kerasOptimizer(config),
        weights: material.weights.map(toValues),
        gradients: material.gradients.map((step) => step.map(toValues)),
      })),
    }).updates;
  }, 480_000);

  test.each(comparedCases.map(({ title }, index) => [title, index] as const))(
    "%s",
    async (_title, index) => {
      const config = comparedCases[index]?.config;
      const expected = wanted[index];
      if (!config || !expected) throw new Error("The case is missing.");
      const found = await runUpdates(config, material);
      expect(findDistance(found, material.weights)).toBeGreaterThan(1e-3);
      // Adam's powers of beta are tfjs's, in single precision: steps are 6e-6 away from Keras's.
      const isAdam = config.optimizer.name === "adam" || config.optimizer.name === "adamw";
      expect(findDistance(found, expected)).toBeLessThanOrEqual(isAdam ? 1e-5 : 1e-6);
    },
  );
});

test.each([
  { ...defaultOptimizers.adam, learningRate: 0.05 },
  { ...defaultOptimizers.adam, learningRate: 0.05, beta1: 0.5, beta2: 0.8, epsilon: 0.01 },
])("Adam is that of tfjs, epsilon and all: $epsilon", async (optimizer) => {
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  const found = await runUpdates({ ...plain, optimizer }, material);
  const stock = tf.train.adam(learningRate, beta1, beta2, epsilon);
  const variables = material.shapes.map((shape, index) =>
    tf.variable(tf.tensor(material.weights[index] ?? [], [...shape])),
  );
  for (const gradients of material.gradients) {
    const named = variables.map((variable, index) => ({
      name: variable.name,
      tensor: tf.tensor(gradients[index] ?? [], variable.shape),
    }));
    stock.applyGradients(named);
  }
  const wanted = variables.map((variable) => variable.dataSync());
  // tfjs keeps the powers of beta in 32 bits: 1 − 0.999 is off by a hundred-thousandth there.
  expect(findDistance(found, wanted)).toBeLessThanOrEqual(1e-5);
});

test.each(updateCases)("$title goes on from its slots bit for bit", async ({ config }) => {
  const whole = await runUpdates(config, material);
  const first = startUpdates(config, material);
  const { shapes } = material;
  const half = 5;
  for (let stepsDone = 0; stepsDone < half; stepsDone++) {
    takeStep(first.updater, config, {
      stepsDone,
      shapes,
      gradients: material.gradients[stepsDone] ?? [],
    });
  }
  const slots = await first.updater.readSlots();
  const weights = first.variables.map(({ variable }) => Float32Array.from(variable.dataSync()));
  first.updater.dispose();
  const second = startUpdates(config, { ...material, weights });
  second.updater.writeSlots(slots);
  for (let stepsDone = half; stepsDone < material.gradients.length; stepsDone++) {
    takeStep(second.updater, config, {
      stepsDone,
      shapes,
      gradients: material.gradients[stepsDone] ?? [],
    });
  }
  const found = second.variables.map(({ variable }) => variable.dataSync());
  expect(found.map((values) => [...values])).toEqual(whole.map((values) => [...values]));
  second.updater.dispose();
  for (const { variable } of [...first.variables, ...second.variables]) variable.dispose();
});

test("a variable without gradient stays as it is, decay or not", () => {
  const config = { ...plain, optimizer: { ...defaultOptimizers.adamw, weightDecay: 0.5 } };
  const { variables, updater } = startUpdates(config, material);
  const [first, ...rest] = material.gradients[0] ?? [];
  takeStep(updater, config, {
    stepsDone: 0,
    shapes: material.shapes,
    gradients: [first ?? null, null, ...rest.slice(1)],
  });
  expect([...(variables[1]?.variable.dataSync() ?? [])]).toEqual([...(material.weights[1] ?? [])]);
  expect(variables[0]?.variable.dataSync()).not.toEqual(material.weights[0]);
  updater.dispose();
  for (const { variable } of variables) variable.dispose();
});

test("slots of another optimizer or network are refused, and nothing is changed", async () => {
  const config = { ...plain, optimizer: defaultOptimizers.adam };
  const { variables, updater } = startUpdates(config, material);
  const slots = await updater.readSlots();
  expect([...slots.keys()].slice(0, 2)).toEqual(["variable0/momentum", "variable0/velocity"]);
  const fewer = new Map([...slots].slice(1));
  expect(() => updater.writeSlots(fewer)).toThrow(/no "variable0\/momentum"/);
  const shorter = new Map(slots).set("variable1/velocity", {
    shape: [2],
    values: new Float32Array(2),
  });
  expect(() => updater.writeSlots(shorter)).toThrow(/2 numbers in the checkpoint, but 7/);
  updater.dispose();
  for (const { variable } of variables) variable.dispose();
});

test("memory is estimated with as many numbers a weight as are kept", () => {
  for (const { config, title } of updateCases) {
    const { optimizer } = config;
    // Without momentum there is nothing to keep; the estimate is above that.
    if (optimizer.name === "momentum" && optimizer.momentum === 0) continue;
    const weights = [{ name: "kernel", shape: [10], isTrainable: true }] as const;
    const layers = classifierPlan.layers.map((one) => ({ ...one, weights }));
    const needs = measurePlanMemory(
      { ...classifierPlan, layers },
      { ...config, batching: "stochastic", batchSize: 1 },
      { summary: null, tensorBytes: null },
    );
    const kept = planSlots(config, createRule(config.optimizer)).length;
    expect((needs?.optimizer ?? NaN) / (needs?.gradients ?? NaN), title).toBe(kept);
  }
});

test("updates leave no tensors behind", async () => {
  const before = tf.memory().numTensors;
  for (const { config } of updateCases) await runUpdates(config, material);
  expect(tf.memory().numTensors).toBe(before);
});

test("centred RMSprop never divides by a variance below zero", async () => {
  // A constant gradient has no variance; by rounding it comes out as one part in ten million below zero.
  const steady = makeMaterial([[64]], 1);
  const gradient = (steady.gradients[0]?.[0] ?? new Float32Array(64)).map((value) => 300 * value);
  const found = await runUpdates(
    {
      ...plain,
      optimizer: { ...defaultOptimizers.rmsprop, centered: true, epsilon: 1e-12 },
    },
    { ...steady, gradients: Array.from({ length: 300 }, () => [gradient]) },
  );
  expect(found[0]?.every(Number.isFinite)).toBe(true);
});
