import { crc32 } from "../base/crc32.ts";
import { hashText } from "../base/hashText.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { RunFingerprint } from "./checkpoint.ts";
import type { TrainingConfig } from "./config.ts";

/**
 * Settings that a run may change on its way: for how long it trains, how often it is kept, and, where memory was short,
 * how many samples a step takes (`rebatchCheckpoint.ts`).
 */
const changeable: ReadonlySet<string> = new Set(["epochs", "checkpoints", "batching", "batchSize"]);

/** Samples whose values are looked at; hashing all of a large data set would take seconds. */
const probedSamples = 256;

/** What a run is of, so that a checkpoint of something else is refused instead of training on nonsense. */
export function fingerprintRun(
  plan: ModelPlan,
  dataset: Dataset,
  config: TrainingConfig,
): RunFingerprint {
  return {
    plan: fingerprintPlan(plan),
    data: fingerprintData(dataset),
    config: Object.fromEntries(
      Object.entries(config)
        .filter(([name]) => !changeable.has(name))
        // Runs from before there was a choice of precision can go on.
        .filter(([name, value]) => name !== "precision" || value !== "float32")
        .map(([name, value]) => [name, hashText(JSON.stringify(value))]),
    ),
  };
}

/** Why a run with the fingerprint `wanted` can't go on from one with `kept`, as a sentence; null where it can. */
export function findMismatch(kept: RunFingerprint, wanted: RunFingerprint): string | null {
  if (kept.plan !== wanted.plan) return "The checkpoint is of another network.";
  const names = [...new Set([...Object.keys(kept.config), ...Object.keys(wanted.config)])];
  // Older versions held all of them to be fixed.
  const differing = names.filter(
    (name) => !changeable.has(name) && kept.config[name] !== wanted.config[name],
  );
  if (differing.length > 0) {
    return `The checkpoint is of a run with other training settings: ${differing.join(", ")}.`;
  }
  if (kept.data !== wanted.data) {
    return "The checkpoint is of a run on other data, or on the same data split or scaled in another way.";
  }
  return null;
}

/** All that the engine makes of a plan; where layers stand on the canvas and in which blocks makes no difference. */
function fingerprintPlan({ inputs, layers, outputs }: ModelPlan): string {
  return hashText(
    JSON.stringify([
      inputs.map(({ id: _id, ...input }) => input),
      layers.map(({ name, call, inputs: sources, outputShapes, weights, sharedWith }) => [
        name,
        call,
        sources,
        outputShapes,
        weights,
        sharedWith,
      ]),
      outputs.map(({ id: _id, ...output }) => output),
    ]),
  );
}

function fingerprintData(dataset: Dataset): string {
  const { summary, train, validation, preparation } = dataset;
  const { label: _label, ...described } = summary;
  const probes = [train, validation].map((samples) => pickEvenly(samples, probedSamples));
  const sums = summary.fields.flatMap(({ name }) =>
    probes.map((samples) => crc32(bytesOf(dataset.gather(name, samples)))),
  );
  const parts = [train, validation].map((samples) => crc32(bytesOf(samples)));
  return hashText(JSON.stringify([described, preparation, parts, sums]));
}

function pickEvenly(samples: Uint32Array, most: number): Uint32Array {
  if (samples.length <= most) return samples;
  return Uint32Array.from(
    { length: most },
    (_, index) => samples[Math.floor((index * samples.length) / most)] ?? 0,
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
