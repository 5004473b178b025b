/**
 * Norms of gradients without atomics, in a fixed order: threads sum squares over strides, one workgroup for each norm
 * sums those and writes the factor that brings it down to the limit.
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch, type GpuBinding, spreadWorkgroups } from "../gpu/dispatch.ts";
import { makeState } from "../gpu/inPlace.ts";
import type { UpdaterConfig } from "./createUpdater.ts";
import { sweepGradients, type SweepPlan, type SweepProgram } from "./gradientSweep.ts";
import type { UpdateGroup } from "./gpuGroups.ts";
import { scalingLayout } from "./lossScaling.ts";
import type { Slot } from "./rules.ts";
import { asBits, bindScaling, workgroupSize } from "./updateKernel.ts";

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
  /** The state of loss scaling, which says what gradients must be multiplied by; null: they come unscaled. */
  readonly scaling: tf.TensorInfo | null;
}

/** null where gradients are not clipped by a norm. */
export function createClipping(
  backend: WebGPUBackend,
  plan: SweepPlan,
  { config, slots, variableCount, scaling }: Options,
): GpuClipping | null {
  const { clipping, accumulation } = config;
  if (clipping === null || clipping.kind === "value") return null;
  const isGlobal = clipping.kind === "globalNorm";
  /** By variable: where its sums begin, and how many. */
  const ranges = new Uint32Array(2 * (isGlobal ? 1 : variableCount));
  if (isGlobal) ranges.set([0, plan.count]);
  else for (const [index, range] of plan.ranges) ranges.set(range, 2 * index);
  const sums = makeState(backend, Math.max(1, plan.count));
  const factors = makeState(backend, ranges.length / 2);
  const places = makeState(backend, ranges.length, new Float32Array(ranges.buffer));

  function describeSquares(group: UpdateGroup): SweepProgram {
    const isSummed = accumulation > 1;
    const sum = slots.length - 1;
    const isSplit = group.arenas.length > 1;
    const sumArena = isSplit ? group.arenas[sum] : group.arenas[0];
    const sumAt = isSplit ? "" : `${sum}u * uniforms.total + `;
    return {
      key: [
        "netloom_gradient_squares",
        isSummed ? "sum" : "each",
        isSummed && isSplit ? "split" : "joined",
        sum,
        scaling === null ? "plain" : "scaled",
      ].join("_"),
      declare: "var squares = 0.0;",
      takeIn(gradient, member) {
        const own = scaling === null ? gradient : `${gradient} * scaling[${scalingLayout.unscale}]`;
        const value = isSummed
          ? `(${own} + gradientSums[${sumAt}uniforms.start${member} + at]) / bitcast<f32>(uniforms.batchesBits)`
          : `(${own})`;
        return `let value = ${value}; squares += value * value;`;
      },
      result: "squares",
      results: sums,
      bindings: [
        ...(scaling === null ? [] : [bindScaling(scaling)]),
        ...(isSummed && sumArena
          ? [{ name: "gradientSums", tensor: sumArena, access: "read" } satisfies GpuBinding]
          : []),
      ],
      uniforms: { batchesBits: asBits(accumulation) },
    };
  }

  return {
    factors,
    measure(gradients) {
      sweepGradients(backend, plan, { gradients, program: describeSquares });
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
