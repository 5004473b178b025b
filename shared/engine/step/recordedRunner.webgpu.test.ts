import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../../base/random.ts";
import type { ModelPlan, PlanLayer } from "../../compiler/plan.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { shapeFromSizes } from "../../layers/shape.ts";
import { classifierPlan, configOf, layer, planOf, pointsDataset } from "../plans.testkit.ts";
import { readWeights, writeWeights } from "../snapshots.ts";
import { openRun, runSteps, type OpenRun } from "./runners.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

// 24 samples: batches of 7, 7, 7 and 3, so that two sizes are recorded; 20 steps of the one, 5 and more of the other.
const config = configOf({ batchSize: 7, epochs: 7 });
const points = pointsDataset(30);
const pictures = noiseDataset([6, 6, 2]);
const sequences = noiseDataset([5, 2]);

const residual = planOf(
  [6, 6, 2],
  [
    layer("conv2d", "conv1", { filters: 4, kernelSize: [3, 3], padding: "same" }, ["x"], [6, 6, 4]),
    layer("batchNormalization", "norm", {}, ["conv1"], [6, 6, 4]),
    layer("activation", "relu", { activation: "relu" }, ["norm"], [6, 6, 4]),
    layer("add", "sum", {}, ["relu", "conv1"], [6, 6, 4]),
    layer("maxPooling2d", "pool", { poolSize: [2, 2] }, ["sum"], [3, 3, 4]),
    layer("flatten", "flat", {}, ["pool"], [36]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["flat"], [3]),
  ],
);
const dropping = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 16, activation: "relu" }, ["x"], [16]),
    layer("dropout", "drop", { rate: 0.5 }, ["hidden"], [16]),
    layer("gaussianNoise", "noise", { stddev: 0.1 }, ["drop"], [16]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["noise"], [3]),
  ],
);

const recurrent = planOf(
  [5, 2],
  [
    layer("lstm", "lstm", { units: 4, dropout: 0.2 }, ["x"], [4]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["lstm"], [3]),
  ],
);

const flipping = planOf(
  [6, 6, 2],
  [
    own(layer("randomFlip", "flip", { mode: "horizontal" }, ["x"], [6, 6, 2])),
    layer("flatten", "flat", {}, ["flip"], [72]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["flat"], [3]),
  ],
);

const sampling = planOf(
  [2],
  [
    layer("dense", "mean", { units: 4 }, ["x"], [4]),
    layer("dense", "spread", { units: 4 }, ["x"], [4]),
    own(layer("sampling", "code", { klWeight: 0.1 }, ["mean", "spread"], [4])),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["code"], [3]),
  ],
);
const attending = planOf(
  [5, 2],
  [
    own(
      layer(
        "multiHeadAttention",
        "attention",
        { numHeads: 2, keyDim: 3, dropout: 0.3 },
        ["x", "x"],
        [5, 2],
      ),
    ),
    layer("flatten", "flat", {}, ["attention"], [10]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["flat"], [3]),
  ],
);

const networks: readonly (readonly [string, ModelPlan, Dataset])[] = [
  ["a multilayer perceptron", classifierPlan, points],
  ["a residual block with batch normalization", residual, pictures],
  ["dropout and noise", dropping, points],
  ["a recurrent layer with dropout", recurrent, sequences],
  ["augmentation", flipping, pictures],
  ["samples of a distribution", sampling, points],
  ["attention with dropout", attending, sequences],
];

test.skipIf(!webgpu.ok).each(networks)(
  "steps that are played equal those that run, bit for bit: %s",
  { timeout: 480_000 },
  async (_name, plan, data) => {
    const run = await runSteps(plan, data, config, { records: false });
    const played = await runSteps(plan, data, config);
    expect(run.counts.isRecorded).toBe(false);
    expect(played.counts).toMatchObject({ isRecorded: true, reason: null, submits: 1 });
    expect(played.losses).toHaveLength(28);
    expect(new Set(played.losses).size).toBeGreaterThan(20);
    expect(played.sums).toEqual(run.sums);
    expect(played.weights).toEqual(run.weights);
    const again = await runSteps(plan, data, config);
    expect(again.sums).toEqual(played.sums);
  },
);

