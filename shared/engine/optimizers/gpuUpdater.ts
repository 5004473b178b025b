import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch } from "../gpu/dispatch.ts";
import { ownBuffer, writeInPlace } from "../gpu/inPlace.ts";
import type { OptimizerState, TrainedVariable } from "../step/stepRunner.ts";
import type { Updater, UpdaterConfig } from "./createUpdater.ts";
import { createClipping } from "./gpuClipping.ts";
import { createGpuScaling } from "./gpuScaling.ts";
import { planSweep } from "./gradientSweep.ts";
import { defaultScaling, scalingLayout, scalingSlot, type ScalingOptions } from "./lossScaling.ts";
import { makeGroups, type UpdateGroup } from "./gpuGroups.ts";
import { createRule } from "./rules.ts";
import { makeUpdateProgram } from "./updateKernel.ts";
import { findSlot, needStep, optimizerNumbers, planSlots, slotName } from "./updateSteps.ts";

/**
 * Updates variables in place, several in one dispatch. What differs from step to step is read from the step's buffer, so
 * the dispatches can be recorded and replayed.
 */
export function createGpuUpdater(
  config: UpdaterConfig,
  variables: readonly TrainedVariable[],
  {
    backend,
    mostBytes,
    scaling: scalingOptions = defaultScaling,
  }: {
    readonly backend: WebGPUBackend;
    readonly mostBytes?: number;
    readonly scaling?: ScalingOptions;
  },
): Updater {
  const { clipping, accumulation, precision } = config;
  const rule = createRule(config.optimizer);
  const slots = planSlots(config, rule);
  const hasFactors = clipping !== null && clipping.kind !== "value";
  const isScaled = precision === "mixed";
  // The step's numbers, the factors of clipping, and the state of loss scaling.
  const groups = makeGroups(backend, variables, {
    slots,
    extraBuffers: 1 + (hasFactors ? 1 : 0) + (isScaled ? 1 : 0),
    mostBytes,
  });
  const sweep = planSweep(groups);
  const scaling = isScaled
    ? createGpuScaling(backend, sweep, { config, scaling: scalingOptions })
    : null;
  const norms = createClipping(backend, sweep, {
    config,
    slots,
    variableCount: variables.length,
    scaling: scaling?.tensor ?? null,
  });
  const kernel = {
    config,
    rule,
    slots,
    factors: norms?.factors ?? null,
    scaling: scaling?.tensor ?? null,
  };
  const owned = new Map<tf.Variable, object>();

  /** Variables that were assigned to have another buffer, which may not be theirs alone. */
  function ownVariables(): ReadonlySet<object> {
    for (const { variable } of variables) {
      if (variable.size === 0 || owned.get(variable) === variable.dataId) continue;
      ownBuffer(backend, variable);
      owned.set(variable, variable.dataId);
    }
    return new Set(owned.values());
  }

  ownVariables();
  return {
    scaling,
    numbers: (stepsDone) => optimizerNumbers(rule, accumulation, { stepsDone }),
    apply(gradients) {
      needStep();
      const own = ownVariables();
      tf.tidy(() => {
        const found = groups.map(({ members }) =>
          members.map(({ name }) => {
            const gradient = gradients.get(name);
            if (gradient === undefined) return null;
            // A buffer can't be read and written in one dispatch.
            return own.has(gradient.dataId) ? gradient.mul(1) : gradient;
          }),
        );
        scaling?.advance(found);
        norms?.measure(found);
        for (const [index, group] of groups.entries()) {
          const options = { kernel, gradients: found[index] ?? [] };
          dispatch(backend, makeUpdateProgram(backend, group, options));
        }
      });
    },
    async readSlots() {
      const read = new Map<string, { shape: readonly number[]; values: Float32Array }>();
      for (const group of groups) {
        const arenas = await Promise.all(
          group.arenas.map(async ({ dataId }) => floatsOf(await backend.read(dataId))),
        );
        for (const { name, variable, start, size } of group.members) {
          for (const [index, slot] of slots.entries()) {
            const { arena, offset } = placeOf(group, index);
            const values = arenas[arena]?.slice(offset + start, offset + start + size);
            if (values) read.set(slotName(name, slot), { shape: variable.shape, values });
          }
        }
      }
      if (scaling) {
        const values = await scaling.read();
        read.set(scalingSlot, { shape: [values.length], values });
      }
      return read;
    },
    writeSlots(state: OptimizerState["slots"]) {
      // All is looked up before anything is changed.
      const contents = groups.map((group) => {
        const arenas = group.arenas.map(({ shape }) => new Float32Array(shape[0] ?? 0));
        for (const { name, start, size } of group.members) {
          for (const [index, slot] of slots.entries()) {
            const { arena, offset } = placeOf(group, index);
            arenas[arena]?.set(findSlot(state, slotName(name, slot), size), offset + start);
          }
        }
        return arenas;
      });
      const scalingState = scaling && findSlot(state, scalingSlot, scalingLayout.words);
      if (scaling && scalingState) scaling.write(Float32Array.from(scalingState));
      for (const [index, { arenas }] of groups.entries()) {
        for (const [arena, tensor] of arenas.entries()) {
          const values = contents[index]?.[arena];
          if (values) writeInPlace(backend, tensor, values);
        }
      }
    },
    dispose() {
      for (const { arenas } of groups) {
        for (const { dataId } of arenas) backend.disposeData(dataId);
      }
      norms?.dispose();
      scaling?.dispose();
    },
  };
}

function placeOf(
  { arenas, total }: UpdateGroup,
  slot: number,
): { readonly arena: number; readonly offset: number } {
  return arenas.length > 1 ? { arena: slot, offset: 0 } : { arena: 0, offset: slot * total };
}

function floatsOf(values: tf.backend_util.BackendValues): Float32Array {
  if (values instanceof Float32Array) return values;
  throw new Error("The optimizer's state is not made of floats.");
}
