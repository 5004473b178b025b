/** What a steady step asks of the device: the exact figures, so that a kernel too many is noticed. */
import { expect, test } from "vitest";
import { countCommands, installNullDevice } from "../gpu/nullDevice.testkit.ts";
import { configOf } from "../plans.testkit.ts";
import { openRun } from "./runners.testkit.ts";
import { countedWorkloads, findWorkload, makeWorkloadData } from "./workloads.testkit.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');
if (hasDawn) await installNullDevice();
const counter = hasDawn ? countCommands() : null;

/** Dispatches of a step of 32 samples with Adam and accuracy; never more than the limits of the second list. */
const dispatches = { mlp: 14, lenet: 34, cnn: 34, resnet: 96, lstm64: 19, lstm256x2: 26 };
const limits = { mlp: 20, lenet: 45, cnn: 45, resnet: 150, lstm64: 30, lstm256x2: 45 };

test.skipIf(!hasDawn).each(countedWorkloads)(
  "a steady step of %s: known dispatches, one submit, 256 bytes, nothing read back",
  async (id) => {
    if (!counter) return;
    const workload = findWorkload(id);
    const data = makeWorkloadData(workload, 64);
    const run = await openRun(workload.plan, data, configOf({ batchSize: 32 }));
    const { runner } = run;
    const step = (number: number) =>
      runner.run({ epoch: 1, step: number, start: 32 * (number % 2), count: 32 });
    runner.beginEpoch(data.train);
    for (let number = 1; number <= 4; number++) await step(number);
    await runner.settle();
    counter.reset();
    await step(5);
    const { liveBuffers: _, ...counted } = counter.counts;
    expect(counted).toEqual({
      dispatches: dispatches[id],
      submits: 1,
      readbacks: 0,
      uploadBytes: 256,
    });
    expect(counted.dispatches).toBeLessThanOrEqual(limits[id]);
    expect(runner.counts).toMatchObject({ isRecorded: true, reason: null, ...counted });
    run.close();
  },
);

test.skipIf(!hasDawn)(
  "a step's results are read in one go: one read-back for many steps",
  async () => {
    if (!counter) return;
    const workload = findWorkload("mlp");
    const data = makeWorkloadData(workload, 64);
    const { runner, close } = await openRun(workload.plan, data, configOf({ batchSize: 32 }));
    runner.beginEpoch(data.train);
    counter.reset();
    for (let step = 1; step <= 40; step++)
      await runner.run({ epoch: 1, step, start: 32 * (step % 2), count: 32 });
    await runner.settle();
    expect(runner.takeResults().map(({ place }) => place.step)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    // A read every 150 ms and one at the end; never one a step.
    expect(counter.counts.readbacks).toBeLessThan(20);
    close();
  },
);
