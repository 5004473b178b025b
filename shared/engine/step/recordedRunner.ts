/**
 * Training steps on WebGPU: the first of each batch size are run by tfjs and recorded; when two running are the same,
 * later ones are played from the recording: one upload of 256 bytes, one submit, nothing read back.
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TrainingConfig } from "../../training/config.ts";
import type { FaultWatch } from "../faults.ts";
import { bufferOf, compileOnlyFlag } from "../gpu/dispatch.ts";
import { flushCommands } from "../gpu/internals.ts";
import type { LoweredStorage } from "../gpu/lowerShader.ts";
import { holdPlaces } from "../gpu/places.ts";
import { createUpdater } from "../optimizers/createUpdater.ts";
import { prepareRandomLayers } from "../seedLayers.ts";
import type { Session } from "../session.ts";
import { openDeviceData } from "./deviceData.ts";
import { watchHostRandomness } from "./hostRandomness.ts";
import { createMeasureRing } from "./measureRing.ts";
import { setStep } from "./stepNumbers.ts";
import { createStepTape, staysWhole, type StepTape } from "./stepTape.ts";
import type { StepCounts, StepPlace, StepRunner } from "./stepRunner.ts";
import { listVariables, trainBatch } from "./trainBatch.ts";

export interface RecordedRequest {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly backend: WebGPUBackend;
  readonly faults: FaultWatch;
  /** For tests: false runs every step as tfjs does. Default true. */
  readonly records?: boolean;
  /** For tests: how intermediates are stored; null: in 32 bits. Default: as the precision asks for and the device can. */
  readonly storage?: LoweredStorage | null;
  /** Data up to this size lies on the device; default 1 GiB. */
  readonly dataBytes?: number;
}

/** Steps handed over before the oldest is awaited: keeps the device busy and stop quick. */
const maxInFlight = 2;
/** Results are fetched this often. */
const readIntervalMs = 150;
/** Batch sizes that are recorded: the whole batch and the last, partial one. Others are rare. */
const mostTapes = 2;

