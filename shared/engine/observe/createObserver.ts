import * as tf from "@tensorflow/tfjs";
import type { PlanLayer } from "../../compiler/plan.ts";
import type { InputObservation, LayerMemory, Observation } from "../../training/observations.ts";
import { errorText } from "../buildModel.ts";
import { executeModel } from "../executeModel.ts";
import type { FaultWatch } from "../faults.ts";
import { listPenalties } from "../penalties.ts";
import type { Session } from "../session.ts";
import { collectStatistics, type TensorAnswer, type TensorRequest } from "./collectStatistics.ts";
import {
  addRatios,
  describeLayer,
  describeOutputs,
  describeWeights,
  dropSaturation,
  findFunction,
  isReadRaw,
  type ObservedVariable,
  take,
} from "./describeObservation.ts";
import { round } from "./statistics.ts";
import { timeLayers } from "./timeLayers.ts";
import { withoutTraces } from "./withoutTraces.ts";

/** How often a run is looked into. */
export interface ObserveOptions {
  /** Every so many steps; absent: as often as `costShare` of the time allows. For tests, which must not depend on time. */
  readonly everySteps?: number;
}

export interface ObservedStep {
  /** Both 1-based, of the step just handed over. */
  readonly epoch: number;
  readonly step: number;
  /** What it was trained on. */
  readonly samples: Uint32Array;
  /** Waits until every step handed over is done. */
  settle(): Promise<void>;
}

/** Looks into a network while it trains, without changing it: losses are the same with and without, bit for bit. */
export interface Observer {
  /** Does nothing but compare two numbers where no observation is due. */
  afterStep(step: ObservedStep): Promise<void>;
  dispose(): void;
}

export interface ObserverContext {
  readonly session: Session;
  readonly faults: FaultWatch;
  onObservation(observation: Observation): void;
}

/** Of the time that passes, for looking. */
const costShare = 0.06;
const shortestIntervalMs = 1500;
/** Long runs are looked into less often, so that what is kept of them stays small. */
const elapsedShare = 0.02;
/** Values of an output that are read back at most. */
const mostOutputValues = 65_536;

interface Pending {
  readonly observation: Observation;
  readonly weightsBefore: readonly tf.Tensor[];
}

export function createObserver(context: ObserverContext, options: ObserveOptions): Observer {
  const { session, faults } = context;
  const variables = listVariables(session.model);
  const silence = new Map<string, Float32Array[]>();
  const startMs = performance.now();
  let stepCount = 0;
  let dueMs = startMs;
  let pending: Pending | null = null;
  let isFirst = true;
  let hasTimes = false;
  // A look that fails once would fail again; the training itself must not suffer from it.
  let hasFailed = false;

  const isDue = () =>
    pending !== null ||
    (options.everySteps === undefined
      ? performance.now() >= dueMs
      : (stepCount - 1) % options.everySteps === 0);

  return {
    async afterStep(step) {
      stepCount++;
      if (hasFailed || !isDue()) return;
      const beganMs = performance.now();
      await step.settle();
      try {
        if (pending === null) {
          const observation = await look(context, {
            step,
            variables,
            silence,
            beganMs,
            wantsMemory: isFirst,
          });
          if (variables.length > 0) {
            const weightsBefore = variables.map(({ variable }) => copy(variable));
            pending = { observation, weightsBefore };
            return;
          }
          context.onObservation(observation);
        } else {
          const { observation, weightsBefore } = pending;
          pending = null;
          const changes = await measureChanges(variables, weightsBefore, faults);
          // The kernels are compiled by then.
          const wantsTimes = !isFirst && !hasTimes;
          if (wantsTimes) hasTimes = true;
          const times = wantsTimes ? await tryTiming(context, step.samples) : {};
          const costMs = round(observation.costMs + performance.now() - beganMs);
          context.onObservation({ ...addRatios(observation, changes), ...times, costMs });
          const now = performance.now();
          // The first look compiles kernels, which is paid once: later ones tell what a look costs.
          const pauseMs = Math.max(
            shortestIntervalMs,
            (isFirst ? costMs / 5 : costMs) / costShare,
            (now - startMs) * elapsedShare,
          );
          dueMs = now + pauseMs;
          isFirst = false;
        }
      } catch (error) {
        faults.check();
        hasFailed = true;
        context.onObservation({
          epoch: step.epoch,
          step: step.step,
          loss: null,
          layers: [],
          inputs: [],
          outputs: [],
          costMs: round(performance.now() - beganMs),
          problem: `The layers could not be observed: ${errorText(error)}`,
        });
      }
    },
    dispose() {
      tf.dispose(pending === null ? [] : [...pending.weightsBefore]);
      pending = null;
    },
  };
}

