/**
 * What SimpleRNN, LSTM, GRU and their cells have in common: options, shapes, weights, cost.
 *
 * tfjs differs from Keras in defaults: `recurrentActivation` is hardSigmoid, cells' kernels are glorotNormal,
 * `unitForgetBias` is off; all three are spelled out. Left out: Keras's `use_cudnn`, which changes the speed only.
 */
import { err, ok, type Result } from "../../base/result.ts";
import { knownSize, multiplySizes, needLastSize, onlyInput, weight } from "../axes.ts";
import { activityRegularizerParam } from "../activityRegularizer.ts";
import {
  activationParam,
  biasInitializerParam,
  constraintParam,
  generalInitializerNames,
  initializerNames,
  initializerParam,
  kernelInitializerParam,
  regularizerParam,
  seedParam,
  trainableParam,
  useBiasParam,
} from "../commonParams.ts";
import type { ShapeIssue, WeightSpec } from "../defineLayer.ts";
import type { BoolParam, FloatParam, IntParam } from "../params.ts";
import { axis, type Shape, shapeOf } from "../shape.ts";
import { readSpatial } from "../spatial.ts";

const unitsParam = {
  kind: "int",
  default: 32,
  min: 1,
  max: 65_536,
  isRequired: true,
  label: "Units",
  help: "Size of the state, which is also the number of output features per step.",
} as const satisfies IntParam;

const dropoutSpec = {
  kind: "float",
  default: 0,
  min: 0,
  max: 1,
  isMaxExclusive: true,
  group: "regularisation",
} as const satisfies Partial<FloatParam>;

const gateActivationParam = {
  ...activationParam("sigmoid"),
  // Another function than Keras 3's of that name, so never the one chosen here.
  tfjsDefault: "tfjsHardSigmoid",
  label: "Recurrent activation",
  help: "Function of the gates, which open and close between 0 and 1: sigmoid, as a rule.",
} as const;

export const unitForgetBiasParam = {
  kind: "bool",
  default: true,
  tfjsDefault: false,
  group: "initialisation",
  label: "Unit forget bias",
  help: "Starts the forget gate's bias at 1, so that the layer remembers from the start (Jozefowicz et al. 2015).",
} as const satisfies BoolParam;

export const resetAfterParam = {
  kind: "bool",
  default: true,
  // Our own cell is the one, tfjs's the other.
  tfjsName: null,
  group: "advanced",
  label: "Reset after",
  help: "On: the reset gate works after the product with the recurrent kernel, with a second bias (as on a GPU). Off: before it, as in the paper.",
} as const satisfies BoolParam;

/** Weights' starting values; LSTM and GRU hold several matrices side by side, so identity fits SimpleRNN only. */
function recurrentInitializerParam(options: { readonly isSquare: boolean }) {
  return initializerParam({
    label: "Recurrent initializer",
    initial: "orthogonal",
    options: options.isSquare ? initializerNames : ["orthogonal", ...generalInitializerNames],
    help: "How the weights from step to step are drawn. Orthogonal keeps signals from fading or exploding.",
  });
}

/** First in every list: the size of the state, and the function that makes the new one. */
const cellHead = { units: unitsParam, activation: activationParam("tanh") } as const;

const weightParams = {
  useBias: useBiasParam,
  kernelInitializer: kernelInitializerParam(),
} as const;

export const plainCellParams = {
  ...cellHead,
  ...weightParams,
  recurrentInitializer: recurrentInitializerParam({ isSquare: true }),
  biasInitializer: biasInitializerParam,
} as const;

export const gatedCellParams = {
  ...cellHead,
  recurrentActivation: gateActivationParam,
  ...weightParams,
  recurrentInitializer: recurrentInitializerParam({ isSquare: false }),
  biasInitializer: biasInitializerParam,
} as const;

