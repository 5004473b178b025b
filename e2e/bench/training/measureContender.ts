import { findWorkload } from "../../../shared/engine/step/workloads.testkit.ts";
import type { Contender, Order, Outcome } from "./contender.ts";
import { batchCount } from "./contender.ts";
import { startCounting } from "./countCommands.ts";
import { prepareMaterial } from "./material.ts";

/** Carries out one order in this process or page, which has seen no other contender. */
export async function measureContender(
  order: Order,
  readCpuMs: (() => number) | null,
): Promise<Outcome> {
  const counter = startCounting();
  const workload = findWorkload(order.workload);
  const material = await prepareMaterial(workload, order.batchSize);
  const contender = await createContender(order, { workload, material });
  const losses = order.lossSteps > 0 ? await contender.trainWithLosses(order.lossSteps) : [];
  // Whole rounds, so that `fit` has no part of an epoch; the first ones compile and record.
  if (order.lossSteps === 0) await contender.train(batchCount);
  const start = performance.now();
  await contender.train(batchCount);
  const roundMs = performance.now() - start;
  const steps = batchCount * Math.max(1, Math.round(order.windowMs / roundMs));
  const stepMs: number[] = [];
  const cpuMs: number[] = [];
  for (let window = 0; window < order.windows; window++) {
    const cpuBefore = readCpuMs?.() ?? 0;
    const before = performance.now();
    await contender.train(steps);
    stepMs.push((performance.now() - before) / steps);
    if (readCpuMs) cpuMs.push((readCpuMs() - cpuBefore) / steps);
  }
  return {
    device: contender.device,
    losses,
    stepMs,
    cpuMs,
    // Stock tfjs takes minutes for these steps on a software adapter; the null device tells the same numbers.
    counts:
      order.contender === "ours" || order.device === "null"
        ? await countSteady(contender, counter)
        : null,
  };
}

/** What one more step costs: the difference between training two rounds and one, so that what ends a call drops out. */
async function countSteady(
  contender: Contender,
  counter: ReturnType<typeof startCounting>,
): Promise<Outcome["counts"]> {
  const count = async (rounds: number) => {
    counter.reset();
    await contender.train(rounds * batchCount);
    return counter.read();
  };
  const one = await count(1);
  const two = await count(2);
  return {
    dispatches: (two.dispatches - one.dispatches) / batchCount,
    submits: (two.submits - one.submits) / batchCount,
    readbacks: (two.readbacks - one.readbacks) / batchCount,
    uploadBytes: (two.uploadBytes - one.uploadBytes) / batchCount,
  };
}

async function createContender(
  order: Order,
  {
    workload,
    material,
  }: {
    readonly workload: ReturnType<typeof findWorkload>;
    readonly material: Awaited<ReturnType<typeof prepareMaterial>>;
  },
): Promise<Contender> {
  switch (order.contender) {
    case "ours": {
      const { createOurs } = await import("./oursContender.ts");
      return createOurs(workload, material);
    }
    case "stockFit":
    case "stockLoop": {
      const { createStock } = await import("./stockContender.ts");
      return createStock(workload, material, {
        way: order.contender === "stockFit" ? "fit" : "loop",
      });
    }
    case "jax": {
      const { createJax } = await import("./jaxContender.ts");
      return createJax(workload, material);
    }
  }
}
