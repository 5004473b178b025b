import { beforeAll, describe, expect, test } from "vitest";
import { kerasOptimizer } from "../../codegen/optimizerWords.ts";
import { findKerasPython } from "../../codegen/python.testkit.ts";
import { defaultOptimizers } from "../../training/config.ts";
import { selectBackend } from "../selectBackend.ts";
import { createCounting } from "./counting.ts";
import { askKerasOptimizers, type KerasAnswer } from "./keras.testkit.ts";
import { advanceScaling, makeScalingRule, scalingLayout, startScaling } from "./lossScaling.ts";
import { createRule } from "./rules.ts";
import {
  makeScaledMaterial,
  runScaledUpdates,
  scaledCases,
  shortScaling,
} from "./scaling.testkit.ts";
import { findDistance, runUpdates } from "./updates.testkit.ts";

const python = findKerasPython();
if (python === null) console.warn("Skipped: no Python with Keras to compare loss scaling with.");

const material = makeScaledMaterial();
/** Adam's epsilon is added where tfjs and PyTorch add it, not where Keras does: there they are compared without. */
const comparedCases = scaledCases.map(({ title, config }) => {
  const { optimizer } = config;
  const isAdam = optimizer.name === "adam" || optimizer.name === "adamw";
  return {
    title,
    config: isAdam ? { ...config, optimizer: { ...optimizer, epsilon: 1e-12 } } : config,
  };
});

beforeAll(async () => {
  await selectBackend("cpu");
});

describe.skipIf(python === null)("scaled updates are those of Keras's LossScaleOptimizer", () => {
  let wanted: KerasAnswer | null = null;
  beforeAll(() => {
    const toValues = (values: Float32Array, index: number) => ({
      shape: material.shapes[index] ?? [],
      values: [...values],
    });
    wanted = askKerasOptimizers(python ?? "", {
      updates: comparedCases.map(({ config }) => ({
        optimizer: kerasOptimizer(config),
        scaling: shortScaling,
        weights: material.weights.map(toValues),
        gradients: material.gradients.map((step) => step.map(toValues)),
      })),
    });
  }, 480_000);

  test.each(comparedCases.map(({ title }, index) => [title, index] as const))(
    "%s",
    async (_title, index) => {
      const compared = comparedCases[index];
      const weights = wanted?.updates[index];
      if (!compared || !weights) throw new Error("The case is missing.");
      const found = await runScaledUpdates(compared, material);
      expect(found.scales).toEqual(wanted?.scales[index]);
      expect(findDistance(found.weights, material.weights)).toBeGreaterThan(1e-3);
      // Adam's powers of beta are tfjs's, in single precision: steps are 6e-6 away from Keras's.
      const { name } = compared.config.optimizer;
      const isAdam = name === "adam" || name === "adamw";
      expect(findDistance(found.weights, weights)).toBeLessThanOrEqual(isAdam ? 1e-5 : 1e-6);
    },
  );
});

test("the scale is halved where a gradient is infinite and doubled after finite ones", async () => {
  const config = scaledCases[0]?.config;
  if (!config) throw new Error("The case is missing.");
  const { scales } = await runScaledUpdates({ config }, material);
  const relative = scales.map((scale) => scale / shortScaling.initialScale);
  // Infinite in steps 0, 5, 6 and 13; three finite ones in a row double it.
  const halves = [0.5, 0.5, 0.5, 1, 1, 0.5, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5];
  expect(relative).toEqual(halves);
});

test.each(scaledCases)("$title goes on from its slots bit for bit", async ({ config }) => {
  const whole = await runScaledUpdates({ config }, material);
  for (const interrupt of [6, 8]) {
    expect(await runScaledUpdates({ config }, material, { interrupt })).toEqual(whole);
  }
});

test.each(scaledCases)("$title takes the steps of a run that isn't scaled", async ({ config }) => {
  // Steps that are skipped are as if they had not been; without them nothing but rounding differs.
  const isWhole = (step: readonly Float32Array[]) =>
    step.every((each) => each.every(Number.isFinite));
  const gradients = material.gradients.filter(isWhole);
  expect(gradients.length).toBe(material.gradients.length - 4);
  const { scaling, scale } = {
    scaling: { ...shortScaling, growthSteps: 1000 },
    scale: shortScaling.initialScale,
  };
  const scaled = await runScaledUpdates({ config }, { ...material, gradients }, { scaling });
  const plain = await runUpdates(
    { ...config, precision: "float32" },
    {
      ...material,
      gradients: gradients.map((step) => step.map((each) => each.map((value) => value / scale))),
    },
  );
  expect(findDistance(scaled.weights, plain)).toBeLessThanOrEqual(1e-6);
});

test.each(Object.values(defaultOptimizers))("$name counts by steps as by powers", (optimizer) => {
  const rule = createRule(optimizer);
  const counting = createCounting(optimizer);
  expect(rule.numbers(1)).toHaveLength(counting.numberCount);
  let kept: readonly number[] = counting.initial;
  for (let update = 1; update <= 20_000; update++) {
    const next = counting.advance(kept);
    // As the device keeps them.
    kept = next.kept.map(Math.fround);
    if (update > 10 && update % 997 !== 0) continue;
    for (const [index, wanted] of rule.numbers(update).entries()) {
      const found = next.numbers[index] ?? Number.NaN;
      expect(Math.abs(found / wanted - 1), `number ${index} of update ${update}`).toBeLessThan(
        2e-6,
      );
    }
  }
});

test("the scale stays within its bounds, and comes back from both", () => {
  const options = { initialScale: 4, growthSteps: 1 };
  const config = { optimizer: defaultOptimizers.sgd, accumulation: 1 };
  const rule = makeScalingRule(config, options);
  const state = startScaling(rule, options);
  const { scale, inverse, used, unscale, isApplied } = scalingLayout;
  for (let step = 0; step < 5; step++) advanceScaling(state, rule, false);
  expect([state[scale], state[inverse], state[used], state[isApplied]]).toEqual([1, 1, 1, 0]);
  for (let step = 0; step < 200; step++) advanceScaling(state, rule, true);
  expect(state[scale]).toBe(2 ** 100);
  expect((state[scale] ?? 0) * (state[inverse] ?? 0)).toBe(1);
  advanceScaling(state, rule, false);
  expect([state[scale], state[used]]).toEqual([2 ** 99, 2 ** 100]);
  expect((state[used] ?? 0) * (state[unscale] ?? 0)).toBe(1);
});
