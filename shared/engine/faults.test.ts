/** What ends a run is named: the sample, the layer, the batch that would fit. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { defaultOptimizers, type TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { createTrainingControl, type TrainingControl } from "./control.ts";
import {
  classifierPlan,
  configOf,
  layer,
  planOf,
  pointsDataset,
  testRun,
} from "./plans.testkit.ts";
import { selectBackend, type Backend } from "./selectBackend.ts";
import { trainModel } from "./train.ts";

let cpu: Backend;
beforeAll(async () => {
  cpu = await selectBackend("cpu");
});
beforeEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

async function train(
  config: Partial<TrainingConfig>,
  options: {
    readonly plan?: ModelPlan;
    readonly data?: Dataset;
    readonly backend?: Backend;
    readonly onEvent?: (event: RunEvent, control: TrainingControl) => void;
  } = {},
) {
  const events: RunEvent[] = [];
  const control = createTrainingControl();
  const { ended } = await trainModel({
    runId: testRun,
    plan: options.plan ?? classifierPlan,
    dataset: options.data ?? pointsDataset(60),
    config: configOf({ batchSize: 10, epochs: 3, ...config }),
    backend: options.backend ?? cpu,
    control,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event, control);
    },
  });
  return { ended, events };
}

const sgd = (learningRate: number) => ({ ...defaultOptimizers.sgd, learningRate });
const dense = (name: string, from: string, options = {}) =>
  layer("dense", name, { units: 8, ...options }, [from], [8]);

describe("numbers that are none", () => {
  test.each([
    ["in the data", NaN, /Sample 7 of the data holds NaN in "features"/],
    ["without end in the data", Infinity, /Sample 7 of the data holds Infinity in "features"/],
  ])("%s name the sample", async (_case, value, message) => {
    const data = pointsDataset(60, { spoil: (values) => void (values[15] = value) });
    const { ended } = await train({ shuffle: true }, { data });
    expect(ended).toMatchObject({ reason: "failed", code: "not-finite" });
    expect(ended.message).toMatch(message);
    expect(ended.message).toMatch(/in epoch 1, step \d/);
  });

  const exploding = planOf(
    [2],
    [
      dense("first", "x", { activation: "tanh" }),
      // exp(exp(…)) of what a step of this rate makes of the weights before it.
      dense("burst", "first", { activation: "exponential" }),
      layer("dense", "scores", { units: 3 }, ["burst"], [3]),
    ],
    { loss: "meanSquaredError", metrics: [] },
  );
  const regression = planOf(
    [2],
    [
      dense("first", "x"),
      dense("second", "first"),
      layer("dense", "value", { units: 1 }, ["second"], [1]),
    ],
    {
      loss: "meanSquaredError",
      metrics: [],
    },
  );

  test("in a layer's output name the layer and the step", async () => {
    const { ended } = await train({ optimizer: sgd(1e4), epochs: 50 }, { plan: exploding });
    expect(ended).toMatchObject({ reason: "failed", code: "not-finite" });
    expect(ended.message).toMatch(/output of (burst|scores) is the first .* epoch 1, step \d/);
  });

  test("in an update name the weight", async () => {
    const data = pointsDataset(60, { isRegression: true });
    const { ended } = await train({ optimizer: sgd(1e30), epochs: 50 }, { plan: regression, data });
    expect(ended.code).toBe("not-finite");
    expect(ended.message).toMatch(
      /(output of (second|value|first)|update of (first|second|value)\/)/,
    );
  });

  test("in the validation name the sample, or the layer", async () => {
    // The last samples are held out.
    const spoilt = pointsDataset(60, { spoil: (values) => void (values[119] = NaN) });
    expect([...spoilt.validation]).toContain(59);
    const { ended } = await train({}, { data: spoilt });
    expect(ended.message).toMatch(
      /validation loss .* in epoch 1\. Sample 59 of the data holds NaN in "features"/,
    );
    const far = pointsDataset(60, { spoil: (values) => void (values[119] = 1e30) });
    const plan = planOf(
      [2],
      [
        dense("burst", "x", { activation: "exponential" }),
        layer("dense", "scores", { units: 3, activation: "softmax" }, ["burst"], [3]),
      ],
    );
    const burst = await train({}, { plan, data: far });
    expect(burst.ended.message).toMatch(
      /validation loss .* in epoch 1\. The output of burst is the first .* validation part/,
    );
  });

  test("end the run before the next loss is told, however late they came", async () => {
    let toldAfter = 0;
    let isSpoilt = false;
    const { ended, events } = await train(
      { optimizer: sgd(1), epochs: 40, checkpoints: { everyMinutes: null, everySteps: 3 } },
      {
        onEvent(event) {
          if (event.kind !== "step") return;
          if (isSpoilt && Object.values(event.metrics).some((value) => !Number.isFinite(value)))
            toldAfter++;
          isSpoilt = true;
        },
        data: pointsDataset(60, { spoil: (values) => void (values[20] = NaN) }),
      },
    );
    expect(ended.code).toBe("not-finite");
    expect(toldAfter).toBe(0);
    expect(events.filter((event) => event.kind === "epoch")).toEqual([]);
  });
});

describe("what the device can't hold", () => {
  const wide = planOf(
    [2],
    [
      { ...layer("dense", "wide", { units: 4000 }, ["x"], [4000]), weights: [] },
      layer("dense", "scores", { units: 3, activation: "softmax" }, ["wide"], [3]),
    ],
  );

  test("is refused before the first step, with the layer and a batch that fits", async () => {
    const backend = { ...cpu, maxTensorBytes: 4 * 4000 * 6 };
    const { ended, events } = await train({}, { plan: wide, backend });
    expect(ended).toMatchObject({ reason: "failed", code: "limits", fittingBatch: 6 });
    expect(ended.message).toMatch(/^wide gives .* batch of at most 6\./);
    expect(events.map((event) => event.kind)).toEqual(["ended"]);
    const fitting = await train({ batchSize: 6, epochs: 1 }, { plan: wide, backend });
    expect(fitting.ended.reason).toBe("finished");
  });

  test("ends the run when the device says so, with the largest layer and half the batch", async () => {
    const backend: Backend = {
      ...cpu,
      onFault(listener) {
        setTimeout(() => listener({ code: "out-of-memory", message: "no" }), 0);
        return () => {};
      },
      breathe: () => new Promise((resolve) => void setTimeout(resolve, 1)),
    };
    const { ended } = await train({ epochs: 50 }, { plan: wide, backend });
    expect(ended).toMatchObject({ reason: "failed", code: "out-of-memory", fittingBatch: 5 });
    expect(ended.message).toMatch(/most of it goes to wide, \d+ kB.*batch of 5 instead of 10/);
  });
});
