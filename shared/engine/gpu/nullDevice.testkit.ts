/**
 * Dawn's device that computes nothing: programs are not compiled and numbers stay zero, so that what the processor asks of
 * a GPU can be counted quickly and without one.
 */
export async function installNullDevice(): Promise<void> {
  const dawn = await import("webgpu");
  const gpu = dawn.create(["backend=null"]);
  Object.assign(globalThis, dawn.globals);
  const navigator: unknown = Reflect.get(globalThis, "navigator");
  if (typeof navigator === "object" && navigator !== null)
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  else
    Object.defineProperty(globalThis, "navigator", {
      value: { userAgent: "Node.js", gpu },
      configurable: true,
    });
}

export interface CommandCounts {
  dispatches: number;
  submits: number;
  readbacks: number;
  uploadBytes: number;
  /** Buffers made and not destroyed, since the counting began. */
  liveBuffers: number;
}

/** Counts what goes to WebGPU, whoever sends it: the methods of its classes are wrapped for good. */
export function countCommands(): { readonly counts: CommandCounts; reset(): void } {
  const counts = { dispatches: 0, submits: 0, readbacks: 0, uploadBytes: 0, liveBuffers: 0 };
  const destroyed = new WeakSet<object>();
  wrap(GPUComputePassEncoder.prototype, "dispatchWorkgroups", () => counts.dispatches++);
  wrap(GPUQueue.prototype, "submit", () => counts.submits++);
  wrap(GPUQueue.prototype, "writeBuffer", (_queue, [, , data]) => {
    counts.uploadBytes += Number(Reflect.get(Object(data), "byteLength"));
  });
  wrap(GPUDevice.prototype, "createBuffer", (_device, [descriptor]) => {
    counts.liveBuffers++;
    if (Reflect.get(Object(descriptor), "mappedAtCreation") === true)
      counts.uploadBytes += Number(Reflect.get(Object(descriptor), "size"));
  });
  wrap(GPUBuffer.prototype, "destroy", (buffer) => {
    if (destroyed.has(buffer)) return;
    destroyed.add(buffer);
    counts.liveBuffers--;
  });
  wrap(GPUBuffer.prototype, "mapAsync", () => counts.readbacks++);
  return {
    counts,
    reset() {
      Object.assign(counts, { dispatches: 0, submits: 0, readbacks: 0, uploadBytes: 0 });
    },
  };
}

function wrap(
  prototype: object,
  method: string,
  see: (target: object, args: readonly unknown[]) => void,
): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") throw new Error(`WebGPU has no ${method}.`);
  Object.defineProperty(prototype, method, {
    configurable: true,
    writable: true,
    value(this: object, ...args: readonly unknown[]): unknown {
      see(this, args);
      return Reflect.apply(original, this, args);
    },
  });
}
