/** Printed callbacks lower the rate and keep weights in the epochs in which the engine does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { transformWithOxc } from "vite";
import { beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { selectBackend } from "../engine/selectBackend.ts";
import { createStopping } from "../engine/stopping.ts";
import { defaultTraining, type TrainingConfig } from "../training/config.ts";
import { isHigherBetter } from "../training/metricNames.ts";
import { judgePlateau, startPlateau, type PlateauConfig } from "../training/schedules.ts";
import { makePlan } from "./scripts.testkit.ts";
import { printTfjsCallbacks } from "./tfjsCallbacks.ts";

const folder = fileURLToPath(new URL("../../.cache/codegen/callbacks", import.meta.url));
const plan = makePlan(
  "watched",
  { x: [2] },
  [["scores", "dense", { units: 2, activation: "softmax" }, ["x"]]],
  [{ source: "scores", metrics: ["accuracy", "topKAccuracy"], metricOptions: { topK: 1 } }],
);

beforeAll(async () => {
  await selectBackend("cpu");
  mkdirSync(folder, { recursive: true });
});

type Make = (model: unknown) => tf.CustomCallback;

async function load(name: string, training: Partial<TrainingConfig>, file: string): Promise<Make> {
  const { helpers } = printTfjsCallbacks(plan, { ...defaultTraining, ...training });
  const source = `import * as tf from "@tensorflow/tfjs";
${helpers.join("\n\n")}
export { ${name} };`;
  const { code } = await transformWithOxc(source, `${file}.ts`);
  const path = `${folder}/${file}.mjs`;
  writeFileSync(path, code);
  const printed = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Record<
    string,
    Make
  >;
  const make = printed[name];
  if (make === undefined) throw new Error(`${name} was not printed.`);
  return make;
}

/** Values that fall, stand still and rise again, some of them twice. */
function drawValues(seed: string): readonly number[] {
  const random = createRandom(11).fork(seed);
  return Array.from({ length: 40 }, (_unused, epoch) =>
    Number((1 / (1 + epoch / 5) + 0.2 * random.next()).toFixed(1)),
  );
}

const base: PlateauConfig = {
  kind: "reduceOnPlateau",
  monitor: "valLoss",
  factor: 0.5,
  patience: 2,
  minDelta: 0,
  cooldown: 0,
  minLearningRate: 0,
};

test.each<[string, PlateauConfig, string]>([
  ["of the loss", base, "val_loss"],
  ["with a smallest step", { ...base, minDelta: 0.15, patience: 1 }, "val_loss"],
  ["with a pause", { ...base, cooldown: 3, patience: 1 }, "val_loss"],
  ["down to a least rate", { ...base, minLearningRate: 0.02 }, "val_loss"],
  ["of an accuracy", { ...base, monitor: "valAccuracy", cooldown: 1 }, "val_acc"],
  ["of a metric of ours", { ...base, monitor: "topK1Accuracy" }, "top1Accuracy"],
])("on a plateau %s the rate falls when the engine's does", async (title, schedule, logged) => {
  const make = await load(
    "reduceOnPlateau",
    { schedule },
    `plateau_${title.replaceAll(/\W/g, "_")}`,
  );
  const optimizer = { learningRate: 0.1 };
  const callback = make({ optimizer });
  let state = startPlateau(0.1);
  for (const [epoch, value] of drawValues(title).entries()) {
    await callback.onEpochEnd(epoch, { loss: 9, [logged]: value });
    const isBetterHigher = isHigherBetter(schedule.monitor);
    state = judgePlateau(schedule, state, { value, isHigherBetter: isBetterHigher });
    expect(optimizer.learningRate, `epoch ${epoch}`).toBeCloseTo(state.learningRate, 10);
  }
  expect(state.learningRate).toBeLessThan(0.1);
});

test("while it warms up nothing is judged", async () => {
  const schedule = {
    kind: "warmUp",
    startShare: 0,
    length: 2,
    unit: "epochs",
    after: { ...base, patience: 1 },
  } as const;
  const make = await load("reduceOnPlateau", { schedule }, "warming");
  const optimizer = { learningRate: 0.1, batches: 0, stepsPerEpoch: 5 };
  const callback = make({ optimizer });
  const rates: number[] = [];
  for (let epoch = 0; epoch < 5; epoch++) {
    optimizer.batches += 5;
    await callback.onEpochEnd(epoch, { val_loss: 1 });
    rates.push(optimizer.learningRate);
  }
  expect(rates).toEqual([0.1, 0.1, 0.1, 0.05, 0.025]);
});

test.each<[string, Partial<TrainingConfig>, string]>([
  ["the loss", { keepBest: { monitor: "valLoss" } }, "val_loss"],
  ["an accuracy", { keepBest: { monitor: "valAccuracy" } }, "val_acc"],
  ["a monitor that is not there", { keepBest: { monitor: "valF1" } }, "loss"],
  [
    "early stopping, with a smallest step",
    { earlyStopping: { monitor: "valLoss", patience: 99, minDelta: 0.12, restoreBest: true } },
    "val_loss",
  ],
])("weights of the best epoch by %s come back", async (title, training, logged) => {
  const make = await load("keepBestWeights", training, `keeping_${title.replaceAll(/\W/g, "_")}`);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  const callback = make(model);
  const stopping = createStopping(training.earlyStopping ?? null, training.keepBest ?? null);
  const engineName = logged === "val_acc" ? "valAccuracy" : "valLoss";
  for (const [epoch, value] of drawValues(title).entries()) {
    model.setWeights([tf.tensor2d([[epoch]]), tf.tensor1d([0])]);
    await callback.onEpochEnd(epoch, { [logged]: value });
    const metrics = logged === "loss" ? { loss: value } : { loss: 9, [engineName]: value };
    await stopping.judge(epoch, metrics, async () => []);
  }
  const before = tf.memory().numTensors;
  await callback.onTrainEnd();
  const [kernel] = model.getWeights();
  expect(kernel?.dataSync()[0]).toBe(stopping.best()?.epochs);
  // What was kept is let go.
  expect(tf.memory().numTensors).toBeLessThan(before);
});
