/**
 * Records what a step asks of the device, while it does it. At the level of WebGPU, so that tfjs's programs and our own
 * are recorded alike. The device's functions are covered by own properties for as long as the step runs.
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { BufferArena } from "./bufferArena.ts";
import { flushCommands, internalsOf } from "./internals.ts";
import { writtenBindings } from "./pipelineBindings.ts";
import type { Bound, PassSegment, Recording, Segment } from "./recording.ts";

/** Names of buffers that outlive a step: the same object, the same number. */
const externalNumbers = new WeakMap<GPUBuffer, number>();
let nextExternal = 1;

/**
 * Runs the step and tells what it asked of the device. Everything is submitted at the end; what the step throws is thrown
 * on. The recording's buffers belong to the arena and hold what they hold until it is recorded again or disposed of.
 * `beforeSubmit` may submit what must be done before the step is.
 */
export function recordCommands(
  backend: WebGPUBackend,
  arena: BufferArena,
  options: { readonly body: () => void; readonly beforeSubmit?: (recording: Recording) => void },
): Recording {
  const { device, queue } = backend;
  const internals = internalsOf(backend);
  flushCommands(backend);
  const tape = createTape(arena);
  const restores = [
    cover(device, "createBuffer", (create) => (descriptor) => {
      const buffer = create(descriptor);
      if (descriptor.mappedAtCreation === true) tape.watchMapping(buffer);
      return buffer;
    }),
    cover(device, "createBindGroup", (create) => (descriptor) => {
      const group = create(descriptor);
      tape.noteGroup(group, descriptor);
      return group;
    }),
    cover(device, "createCommandEncoder", (create) => (descriptor) => {
      const encoder = create(descriptor);
      tape.watchEncoder(encoder);
      return encoder;
    }),
    cover(queue, "submit", (submit) => (buffers) => {
      tape.noteSubmit();
      submit(buffers);
    }),
    cover(queue, "writeBuffer", (write) => (buffer, offset, data, start, size) => {
      tape.noteWrite(buffer, offset, bytesOf(data, start, size));
      write(buffer, offset, data, start, size);
    }),
  ];
  // Buffers go back to the arena as soon as tfjs gives them up: commands run in the order in which they are encoded, so
  // that a later one may use the memory of an earlier one.
  const owned = internals.commandQueueOwnedIds;
  const nothing = { has: () => false, add: () => new WeakSet() };
  internals.commandQueueOwnedIds = nothing;
  arena.enter();
  let isDone = false;
  try {
    options.body();
    isDone = true;
  } finally {
    arena.leave();
    // A submit on the way has replaced it.
    if (internals.commandQueueOwnedIds === nothing) internals.commandQueueOwnedIds = owned;
    for (const restore of restores) restore();
    if (!isDone) flushCommands(backend);
  }
  const recording = tape.finish();
  options.beforeSubmit?.(recording);
  flushCommands(backend);
  return recording;
}

interface Tape {
  watchMapping(buffer: GPUBuffer): void;
  watchEncoder(encoder: GPUCommandEncoder): void;
  noteGroup(group: GPUBindGroup, descriptor: GPUBindGroupDescriptor): void;
  noteWrite(buffer: GPUBuffer, offset: number, bytes: Uint8Array): void;
  noteSubmit(): void;
  finish(): Recording;
}