export const cellTail = {
  kernelRegularizer: regularizerParam("Kernel regularizer"),
  recurrentRegularizer: regularizerParam("Recurrent regularizer"),
  biasRegularizer: regularizerParam("Bias regularizer"),
  kernelConstraint: constraintParam("Kernel constraint"),
  recurrentConstraint: constraintParam("Recurrent constraint"),
  biasConstraint: constraintParam("Bias constraint"),
  dropout: {
    ...dropoutSpec,
    label: "Dropout",
    help: "Share of the inputs set to 0 in training, the same ones at every step of a sequence.",
  },
  recurrentDropout: {
    ...dropoutSpec,
    label: "Recurrent dropout",
    help: "Share of the state set to 0 in training, the same part at every step. Slow in Keras on a GPU.",
  },
  // tfjs's cells draw without one.
  seed: { ...seedParam, tfjsName: null },
} as const;

/** What belongs to the loop over the steps and not to the cell. */
export const loopParams = {
  returnSequences: {
    kind: "bool",
    default: false,
    label: "Return sequences",
    help: "On gives the output of every step, for a further recurrent layer or one answer per step. Off gives the last only.",
  },
  returnState: {
    kind: "bool",
    default: false,
    label: "Return state",
    help: "On also gives the last states, each at a port of its own: what a decoder starts from.",
  },
  goBackwards: {
    kind: "bool",
    default: false,
    group: "advanced",
    label: "Go backwards",
    help: "Reads the sequence from its end; returned sequences are then reversed too.",
  },
  stateful: {
    kind: "bool",
    default: false,
    group: "advanced",
    label: "Stateful",
    help: "Sample i of a batch goes on from the last state of sample i of the batch before; every epoch, evaluation and prediction starts from zeros. The Inputs need a batch size, which training then uses; leave shuffling off.",
  },
  unroll: {
    kind: "bool",
    default: false,
    tfjsName: null,
    group: "advanced",
    label: "Unroll",
    help: "For the Keras code only: unrolls the loop, which is faster for short sequences and takes more memory. Results are the same.",
  },
  activityRegularizer: activityRegularizerParam,
  trainable: trainableParam,
} as const;

export interface LoopParams {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly unroll: boolean;
}

/** Keras's names: h is the state that is also the output, c an LSTM's memory. */
export type StateNames = readonly string[];

export function nameStatePorts(names: StateNames): readonly string[] {
  return names.map((name) => `state ${name}`);
}

export function nameInputPorts(names: StateNames): readonly string[] {
  return ["input", ...names.map((name) => `initial ${name}`)];
}

/** `[time, features]` → `[units]`, or `[time, units]` with return sequences. Further inputs are first states. */
export function inferRecurrent(
  params: LoopParams & { readonly units: number },
  inputs: readonly Shape[],
  states: StateNames,
): Result<Shape, ShapeIssue> {
  const [sequence] = inputs;
  if (sequence === undefined) throw new Error("A recurrent layer was asked without an input.");
  const input = readSpatial(sequence, { rank: 1, dataFormat: "channelsLast" });
  if (!input.ok) return input;
  const features = needLastSize(sequence, "the kernel has one row per feature");
  if (!features.ok) return features;
  const [time] = input.value.spatial;
  const loop = checkLoop(params, sequence, time?.size ?? null);
  if (loop !== null) return err(loop);
  const first = checkFirstStates(inputs, states, params.units);
  if (first !== null) return err(first);
  const output = axis("features", params.units);
  return ok(
    shapeOf(
      params.returnSequences ? [axis(time?.name ?? "time", time?.size ?? null), output] : [output],
    ),
  );
}

/** What stateful and unrolled loops need to know beforehand. */
export function checkLoop(
  { stateful, returnState, unroll }: LoopParams,
  input: Shape,
  steps: number | null,
): ShapeIssue | null {
  const switchOff = (param: string, title: string) =>
    [{ kind: "setParam", param, value: false, title }] as const;
  if (stateful && input.batch === undefined)
    return {
      code: "parameter",
      param: "stateful",
      needs:
        "'s stateful must be off where the batch size is not fixed: set a batch size at every Input, or switch it off",
      hints: switchOff("stateful", "Switch stateful off"),
    };
  // tfjs runs a layer once for every output that is used, so the state would move on more than once a batch.
  if (stateful && returnState)
    return {
      code: "parameter",
      param: "returnState",
      needs: "'s return state must be off while it is stateful: its state would move on twice",
      hints: [
        ...switchOff("returnState", "Switch return state off"),
        ...switchOff("stateful", "Switch stateful off"),
      ],
    };
  if (unroll && steps === null)
    return {
      code: "parameter",
      param: "unroll",
      needs: "'s unroll must be off where the number of steps is not known",
      hints: switchOff("unroll", "Switch unroll off"),
    };
  return null;
}

