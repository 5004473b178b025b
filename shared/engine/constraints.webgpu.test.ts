import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { defaultOptimizers } from "../training/config.ts";
import { configOf, layer, planOf, pointsDataset } from "./plans.testkit.ts";
import { runSteps } from "./step/runners.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped on WebGPU: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const constraint = (name: string, config: Readonly<Record<string, number>>) => ({
  kind: "constraint" as const,
  name,
  config,
});

/** A layer of which weights want to go where they may not. */
const plan = planOf(
  [2],
  [
    layer(
      "dense",
      "hidden",
      { units: 6, kernelConstraint: constraint("nonNeg", {}), activation: "tanh" },
      ["x"],
      [6],
    ),
    layer(
      "dense",
      "scores",
      {
        units: 3,
        kernelConstraint: constraint("maxNorm", { maxValue: 0.7, axis: 0 }),
        activation: "softmax",
      },
      ["hidden"],
      [3],
    ),
  ],
);
const config = configOf({
  optimizer: { ...defaultOptimizers.sgd, learningRate: 1 },
  batchSize: 10,
});
const data = pointsDataset(50);

function check([hidden, , scores]: readonly Float32Array[]): void {
  expect(Math.min(...(hidden ?? [-1]))).toBeGreaterThanOrEqual(0);
  // It pushes against the border.
  expect(Math.min(...(hidden ?? [-1]))).toBeLessThan(1e-6);
  for (let unit = 0; unit < 3; unit++) {
    let squares = 0;
    for (let from = 0; from < 6; from++) squares += (scores?.[3 * from + unit] ?? 9) ** 2;
    expect(Math.sqrt(squares)).toBeLessThan(0.7001);
    expect(Math.sqrt(squares)).toBeGreaterThan(0.69);
  }
}

test("weights stay within their constraints in training", async () => {
  const { weights } = await runSteps(plan, data, config, { onCpu: true });
  check(weights);
});

describe.skipIf(!webgpu.ok)("on WebGPU", () => {
  test("recorded or not, they do there too", async () => {
    const cpu = await runSteps(plan, data, config, { onCpu: true });
    const recorded = await runSteps(plan, data, config);
    const eager = await runSteps(plan, data, config, { records: false });
    expect(recorded.counts).toMatchObject({ isRecorded: true, reason: null });
    check(recorded.weights);
    check(eager.weights);
    expect(recorded.losses).toEqual(eager.losses);
    for (const [step, loss] of cpu.losses.entries())
      expect(recorded.losses[step]).toBeCloseTo(loss, 4);
  });
});
