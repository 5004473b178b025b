/** Whole networks: the losses with our kernels are those with tfjs's. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { defaultOptimizers } from "../../training/config.ts";
import { useDirectPrograms } from "../directKernels.ts";
import { configOf } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { openRun } from "../step/runners.testkit.ts";
import { findWorkload, makeWorkloadData } from "../step/workloads.testkit.ts";
import { useFusedLayers } from "./fusedLayers.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
beforeAll(async () => {
  if (!webgpu.ok) return;
  await selectBackend("webgpu");
  useDirectPrograms(true);
});
afterAll(() => {
  useFusedLayers(true);
  if (webgpu.ok) webgpu.value.release();
});

async function listLosses(id: "mlp" | "lenet", steps: number, isFused: boolean): Promise<number[]> {
  useFusedLayers(isFused);
  const workload = findWorkload(id);
  const data = makeWorkloadData(workload, 4 * steps);
  const config = configOf({ batchSize: 4, optimizer: defaultOptimizers.adam });
  const { runner, close } = await openRun(workload.plan, data, config, { records: false });
  runner.beginEpoch(data.train);
  for (let step = 1; step <= steps; step++)
    await runner.run({ epoch: 1, step, start: 4 * (step - 1), count: 4 });
  await runner.settle();
  const losses = runner.takeResults().map(({ sums }) => sums[0] ?? Number.NaN);
  close();
  return losses;
}

describe.skipIf(!webgpu.ok)("training on WebGPU", () => {
  test.each([
    ["mlp", 20],
    ["lenet", 20],
  ] as const)(
    "%s has the same losses with our kernels and with tfjs's, over %i steps",
    async (id, steps) => {
      const stock = await listLosses(id, steps, false);
      const own = await listLosses(id, steps, true);
      expect(own).toHaveLength(steps);
      for (const [step, loss] of own.entries())
        expect(Math.abs(loss / (stock[step] ?? Number.NaN) - 1)).toBeLessThan(1e-4);
      expect(await listLosses(id, steps, true)).toEqual(own);
    },
    90_000,
  );
});