/** Times that can't be had are no reason to see nothing. */
async function tryTiming(
  { session, faults }: ObserverContext,
  samples: Uint32Array,
): Promise<Pick<Observation, "times">> {
  try {
    const times = await faults.guard(timeLayers(session, samples));
    return times.length === 0 ? {} : { times };
  } catch {
    faults.check();
    return {};
  }
}

function listVariables(model: tf.LayersModel): readonly ObservedVariable[] {
  const seen = new Set<tf.Tensor>();
  return model.layers.flatMap((layer) =>
    layer.trainableWeights.flatMap((weight) => {
      const variable = weight.read();
      if (!(variable instanceof tf.Variable) || seen.has(variable)) return [];
      seen.add(variable);
      const name = weight.originalName.split("/").at(-1) ?? weight.originalName;
      return [{ layer: layer.name, name, variable }];
    }),
  );
}

interface Look {
  readonly step: ObservedStep;
  readonly variables: readonly ObservedVariable[];
  readonly silence: Map<string, Float32Array[]>;
  readonly beganMs: number;
  /** Whether what each layer holds is told. */
  readonly wantsMemory: boolean;
}

/** A forward and a backward pass of its own over the batch; what it computes on the device is read at once. */
async function look(context: ObserverContext, given: Look): Promise<Observation> {
  const { session, faults } = context;
  const { step, variables, silence } = given;
  const { plan, model, reader, objective } = session;
  const batch = reader.read(step.samples);
  const uses: { readonly layer: PlanLayer; readonly output: tf.Tensor }[] = [];
  const memory: LayerMemory[] = [];
  const heldBytes: number[] = [];
  const findLayer = createLayerFinder(plan.layers);
  // The pass that gradients are taken of disposes of all that it does not return.
  const kept = new Set<tf.Tensor>();
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    kept.add(tensor);
    return tf.keep(tensor);
  };
  let reads;
  try {
    reads = inScope(() => {
      const predictions: tf.Tensor[] = [];
      const sums: tf.Tensor[] = [];
      const forward = (): tf.Scalar => {
        const onLayer = (name: string, outputs: readonly tf.Tensor[]) => {
          const layer = findLayer(name);
          const [output] = outputs;
          if (layer !== null) memory.push({ node: layer.id, bytes: heldBytes.at(-1) ?? 0 });
          if (layer !== null && output !== undefined) uses.push({ layer, output: keep(output) });
        };
        // What is there behind a layer and was not before it stays until its gradient is computed, as in a step.
        const around = (_name: string, run: () => tf.Tensor[]) => {
          const before = tf.memory().numBytes;
          const outputs = run();
          heldBytes.push(tf.memory().numBytes - before);
          return outputs;
        };
        predictions.push(...executeModel(model, batch.inputs, { training: true, onLayer, around }));
        predictions.forEach(keep);
        const measured = objective.measure(batch.truths, predictions, listPenalties(model));
        sums.push(keep(measured.sums));
        return measured.total;
      };
      const gradients = withoutTraces(model, () => {
        if (variables.length > 0)
          return tf.variableGrads(
            forward,
            variables.map(({ variable }) => variable),
          ).grads;
        forward();
        return {};
      });
      const requests: TensorRequest[] = [
        ...batch.inputs.map((tensor) => plainRequest(tensor)),
        ...uses.map(({ layer, output }) => activationRequest(layer, output)),
        ...variables.flatMap(({ variable }) => [
          plainRequest(variable),
          plainRequest(gradients[variable.name] ?? tf.zerosLike(variable)),
        ]),
      ];
      return {
        statistics: collectStatistics(requests),
        numbers: readAll([...sums, ...predictions.map(cutRows)]),
      };
    });
  } finally {
    batch.dispose();
    tf.dispose([...kept]);
  }
  const [answers, [sums = [], ...predictions]] = await faults.guard(
    Promise.all([reads.statistics, reads.numbers]),
  );
  const parts = splitAnswers(answers, {
    inputs: plan.inputs.length,
    uses: uses.length,
  });
  return {
    epoch: step.epoch,
    step: step.step,
    loss: Number.isFinite(sums[0]) ? round(sums[0] ?? 0) : null,
    inputs: plan.inputs.map((input, index): InputObservation => ({
      name: input.name,
      isRaw: isReadRaw(plan.layers, input.name),
      values: dropSaturation(take(parts.inputs, index).statistics),
    })),
    layers: uses.map(({ layer }, index) =>
      describeLayer(layer, {
        answer: take(parts.uses, index),
        weights: describeWeights(variables, parts.weights, layer),
        silence,
        isOutput: plan.outputs.some(({ source }) => source.layer === layer.name),
      }),
    ),
    outputs: describeOutputs(session, step.samples, predictions),
    ...(given.wantsMemory ? { memory } : {}),
    costMs: performance.now() - given.beganMs,
  };
}

