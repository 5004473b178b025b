import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { createHold } from "./bufferArena.ts";
import { bufferOf } from "./dispatch.ts";

/**
 * Keeps tensors that change from step to step in the same buffers: recorded commands go on reading and writing those,
 * whatever `assign` does in tfjs.
 */
export interface Places {
  /**
   * Call before a step that is played again, and at the end of one that ran: what `assign` put elsewhere is copied back.
   * Also makes tfjs forget the copies that it keeps of values it has read: kernels have changed them since.
   */
  restore(): void;
  has(buffer: GPUBuffer): boolean;
  dispose(): void;
}

/** From here on each tensor has a buffer of its own that stays. */
export function holdPlaces(backend: WebGPUBackend, tensors: readonly tf.Tensor[]): Places {
  const taken = new Set<GPUBuffer>();
  const hold = createHold(backend, () => {});
  for (const tensor of tensors) {
    if (backend.refCount(tensor.dataId) > 1 || taken.has(bufferOf(backend, tensor)))
      giveOwnBuffer(tensor);
    taken.add(bufferOf(backend, tensor));
  }
  const places = tensors.map((tensor) => ({ tensor, buffer: bufferOf(backend, tensor) }));
  for (const { buffer } of places) hold.add(buffer);
  return {
    restore() {
      for (const { tensor, buffer } of places) {
        let data = backend.tensorMap.get(tensor.dataId);
        if (data.resource !== buffer) {
          if (data.refCount > 1) giveOwnBuffer(tensor);
          const other = bufferOf(backend, tensor);
          data = backend.tensorMap.get(tensor.dataId);
          copyBuffer(backend, other, buffer);
          data.resource = buffer;
          hold.reclaim(buffer);
          backend.bufferManager.releaseBuffer(other);
        }
        // tfjs's types know no absent values, its code does.
        Object.assign(data, { values: null });
      }
    },
    has: (buffer) => taken.has(buffer),
    dispose: () => hold.dispose(),
  };
}

/** Two names for the same data become two; the values stay. */
function giveOwnBuffer(tensor: tf.Tensor): void {
  if (!(tensor instanceof tf.Variable)) throw new Error("Only variables can be given a new place.");
  tf.tidy(() => tensor.assign(tf.mul(tensor, 1)));
}

function copyBuffer(backend: WebGPUBackend, source: GPUBuffer, target: GPUBuffer): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  const encoder = Reflect.get(backend, "commandEncoder") as GPUCommandEncoder; // Just made ready.
  encoder.copyBufferToBuffer(source, 0, target, 0, target.size);
}
