import type { Counts } from "./contender.ts";

/** Counts what really goes to WebGPU, whoever sends it: the methods of its classes are wrapped. */
export function startCounting(): { read(): Counts; reset(): void } {
  let counts = { dispatches: 0, submits: 0, readbacks: 0, uploadBytes: 0 };
  wrap("GPUComputePassEncoder", "dispatchWorkgroups", () => counts.dispatches++);
  wrap("GPUComputePassEncoder", "dispatchWorkgroupsIndirect", () => counts.dispatches++);
  wrap("GPUQueue", "submit", () => counts.submits++);
  wrap("GPUQueue", "writeBuffer", ([, , data, start, size]) => {
    counts.uploadBytes += sizeOf(data, start, size);
  });
  wrap("GPUDevice", "createBuffer", ([descriptor]) => {
    if (Reflect.get(Object(descriptor), "mappedAtCreation") === true)
      counts.uploadBytes += Number(Reflect.get(Object(descriptor), "size"));
  });
  wrap("GPUBuffer", "mapAsync", ([mode]) => {
    const READ = 1;
    if (mode === READ) counts.readbacks++;
  });
  return {
    read: () => ({ ...counts }),
    reset() {
      counts = { dispatches: 0, submits: 0, readbacks: 0, uploadBytes: 0 };
    },
  };
}

/** `writeBuffer` counts in elements of a typed array, in bytes of a buffer. */
function sizeOf(data: unknown, start: unknown, size: unknown): number {
  const element = Number(Reflect.get(Object(data), "BYTES_PER_ELEMENT") ?? 1);
  const all = Number(Reflect.get(Object(data), "byteLength"));
  if (typeof size === "number") return size * element;
  return all - (typeof start === "number" ? start * element : 0);
}

function wrap(className: string, method: string, see: (args: readonly unknown[]) => void): void {
  const found: unknown = Reflect.get(globalThis, className);
  const prototype: unknown = Reflect.get(Object(found), "prototype");
  if (typeof prototype !== "object" || prototype === null)
    throw new Error(`${className} is not there.`);
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") throw new Error(`${className}.${method} is not there.`);
  Object.defineProperty(prototype, method, {
    configurable: true,
    writable: true,
    value(this: unknown, ...args: readonly unknown[]): unknown {
      see(args);
      return Reflect.apply(original, this, args);
    },
  });
}
