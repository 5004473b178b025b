import { nodeId, runId } from "../base/ids.ts";
import { createRandom } from "../base/random.ts";
import type { ModelPlan, PlanLayer, PlanOutput } from "../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import type { CallOption, CallValue } from "../layers/defineLayer.ts";
import { shapeFromSizes, shapeOf } from "../layers/shape.ts";
import { defaultOptimizers, defaultTraining, type TrainingConfig } from "../training/config.ts";
import { unprepared } from "./step/blankDataset.ts";

/** A layer of a plan written by hand: `layer("dense", "Dense", { units: 3 }, ["x"], [3])`. */
export function layer(
  factory: string,
  name: string,
  options: Readonly<Record<string, CallValue>>,
  inputs: readonly string[],
  output: readonly (number | null)[],
): PlanLayer {
  return {
    id: nodeId(name),
    name,
    call: {
      className: factory,
      tfjsFactory: factory,
      options: Object.entries(options).map(([key, value]): CallOption => ({
        tfjsName: key,
        pythonName: key,
        value,
      })),
    },
    path: [],
    inputs: inputs.map((layer) => ({ layer, port: 0 })),
    outputShapes: [shapeFromSizes(output)],
    sharedWith: null,
    weights: [],
  };
}

export function planOf(
  inputSizes: readonly (number | null)[],
  layers: readonly PlanLayer[],
  output: Partial<PlanOutput> = {},
): ModelPlan {
  const last = layers.at(-1);
  return {
    name: "model",
    inputs: [{ id: nodeId("x"), name: "x", shape: shapeFromSizes(inputSizes), field: "" }],
    layers,
    outputs: [
      {
        id: nodeId("y"),
        name: "y",
        source: { layer: last?.name ?? "x", port: 0 },
        shape: last?.outputShapes[0] ?? shapeFromSizes(inputSizes),
        target: "",
        loss: "sparseCategoricalCrossentropy",
        lossWeight: 1,
        metrics: ["accuracy"],
        ...output,
      },
    ],
  };
}

export const classifierPlan = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 8, activation: "tanh" }, ["x"], [8]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["hidden"], [3]),
  ],
);

export const regressorPlan = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 8, activation: "tanh" }, ["x"], [8]),
    layer("dense", "value", { units: 1 }, ["hidden"], [1]),
  ],
  { loss: "meanSquaredError", metrics: ["rootMeanSquaredError", "meanAbsoluteError"] },
);

export function configOf(changes: Partial<TrainingConfig> = {}): TrainingConfig {
  return {
    ...defaultTraining,
    optimizer: { ...defaultOptimizers.adam, learningRate: 0.02 },
    ...changes,
  };
}

export const testRun = runId("run-test");

/** Points of three classes around the corners of a triangle, or their height above it scaled by 1/10 (`isRegression`). */
export function pointsDataset(
  count: number,
  options: {
    readonly isRegression?: boolean;
    readonly spoil?: (values: Float32Array) => void;
  } = {},
): Dataset {
  const random = createRandom("points");
  const points = new Float32Array(count * 2);
  const labels = new Int32Array(count);
  const heights = new Float32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const label = sample % 3;
    const angle = (label * 2 * Math.PI) / 3;
    points[2 * sample] = Math.cos(angle) + 0.3 * random.nextNormal();
    points[2 * sample + 1] = Math.sin(angle) + 0.3 * random.nextNormal();
    labels[sample] = label;
    heights[sample] = (points[2 * sample] ?? 0) * (points[2 * sample + 1] ?? 0);
  }
  options.spoil?.(points);
  const validationCount = Math.floor(count / 5);
  const features: FieldSpec = {
    name: "features",
    role: "feature",
    shape: shapeFromSizes([2]),
    classes: null,
  };
  const target: FieldSpec = options.isRegression
    ? { name: "height", role: "target", shape: shapeFromSizes([1]), classes: null }
    : { name: "class", role: "target", shape: shapeOf([], "int32"), classes: ["a", "b", "c"] };
  const scale = options.isRegression ? 10 : 1;
  return {
    summary: {
      kind: "table",
      label: "points",
      sampleCount: count,
      trainCount: count - validationCount,
      validationCount,
      fields: [features, target],
      classCounts: [],
    },
    train: Uint32Array.from({ length: count - validationCount }, (_, index) => index),
    validation: Uint32Array.from(
      { length: validationCount },
      (_, index) => count - validationCount + index,
    ),
    gather(field, samples) {
      if (field === "features") {
        const values = new Float32Array(samples.length * 2);
        samples.forEach((sample, row) =>
          values.set(points.subarray(2 * sample, 2 * sample + 2), 2 * row),
        );
        return values;
      }
      return options.isRegression
        ? Float32Array.from(samples, (sample) => heights[sample] ?? 0)
        : Int32Array.from(samples, (sample) => labels[sample] ?? 0);
    },
    ...unprepared,
    unscaleTarget: (_field, values) => values.map((value) => value * scale),
    targetScale: () => ({ scale, offset: 0 }),
  };
}
