import type { Precision } from "./config.ts";
import type { BackendName } from "./events.ts";

/** What computes, as far as its numbers go. */
export interface NumberDevice {
  readonly backend: BackendName;
  /** The adapter in words. */
  readonly device: string;
  /** Whether it keeps numbers in 16 bits; absent where nobody has said. */
  readonly hasHalf?: boolean;
}

/** Why there is no mixed precision on this device, as a sentence; null where there is, or as long as nobody knows. */
export function explainMissingHalf({ backend, device, hasHalf }: NumberDevice): string | null {
  if (hasHalf !== false) return null;
  return backend === "webgpu"
    ? `Mixed precision is not possible: this GPU (${device}) has no 16-bit numbers for programs (WebGPU’s “shader-f16”).`
    : `Mixed precision is not possible: it needs WebGPU, but this trains on ${backend === "cpu" ? "the processor" : "WebGL"}.`;
}

/**
 * Why a run can't begin with this precision, and what to do; null where it can. It is not taken in 32 bits instead: a run
 * that goes on from a checkpoint must take the same steps as before.
 */
export function findPrecisionProblem(precision: Precision, device: NumberDevice): string | null {
  const reason = precision === "mixed" ? explainMissingHalf(device) : null;
  return reason === null ? null : `${reason} Choose 32 bits as the precision.`;
}
