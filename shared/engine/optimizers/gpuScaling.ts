/** Loss scaling on WebGPU: whether all gradients are finite, and what follows from it, without reading anything back. */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch } from "../gpu/dispatch.ts";
import { makeState, writeInPlace } from "../gpu/inPlace.ts";
import type { UpdaterConfig } from "./createUpdater.ts";
import { sweepGradients, type SweepPlan } from "./gradientSweep.ts";
import {
  type LossScaling,
  makeScalingRule,
  type ScalingOptions,
  startScaling,
  writeScalingShader,
} from "./lossScaling.ts";
import { asBits, workgroupSize } from "./updateKernel.ts";

export interface GpuScaling extends LossScaling {
  readonly tensor: tf.TensorInfo;
  /** Looks at the gradients of all groups and changes the state by one step. Call before anything reads the state. */
  advance(gradients: readonly (readonly (tf.TensorInfo | null)[])[]): void;
  read(): Promise<Float32Array>;
  write(values: Float32Array<ArrayBuffer>): void;
  dispose(): void;
}

export function createGpuScaling(
  backend: WebGPUBackend,
  plan: SweepPlan,
  { config, scaling }: { readonly config: UpdaterConfig; readonly scaling: ScalingOptions },
): GpuScaling {
  const rule = makeScalingRule(config, scaling);
  const tensor = makeState(
    backend,
    startScaling(rule, scaling).length,
    startScaling(rule, scaling),
  );
  const flags = makeState(backend, Math.max(1, plan.count));
  const constants = {
    growthSteps: rule.growthSteps,
    accumulation: rule.accumulation,
    ...rule.counting.constants,
  };
  const names = Object.keys(constants);
  const wgsl = `var<workgroup> partial: array<u32, ${workgroupSize}>;
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(local_invocation_index) lane: u32) {
      var spoilt = 0u;
      for (var at = lane; at < uniforms.flags; at += ${workgroupSize}u) {
        if (flags[at] != 0.0) { spoilt = 1u; }
      }
      partial[lane] = spoilt;
      workgroupBarrier();
      if (lane != 0u) { return; }
      for (var other = 0u; other < ${workgroupSize}u; other++) { spoilt |= partial[other]; }
      let isFinite = spoilt == 0u;
      ${names.map((name) => `let ${name} = bitcast<f32>(uniforms.${name}Bits);`).join("\n      ")}
      ${writeScalingShader(rule)}
    }`;
  return {
    tensor,
    state: { at: "device", tensor },
    makeTensor() {
      // The scale is the first of the state; the buffer is shared, and stays when this is disposed of.
      backend.incRef(tensor.dataId);
      const view: tf.TensorInfo = { dataId: tensor.dataId, shape: [], dtype: "float32" };
      return tf.engine().makeTensorFromTensorInfo(view).asScalar();
    },
    advance(gradients) {
      sweepGradients(backend, plan, {
        gradients,
        program: () => ({
          key: "netloom_gradients_finite",
          // By its bits: compilers may take for granted that no number is infinite.
          declare: "var largest = 0u;",
          takeIn: (gradient) => `largest = max(largest, bitcast<u32>(${gradient}) & 0x7f800000u);`,
          result: "select(0.0, 1.0, largest == 0x7f800000u)",
          results: flags,
          bindings: [],
        }),
      });
      dispatch(backend, {
        key: `netloom_loss_scale_${rule.counting.key}`,
        bindings: [
          { name: "flags", tensor: flags, access: "read" },
          { name: "state", tensor, access: "read_write" },
        ],
        uniforms: {
          flags: plan.count,
          ...Object.fromEntries(
            Object.entries(constants).map(([name, value]) => [`${name}Bits`, asBits(value)]),
          ),
        },
        workgroups: [1],
        wgsl,
      });
    },
    async read() {
      const values = await backend.read(tensor.dataId);
      if (values instanceof Float32Array) return values.slice();
      throw new Error("The state of loss scaling is not made of floats.");
    },
    write: (values) => writeInPlace(backend, tensor, values),
    dispose() {
      for (const { dataId } of [tensor, flags]) backend.disposeData(dataId);
    },
  };
}
