/** The WGSL of an update: which weight a thread has, its gradient, the rule, and back. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type * as tf from "@tensorflow/tfjs";
import type { ClippingConfig } from "../../training/config.ts";
import { type GpuBinding, type GpuProgram, spreadWorkgroups } from "../gpu/dispatch.ts";
import { stepLayout, stepTensor } from "../step/stepNumbers.ts";
import type { UpdaterConfig } from "./createUpdater.ts";
import type { UpdateGroup } from "./gpuGroups.ts";
import type { OptimizerRule, Slot } from "./rules.ts";
import { scalingLayout } from "./lossScaling.ts";
import { numberPlaces } from "./updateSteps.ts";

export const workgroupSize = 64;

export interface UpdateKernel {
  readonly config: UpdaterConfig;
  readonly rule: OptimizerRule;
  readonly slots: readonly Slot[];
  /** A factor for each variable, or one for all, that brings gradients within their norm; null: not clipped so. */
  readonly factors: tf.TensorInfo | null;
  /** The state of loss scaling, already of this step; null: gradients come unscaled, and every step counts. */
  readonly scaling: tf.TensorInfo | null;
}

/** The program that updates a group from its members' gradients, in their order; null: none, the member is left alone. */
export function makeUpdateProgram(
  backend: WebGPUBackend,
  group: UpdateGroup,
  options: {
    readonly kernel: UpdateKernel;
    readonly gradients: readonly (tf.TensorInfo | null)[];
  },
): GpuProgram {
  const { kernel, gradients } = options;
  const { config, rule, factors, scaling } = kernel;
  const { clipping, accumulation } = config;
  const { weightDecay } = config.optimizer;
  const constants = {
    ...rule.constants,
    ...(weightDecay === 0 ? {} : { decay: weightDecay }),
    ...(accumulation === 1 ? {} : { batches: accumulation }),
    ...(clipping?.kind === "value" ? { clipLimit: clipping.limit } : {}),
  };
  const lines = [
    scaling === null ? "" : `gradient *= scaling[${scalingLayout.unscale}];`,
    ...Object.keys(constants).map((name) => `let ${name} = bitcast<f32>(uniforms.${name}Bits);`),
    `let rate = step[${stepLayout.learningRate}];`,
    ...rule
      .numbers(1)
      .map((_number, index) => `let number${index} = ${ruleNumber(kernel, index)};`),
    ...(accumulation === 1 ? [] : accumulate(group, kernel)),
    ...clip(clipping),
    ...rule.slots.map(({ name }, slot) => `var ${name} = ${slotPlace(group, slot)};`),
    weightDecay === 0 ? "" : "weight -= weight * decay * rate;",
    rule.wgsl,
    ...rule.slots.map(({ name }, slot) => `${slotPlace(group, slot)} = ${name};`),
  ];
  const isSplit = group.arenas.length > 1;
  return {
    key: [
      "netloom_update",
      rule.key,
      group.members.length,
      accumulation === 1 ? "each" : "sum",
      clipping?.kind ?? "free",
      weightDecay === 0 ? "keep" : "decay",
      isSplit ? "split" : "joined",
      ...(scaling === null ? [] : ["scaled"]),
    ].join("_"),
    bindings: [
      { name: "step", tensor: stepTensor(backend), access: "read" },
      ...group.arenas.map((tensor, index): GpuBinding => ({
        name: `slots${index}`,
        tensor,
        access: "read_write",
      })),
      ...(factors === null
        ? []
        : [{ name: "factors", tensor: factors, access: "read" } satisfies GpuBinding]),
      ...(scaling === null ? [] : [bindScaling(scaling)]),
      ...group.members.map(({ variable }, member): GpuBinding => ({
        name: `weight${member}`,
        tensor: variable,
        access: "read_write",
      })),
      ...bindGradients(backend, gradients),
    ],
    uniforms: {
      ...describeMembers(group, gradients),
      ...(factors === null ? {} : { firstFactor: firstFactor(group, clipping) }),
      ...Object.fromEntries(
        Object.entries(constants).map(([name, value]) => [`${name}Bits`, asBits(value)]),
      ),
    },
    workgroups: spreadWorkgroups(backend, Math.ceil(group.total / workgroupSize)),
    wgsl: `${mainHead}
      if (index >= uniforms.total) { return; }
      ${scaling === null ? "" : `if (scaling[${scalingLayout.isApplied}] == 0.0) { return; }`}
      var weight: f32;
      var gradient: f32;
      var member: u32;
      ${pickMember(group, (at, member) => `weight = weight${member}[${at}]; gradient = gradient${member}[${at}]; member = ${member}u;`)}
      ${lines.join("\n      ")}
      ${pickMember(group, (at, member) => `weight${member}[${at}] = weight;`)}
    }`,
  };
}

