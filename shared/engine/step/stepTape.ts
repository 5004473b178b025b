import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs";
import { createArena, createHold, trimPool, type BufferArena } from "../gpu/bufferArena.ts";
import { flushCommands } from "../gpu/internals.ts";
import type { Places } from "../gpu/places.ts";
import { recordCommands } from "../gpu/recordCommands.ts";
import {
  compareRecordings,
  countDispatches,
  encodeRecording,
  type Recording,
} from "../gpu/recording.ts";
import { stepLayout } from "./stepNumbers.ts";
import type { StepCounts } from "./stepRunner.ts";

/** One step of one batch size: run, recorded, then played. */
export interface StepTape {
  /**
   * Does the step and submits it. `alongside` may encode more behind it; what it returns is called when it is submitted.
   */
  run(alongside: (encoder: GPUCommandEncoder) => () => void): void;
  readonly isPlaying: boolean;
  readonly counts: StepCounts;
  dispose(): void;
}

export interface TapeRequest {
  /** What a step does, through tfjs and `dispatch`; leaves no tensors. */
  readonly body: () => void;
  /** After the body: why what it did can't be played again, for people; null where nothing is known. */
  readonly findFault: () => string | null;
  readonly places: Places;
  readonly records: boolean;
}

/** Recordings that are compared before giving up: the first may fill caches that later ones use. */
const mostRecordings = 4;
const stepBytes = 4 * stepLayout.words;

export function createStepTape(backend: WebGPUBackend, request: TapeRequest): StepTape {
  const { body, places } = request;
  const { device, queue } = backend;
  const arena: BufferArena | null = request.records ? createArena(backend) : null;
  let isStale = false;
  const makeHold = () =>
    createHold(backend, () => {
      isStale = true;
    });
  let hold = makeHold();
  let previous: Recording | null = null;
  let recorded = 0;
  let playing: Recording | null = null;
  let reason: string | null = null;
  let dispatches = 0;

  function runEagerly(): void {
    body();
    flushCommands(backend);
    places.restore();
    flushCommands(backend);
  }

  function giveUp(why: string): void {
    reason = `Steps run one by one, which is slower: ${why}`;
    previous = null;
    playing = null;
    hold.dispose();
    arena?.dispose();
  }

  function record(own: BufferArena): void {
    if (recorded === 0) trimPool(backend);
    // What was uploaded for the step before is not needed by this one: it uploads its own.
    own.dropUploads();
    const before = previous;
    previous = withoutSubmits(() =>
      recordCommands(backend, own, () => {
        body();
        places.restore();
      }),
    );
    recorded++;
    const fault = request.findFault() ?? previous.fault;
    if (fault !== null) return giveUp(fault);
    const difference = before === null ? "" : compareRecordings(before, previous);
    if (difference !== null) {
      if (recorded >= mostRecordings) giveUp(difference);
      return;
    }
    playing = previous;
    previous = null;
    recorded = 0;
    dispatches = countDispatches(playing);
    isStale = false;
    // Weights come and go by `assign`, but their places stay.
    for (const buffer of playing.externals) if (!places.has(buffer)) hold.add(buffer);
  }

  /** A tensor that the step read is gone: whoever made it has another now. */
  function recordAgain(): void {
    isStale = false;
    playing = null;
    hold.dispose();
    hold = makeHold();
  }

  return {
    run(alongside) {
      if (isStale && playing) recordAgain();
      if (playing) {
        const encoder = device.createCommandEncoder();
        encodeRecording(encoder, playing);
        const submitted = alongside(encoder);
        queue.submit([encoder.finish()]);
        submitted();
        return;
      }
      if (arena !== null && reason === null) record(arena);
      else runEagerly();
      const encoder = device.createCommandEncoder();
      const submitted = alongside(encoder);
      queue.submit([encoder.finish()]);
      submitted();
    },
    get isPlaying() {
      return playing !== null && !isStale;
    },
    get counts() {
      return {
        isRecorded: playing !== null,
        reason,
        dispatches,
        submits: playing === null ? 0 : 1,
        readbacks: 0,
        uploadBytes: stepBytes,
      };
    },
    dispose() {
      hold.dispose();
      arena?.dispose();
    },
  };
}

/** tfjs submits every fifteen dispatches by itself; a step that is recorded does so once, at its end. */
function withoutSubmits<T>(run: () => T): T {
  const flag = "WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE";
  const before = tf.env().get(flag);
  tf.env().set(flag, Number.MAX_SAFE_INTEGER);
  try {
    return run();
  } finally {
    tf.env().set(flag, before ?? 15);
  }
}
