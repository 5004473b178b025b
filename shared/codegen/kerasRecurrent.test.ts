/** Masks, states and attention over several layers: the same values here and in real Keras, from the printed code. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { buildModel } from "../engine/buildModel.ts";
import { attentionGraphs } from "../layers/attentionGraphs.testkit.ts";
import { drawInputs } from "../layers/example.testkit.ts";
import { recurrentGraphs } from "../layers/recurrentGraphs.testkit.ts";
import { kerasShape } from "../layers/shape.ts";
import { defaultTraining } from "../training/config.ts";
import { computeOnce, type Computed, worstDifference } from "./compute.testkit.ts";
import { printKeras } from "./printKeras.ts";
import { askKeras, findKerasPython, type RefereeResult } from "./python.testkit.ts";

const python = findKerasPython();
const reason = python === null ? " (skipped: no Python with Keras)" : "";

/** With weights of the built model's shapes: layers of several branches have an order of tfjs's own there. */
const graphs = [...recurrentGraphs, ...attentionGraphs].map((graph) => {
  const model = buildModel(graph.plan, { seed: 1 });
  const weights = model.getWeights().map(({ shape }, index) => ({
    name: `weight ${index}`,
    shape,
    isTrainable: true,
  }));
  model.dispose();
  return { ...graph, weights };
});

describe.skipIf(python === null)(`masks, states and attention in Keras${reason}`, () => {
  let results: readonly RefereeResult[] = [];
  let ours: readonly Computed[] = [];

  beforeAll(async () => {
    await tf.setBackend("cpu");
    ours = graphs.map((graph) => computeOnce(buildModel(graph.plan, { seed: 1 }), graph));
    results = askKeras(
      python ?? "",
      graphs.map((graph, at) => ({
        source:
          printKeras(graph.plan, { training: defaultTraining, data: null }).files[0]?.text ?? "",
        weights: ours[at]?.weights ?? [],
        inputs: drawInputs(graph).map((values, index) => ({
          ...values,
          dtype: graph.inputs[index]?.dtype ?? "float32",
        })),
      })),
    );
  }, 600_000);

  test.each(graphs.map(({ title }, index) => [title, index] as const))("%s", (_title, index) => {
    const result = results[index];
    const graph = graphs[index];
    if (result === undefined || graph === undefined) throw new Error("no answer");
    if ("error" in result) throw new Error(result.error);
    expect(result.shapes).toEqual(graph.plan.outputs.map(({ shape }) => kerasShape(shape)));
    expect(worstDifference(ours[index]?.values ?? [], result.values)).toBeLessThanOrEqual(1e-5);
  });
});
