/**
 * Who owns a buffer. tfjs's buffer manager hands out what has been given back, to anybody; a recorded step needs buffers
 * that nobody else gets while it lives (an arena), and that those it only reads or updates stay where they are (a hold).
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { managerOf, type ManagerInternals } from "./internals.ts";

export interface BufferArena {
  /** tfjs takes its buffers from here until `leave`. Buffers given back are used again within the step. */
  enter(): void;
  leave(): void;
  /** Whether the buffer was taken from here since the last `enter`. */
  isOfThisStep(buffer: GPUBuffer): boolean;
  /** Tells the tensors apart that had the same buffer since the last `enter`; null where it was not taken from here. */
  tenantOf(buffer: GPUBuffer): number | null;
  /** Buffers taken since the last `enter` that were not given back, or were filled from outside. */
  listLasting(): ReadonlySet<GPUBuffer>;
  /** Frees what nobody has, but for these. */
  dropFree(kept: ReadonlySet<GPUBuffer>): void;
  /** Not to be used again: something was uploaded to it. False where it has had another content in this step. */
  fix(buffer: GPUBuffer): boolean;
  /** What a step that is recorded again no longer needs. Call when nothing submitted is still to be encoded. */
  dropUploads(): void;
  /** How many times tfjs asked for a buffer to read back into, since the last `enter`. */
  readonly readbacks: number;
  readonly bytes: number;
  dispose(): void;
}

/** Keeps buffers out of the pool while somebody needs them, though tfjs gave them back. */
export interface BufferHold {
  add(buffer: GPUBuffer): void;
  /** tfjs has the buffer in use again. */
  reclaim(buffer: GPUBuffer): void;
  dispose(): void;
}

interface Held {
  readonly holders: Set<() => void>;
  isReleased: boolean;
}

/** One for each backend. */
interface Ownership {
  active: ArenaState | null;
  readonly owners: WeakMap<GPUBuffer, ArenaState>;
  readonly held: Map<GPUBuffer, Held>;
  /** tfjs's own ways. */
  readonly acquire: ManagerInternals["acquireBuffer"];
  readonly release: ManagerInternals["releaseBuffer"];
  readonly manager: ManagerInternals;
  readonly device: GPUDevice;
}

interface ArenaState {
  readonly free: Map<string, GPUBuffer[]>;
  readonly used: Set<GPUBuffer>;
  /** Taken since `enter`; true: from the free ones, so it may have been used before in this step. */
  readonly taken: Map<GPUBuffer, boolean>;
  readonly tenants: Map<GPUBuffer, number>;
  readonly fixed: Set<GPUBuffer>;
  readbacks: number;
  bytes: number;
  isDisposed: boolean;
}

const ownerships = new WeakMap<WebGPUBackend, Ownership>();

export function createArena(backend: WebGPUBackend): BufferArena {
  const ownership = findOwnership(backend);
  const arena: ArenaState = {
    free: new Map(),
    used: new Set(),
    taken: new Map(),
    tenants: new Map(),
    fixed: new Set(),
    readbacks: 0,
    bytes: 0,
    isDisposed: false,
  };
  return {
    enter() {
      arena.taken.clear();
      arena.tenants.clear();
      arena.readbacks = 0;
      ownership.active = arena;
    },
    leave() {
      ownership.active = null;
    },
    isOfThisStep: (buffer) => arena.taken.has(buffer),
    tenantOf: (buffer) => arena.tenants.get(buffer) ?? null,
    listLasting() {
      const lasting = (buffer: GPUBuffer) => arena.used.has(buffer) || arena.fixed.has(buffer);
      return new Set([...arena.taken.keys()].filter(lasting));
    },
    dropFree(kept) {
      for (const [key, buffers] of arena.free) {
        for (const buffer of buffers) if (!kept.has(buffer)) destroy(ownership, arena, buffer);
        arena.free.set(
          key,
          buffers.filter((buffer) => kept.has(buffer)),
        );
      }
    },
    fix(buffer) {
      arena.fixed.add(buffer);
      return arena.taken.get(buffer) === false;
    },
    dropUploads() {
      for (const buffer of arena.fixed) {
        arena.fixed.delete(buffer);
        // A constant that somebody keeps lives on, as any other buffer of this arena.
        if (!arena.used.has(buffer)) destroy(ownership, arena, buffer);
      }
    },
    get readbacks() {
      return arena.readbacks;
    },
    get bytes() {
      return arena.bytes;
    },
    dispose() {
      if (arena.isDisposed) return;
      arena.isDisposed = true;
      const idle = [...arena.free.values()].flat();
      for (const buffer of arena.fixed) if (!arena.used.has(buffer)) idle.push(buffer);
      arena.free.clear();
      arena.fixed.clear();
      arena.taken.clear();
      for (const buffer of idle) destroy(ownership, arena, buffer);
    },
  };
}

