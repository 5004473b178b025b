import * as tf from "@tensorflow/tfjs";
import type { Metrics, RunEvent } from "../training/events.ts";

/** Counts steps and time (pauses left out) and tells how long the rest will take. */
export interface Progress {
  countStep(samples: number): void;
  countValidation(elapsedMs: number): void;
  elapsedMs(): number;
  pause(): void;
  resume(): void;
  /** True at most ten times a second. */
  isTimeToTell(): boolean;
  describe(at: {
    readonly epoch: number;
    readonly step: number;
    readonly metrics: Metrics;
  }): Extract<RunEvent, { kind: "step" }>;
}

const tellIntervalMs = 100;

export function createProgress(run: {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Spent before this run went on from a checkpoint. */
  readonly beforeMs?: number;
}): Progress {
  const { beforeMs = 0 } = run;
  const startMs = performance.now() - beforeMs;
  let pausedMs = 0;
  let pausedAtMs: number | null = null;
  let lastToldMs = -Infinity;
  let steps = 0;
  let trainingMs = 0;
  let stepEndMs = beforeMs;
  let validationMs = 0;
  /** Samples and time since the speed was last told; the first step, which compiles, counts for nothing later. */
  let recent = { samples: 0, sinceMs: beforeMs };
  let samplesPerSecond = 0;

  const elapsedMs = () => (pausedAtMs ?? performance.now()) - startMs - pausedMs;
  return {
    elapsedMs,
    countStep(samples) {
      const now = elapsedMs();
      steps++;
      // The first step compiles kernels; it says nothing of those to come.
      if (steps > 1) trainingMs += now - stepEndMs;
      stepEndMs = now;
      recent.samples += samples;
    },
    countValidation(spentMs) {
      validationMs = spentMs;
      stepEndMs = elapsedMs();
      recent = { samples: 0, sinceMs: stepEndMs };
    },
    pause() {
      pausedAtMs = performance.now();
    },
    resume() {
      if (pausedAtMs !== null) pausedMs += performance.now() - pausedAtMs;
      pausedAtMs = null;
    },
    isTimeToTell: () => elapsedMs() - lastToldMs >= tellIntervalMs,
    describe({ epoch, step, metrics }) {
      const now = elapsedMs();
      lastToldMs = now;
      const spanMs = now - recent.sinceMs;
      if (spanMs > 0 && recent.samples > 0) {
        const speed = (1000 * recent.samples) / spanMs;
        // Smoothed, or the display would flicker.
        samplesPerSecond = samplesPerSecond === 0 ? speed : 0.7 * samplesPerSecond + 0.3 * speed;
        recent = { samples: 0, sinceMs: now };
      }
      const stepsLeft = run.epochs * run.stepsPerEpoch - (epoch - 1) * run.stepsPerEpoch - step;
      const perStepMs = steps > 1 ? trainingMs / (steps - 1) : null;
      return {
        kind: "step",
        epoch,
        step,
        metrics,
        samplesPerSecond,
        elapsedMs: now,
        remainingMs:
          perStepMs === null
            ? null
            : perStepMs * stepsLeft + validationMs * (run.epochs - epoch + 1),
        memoryBytes: readMemoryBytes(),
      };
    },
  };
}

/** Bytes that tensors hold; on WebGPU what the device has handed out, recycled buffers included. */
function readMemoryBytes(): number {
  const memory = tf.memory();
  const allocated: unknown = Reflect.get(memory, "numBytesAllocatedInGPU");
  return typeof allocated === "number" ? allocated : memory.numBytes;
}
