/** The benchmark's own logic, on a made-up device: what gets a score, what a resumed run measures, what the README says. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeTrainingTable } from "../../../build/trainingTable.mjs";
import type { Order, Outcome } from "./contender.ts";
import type { Site } from "./runChild.ts";
import { runTraining, type TrainingOptions } from "./runTraining.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "netloom-bench-"));
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const limits = {
  device: "SwiftShader driver 5.0.0",
  isSoftware: true,
  peakFlops: 1e10,
  copyBytes: 1e9,
  emptyDispatchMs: 0.01,
};
const stepMs = { ours: 10, stockFit: 50, stockLoop: 60, jax: 20, cpu: 0 };

/** All losses are 1, but for stock tfjs on the widest network. */
function answer({ contender, workload, lossSteps, windows }: Order): Outcome {
  const isWrong = workload === "mlpLarge" && contender.startsWith("stock");
  return {
    losses: Array.from({ length: lossSteps }, () => (isWrong ? 1.03 : 1)),
    stepMs: Array.from({ length: windows }, (_, index) => stepMs[contender] + index - 2),
    cpuMs: [],
    counts:
      contender === "ours" ? { dispatches: 10, submits: 1, readbacks: 0, uploadBytes: 256 } : null,
  };
}

function makeSite(run: (order: Order) => Outcome): Site {
  return { readLimits: async () => limits, run: async (order) => run(order) };
}

function options(own: Partial<TrainingOptions> = {}): TrainingOptions {
  return { workloads: [], windows: 5, isResumed: false, folder, runtime: "Node", ...own };
}

test("a contender whose losses differ from the referees' gets no score and is in no mean", async () => {
  const { rows, means } = await runTraining(makeSite(answer), options());
  expect(rows.map(({ workload }) => workload)).toEqual([
    "mlp",
    "lenet",
    "cnn",
    "resnet",
    "lstm64",
    "mlpLarge",
  ]);
  const wide = rows.at(-1);
  expect(wide?.referees).toEqual(["cpu", "jax"]);
  expect(wide?.results.stockFit?.isScored).toBe(false);
  expect(wide?.results.stockFit?.lossesApart).toBeCloseTo(0.03);
  expect(wide?.results.ours?.isScored).toBe(true);
  expect(means.stockFit.ratio).toBeCloseTo(5);
  expect(means.stockFit.networks).toBe(5);
  expect(means.jax.ratio).toBeCloseTo(2);
  expect(means.jax.networks).toBe(6);
});

test("without its referee a time has no score", async () => {
  const site = makeSite((order) => {
    if (order.contender === "stockFit") throw new Error("out of memory");
    return answer(order);
  });
  const { rows, means } = await runTraining(site, options({ workloads: ["mlp"] }));
  expect(rows[0]?.results.ours?.isScored).toBe(false);
  expect(means.jax.networks).toBe(0);
});

test("a resumed run measures what the cut one did not", async () => {
  const done: string[] = [];
  const failing = makeSite((order) => {
    if (order.contender === "ours" && order.workload === "lenet") throw new Error("cut");
    done.push(`${order.workload}/${order.contender}`);
    return answer(order);
  });
  await expect(runTraining(failing, options())).rejects.toThrow("Netloom itself failed");
  expect(readdirSync(folder)).toEqual(["train-swiftshader-driver-5-0-0.partial.json"]);
  const count = done.length;
  const again: string[] = [];
  const site = makeSite((order) => {
    again.push(`${order.workload}/${order.contender}`);
    return answer(order);
  });
  await runTraining(site, options({ isResumed: true }));
  expect(again).toEqual(["lenet/ours"]);
  expect(count).toBe(24);
  // Other windows are another measurement.
  await runTraining(site, options({ isResumed: true, windows: 6, workloads: ["mlp"] }));
  expect(again.length).toBe(5);
});

test("the bound of a step is what arithmetic, memory and dispatches need", async () => {
  const { rows } = await runTraining(makeSite(answer), options({ workloads: ["mlp"] }));
  // 16 samples: 100,352 multiply-adds twice, 1,280 thrice, two operations each, at 10 GFLOP/s. Adam's 6 × 4 bytes of 100,480 and
  // 1,290 weights, 2 × 16 × 138 outputs and 16 × 784 inputs at 1 GB/s take longer in both layers.
  const bytes = 4 * (6 * (100_480 + 1_290) + 2 * 16 * 138 + 16 * 784);
  const arithmeticMs = (2 * 16 * 2 * 100_352) / 1e7;
  expect(arithmeticMs).toBeLessThan(2.5);
  expect(rows[0]?.boundMs).toBeCloseTo(bytes / 1e6 + 10 * 0.01);
  expect(rows[0]?.overLimit).toBeCloseTo(10 / (bytes / 1e6 + 0.1));
});

test("the README tells times, losses, means and other devices", async () => {
  await runTraining(makeSite(answer), options());
  await runTraining(makeSite(answer), options({ runtime: "Chromium" }));
  for (const contender of ["ours", "stockFit"]) {
    const cost = { dispatches: 14, submits: 1, readbacks: 0, uploadBytes: 256, cpuMs: 0.1 };
    const workloads = [{ id: "mlp", ...cost }];
    writeFileSync(join(folder, `train-counts-${contender}.json`), JSON.stringify({ workloads }));
  }
  const table = makeTrainingTable(folder) ?? "";
  expect(table).toContain(
    "| MLP 784-128-10 | 16 | 10 | 50 (5×) | 60 (6×) | 20 (2×) | 0e+0 from tfjs `fit` |",
  );
  expect(table).toContain("no score: losses 3e-2 apart");
  expect(table).toContain(
    "| geometric mean of those with a score | | | 5× (5) | 6× (5) | 2× (6) |",
  );
  expect(table).toContain("| SwiftShader driver 5.0.0, Chromium | 5× (5) | 2× (6) | mlp 10 (16),");
});
