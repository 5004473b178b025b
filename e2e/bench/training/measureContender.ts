import { findWorkload, type Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import type { Contender, Order, Outcome } from "./contender.ts";
import { batchCount } from "./contender.ts";
import { startCounting } from "./countCommands.ts";
import { type Material, prepareMaterial } from "./material.ts";

/** Carries out one order in this process or page, which has seen no other contender. */
export async function measureContender(
  order: Order,
  readCpuMs: (() => number) | null,
): Promise<Outcome> {
  const isCounted = order.contender === "ours" || order.device === "null";
  // Stock tfjs takes minutes for more steps on a software adapter; the null device tells the same numbers.
  const counter = isCounted ? startCounting() : null;
  const workload = findWorkload(order.workload);
  const material = prepareMaterial(workload, order.batchSize);
  const contender = await createContender(order, { workload, material });
  const begin = performance.now();
  const losses = order.lossSteps > 0 ? await contender.trainWithLosses(order.lossSteps) : [];
  const lossMs = performance.now() - begin;
  const stepMs: number[] = [];
  const cpuMs: number[] = [];
  if (order.windows > 0) {
    const steps = await chooseSteps(contender, { order, lossMs });
    for (let window = 0; window < order.windows; window++) {
      const cpuBefore = readCpuMs?.() ?? 0;
      const before = performance.now();
      await contender.train(steps);
      stepMs.push((performance.now() - before) / steps);
      if (readCpuMs) cpuMs.push((readCpuMs() - cpuBefore) / steps);
    }
  }
  return {
    losses,
    stepMs,
    cpuMs,
    counts: counter && order.windows > 0 ? await countSteady(contender, counter) : null,
  };
}

/** Steps of a window: whole rounds of the batches, or fewer than one where a step is slow. */
async function chooseSteps(
  contender: Contender,
  { order, lossMs }: { readonly order: Order; readonly lossMs: number },
): Promise<number> {
  // The first steps compile and record; a slow contender has had enough of them with its losses.
  if (order.lossSteps === 0) await contender.train(batchCount);
  const warmUp = lossMs / Math.max(1, order.lossSteps) > 500 ? 1 : batchCount;
  const start = performance.now();
  await contender.train(warmUp);
  const ms = (performance.now() - start) / warmUp;
  const left = Math.max(0, order.budgetMs - lossMs - warmUp * ms) / order.windows;
  const steps = Math.min(Math.max(2, order.windowMs / ms), left / ms);
  return steps < batchCount
    ? Math.max(1, Math.floor(steps))
    : batchCount * Math.round(steps / batchCount);
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
  { workload, material }: { readonly workload: Workload; readonly material: Material },
): Promise<Contender> {
  switch (order.contender) {
    case "ours": {
      const { createOurs } = await import("./oursContender.ts");
      return createOurs(workload, material);
    }
    case "stockFit":
    case "stockLoop":
    case "cpu": {
      const { createStock } = await import("./stockContender.ts");
      return createStock(workload, material, {
        backend: order.contender === "cpu" ? "cpu" : "webgpu",
        way: order.contender === "stockFit" ? "fit" : "loop",
      });
    }
    case "jax": {
      const { createJax } = await import("./jaxContender.ts");
      return createJax(workload, material);
    }
  }
}
