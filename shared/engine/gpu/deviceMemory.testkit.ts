/** What is really allocated on the device, whoever allocates it. */
export interface DeviceMemory {
  /** Bytes of all buffers made and not destroyed, since the counting began. */
  readonly bytes: number;
  /** The most there were at a time, since `reset`. */
  readonly peak: number;
  reset(): void;
}

/** Wraps the methods of WebGPU's classes for good. Buffers that are only collected, not destroyed, count on. */
export function countDeviceMemory(): DeviceMemory {
  const live = new WeakMap<object, number>();
  let bytes = 0;
  let peak = 0;
  wrap(GPUDevice.prototype, "createBuffer", (_device, buffer) => {
    const size = Number(Reflect.get(buffer, "size"));
    live.set(buffer, size);
    bytes += size;
    peak = Math.max(peak, bytes);
  });
  wrap(GPUBuffer.prototype, "destroy", (buffer) => {
    bytes -= live.get(buffer) ?? 0;
    live.delete(buffer);
  });
  return {
    get bytes() {
      return bytes;
    },
    get peak() {
      return peak;
    },
    reset() {
      peak = bytes;
    },
  };
}

function wrap(
  prototype: object,
  method: string,
  see: (target: object, result: object) => void,
): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") throw new Error(`WebGPU has no ${method}.`);
  Object.defineProperty(prototype, method, {
    configurable: true,
    writable: true,
    value(this: object, ...args: readonly unknown[]): unknown {
      const result: unknown = Reflect.apply(original, this, args);
      see(this, typeof result === "object" && result !== null ? result : this);
      return result;
    },
  });
}