function createTape(arena: BufferArena): Tape {
  const segments: Segment[] = [];
  const lines: string[] = [];
  const externals = new Set<GPUBuffer>();
  const names = new Map<GPUBuffer, string>();
  const contents = new Map<GPUBuffer, string>();
  const groups = new WeakMap<GPUBindGroup, readonly Bound[] | null>();
  let fault: string | null = null;
  let ownCount = 0;
  let isSplit = false;

  const fail = (reason: string) => {
    fault ??= reason;
  };

  function nameOf(buffer: GPUBuffer): string {
    if (!arena.isOfThisStep(buffer)) {
      externals.add(buffer);
      let number = externalNumbers.get(buffer);
      if (number === undefined) externalNumbers.set(buffer, (number = nextExternal++));
      return `e${number}`;
    }
    const content = contents.get(buffer);
    if (content !== undefined) return `u${content}`;
    let name = names.get(buffer);
    if (name === undefined) names.set(buffer, (name = `a${ownCount++}`));
    return name;
  }

  function notePipeline(pipeline: GPUComputePipeline): number {
    let number = pipelineNumbers.get(pipeline);
    if (number === undefined) pipelineNumbers.set(pipeline, (number = nextPipeline++));
    return number;
  }

  function noteDispatch(
    pipeline: GPUComputePipeline | null,
    group: GPUBindGroup | null,
    counts: readonly [number, number, number],
  ): void {
    const bound = group === null ? null : groups.get(group);
    if (pipeline === null || group === null || bound === undefined || bound === null) {
      fail("it uses pictures or other things that can't be recorded.");
      return;
    }
    const written = writtenBindings(pipeline);
    for (const { binding, buffer } of bound) {
      if (written?.has(binding) === true && contents.has(buffer))
        fail("a kernel writes into a constant.");
    }
    lines.push(
      [
        `d${notePipeline(pipeline)}:${counts.join()}`,
        ...bound.map(
          ({ binding, buffer, offset, size }) => `${binding}=${nameOf(buffer)}+${offset}:${size}`,
        ),
      ].join(" "),
    );
    const last = segments.at(-1);
    const pass: PassSegment =
      last?.kind === "pass"
        ? last
        : { kind: "pass", pipelines: [], bindGroups: [], workgroups: [], bound: [] };
    if (pass !== last) segments.push(pass);
    pass.pipelines.push(pipeline);
    pass.bindGroups.push(group);
    pass.workgroups.push(...counts);
    pass.bound.push(bound);
  }

  function watchPass(pass: GPUComputePassEncoder): void {
    let pipeline: GPUComputePipeline | null = null;
    let group: GPUBindGroup | null = null;
    cover(pass, "setPipeline", (set) => (next) => {
      pipeline = next;
      set(next);
    });
    cover(pass, "setBindGroup", (set) => (index: number, next: GPUBindGroup | null | undefined) => {
      if (index === 0) group = next ?? null;
      else fail("it binds more than one group.");
      set(index, next);
    });
    cover(pass, "dispatchWorkgroups", (run) => (x, y = 1, z = 1) => {
      noteDispatch(pipeline, group, [x, y, z]);
      run(x, y, z);
    });
    cover(pass, "dispatchWorkgroupsIndirect", (run) => (buffer, offset) => {
      fail("a kernel's size is told by another kernel.");
      run(buffer, offset);
    });
  }

  return {
    watchMapping(buffer) {
      const ranges: ArrayBuffer[] = [];
      const stopRange = cover(buffer, "getMappedRange", (get) => (offset, size) => {
        const range = get(offset, size);
        ranges.push(range);
        return range;
      });
      const stopUnmap = cover(buffer, "unmap", (unmap) => () => {
        contents.set(buffer, ranges.map((range) => hashBytes(new Uint8Array(range))).join("."));
        stopRange();
        stopUnmap();
        unmap();
      });
    },
    watchEncoder(encoder) {
      cover(encoder, "beginComputePass", (begin) => (descriptor) => {
        if (descriptor?.timestampWrites) fail("its kernels are being timed.");
        const pass = begin(descriptor);
        watchPass(pass);
        return pass;
      });
      Object.defineProperty(encoder, "copyBufferToBuffer", {
        configurable: true,
        value(...given: CopyArguments) {
          const copy = readCopy(given);
          const { source, sourceOffset, target, targetOffset, size } = copy;
          lines.push(
            `c${sourceOffset}:${targetOffset}:${size} s=${nameOf(source)} t=${nameOf(target)}`,
          );
          if (contents.has(target)) fail("a constant is copied over.");
          segments.push({
            kind: "copy",
            ...copy,
            sourceTenant: arena.tenantOf(source),
            targetTenant: arena.tenantOf(target),
          });
          GPUCommandEncoder.prototype.copyBufferToBuffer.call(
            encoder,
            source,
            sourceOffset,
            target,
            targetOffset,
            size,
          );
        },
      });
    },
    noteGroup(group, { entries }) {
      const bound: Bound[] = [];
      for (const { binding, resource } of entries) {
        const part = readBinding(resource);
        if (part === null) {
          groups.set(group, null);
          return;
        }
        bound.push({ binding, ...part, tenant: arena.tenantOf(part.buffer) });
      }
      groups.set(group, bound);
    },
    noteWrite(buffer, offset, bytes) {
      if (!arena.isOfThisStep(buffer)) fail("a number that lives on is written from outside.");
      else if (!arena.fix(buffer))
        fail("a buffer is filled from outside in the midst of the step.");
      contents.set(buffer, `${contents.get(buffer) ?? ""}${offset}:${hashBytes(bytes)}`);
    },
    noteSubmit() {
      isSplit = true;
    },
    finish() {
      if (arena.readbacks > 0) fail("a layer reads numbers back in the midst of the step.");
      return { segments, lines, externals, lasting: arena.listLasting(), isSplit, fault };
    },
  };
}

