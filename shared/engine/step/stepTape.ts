import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs";
import { createArena, createHold, trimPool, type BufferArena } from "../gpu/bufferArena.ts";
import { flushCommands } from "../gpu/internals.ts";
import { lowerRecording, type LoweredRecording, type LowerOptions } from "../gpu/lowerRecording.ts";
import type { Places } from "../gpu/places.ts";
import { recordCommands } from "../gpu/recordCommands.ts";
import {
  compareRecordings,
  countDispatches,
  encodeRecording,
  type Recording,
} from "../gpu/recording.ts";
import { copyState, listChanged } from "../gpu/stateCopies.ts";
import { stepLayout } from "./stepNumbers.ts";
import type { StepCounts } from "./stepRunner.ts";

/** One step of one batch size: run, recorded, then played. */
export interface StepTape {
  /**
   * Where intermediates are to be stored in 16 bits: before each `run`. The first time the step is done for trial, recorded
   * and taken back until it can be played, so that every step has the same precision, wherever a run was interrupted.
   * `ready` is called before each trial. Does nothing else.
   */
  prepare(ready: () => void): Promise<void>;
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
  /** How intermediates are stored; null: in 32 bits. */
  readonly lowers: LowerOptions | null;
}

/** Recordings that are compared before giving up: the first may fill caches that later ones use. */
const mostRecordings = 4;
/** Begins a sentence that tells why. */
export const staysWhole = "All is stored in 32 bits:";
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
  let lowers = request.lowers;
  let lowered: LoweredRecording | null = null;
  let precisionReason: string | null = null;
  /** A trial that could not be taken back was the step itself. */
  let isDone = false;

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
    if (lowers !== null) stayWhole("steps can't be played.");
  }

  function stayWhole(why: string): void {
    precisionReason = `${staysWhole} ${why}`;
    lowers = null;
  }

  function record(own: BufferArena, beforeSubmit?: (recording: Recording) => void): void {
    if (recorded === 0) trimPool(backend);
    // What was uploaded for the step before is not needed by this one: it uploads its own.
    own.dropUploads();
    const before = previous;
    previous = withoutSubmits(() =>
      recordCommands(backend, own, {
        body: () => {
          body();
          places.restore();
        },
        ...(beforeSubmit && { beforeSubmit }),
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

  /** Records the step and takes it back, where that can be done. */
  function tryOnce(own: BufferArena): void {
    let takeBack: (() => void) | null = null;
    record(own, (recording) => {
      if (recording.isSplit) isDone = true;
      else takeBack = copyState(device, listChanged(recording));
    });
    // Only set within the callback, which TypeScript does not follow.
    (takeBack as (() => void) | null)?.();
    if (isDone && lowers !== null) stayWhole("one step is too much to be recorded at once.");
  }

  async function lower(own: BufferArena, options: LowerOptions): Promise<void> {
    if (playing === null) return;
    const made = await lowerRecording(device, playing, {
      ...options,
      makeRoom: (kept) => own.dropFree(kept),
    });
    if (!made.ok) return stayWhole(`this device can't (${made.error})`);
    lowered = made.value;
    playing = lowered.recording;
  }

  /** A tensor that the step read is gone: whoever made it has another now. */
  function recordAgain(): void {
    isStale = false;
    playing = null;
    lowered?.dispose();
    lowered = null;
    hold.dispose();
    hold = makeHold();
  }

  return {
    async prepare(ready) {
      if (arena === null || lowers === null) return;
      if (isStale && playing) recordAgain();
      while (playing === null && lowers !== null) {
        ready();
        tryOnce(arena);
      }
      if (lowered === null && lowers !== null) await lower(arena, lowers);
    },
    run(alongside) {
      if (isStale && playing) recordAgain();
      if (playing && !isDone) {
        const encoder = device.createCommandEncoder();
        encodeRecording(encoder, playing);
        const submitted = alongside(encoder);
        queue.submit([encoder.finish()]);
        submitted();
        return;
      }
      if (isDone) isDone = false;
      else if (arena !== null && reason === null) record(arena);
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
        precision: lowered === null ? ("float32" as const) : ("mixed" as const),
        precisionReason,
        intermediateBytes: (lowered?.bytes ?? 0) + (arena?.bytes ?? 0),
      };
    },
    dispose() {
      hold.dispose();
      lowered?.dispose();
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
