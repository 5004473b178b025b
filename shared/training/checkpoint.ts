/** Everything by which a run can go on as if nothing had been: in a new process, on another device, in mid-epoch. */
import type { JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { z } from "../base/schema.ts";
import { readTensorFile, writeTensorFile, type NamedTensor } from "./tensorFile.ts";

/** The file's name in a run's folder. */
export const checkpointFile = "latest.checkpoint";

/**
 * No generator of random numbers is kept: initial weights come from the seed, the order of samples from seed and epoch,
 * dropout and augmentation from seed and `stepsDone`.
 */
export interface Checkpoint {
  readonly fingerprint: RunFingerprint;
  /** Planned, which may be more than the project says. */
  readonly epochs: number;
  /** Samples of a step; null in checkpoints of older versions. */
  readonly batchSize: number | null;
  /** Epochs completed, validation included. */
  readonly epochsDone: number;
  /** Steps done in the epoch after those; the data position. */
  readonly step: number;
  /** In the whole run. */
  readonly stepsDone: number;
  readonly elapsedMs: number;
  /** Of the last completed epoch. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What the epoch under way has measured so far. */
  readonly tally: TallyState;
  /** Of the stopping rule and of the learning rate's schedule: plain values that only those understand. */
  readonly stopping: JsonValue;
  readonly schedule: JsonValue;
  /** All weights, in the order of `model.weights`, those that are not trained included. */
  readonly weights: readonly NamedTensor[];
  /** The weights to end with, where the best rather than the last are wanted. */
  readonly best: BestState | null;
  /** Updates done, and what the optimizer keeps: `dense/kernel/m` … */
  readonly optimizer: { readonly updates: number; readonly slots: readonly NamedTensor[] };
  /** Of stateful recurrent layers. */
  readonly states: readonly NamedTensor[];
  /** The text of `model.json`: with it, weights become model files where there is no engine. */
  readonly modelText: string;
}

export interface BestState {
  readonly epochs: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly weights: readonly Float32Array[];
}

/** Running sums of an epoch, exactly as they are added to. */
export interface TallyState {
  readonly samples: number;
  readonly rows: readonly number[];
  readonly totals: readonly number[];
}

/** Hashes of what a run is of; see `fingerprint.ts`. */
export interface RunFingerprint {
  readonly plan: string;
  readonly data: string;
  /** Per setting, so that a refusal can name the one that differs. */
  readonly config: Readonly<Record<string, string>>;
}

const count = z.number().int().nonnegative();
const metricsSchema = z.record(z.string(), z.number());
const stateSchema = z.object({
  fingerprint: z.object({
    plan: z.string(),
    data: z.string(),
    config: z.record(z.string(), z.string()),
  }),
  epochs: count,
  batchSize: count.nullable().default(null),
  epochsDone: count,
  step: count,
  stepsDone: count,
  elapsedMs: z.number().nonnegative(),
  metrics: metricsSchema,
  tally: z.object({ samples: count, rows: z.array(count) }),
  stopping: z.json(),
  schedule: z.json(),
  best: z.object({ epochs: count, metrics: metricsSchema }).nullable(),
  updates: count,
  modelText: z.string(),
});

export function serializeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { tally, best, optimizer, weights, states, fingerprint, metrics, ...rest } = checkpoint;
  const content: z.infer<typeof stateSchema> = {
    ...rest,
    fingerprint: { ...fingerprint, config: { ...fingerprint.config } },
    metrics: { ...metrics },
    // Plain JSON by its type; zod's differs only in being writable.
    stopping: rest.stopping as z.infer<typeof stateSchema>["stopping"],
    schedule: rest.schedule as z.infer<typeof stateSchema>["schedule"],
    tally: { samples: tally.samples, rows: [...tally.rows] },
    best: best && { epochs: best.epochs, metrics: { ...best.metrics } },
    updates: optimizer.updates,
  };
  return writeTensorFile(content, [
    ...prefix("weights/", weights),
    ...prefix("optimizer/", optimizer.slots),
    ...prefix("states/", states),
    ...(best?.weights ?? []).map((values, index) => ({
      name: `best/${index}`,
      shape: [values.length],
      values,
    })),
    {
      name: "tally",
      shape: [tally.totals.length],
      // JSON has no infinities, and these sums must go on exactly.
      values: Float64Array.from(tally.totals),
    },
  ]);
}

/** The error is a sentence: what is wrong with the file, and what can be done. */
export function parseCheckpoint(bytes: Uint8Array): Result<Checkpoint, string> {
  const file = readTensorFile(bytes);
  if (!file.ok) return refuse(file.error);
  const state = stateSchema.safeParse(file.value.content);
  if (!state.success) return refuse("it does not say where the run was");
  const { tally, best, updates, ...rest } = state.data;
  const parts = new Map<string, NamedTensor[]>();
  for (const tensor of file.value.tensors) {
    const slash = tensor.name.indexOf("/");
    const group = slash < 0 ? tensor.name : tensor.name.slice(0, slash);
    const name = slash < 0 ? "" : tensor.name.slice(slash + 1);
    parts.set(group, [...(parts.get(group) ?? []), { ...tensor, name }]);
  }
  const weights = parts.get("weights") ?? [];
  const bestWeights = (parts.get("best") ?? []).flatMap(({ values }) =>
    values instanceof Float32Array ? [values] : [],
  );
  if (weights.length === 0) return refuse("it holds no weights");
  if (best !== null && !hasSameSizes(bestWeights, weights)) {
    return refuse("its best weights are not of its model");
  }
  const totals = parts.get("tally")?.[0]?.values ?? new Float64Array(0);
  return ok({
    ...rest,
    tally: { ...tally, totals: [...totals] },
    weights,
    best: best && { ...best, weights: bestWeights },
    optimizer: { updates, slots: parts.get("optimizer") ?? [] },
    states: parts.get("states") ?? [],
  });
}

function refuse(reason: string): Result<never, string> {
  return err(
    `The run's checkpoint can't be used: ${reason}. Start a new run; its curves and the weights it kept are not affected.`,
  );
}

function hasSameSizes(list: readonly Float32Array[], weights: readonly NamedTensor[]): boolean {
  return (
    list.length === weights.length &&
    list.every((values, index) => values.length === weights[index]?.values.length)
  );
}

function prefix(group: string, tensors: readonly NamedTensor[]): readonly NamedTensor[] {
  return tensors.map((tensor) => ({ ...tensor, name: group + tensor.name }));
}