/** `onRelease` is told when tfjs gives a held buffer back: whatever lay in it is nobody's any more. */
export function createHold(backend: WebGPUBackend, onRelease: () => void): BufferHold {
  const ownership = findOwnership(backend);
  const own = new Set<GPUBuffer>();
  return {
    add(buffer) {
      own.add(buffer);
      const held = ownership.held.get(buffer);
      if (held) held.holders.add(onRelease);
      else ownership.held.set(buffer, { holders: new Set([onRelease]), isReleased: false });
    },
    reclaim(buffer) {
      const held = ownership.held.get(buffer);
      if (held) held.isReleased = false;
    },
    dispose() {
      for (const buffer of own) {
        const held = ownership.held.get(buffer);
        if (!held) continue;
        held.holders.delete(onRelease);
        if (held.holders.size > 0) continue;
        ownership.held.delete(buffer);
        if (held.isReleased) release(ownership, buffer, true);
      }
      own.clear();
    },
  };
}

/** Destroys what tfjs has kept for later: while a step is recorded anew, memory would be held twice. */
export function trimPool(backend: WebGPUBackend): void {
  const { manager } = findOwnership(backend);
  for (const buffers of manager.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      manager.numFreeBuffers--;
      manager.numBytesAllocated -= buffer.size;
      buffer.destroy();
    }
  }
}

function findOwnership(backend: WebGPUBackend): Ownership {
  const known = ownerships.get(backend);
  if (known !== undefined) return known;
  const manager = managerOf(backend);
  const ownership: Ownership = {
    active: null,
    owners: new WeakMap(),
    held: new Map(),
    acquire: manager.acquireBuffer.bind(manager),
    release: manager.releaseBuffer.bind(manager),
    manager,
    device: backend.device,
  };
  manager.acquireBuffer = (size, usage, mapped = false, reuse = true) => {
    const { active } = ownership;
    if (active === null || (usage & GPUBufferUsage.MAP_WRITE) !== 0)
      return ownership.acquire(size, usage, mapped, reuse);
    if ((usage & GPUBufferUsage.MAP_READ) !== 0) {
      active.readbacks++;
      return ownership.acquire(size, usage, mapped, reuse);
    }
    return take(ownership, active, { size, usage, mapped });
  };
  manager.releaseBuffer = (buffer, reuse = true) => {
    const held = ownership.held.get(buffer);
    if (held === undefined) return release(ownership, buffer, reuse);
    held.isReleased = true;
    for (const tell of held.holders) tell();
  };
  ownerships.set(backend, ownership);
  return ownership;
}

/**
 * What is filled from the host gets a buffer of its own, mapped or not: in a step played again nobody fills it anew. So
 * do uniforms, which tfjs writes through the queue, ahead of all commands.
 */
function take(
  ownership: Ownership,
  arena: ArenaState,
  { size, usage, mapped }: { size: number; usage: number; mapped: boolean },
): GPUBuffer {
  const isFilled = mapped || (usage & GPUBufferUsage.UNIFORM) !== 0;
  const recycled = isFilled ? undefined : arena.free.get(keyOf(size, usage))?.pop();
  const buffer =
    recycled ?? ownership.device.createBuffer({ size, usage, mappedAtCreation: mapped });
  if (recycled === undefined) {
    arena.bytes += size;
    ownership.manager.numBytesAllocated += size;
    ownership.owners.set(buffer, arena);
  }
  if (isFilled) arena.fixed.add(buffer);
  arena.used.add(buffer);
  arena.taken.set(buffer, arena.taken.has(buffer) || recycled !== undefined);
  arena.tenants.set(buffer, (arena.tenants.get(buffer) ?? 0) + 1);
  return buffer;
}

function release(ownership: Ownership, buffer: GPUBuffer, reuse: boolean): void {
  const arena = ownership.owners.get(buffer);
  if (arena === undefined) return ownership.release(buffer, reuse);
  arena.used.delete(buffer);
  if (arena.isDisposed) return destroy(ownership, arena, buffer);
  if (arena.fixed.has(buffer)) return;
  const key = keyOf(buffer.size, buffer.usage);
  const list = arena.free.get(key);
  if (list) list.push(buffer);
  else arena.free.set(key, [buffer]);
}

function destroy(ownership: Ownership, arena: ArenaState, buffer: GPUBuffer): void {
  arena.bytes -= buffer.size;
  ownership.manager.numBytesAllocated -= buffer.size;
  ownership.owners.delete(buffer);
  buffer.destroy();
}

function keyOf(size: number, usage: number): string {
  return `${size}_${usage}`;
}