/** A layer used several times has one name in the model and several in the plan, told apart by their order. */
function createLayerFinder(layers: readonly PlanLayer[]): (name: string) => PlanLayer | null {
  const left = new Map<string, PlanLayer[]>();
  for (const layer of layers) {
    const name = layer.sharedWith ?? layer.name;
    const list = left.get(name) ?? [];
    list.push(layer);
    left.set(name, list);
  }
  return (name) => left.get(name)?.shift() ?? null;
}

function plainRequest(tensor: tf.Tensor): TensorRequest {
  return { tensor, saturation: "none", wantsUnits: false };
}

function activationRequest(layer: PlanLayer, tensor: tf.Tensor): TensorRequest {
  const name = findFunction(layer);
  return {
    tensor,
    saturation: name === "sigmoid" || name === "tanh" ? name : "none",
    wantsUnits: name === "relu",
  };
}

interface AnswerParts {
  readonly inputs: readonly TensorAnswer[];
  readonly uses: readonly TensorAnswer[];
  /** Values and gradient of each weight in turn. */
  readonly weights: readonly TensorAnswer[];
}

function splitAnswers(
  answers: readonly TensorAnswer[],
  counts: { readonly inputs: number; readonly uses: number },
): AnswerParts {
  const behindUses = counts.inputs + counts.uses;
  return {
    inputs: answers.slice(0, counts.inputs),
    uses: answers.slice(counts.inputs, behindUses),
    weights: answers.slice(behindUses),
  };
}

/** WebGPU's backend looks a tensor up again when its values have come: it must be there until then. */
async function readAll(tensors: readonly tf.Tensor[]): Promise<readonly ArrayLike<number>[]> {
  const copies = tensors.map((tensor) => tf.keep(tf.clone(tensor)));
  try {
    return await Promise.all(copies.map((tensor) => tensor.data()));
  } finally {
    tf.dispose(copies);
  }
}

function cutRows(tensor: tf.Tensor): tf.Tensor {
  const units = tensor.shape.at(-1) ?? 1;
  const rows = tensor.size / units;
  const most = Math.max(1, Math.floor(mostOutputValues / units));
  const flat = tf.reshape(tensor, [rows, units]);
  return rows <= most ? flat : tf.slice(flat, [0, 0], [most, units]);
}

/** A copy in memory of its own: optimizers may change weights in place. */
function copy(variable: tf.Variable): tf.Tensor {
  return tf.tidy(() => tf.keep(tf.add(variable, 0)));
}

async function measureChanges(
  variables: readonly ObservedVariable[],
  before: readonly tf.Tensor[],
  faults: FaultWatch,
): Promise<ReadonlyMap<string, number>> {
  const reading = inScope(() =>
    collectStatistics(
      variables.map(({ variable }, index) => plainRequest(tf.sub(variable, take(before, index)))),
    ),
  );
  tf.dispose([...before]);
  const answers = await faults.guard(reading);
  return new Map(
    variables.map(({ layer, name }, index) => [
      `${layer}/${name}`,
      take(answers, index).statistics.norm,
    ]),
  );
}

/** As `tf.tidy`, which takes no promises: what is read has been handed to the device when the scope ends. */
function inScope<T>(run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}