const pipelineNumbers = new WeakMap<GPUComputePipeline, number>();
let nextPipeline = 1;

type CopyArguments =
  | [GPUBuffer, number, GPUBuffer, number, number?]
  | [GPUBuffer, GPUBuffer, number?];

function readCopy(given: CopyArguments) {
  const [source] = given;
  if (typeof given[1] === "number") {
    // The two forms differ in their second argument.
    const [, sourceOffset, target, targetOffset, size] = given as Extract<
      CopyArguments,
      [GPUBuffer, number, ...unknown[]]
    >;
    return { source, sourceOffset, target, targetOffset, size: size ?? source.size - sourceOffset };
  }
  const [, target, size] = given as [GPUBuffer, GPUBuffer, number?];
  return { source, sourceOffset: 0, target, targetOffset: 0, size: size ?? source.size };
}

function readBinding(resource: GPUBindingResource): Omit<Bound, "binding" | "tenant"> | null {
  if (resource instanceof GPUBuffer) return { buffer: resource, offset: 0, size: resource.size };
  if (!("buffer" in resource)) return null;
  const { buffer, offset = 0, size = buffer.size - offset } = resource;
  return { buffer, offset, size };
}

function bytesOf(data: GPUAllowSharedBufferSource, start = 0, size?: number): Uint8Array {
  if (!ArrayBuffer.isView(data)) return new Uint8Array(data, start, size);
  // WebGPU counts in elements where it is given a typed array, in bytes else.
  const unit = "BYTES_PER_ELEMENT" in data ? Number(data.BYTES_PER_ELEMENT) : 1;
  const length = size === undefined ? data.byteLength - start * unit : size * unit;
  return new Uint8Array(data.buffer, data.byteOffset + start * unit, length);
}

/** 64 bits of two FNV-1a sums over words, with the length: two different contents are told apart, short of intent. */
function hashBytes(bytes: Uint8Array): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high + byte, 0x85ebca6b) ^ (high >>> 13);
  }
  return `${bytes.length}:${(low >>> 0).toString(36)}:${(high >>> 0).toString(36)}`;
}

/** Puts a function of our own before an object's, as its own property; the returned function takes it away. */
function cover<T extends object, K extends keyof T>(
  target: T,
  name: K,
  make: (original: T[K] & ((...args: never[]) => unknown)) => T[K],
): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const original: unknown = target[name];
  if (typeof original !== "function") throw new Error(`WebGPU has no ${String(name)} here.`);
  const bound: unknown = original.bind(target);
  // A bound function takes and gives what the function does.
  const value = make(bound as T[K] & ((...args: never[]) => unknown));
  Object.defineProperty(target, name, { configurable: true, writable: true, value });
  return () => {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  };
}
