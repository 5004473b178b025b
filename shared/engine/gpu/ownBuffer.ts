import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** A buffer outside of tfjs's pool with a tensor around it, for programs to bind. */
export interface OwnBuffer {
  readonly buffer: GPUBuffer;
  readonly info: tf.TensorInfo;
  /** Another tensor over the buffer's first values. */
  view(shape: readonly number[]): tf.TensorInfo;
  dispose(): void;
}

/** Four bytes a number, zeros at first; unknown to tfjs's engine, so that no tidy disposes of it. */
export function makeOwnBuffer(
  backend: WebGPUBackend,
  shape: readonly number[],
  dtype: "float32" | "int32" = "float32",
): OwnBuffer {
  const size = Math.max(4, 4 * shape.reduce((product, length) => product * length, 1));
  const buffer = backend.device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const infos: tf.TensorInfo[] = [];
  const view = (viewed: readonly number[]): tf.TensorInfo => {
    const info = backend.makeTensorInfo([...viewed], dtype);
    Object.assign(backend.tensorMap.get(info.dataId), { resource: buffer, external: true });
    infos.push(info);
    return info;
  };
  return {
    buffer,
    info: view(shape),
    view,
    dispose() {
      for (const { dataId } of infos.splice(0)) backend.disposeData(dataId, true);
      buffer.destroy();
    },
  };
}
