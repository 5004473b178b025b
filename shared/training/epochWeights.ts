import { err, ok, type Result } from "../base/result.ts";

/** Weights as they were after an epoch, in files of the run's folder: to look into the network at any time of it. */
const budgetBytes = 64 * 1024 * 1024;
const mostFiles = 200;

export interface EpochPlan {
  readonly epochs: number;
  /** Of all weights of the model. */
  readonly weightCount: number;
}

/** Whether an epoch's weights are kept: the first, the last and as many between as `budgetBytes` takes, evenly spread. */
export function keepsEpoch({ epochs, weightCount }: EpochPlan, epoch: number): boolean {
  const bytes = 4 * Math.max(1, weightCount);
  const room = Math.min(mostFiles, Math.floor(budgetBytes / bytes));
  if (room < 2) return false;
  // The first and the last one may lie off the even steps.
  const stride = Math.ceil(epochs / Math.max(1, room - 2));
  return epoch === 1 || epoch === epochs || epoch % stride === 0;
}

export function nameEpochFile(epoch: number): string {
  return `epoch-${String(epoch).padStart(7, "0")}.weights`;
}

/** null for other files. */
export function readEpochOfFile(name: string): number | null {
  const found = /^epoch-(\d{7,})\.weights$/.exec(name);
  return found === null ? null : Number(found[1]);
}

/** All weights one after the other, float32 little endian, in the order of the model's weights. */
export function packWeights(weights: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const count = weights.reduce((sum, values) => sum + values.length, 0);
  const packed = new Float32Array(count);
  let start = 0;
  for (const values of weights) {
    packed.set(values, start);
    start += values.length;
  }
  return new Uint8Array(packed.buffer);
}

/** `sizes`: how many numbers each weight has. The error is a sentence. */
export function unpackWeights(
  bytes: ArrayBuffer,
  sizes: readonly number[],
): Result<readonly Float32Array[], string> {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.byteLength !== 4 * count) {
    return err("The weights kept of this epoch belong to another network, or the file is damaged.");
  }
  const packed = new Float32Array(bytes);
  let start = 0;
  return ok(
    sizes.map((size) => {
      const values = packed.subarray(start, start + size);
      start += size;
      return values;
    }),
  );
}
