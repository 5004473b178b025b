/**
 * Goes over the gradients of all variables without atomics and in a fixed order: threads take strides of one variable
 * each and write one number; somebody else goes over those.
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type * as tf from "@tensorflow/tfjs";
import { dispatch, type GpuBinding, spreadWorkgroups } from "../gpu/dispatch.ts";
import type { UpdateGroup } from "./gpuGroups.ts";
import { bindGradients, mainHead, workgroupSize } from "./updateKernel.ts";

export interface SweepPlan {
  readonly groups: readonly UpdateGroup[];
  readonly parts: readonly Part[];
  /** Numbers that are written. */
  readonly count: number;
  /** Where each variable's numbers begin, and how many, by its index; none for variables without weights. */
  readonly ranges: ReadonlyMap<number, readonly [first: number, count: number]>;
}

interface Part {
  /** Threads, and so numbers, of each member. */
  readonly counts: readonly number[];
  /** Of the group's first number among all. */
  readonly first: number;
  readonly count: number;
}

/** Weights that a thread goes over, unless the variable is so large that there would be too many threads. */
const weightsPerThread = 64;
const mostThreads = 8192;

export function planSweep(groups: readonly UpdateGroup[]): SweepPlan {
  const parts: Part[] = [];
  const ranges = new Map<number, readonly [number, number]>();
  let total = 0;
  for (const { members } of groups) {
    const counts = members.map(({ size }) =>
      Math.min(mostThreads, Math.ceil(size / weightsPerThread)),
    );
    const first = total;
    for (const [index, member] of members.entries()) {
      const count = counts[index] ?? 0;
      ranges.set(member.index, [total, count]);
      total += count;
    }
    parts.push({ counts, first, count: total - first });
  }
  return { groups, parts, count: total, ranges };
}

export interface SweepProgram {
  /** Names the WGSL, without what follows from the number of members. */
  readonly key: string;
  /** Declares what a thread writes and what it needs: `var result = 0.0;`. */
  readonly declare: string;
  /** Statements that take in the weight at `at` of a member, whose gradient is called as given. */
  readonly takeIn: (gradient: string, member: number) => string;
  /** What is written. */
  readonly result: string;
  /** float32, `[count]`. */
  readonly results: tf.TensorInfo;
  readonly bindings: readonly GpuBinding[];
  readonly uniforms?: Readonly<Record<string, number>>;
}

/** `gradients`: by group, then by member; null: none, which gives what is declared. */
export function sweepGradients(
  backend: WebGPUBackend,
  { groups, parts }: SweepPlan,
  options: {
    readonly gradients: readonly (readonly (tf.TensorInfo | null)[])[];
    readonly program: (group: UpdateGroup) => SweepProgram;
  },
): void {
  for (const [index, group] of groups.entries()) {
    const part = parts[index];
    const gradients = options.gradients[index] ?? [];
    if (part === undefined) continue;
    const { members, total } = group;
    const program = options.program(group);
    const loops = members.map((_member, member) => {
      return `if (index < uniforms.ends${member + 1}) {
        if ((uniforms.present & ${2 ** member}u) != 0u) {
          let stride = uniforms.ends${member + 1} - uniforms.ends${member};
          for (var at = index - uniforms.ends${member}; at < uniforms.size${member}; at += stride) {
            ${program.takeIn(`gradient${member}[at]`, member)}
          }
        }
      }`;
    });
    dispatch(backend, {
      key: `${program.key}_${members.length}`,
      bindings: [
        { name: "results", tensor: program.results, access: "read_write" },
        ...program.bindings,
        ...bindGradients(backend, gradients),
      ],
      uniforms: {
        ...program.uniforms,
        total,
        first: part.first,
        count: part.count,
        present: gradients.reduce((bits, gradient, at) => bits + (gradient ? 2 ** at : 0), 0),
        ends0: 0,
        ...Object.fromEntries(
          members.flatMap(({ size, start }, member) => [
            [`size${member}`, size],
            [`start${member}`, start],
            [
              `ends${member + 1}`,
              part.counts.slice(0, member + 1).reduce((left, right) => left + right, 0),
            ],
          ]),
        ),
      },
      workgroups: spreadWorkgroups(backend, Math.ceil(part.count / workgroupSize)),
      wgsl: `${mainHead}
        if (index >= uniforms.count) { return; }
        ${program.declare}
        ${loops.join(" else ")}
        results[uniforms.first + index] = ${program.result};
      }`,
    });
  }
}
