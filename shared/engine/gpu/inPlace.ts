/**
 * Tensors whose buffers kernels of ours change in place. tfjs believes that a tensor never changes: it shares buffers
 * between tensors and keeps a copy in plain memory of what was read once (`convertAndCacheOnCPU` in
 * src/backend_webgpu.ts of 4.22), so later reads would give old values.
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { bufferOf, makeOutput } from "./dispatch.ts";
import { flushCommands, internalsOf } from "./internals.ts";

/** From now on every read of the tensor comes from the device. */
function markInPlace(backend: WebGPUBackend, tensor: tf.TensorInfo): void {
  bufferOf(backend, tensor);
  const data = backend.tensorMap.get(tensor.dataId);
  Object.defineProperty(data, "values", {
    configurable: true,
    enumerable: true,
    get: () => null,
    set() {},
  });
}

/**
 * Makes a variable's buffer its own, so that changing it in place changes nothing else. A buffer that others use as well
 * is copied. Call again after `variable.assign`, which brings another buffer.
 */
export function ownBuffer(backend: WebGPUBackend, variable: tf.Variable): void {
  const source = bufferOf(backend, variable);
  if (backend.refCount(variable.dataId) > 1) {
    tf.tidy(() => {
      const copy = makeOutput(backend, variable.shape);
      copyBuffer(backend, source, bufferOf(backend, copy));
      const internals = internalsOf(backend);
      internals.commandQueueOwnedIds.add(variable.dataId);
      internals.commandQueueOwnedIds.add(copy.dataId);
      variable.assign(tf.engine().makeTensorFromTensorInfo(copy));
    });
  }
  markInPlace(backend, variable);
}

/** A float32 tensor in a buffer that nobody else has and kernels change; the caller releases it with `disposeData`. */
export function makeState(
  backend: WebGPUBackend,
  size: number,
  values: Float32Array<ArrayBuffer> = new Float32Array(size),
): tf.TensorInfo {
  const state = makeOutput(backend, [size]);
  writeInPlace(backend, state, values);
  markInPlace(backend, state);
  return state;
}

/** Writes to the tensor's buffer, behind everything encoded so far. */
export function writeInPlace(
  backend: WebGPUBackend,
  tensor: tf.TensorInfo,
  values: Float32Array<ArrayBuffer>,
): void {
  flushCommands(backend);
  backend.queue.writeBuffer(bufferOf(backend, tensor), 0, values);
}

function copyBuffer(backend: WebGPUBackend, source: GPUBuffer, target: GPUBuffer): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  internalsOf(backend).commandEncoder?.copyBufferToBuffer(source, 0, target, 0, source.size);
}