export function createRecordedRunner(request: RecordedRequest): StepRunner {
  const { session, config, backend, faults, records = true } = request;
  const { model, reader, dataset } = session;
  const variables = listVariables(model);
  const updater = createUpdater(config, variables);
  const reseed = prepareRandomLayers(model, config.seed);
  const randomness = watchHostRandomness(model);
  const places = holdPlaces(
    backend,
    model.weights.map((weight) => weight.read()),
  );
  const data = openDeviceData({
    backend,
    dataset,
    reader,
    batchSize: config.batchSize,
    ...(request.dataBytes === undefined ? {} : { mostBytes: request.dataBytes }),
  });
  const ring = createMeasureRing(backend);
  const tapes = new Map<number, StepTape>();
  const inFlight: Promise<unknown>[] = [];
  let lastReadMs = performance.now();
  let stepsDone = 0;
  let counts: StepCounts = notYet;
  let isDisposed = false;

  const form = chooseStorage(request);
  const keepsState = form !== null && session.model.layers.some(({ stateful }) => stateful);
  const isWeight = (buffer: GPUBuffer) =>
    variables.some(({ variable }) => bufferOf(backend, variable) === buffer);

  const inputCount = reader.columns.inputs.length;
  const body = (count: number) => {
    tf.tidy(() => {
      const tensors = data
        .read(count)
        .map((info) => (data.isResident ? adopt(info) : view(backend, info)));
      const batch = {
        inputs: tensors.slice(0, inputCount),
        truths: tensors.slice(inputCount),
      };
      const sums = trainBatch({ session, variables, updater }, batch);
      const state = updater.scaling?.state;
      ring.write(sums, state?.at === "device" ? state.tensor : null);
      sums.dispose();
    });
  };

  function findTape(count: number): StepTape {
    let tape = tapes.get(count);
    if (tape === undefined) {
      tape = createStepTape(backend, {
        body: () => body(count),
        findFault() {
          const [name] = randomness.takeNames();
          return name === undefined ? null : `${name} draws other sizes at every step.`;
        },
        places,
        records: records && tapes.size < mostTapes,
        lowers: form === null || keepsState ? null : { form, isWeight },
      });
      tapes.set(count, tape);
    }
    return tape;
  }

  /** Copies of unread rows travel with the step's own commands. */
  const readWith = (encoder: GPUCommandEncoder): (() => void) => {
    const now = performance.now();
    if (now - lastReadMs < readIntervalMs && !ring.isFull) return () => {};
    lastReadMs = now;
    return ring.read(encoder);
  };

  async function readNow(): Promise<void> {
    if (ring.unread > 0) {
      flushCommands(backend);
      const encoder = backend.device.createCommandEncoder();
      const begin = ring.read(encoder);
      backend.queue.submit([encoder.finish()]);
      begin();
      lastReadMs = performance.now();
    }
    await faults.guard(ring.wait());
  }

  return {
    beginEpoch(order) {
      flushCommands(backend);
      data.beginEpoch(order);
    },
    async run(place: StepPlace) {
      faults.check();
      if (inFlight.length >= maxInFlight) await faults.guard(inFlight.shift() ?? Promise.resolve());
      if (ring.isFull) await readNow();
      // What was asked for since the last step must see that step's weights, and not this one's.
      flushCommands(backend);
      places.restore();
      flushCommands(backend);
      const tape = findTape(place.count);
      const sent = data.prepare(place);
      const ready = () => {
        if (!tape.isPlaying) reseed(stepsDone);
        setStep({
          step: stepsDone,
          seed: config.seed,
          batchStart: place.start,
          row: ring.nextRow,
          learningRate: place.learningRate ?? config.optimizer.learningRate,
          optimizer: updater.numbers(stepsDone),
        });
      };
      try {
        // What only compiles programs counts on a step being put together at once.
        if (form !== null && !tf.env().getBool(compileOnlyFlag))
          await faults.guard(tape.prepare(ready));
        ready();
        tape.run((encoder) => {
          ring.note(place);
          return readWith(encoder);
        });
      } finally {
        setStep(null);
      }
      stepsDone++;
      if (place.count === config.batchSize || !counts.isRecorded)
        counts = { ...tape.counts, uploadBytes: tape.counts.uploadBytes + sent };
      const done = backend.queue.onSubmittedWorkDone();
      done.catch(() => {});
      inFlight.push(done);
    },
    takeResults: () => ring.take(),
    async settle() {
      await readNow();
      inFlight.length = 0;
    },
    async readOptimizer() {
      flushCommands(backend);
      return { updates: stepsDone, slots: await faults.guard(updater.readSlots()) };
    },
    writeOptimizer: ({ slots }) => updater.writeSlots(slots),
    get stepsDone() {
      return stepsDone;
    },
    setStepsDone(count) {
      stepsDone = count;
    },
    get counts() {
      // Their tensors are their own, and a step that is taken back would have changed them.
      return keepsState
        ? { ...counts, precisionReason: `${staysWhole} a layer keeps a state from step to step.` }
        : counts;
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      flushCommands(backend);
      for (const tape of tapes.values()) tape.dispose();
      places.restore();
      flushCommands(backend);
      places.dispose();
      ring.dispose();
      data.dispose();
      updater.dispose();
    },
  };
}

const notYet: StepCounts = {
  isRecorded: false,
  reason: null,
  dispatches: 0,
  submits: 0,
  readbacks: 0,
  uploadBytes: 0,
  precision: "float32",
  precisionReason: null,
  intermediateBytes: 0,
};

function chooseStorage({ config, backend, storage }: RecordedRequest): LoweredStorage | null {
  if (storage !== undefined) return storage;
  return config.precision === "mixed" && backend.device.features.has("shader-f16") ? "half" : null;
}

function adopt(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** A tensor over data that outlives the step: disposing of it leaves the data. */
function view(backend: WebGPUBackend, info: tf.TensorInfo): tf.Tensor {
  backend.incRef(info.dataId);
  return tf.engine().makeTensorFromTensorInfo(info);
}
