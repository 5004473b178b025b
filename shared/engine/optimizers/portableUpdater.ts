import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../../base/assertNever.ts";
import type { ClippingConfig } from "../../training/config.ts";
import type { OptimizerState, TrainedVariable } from "../step/stepRunner.ts";
import type { Updater, UpdaterConfig } from "./createUpdater.ts";
import { createHostScaling } from "./hostScaling.ts";
import { scalingLayout, scalingSlot, type ScalingOptions } from "./lossScaling.ts";
import { createRule } from "./rules.ts";
import {
  findSlot,
  needStep,
  numberPlaces,
  optimizerNumbers,
  planSlots,
  slotName,
} from "./updateSteps.ts";

/** One trained variable and what the optimizer keeps for it. */
interface Member extends TrainedVariable {
  slots: readonly tf.Tensor[];
}

/** Updates in tfjs's own operations: for the processor and WebGL. */
export function createPortableUpdater(
  config: UpdaterConfig,
  variables: readonly TrainedVariable[],
  options: { readonly scaling?: ScalingOptions } = {},
): Updater {
  const { clipping, accumulation } = config;
  const { weightDecay } = config.optimizer;
  const rule = createRule(config.optimizer);
  const slots = planSlots(config, rule);
  const members = variables.map(({ name, variable }): Member => ({
    name,
    variable,
    slots: slots.map(({ initial }) => tf.keep(tf.fill(variable.shape, initial, "float32"))),
  }));

  const scaling = config.precision === "mixed" ? createHostScaling(config, options.scaling) : null;

  function keepSlots(member: Member, next: readonly tf.Tensor[]): void {
    const before = member.slots;
    member.slots = next.map((slot) => tf.keep(slot));
    for (const slot of before) if (!next.includes(slot)) slot.dispose();
  }

  return {
    scaling,
    numbers: (stepsDone) => optimizerNumbers(rule, accumulation, { stepsDone }),
    apply(gradients) {
      const { learningRate: rate, optimizer } = needStep();
      const names = new Set(members.map(({ name }) => name));
      const counted =
        scaling?.advance(
          [...gradients].flatMap(([name, each]) => (names.has(name) ? [each] : [])),
        ) ?? null;
      if (counted?.isApplied === false) return;
      const isUpdate = counted?.isUpdate ?? optimizer[numberPlaces.isUpdate] !== 0;
      const numbers = counted?.numbers ?? optimizer.slice(numberPlaces.rule);
      tf.tidy(() => {
        const ready: { readonly member: Member; readonly gradient: tf.Tensor }[] = [];
        for (const member of members) {
          const given = gradients.get(member.name);
          if (given === undefined) continue;
          const gradient = counted === null ? given : given.mul(counted.unscale);
          if (accumulation === 1) {
            ready.push({ member, gradient });
            continue;
          }
          const kept = member.slots.slice(0, -1);
          const sum = gradient.add(member.slots.at(-1) ?? 0);
          keepSlots(member, [...kept, isUpdate ? tf.zerosLike(sum) : sum]);
          ready.push({ member, gradient: sum.div(accumulation) });
        }
        if (!isUpdate) return;
        const clipped = clipGradients(
          ready.map(({ gradient }) => gradient),
          clipping,
        );
        for (const [index, { member }] of ready.entries()) {
          const gradient = clipped[index];
          if (gradient === undefined) continue;
          const weight =
            weightDecay === 0
              ? member.variable
              : member.variable.sub(member.variable.mul(weightDecay).mul(rate));
          const [next, ...state] = rule.update({
            weight,
            gradient,
            rate,
            slots: member.slots,
            numbers,
          });
          member.variable.assign(next);
          keepSlots(member, [...state, ...member.slots.slice(state.length)]);
        }
      });
    },
    async readSlots() {
      const read = new Map<string, { shape: readonly number[]; values: Float32Array }>();
      for (const { name, variable, slots: tensors } of members) {
        for (const [index, slot] of slots.entries()) {
          const values = await tensors[index]?.data();
          if (values === undefined) continue;
          read.set(slotName(name, slot), {
            shape: variable.shape,
            values: Float32Array.from(values),
          });
        }
      }
      if (scaling) {
        const values = scaling.state.values.slice();
        read.set(scalingSlot, { shape: [values.length], values });
      }
      return read;
    },
    writeSlots(state: OptimizerState["slots"]) {
      // All is looked up before anything is changed.
      const found = members.map(({ name, variable }) =>
        slots.map((slot) => findSlot(state, slotName(name, slot), variable.size)),
      );
      if (scaling) scaling.state.values.set(findSlot(state, scalingSlot, scalingLayout.words));
      tf.tidy(() => {
        for (const [index, member] of members.entries()) {
          const values = found[index] ?? [];
          keepSlots(
            member,
            values.map((slot) => tf.tensor(slot.slice(), member.variable.shape, "float32")),
          );
        }
      });
    },
    dispose() {
      for (const member of members) keepSlots(member, []);
    },
  };
}

/** As Keras's `_clip_gradients`, on the averaged gradients of an update. */
function clipGradients(
  gradients: readonly tf.Tensor[],
  clipping: ClippingConfig | null,
): readonly tf.Tensor[] {
  if (clipping === null || gradients.length === 0) return gradients;
  const { kind, limit } = clipping;
  switch (kind) {
    case "value":
      return gradients.map((gradient) => gradient.clipByValue(-limit, limit));
    case "norm":
      return gradients.map((gradient) =>
        gradient.mul(factorOf(gradient.square().sum().sqrt(), limit)),
      );
    case "globalNorm": {
      const squares = gradients.map((gradient) => gradient.square().sum());
      const factor = factorOf(tf.addN(squares).sqrt(), limit);
      return gradients.map((gradient) => gradient.mul(factor));
    }
    default:
      return assertNever(kind);
  }
}

/** What brings a norm down to the limit; 1 where it is below. */
function factorOf(norm: tf.Tensor, limit: number): tf.Tensor {
  return tf.div(limit, norm.maximum(limit));
}
