import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeState } from "../gpu/inPlace.ts";
import type { TrainedVariable } from "../step/stepRunner.ts";
import type { Slot } from "./rules.ts";

/** Variables that one dispatch updates, and everything that the optimizer keeps for them. */
export interface UpdateGroup {
  readonly members: readonly GroupMember[];
  /** Weights of all members. */
  readonly total: number;
  /**
   * The slots: one tensor with all of them, `[slot][weight]`, so that more variables find room in a dispatch; one for
   * each slot where that would be larger than the device can bind.
   */
  readonly arenas: readonly tf.TensorInfo[];
}

export interface GroupMember extends TrainedVariable {
  readonly size: number;
  /** Of its first weight among those of the group. */
  readonly start: number;
  /** Among all trained variables. */
  readonly index: number;
}

/** Buffers for kernels at most, however many the device has: longer chains of comparisons gain nothing. */
const mostBuffers = 16;

/** `extraBuffers`: bound beside the slots and two for each variable. `mostBytes`: of one buffer, for tests. */
export function makeGroups(
  backend: WebGPUBackend,
  variables: readonly TrainedVariable[],
  options: {
    readonly slots: readonly Slot[];
    readonly extraBuffers: number;
    readonly mostBytes?: number | undefined;
  },
): readonly UpdateGroup[] {
  const { limits } = backend.device;
  const { slots, extraBuffers } = options;
  const buffers = Math.min(mostBuffers, limits.maxStorageBuffersPerShaderStage);
  const arenaCount = slots.length === 0 ? 0 : 1;
  const mostMembers = Math.max(1, Math.floor((buffers - extraBuffers - arenaCount) / 2));
  const mostBytes =
    options.mostBytes ?? Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const mostWeights = Math.floor(mostBytes / (4 * Math.max(1, slots.length)));
  const groups: UpdateGroup[] = [];
  let members: GroupMember[] = [];
  let total = 0;
  const close = () => {
    if (members.length > 0) groups.push(makeGroup(backend, members, { slots, total, mostWeights }));
    members = [];
    total = 0;
  };
  for (const [index, { name, variable }] of variables.entries()) {
    if (variable.size === 0) continue;
    if (members.length >= mostMembers || total + variable.size > mostWeights) close();
    members.push({ name, variable, index, size: variable.size, start: total });
    total += variable.size;
  }
  close();
  return groups;
}

interface Contents {
  readonly slots: readonly Slot[];
  readonly total: number;
  readonly mostWeights: number;
}

function makeGroup(
  backend: WebGPUBackend,
  members: readonly GroupMember[],
  { slots, total, mostWeights }: Contents,
): UpdateGroup {
  const perArena = total > mostWeights ? 1 : slots.length;
  const arenas: tf.TensorInfo[] = [];
  for (let first = 0; first < slots.length; first += perArena) {
    const values = new Float32Array(perArena * total);
    for (let offset = 0; offset < perArena; offset++) {
      const { initial = 0 } = slots[first + offset] ?? {};
      if (initial !== 0) values.fill(initial, offset * total, (offset + 1) * total);
    }
    arenas.push(makeState(backend, values.length, values));
  }
  return { members, total, arenas };
}
