/** Losses that take logits: the same training as behind a softmax or sigmoid, and predictions still in chances. */
import { expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import { createTrainingControl } from "./control.ts";
import { configOf, layer, planOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { selectBackend } from "./selectBackend.ts";
import { trainModel, type TrainingOutcome } from "./train.ts";

async function train(plan: ModelPlan): Promise<TrainingOutcome> {
  const points = pointsDataset(90);
  // Two classes where there is one unit.
  const isBinary = plan.outputs[0]?.shape.axes.at(-1)?.size === 1;
  const dataset = isBinary
    ? {
        ...points,
        summary: {
          ...points.summary,
          fields: points.summary.fields.map((field) =>
            field.classes === null ? field : { ...field, classes: ["a", "b"] },
          ),
        },
        gather: (field: string, samples: Uint32Array) => {
          const values = points.gather(field, samples);
          return field === "class" ? values.map((label) => Math.min(label, 1)) : values;
        },
      }
    : points;
  return trainModel({
    runId: testRun,
    plan,
    dataset,
    config: configOf({ epochs: 5 }),
    backend: await selectBackend("cpu"),
    control: createTrainingControl(),
    onEvent: () => {},
  });
}

const hidden = layer("dense", "hidden", { units: 8, activation: "tanh" }, ["x"], [8]);
const head = (units: number, activation: string): ModelPlan["layers"][number] =>
  layer("dense", "scores", { units, activation }, ["hidden"], [units]);

test.each([
  ["categoricalCrossentropy", 3, "softmax"],
  ["sparseCategoricalCrossentropy", 3, "softmax"],
  ["categoricalFocalCrossentropy", 3, "softmax"],
  ["binaryCrossentropy", 1, "sigmoid"],
  ["binaryFocalCrossentropy", 1, "sigmoid"],
] as const)("%s of %i logits trains as behind a %s", async (loss, units, activation) => {
  const metrics = ["accuracy", "precision", "f1Score", "auc"] as const;
  const plain = await train(planOf([2], [hidden, head(units, activation)], { loss, metrics }));
  const logits = await train(
    planOf([2], [hidden, head(units, "linear")], {
      loss,
      metrics,
      lossOptions: { fromLogits: true },
    }),
  );
  expect(plain.ended).toMatchObject({ reason: "finished" });
  expect(Object.keys(logits.ended.metrics)).toEqual(Object.keys(plain.ended.metrics));
  for (const [name, value] of Object.entries(plain.ended.metrics))
    expect(logits.ended.metrics[name], name).toBeCloseTo(value, 4);
  expect(logits.report?.confusion).toEqual(plain.report?.confusion);
  const confidences = (outcome: TrainingOutcome) =>
    outcome.report?.samples.map(({ confidence }) => confidence ?? Number.NaN) ?? [];
  expect(confidences(logits).length).toBeGreaterThan(5);
  confidences(logits).forEach((confidence, at) =>
    expect(confidence).toBeCloseTo(confidences(plain)[at] ?? Number.NaN, 3),
  );
});