test.skipIf(!webgpu.ok)(
  "weights and slots that are written between played steps are what they go on with",
  async () => {
    const source = await openRun(classifierPlan, points, config);
    await trainEpochs(source, 3);
    const weights = await readWeights(source.session.model);
    const optimizer = await source.runner.readOptimizer();
    const expected = await trainEpochs(source, 3);
    source.close();

    const target = await openRun(classifierPlan, points, { ...config, seed: 5 });
    await trainEpochs(target, 4);
    expect(target.runner.counts.isRecorded).toBe(true);
    writeWeights(target.session.model, weights);
    target.runner.writeOptimizer(optimizer);
    target.runner.setStepsDone(optimizer.updates);
    expect(await trainEpochs(target, 3)).toEqual(expected);
    target.close();
  },
);

const remembering = fixBatch(
  planOf(
    [5, 2],
    [
      layer("simpleRNN", "memory", { units: 4, stateful: true }, ["x"], [4]),
      layer("dense", "scores", { units: 3, activation: "softmax" }, ["memory"], [3]),
    ],
  ),
  6,
);

const stretching = planOf(
  [6, 6, 2],
  [
    own(layer("randomSize", "stretch", { direction: "width", factor: 0.5 }, ["x"], [6, null, 2])),
    layer("globalAveragePooling2d", "mean", {}, ["stretch"], [2]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["mean"], [3]),
  ],
);

const unrecordable: readonly (readonly [string, ModelPlan, Dataset, RegExp])[] = [
  ["images of many sizes", stretching, pictures, /slower: stretch draws other sizes at every step/],
  ["a stateful layer", remembering, sequences, /slower: a layer keeps a state/],
];

test.skipIf(!webgpu.ok).each(unrecordable)(
  "steps that can't be played run, with the numbers of the processor and a reason: %s",
  async (_name, plan, data, reason) => {
    const six = { ...config, batchSize: 6, epochs: 3 };
    const steps = await runSteps(plan, data, six);
    expect(steps.counts).toMatchObject({ isRecorded: false, submits: 0 });
    expect(steps.counts.reason).toMatch(reason);
    const run = await runSteps(plan, data, six, { records: false });
    expect(steps.sums).toEqual(run.sums);
    const onCpu = await runSteps(plan, data, six, { onCpu: true });
    steps.losses.forEach((loss, index) => expect(loss).toBeCloseTo(onCpu.losses[index] ?? NaN, 4));
  },
);

test.skipIf(!webgpu.ok)(
  "data that does not fit is sent a batch at a time: the same steps",
  async () => {
    const resident = await runSteps(classifierPlan, points, config);
    const sent = await runSteps(classifierPlan, points, config, { dataBytes: 100 });
    expect(sent.counts.isRecorded).toBe(true);
    // Two features and three one-hot classes a sample, beside the step's numbers.
    expect(sent.counts.uploadBytes).toBe(256 + 4 * 7 * (2 + 3));
    expect(sent.sums).toEqual(resident.sums);
  },
);

/** As the loop does; every step's loss. */
async function trainEpochs({ runner }: OpenRun, epochs: number): Promise<readonly number[]> {
  for (let epoch = 1; epoch <= epochs; epoch++) {
    runner.beginEpoch(points.train);
    for (let start = 0, step = 1; start < 24; start += 7, step++)
      await runner.run({ epoch, step, start, count: Math.min(7, 24 - start) });
  }
  await runner.settle();
  return runner.takeResults().map(({ sums }) => sums[0] ?? Number.NaN);
}

function own(planned: PlanLayer): PlanLayer {
  return { ...planned, call: { ...planned.call, tfjsSource: "own" } };
}

function fixBatch(plan: ModelPlan, batch: number): ModelPlan {
  return {
    ...plan,
    inputs: plan.inputs.map((input) => ({ ...input, shape: { ...input.shape, batch } })),
  };
}

function noiseDataset(sizes: readonly number[]): Dataset {
  const base = pointsDataset(30);
  const size = sizes.reduce((product, length) => product * length, 1);
  const random = createRandom("noise");
  const values = Float32Array.from({ length: 30 * size }, () => random.nextNormal());
  return {
    ...base,
    summary: {
      ...base.summary,
      fields: base.summary.fields.map((field) =>
        field.role === "feature" ? { ...field, shape: shapeFromSizes(sizes) } : field,
      ),
    },
    gather(field, samples) {
      if (field !== "features") return base.gather(field, samples);
      const gathered = new Float32Array(samples.length * size);
      samples.forEach((sample, row) =>
        gathered.set(values.subarray(sample * size, (sample + 1) * size), row * size),
      );
      return gathered;
    },
  };
}
