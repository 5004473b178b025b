/** Losses whose truth has other rows than the output, trained on the device: played, and as on the processor. */
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../../base/random.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../../datasets/dataset.ts";
import { shapeFromSizes } from "../../layers/shape.ts";
import { configOf, layer, planOf, pointsDataset } from "../plans.testkit.ts";
import { runSteps } from "./runners.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const steps = 8;
const marks = 4;
const labelCount = 3;

/** Rows of marks, one of them lit at some steps, and the marks' numbers in their order as numbers, scaled, or as classes. */
function markedSequences({ asClasses }: { readonly asClasses: boolean }): Dataset {
  const base = pointsDataset(30);
  const random = createRandom("marks");
  const inputs = new Float32Array(30 * steps * marks);
  const labels = new Int32Array(30 * labelCount);
  for (let sample = 0; sample < 30; sample++) {
    const count = 1 + (sample % labelCount);
    for (let place = 0; place < count; place++) {
      const label = 1 + Math.floor(random.next() * (marks - 1));
      labels[sample * labelCount + place] = label;
      inputs[(sample * steps + 2 * place + 1) * marks + label] = 1;
    }
  }
  const scale = { scale: 2, offset: 1 };
  const target: FieldSpec = {
    name: "labels",
    role: "target",
    shape: shapeFromSizes([labelCount], asClasses ? "int32" : "float32"),
    classes: asClasses ? ["blank", "a", "b", "c"] : null,
  };
  return {
    ...base,
    summary: {
      ...base.summary,
      fields: [
        { name: "marks", role: "feature", shape: shapeFromSizes([steps, marks]), classes: null },
        target,
      ],
    },
    targetScale: () => (asClasses ? { scale: 1, offset: 0 } : scale),
    gather(field, samples) {
      const [values, size] = field === "marks" ? [inputs, steps * marks] : [labels, labelCount];
      const gathered = new Float32Array(samples.length * size);
      samples.forEach((sample, row) =>
        gathered.set(values.subarray(sample * size, (sample + 1) * size), row * size),
      );
      if (field === "marks") return gathered;
      if (asClasses) return Int32Array.from(gathered);
      return gathered.map((label) => (label - scale.offset) / scale.scale);
    },
  };
}

const speller = planOf(
  [steps, marks],
  [layer("dense", "scores", { units: marks }, ["x"], [steps, marks])],
  { loss: "ctc", metrics: [] },
);
const vectors = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 8, activation: "tanh" }, ["x"], [8]),
    layer("dense", "place", { units: 3 }, ["hidden"], [3]),
  ],
  { loss: "circle", lossOptions: { circleGamma: 4 }, metrics: [] },
);
const leavingOut = planOf(
  [2],
  [layer("dense", "scores", { units: 3, activation: "softmax" }, ["x"], [3])],
  { loss: "sparseCategoricalCrossentropy", lossOptions: { ignoreClass: 2 } },
);

const networks: readonly (readonly [string, ModelPlan, Dataset])[] = [
  ["CTC with classes", speller, markedSequences({ asClasses: true })],
  ["CTC with scaled numbers", speller, markedSequences({ asClasses: false })],
  ["circle", vectors, pointsDataset(30)],
  ["a class left out", leavingOut, pointsDataset(30)],
];

test.skipIf(!webgpu.ok).each(networks)(
  "steps are played, run after run alike, as on the processor, and learn: %s",
  { timeout: 240_000 },
  async (_name, plan, data) => {
    const config = configOf({ batchSize: 7, epochs: 7 });
    const played = await runSteps(plan, data, config);
    expect(played.counts).toMatchObject({ isRecorded: true, reason: null, submits: 1 });
    const run = await runSteps(plan, data, config, { records: false });
    expect(played.sums).toEqual(run.sums);
    expect(played.weights).toEqual(run.weights);
    const onCpu = await runSteps(plan, data, config, { onCpu: true });
    played.losses.forEach((loss, index) => expect(loss).toBeCloseTo(onCpu.losses[index] ?? NaN, 4));
    const mean = (losses: readonly number[]) =>
      losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(mean(played.losses.slice(-8))).toBeLessThan(0.95 * mean(played.losses.slice(0, 4)));
  },
);
