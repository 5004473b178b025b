import { expect, test } from "vitest";
import { packWeights } from "../../training/epochWeights.ts";
import { buildModel } from "../buildModel.ts";
import { disposeModel } from "../disposeModel.ts";
import { layer, planOf, pointsDataset } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { lookAtSample } from "./lookAtSample.ts";

const points = pointsDataset(20);
const dataset = {
  ...points,
  summary: {
    ...points.summary,
    fields: points.summary.fields.map((field) =>
      field.classes === null ? field : { ...field, classes: ["no", "yes"] },
    ),
  },
};

test.each([
  [0.3, true, "yes (0.574)"],
  [-0.3, true, "no (0.426)"],
  [0.3, false, "no (0.3)"],
] as const)(
  "a single value of %s, as a logit: %s, is answered %s",
  async (bias, fromLogits, answer) => {
    await selectBackend("cpu");
    const plan = planOf([2], [layer("dense", "score", { units: 1 }, ["x"], [1])], {
      loss: "binaryCrossentropy",
      lossOptions: { fromLogits },
    });
    const model = buildModel(plan, { seed: 1 });
    const weights = packWeights([new Float32Array(2), Float32Array.of(bias)]).buffer;
    const look = await lookAtSample({ plan, dataset, model, weights, layer: "score", place: 0 });
    expect(look).toMatchObject({ ok: true, value: { answer } });
    disposeModel(model);
  },
);
