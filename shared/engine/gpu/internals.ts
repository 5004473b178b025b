import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** What tfjs keeps to itself but recording needs (src/backend_webgpu.ts and src/buffer_manager.ts of 4.22). */
export interface BackendInternals {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: Pick<WeakSet<object>, "has" | "add">;
  dispatchCountInPass: number;
}

export interface ManagerInternals {
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

export function internalsOf(backend: WebGPUBackend): BackendInternals {
  // The fields are private in tfjs's types; a test holds that they are there.
  return backend as unknown as BackendInternals;
}

export function managerOf(backend: WebGPUBackend): ManagerInternals {
  return backend.bufferManager as unknown as ManagerInternals; // As above.
}

/** Hands everything encoded so far to the device, so that what is written to a queue next comes behind it. */
export function flushCommands(backend: WebGPUBackend): void {
  if (internalsOf(backend).commandEncoder === null) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}
