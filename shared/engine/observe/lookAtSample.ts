import * as tf from "@tensorflow/tfjs";
import { err, ok, type Result } from "../../base/result.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../../datasets/dataset.ts";
import { unpackWeights } from "../../training/epochWeights.ts";
import type { InsidePictures } from "../../training/insideProtocol.ts";
import { readChances } from "../metrics.ts";
import { runModel } from "../runModel.ts";
import { createSession } from "../session.ts";
import { writeWeights } from "../snapshots.ts";
import { readFeatureMaps, readFilters, readSaliency } from "./lookInside.ts";

export interface SampleLook {
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  /** Gets the weights; stays the caller's. */
  readonly model: tf.LayersModel;
  /** As `packWeights` wrote them. */
  readonly weights: ArrayBuffer;
  readonly layer: string;
  readonly place: number;
}

/** One sample through the network with the weights given. The error is a sentence. */
export async function lookAtSample(look: SampleLook): Promise<Result<InsidePictures, string>> {
  const { plan, dataset, model, layer } = look;
  const sizes = model.weights.map(({ shape }) =>
    shape.reduce<number>((product, size) => product * (size ?? 1), 1),
  );
  const weights = unpackWeights(look.weights, sizes);
  if (!weights.ok) return weights;
  const session = createSession(plan, dataset, () => model);
  if (!session.ok) return session;
  writeWeights(model, weights.value);
  const { reader, fields } = session.value;
  const samples = dataset.validation.length > 0 ? dataset.validation : dataset.train;
  const number = samples[Math.max(0, Math.min(look.place, samples.length - 1))];
  if (number === undefined) return err("There is no sample in the data.");
  const inputs = reader.readInputs(Uint32Array.of(number));
  try {
    const { unit, words } = await findAnswer({ plan, model, inputs, field: fields.targets[0] });
    return ok({
      sample: dataset.describe(number),
      number,
      sampleCount: samples.length,
      filters: await readFilters(model, layer),
      maps: await readFeatureMaps(model, inputs, layer),
      saliency: await readSaliency(model, { inputs, input: 0, output: 0, unit }),
      answer: words,
    });
  } finally {
    tf.dispose(inputs);
  }
}

/** The unit of the first output with the highest value: the answer that saliency is asked of. */
async function findAnswer({
  plan,
  model,
  inputs,
  field,
}: {
  readonly plan: ModelPlan;
  readonly model: tf.LayersModel;
  readonly inputs: readonly tf.Tensor[];
  readonly field: FieldSpec | undefined;
}): Promise<{ readonly unit: number; readonly words: string }> {
  const classes = field?.classes ?? null;
  const output = tf.tidy(() => {
    const [given] = runModel(model, inputs, { training: false });
    // A loss may take logits: a single one is cut at 0, its chance at one half.
    return given && readChances(plan.outputs[0], field)(given);
  });
  const values = (await output?.data()) ?? new Float32Array();
  const units = output?.shape.at(-1) ?? 1;
  output?.dispose();
  let unit = 0;
  for (let index = 1; index < units; index++) {
    if ((values[index] ?? 0) > (values[unit] ?? 0)) unit = index;
  }
  const value = Number((values[unit] ?? 0).toPrecision(3));
  if (classes === null) return { unit, words: String(value) };
  const isSecond = units === 1 && value > 0.5;
  const name = classes[units === 1 ? Number(isSecond) : unit] ?? `class ${unit + 1}`;
  return { unit, words: `${name} (${value})` };
}