/** `index`: the thread's weight among those of the group. */
export const mainHead = `@compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(num_workgroups) places: vec3<u32>,
      @builtin(local_invocation_index) lane: u32) {
      let index = (place.y * places.x + place.x) * ${workgroupSize}u + lane;`;

/** A member without a gradient binds the step's numbers, which nothing reads as gradients. */
export function bindGradients(
  backend: WebGPUBackend,
  gradients: readonly (tf.TensorInfo | null)[],
): readonly GpuBinding[] {
  return gradients.map((gradient, member) => ({
    name: `gradient${member}`,
    tensor: gradient ?? stepTensor(backend),
    access: "read",
  }));
}

/** Where each member begins, and by bits which have a gradient. */
function describeMembers(
  group: UpdateGroup,
  gradients: readonly (tf.TensorInfo | null)[],
): Readonly<Record<string, number>> {
  return {
    total: group.total,
    present: gradients.reduce((bits, gradient, member) => bits + (gradient ? 2 ** member : 0), 0),
    ...Object.fromEntries(
      group.members.map(({ start }, member) => [`start${member}`, start] as const),
    ),
  };
}

/** Code for the member that weight `index` belongs to; ends the thread where that has no gradient. */
function pickMember(
  { members }: UpdateGroup,
  write: (at: string, member: number) => string,
): string {
  return members
    .map((_member, member) => {
      const isLast = member === members.length - 1;
      const condition = isLast ? "" : `if (index < uniforms.start${member + 1}) `;
      const isAbsent = `if ((uniforms.present & ${2 ** member}u) == 0u) { return; }`;
      return `${condition}{ ${isAbsent} ${write(`index - uniforms.start${member}`, member)} }`;
    })
    .join(" else ");
}

/** Where the slot of weight `index` is. */
function slotPlace({ arenas }: UpdateGroup, slot: number): string {
  return arenas.length > 1 ? `slots${slot}[index]` : `slots0[${slot}u * uniforms.total + index]`;
}

export function bindScaling(tensor: tf.TensorInfo): GpuBinding {
  return { name: "scaling", tensor, access: "read" };
}

/** Where only the device knows how many updates there were, it has counted by itself. */
function ruleNumber({ scaling }: UpdateKernel, index: number): string {
  return scaling === null
    ? `step[${stepLayout.optimizer + numberPlaces.rule + index}]`
    : `scaling[${scalingLayout.numbers + index}]`;
}

/** The sum of gradients is the last slot. Steps that don't update end here. */
function accumulate(group: UpdateGroup, { slots, scaling }: UpdateKernel): readonly string[] {
  const sum = slotPlace(group, slots.length - 1);
  const isUpdate =
    scaling === null
      ? `step[${stepLayout.optimizer + numberPlaces.isUpdate}]`
      : `scaling[${scalingLayout.isUpdate}]`;
  return [
    `gradient += ${sum};`,
    `if (${isUpdate} == 0.0) { ${sum} = gradient; return; }`,
    `${sum} = 0.0;`,
    "gradient /= batches;",
  ];
}

function clip(clipping: ClippingConfig | null): readonly string[] {
  switch (clipping?.kind) {
    case undefined:
      return [];
    case "value":
      return ["gradient = clamp(gradient, -clipLimit, clipLimit);"];
    case "norm":
      return ["gradient *= factors[uniforms.firstFactor + member];"];
    case "globalNorm":
      return ["gradient *= factors[0];"];
  }
}

function firstFactor({ members }: UpdateGroup, clipping: ClippingConfig | null): number {
  return clipping?.kind === "norm" ? (members[0]?.index ?? 0) : 0;
}

/** A number as the bits of a 32-bit float: uniforms are whole numbers. */
export function asBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}
