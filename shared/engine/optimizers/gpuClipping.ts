/**
 * Norms of gradients without atomics, in a fixed order: threads sum squares over strides, one workgroup for each norm
 * sums those and writes the factor that brings it down to the limit.
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch, type GpuBinding, spreadWorkgroups } from "../gpu/dispatch.ts";
import { makeState } from "../gpu/inPlace.ts";
import type { UpdaterConfig } from "./createUpdater.ts";
import type { UpdateGroup } from "./gpuGroups.ts";
import type { Slot } from "./rules.ts";
import { asBits, bindGradients, mainHead, workgroupSize } from "./updateKernel.ts";

export interface GpuClipping {
  /** A factor for each variable (`norm`), or a single one. */
  readonly factors: tf.TensorInfo;
  /** Computes the factors from the gradients of all groups. */
  measure(gradients: readonly (readonly (tf.TensorInfo | null)[])[]): void;
  dispose(): void;
}

interface Options {
  readonly config: UpdaterConfig;
  readonly slots: readonly Slot[];
  readonly variableCount: number;
}

/** Squares that a thread sums, unless the variable is so large that there would be too many threads. */
const squaresPerThread = 64;
const mostThreads = 8192;

interface Part {
  /** Threads, and so sums, of each member. */
  readonly counts: readonly number[];
  /** Of the group's first sum among all. */
  readonly first: number;
  readonly count: number;
}

/** null where gradients are not clipped by a norm. */
export function createClipping(
  backend: WebGPUBackend,
  groups: readonly UpdateGroup[],
  { config, slots, variableCount }: Options,
): GpuClipping | null {
  const { clipping } = config;
  if (clipping === null || clipping.kind === "value") return null;
  const isGlobal = clipping.kind === "globalNorm";
  const parts: Part[] = [];
  let sumCount = 0;
  /** By variable: where its sums begin, and how many. */
  const ranges = new Uint32Array(2 * (isGlobal ? 1 : variableCount));
  for (const { members } of groups) {
    const counts = members.map(({ size }) =>
      Math.min(mostThreads, Math.ceil(size / squaresPerThread)),
    );
    const first = sumCount;
    for (const [index, member] of members.entries()) {
      const count = counts[index] ?? 0;
      if (!isGlobal) ranges.set([sumCount, count], 2 * member.index);
      sumCount += count;
    }
    parts.push({ counts, first, count: sumCount - first });
  }
  if (isGlobal) ranges.set([0, sumCount]);
  const sums = makeState(backend, Math.max(1, sumCount));
  const factors = makeState(backend, ranges.length / 2);
  const places = makeState(backend, ranges.length, new Float32Array(ranges.buffer));

  function sumSquares(
    group: UpdateGroup,
    part: Part,
    gradients: readonly (tf.TensorInfo | null)[],
  ) {
    const isSummed = config.accumulation > 1;
    const sum = slots.length - 1;
    const sumArena = group.arenas.length > 1 ? group.arenas[sum] : group.arenas[0];
    const sumAt = group.arenas.length > 1 ? "" : `${sum}u * uniforms.total + `;
    const loops = group.members.map((_member, member) => {
      const value = `gradient${member}[at]`;
      const summed = isSummed
        ? `${value} + gradientSums[${sumAt}uniforms.start${member} + at]`
        : value;
      return `if (index < uniforms.sums${member + 1}) {
        if ((uniforms.present & ${2 ** member}u) != 0u) {
          let stride = uniforms.sums${member + 1} - uniforms.sums${member};
          for (var at = index - uniforms.sums${member}; at < uniforms.size${member}; at += stride) {
            let value = (${summed})${isSummed ? " / bitcast<f32>(uniforms.batchesBits)" : ""};
            squares += value * value;
          }
        }
      }`;
    });
    dispatch(backend, {
      key: [
        "netloom_gradient_squares",
        group.members.length,
        isSummed ? "sum" : "each",
        isSummed && group.arenas.length > 1 ? "split" : "joined",
        sum,
      ].join("_"),
      bindings: [
        { name: "sums", tensor: sums, access: "read_write" },
        ...(isSummed && sumArena
          ? [{ name: "gradientSums", tensor: sumArena, access: "read" } satisfies GpuBinding]
          : []),
        ...bindGradients(backend, gradients),
      ],
      uniforms: {
        total: group.total,
        first: part.first,
        count: part.count,
        batchesBits: asBits(config.accumulation),
        present: gradients.reduce((bits, gradient, at) => bits + (gradient ? 2 ** at : 0), 0),
        sums0: 0,
        ...Object.fromEntries(
          group.members.flatMap(({ size, start }, member) => [
            [`size${member}`, size],
            [`start${member}`, start],
            [
              `sums${member + 1}`,
              part.counts.slice(0, member + 1).reduce((left, right) => left + right, 0),
            ],
          ]),
        ),
      },
      workgroups: spreadWorkgroups(backend, Math.ceil(part.count / workgroupSize)),
      wgsl: `${mainHead}
        if (index >= uniforms.count) { return; }
        var squares = 0.0;
        ${loops.join(" else ")}
        sums[uniforms.first + index] = squares;
      }`,
    });
  }

  return {
    factors,
    measure(gradients) {
      for (const [index, group] of groups.entries()) {
        const part = parts[index];
        if (part) sumSquares(group, part, gradients[index] ?? []);
      }
      dispatch(backend, {
        key: "netloom_clip_factors",
        bindings: [
          { name: "sums", tensor: sums, access: "read" },
          { name: "places", tensor: places, access: "read", element: "u32" },
          { name: "factors", tensor: factors, access: "read_write" },
        ],
        uniforms: { limitBits: asBits(clipping.limit), norms: ranges.length / 2 },
        workgroups: spreadWorkgroups(backend, ranges.length / 2),
        wgsl: factorsWgsl,
      });
    },
    dispose() {
      for (const { dataId } of [sums, factors, places]) backend.disposeData(dataId);
    },
  };
}

const factorsWgsl = `var<workgroup> partial: array<f32, ${workgroupSize}>;
  @compute @workgroup_size(${workgroupSize})
  fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32) {
    let norm = place.y * groups.x + place.x;
    var sum = 0.0;
    if (norm < uniforms.norms) {
      let first = places[2u * norm];
      let end = first + places[2u * norm + 1u];
      for (var at = first + lane; at < end; at += ${workgroupSize}u) { sum += sums[at]; }
    }
    partial[lane] = sum;
    workgroupBarrier();
    if (lane == 0u && norm < uniforms.norms) {
      var total = 0.0;
      for (var other = 0u; other < ${workgroupSize}u; other++) { total += partial[other]; }
      let limit = bitcast<f32>(uniforms.limitBits);
      factors[norm] = limit / max(sqrt(total), limit);
    }
  }`;
