import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { trimPool } from "./bufferArena.ts";

/** In one piece: what drivers take from the system at a time. */
const pieceBytes = 64 * 1024 * 1024;
/** Pieces at most: of a very large need they are larger. */
const mostPieces = 256;

/**
 * How many of so many bytes can be allocated now. Nothing is written to the buffers, so that no memory is touched where
 * the system gives it lazily: there the answer is what the driver promises. WebGPU tells errors of memory in error scopes
 * only (https://www.w3.org/TR/webgpu/#error-scopes); what is over fails piece by piece.
 */
export async function probeDeviceMemory(device: GPUDevice, bytes: number): Promise<number> {
  const backend = tf.backend();
  // What tfjs keeps for later could be given back for the run as well.
  if (backend instanceof WebGPUBackend && backend.device === device) trimPool(backend);
  const size = pieceOf(device, bytes);
  const pieces: { readonly buffer: GPUBuffer; readonly size: number }[] = [];
  const errors: Promise<GPUError | null>[] = [];
  try {
    for (let left = bytes; left > 0; left -= size) {
      const own = Math.ceil(Math.min(size, left) / 4) * 4;
      device.pushErrorScope("out-of-memory");
      try {
        pieces.push({
          size: own,
          buffer: device.createBuffer({
            size: own,
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
          }),
        });
      } finally {
        errors.push(device.popErrorScope());
      }
    }
    const found = await Promise.all(errors);
    const given = pieces.reduce(
      (sum, piece, index) => (found[index] === null ? sum + piece.size : sum),
      0,
    );
    return Math.min(bytes, given);
  } finally {
    for (const { buffer } of pieces) buffer.destroy();
  }
}

function pieceOf({ limits }: GPUDevice, bytes: number): number {
  const wanted = Math.max(pieceBytes, Math.ceil(bytes / mostPieces / 4) * 4);
  return Math.min(wanted, limits.maxBufferSize);
}
