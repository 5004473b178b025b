/**
 * The estimate of memory for many networks on Dawn's device that computes nothing: it allocates as any other. It also has
 * no more than 512 MiB to give (Dawn's src/dawn/native/null), which makes it a device that really runs out.
 */
import { expect, test } from "vitest";
import type { RunEvent } from "../../training/events.ts";
import { createTrainingControl } from "../control.ts";
import { countDeviceMemory } from "../gpu/deviceMemory.testkit.ts";
import { installNullDevice } from "../gpu/nullDevice.testkit.ts";
import { caseOfChain } from "../gradients.testkit.ts";
import { configOf, testRun } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { trainModel } from "../train.ts";
import { makeBlankDataset } from "./blankDataset.ts";
import { expectEstimate, memoryWorkloads } from "./memory.testkit.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');
if (hasDawn) await installNullDevice();
const memory = hasDawn ? countDeviceMemory() : null;

const templates = [
  "airline-lstm",
  "bidirectional-rnn",
  "causal-transformer",
  "cnn-lstm",
  "conv-lstm",
  "convolutional-autoencoder",
  "deep-rnn",
  "dense-autoencoder",
  "gru",
  "lecture-cnn",
  "many-to-many",
  "seq2seq-attention",
  "stacked-lstm",
  "text-cnn",
  "text-embedding",
  "text-lstm",
  "transformer-classifier",
  "variational-autoencoder",
  "wavenet",
];

test.skipIf(!hasDawn).each([...memoryWorkloads, ...templates])(
  "%s takes what it is said to need: at most 15 % more, at most 60 % less",
  { timeout: 60_000 },
  async (id) => {
    if (memory) await expectEstimate(id, memory);
  },
);

test.skipIf(!hasDawn).each(["cnn", "resnet", "lstm64", "cnn-lstm", "wavenet", "text-lstm"])(
  "%s with validation takes what it is said to need",
  { timeout: 60_000 },
  async (id) => {
    if (memory) await expectEstimate(id, memory, { validates: true });
  },
);

/** 400 kB of outputs of each layer for each sample. */
const { plan: wide } = caseOfChain("wide", { sizes: [16] }, [
  ["dense", { units: 100_000, activation: "relu" }],
  ["activation", { activation: "tanh" }],
  ["activation", { activation: "softplus" }],
  ["dense", { units: 3 }],
]);

async function train(batchSize: number) {
  const events: RunEvent[] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan: wide,
    dataset: makeBlankDataset(wide, 512),
    config: configOf({ batchSize, epochs: 1 }),
    backend: await selectBackend("webgpu"),
    control: createTrainingControl(),
    onEvent: (event) => events.push(event),
  });
  return { ended, kinds: events.map(({ kind }) => kind) };
}

test.skipIf(!hasDawn)(
  "what a device can't give is told before the first step, with a batch that it can",
  { timeout: 60_000 },
  async () => {
    const { ended, kinds } = await train(256);
    expect(kinds).toEqual(["ended"]);
    expect(ended).toMatchObject({ reason: "failed", code: "out-of-memory" });
    expect(ended.message).toMatch(
      /256 samples at a time needs about .* the device gives no more than .* Most of it goes to dense_1/,
    );
    const batch = ended.fittingBatch ?? 0;
    expect(ended.message).toContain(`Use a batch of at most ${batch}.`);
    expect(batch).toBeGreaterThan(8);
    // It computes nothing: whatever lies in memory is taken for weights, which may be no numbers.
    const fitting = await train(batch);
    expect(fitting.kinds).toContain("step");
    expect(fitting.ended.code ?? "not-finite").toBe("not-finite");
    expect((await train(batch + 1)).kinds).toEqual(["ended"]);
  },
);