function checkFirstStates(
  inputs: readonly Shape[],
  states: StateNames,
  units: number,
): ShapeIssue | null {
  if (inputs.length > 1 && inputs.length < 1 + states.length)
    return {
      code: "merge",
      needs: `all its first states (${states.join(" and ")}) or none: wire ${states.map((name) => `initial ${name}`).join(" and ")} from the states of another layer`,
    };
  for (const [index, name] of states.entries()) {
    const state = inputs[index + 1];
    if (state === undefined) continue;
    const size = state.axes[0]?.size ?? null;
    if (state.axes.length === 1 && size === units && state.dtype === "float32") continue;
    return {
      code: state.axes.length === 1 ? "size" : "rank",
      needs: `a first state ${name} of ${units} features, as many as it has units`,
      input: index + 1,
      param: "units",
      hints:
        state.axes.length === 1 && size !== null
          ? [{ kind: "setParam", param: "units", value: size, title: `Set units to ${size}` }]
          : [],
    };
  }
  return null;
}

export function inferStates(
  { units, returnState }: { readonly units: number; readonly returnState: boolean },
  states: StateNames,
): readonly Shape[] {
  return returnState ? states.map(() => shapeOf([axis("features", units)])) : [];
}

interface CellParams {
  readonly units: number;
  readonly useBias: boolean;
  readonly trainable: boolean;
}

/** `gates`: 1 for SimpleRNN, 3 for GRU, 4 for LSTM, whose matrices stand side by side. */
export function recurrentWeights(
  params: CellParams & { readonly resetAfter?: boolean },
  inputs: readonly Shape[],
  gates: number,
): readonly WeightSpec[] {
  const width = params.units * gates;
  const features = knownSize(inputs[0]?.axes.at(-1)?.size);
  const bias = params.resetAfter === true ? [2, width] : [width];
  return [
    weight("kernel", [features, width], params.trainable),
    weight("recurrent_kernel", [params.units, width], params.trainable),
    ...(params.useBias ? [weight("bias", bias, params.trainable)] : []),
  ];
}

/** For a whole sequence; for one step where the input is one. */
export function countRecurrentMultiplyAdds(
  { units }: { readonly units: number },
  inputs: readonly Shape[],
  gates: number,
): number | null {
  const axes = inputs[0]?.axes ?? [];
  const features = knownSize(axes.at(-1)?.size);
  const steps = axes.slice(0, -1).map(({ size }) => size);
  return multiplySizes([...steps, gates * units * (features + units)]);
}

export function captionRecurrent(
  params: LoopParams & { readonly units: number; readonly dropout: number },
): readonly string[] {
  return [String(params.units), ...captionLoop(params), ...captionDropout(params)];
}

export function captionDropout(params: { readonly dropout: number }): readonly string[] {
  return params.dropout > 0 ? [`dropout ${params.dropout}`] : [];
}

export function captionLoop(params: LoopParams): readonly string[] {
  return [
    ...(params.returnSequences ? ["sequences"] : []),
    ...(params.returnState ? ["state"] : []),
    ...(params.goBackwards ? ["backwards"] : []),
    ...(params.stateful ? ["stateful"] : []),
  ];
}

/** A cell works on one step: `[features]` → `[units]`. */
export function inferCell(
  { units }: { readonly units: number },
  inputs: readonly Shape[],
): Result<Shape, ShapeIssue> {
  const features = needLastSize(onlyInput(inputs), "the kernel has one row per feature");
  if (!features.ok) return features;
  return ok(shapeOf([axis("features", units)]));
}

export function maskLoop(params: { readonly returnSequences: boolean }): "passes" | "ends" {
  return params.returnSequences ? "passes" : "ends";
}
