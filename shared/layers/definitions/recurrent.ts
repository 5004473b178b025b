/**
 * What SimpleRNN, LSTM and GRU have in common: options, shape, weights, cost.
 *
 * Left out on purpose: `activityRegularizer` (tfjs keeps it on the cell and never adds it to the loss), `stateful`
 * (needs a fixed batch size), `returnState` (a second output). tfjs differs from Keras in defaults:
 * `recurrentActivation` is hardSigmoid, kernels are glorotNormal, `unitForgetBias` is off; all three are spelled out.
 */
import { ok, type Result } from "../../base/result.ts";
import { knownSize, multiplySizes, needLastSize, onlyInput, weight } from "../axes.ts";
import {
  biasInitializerParam,
  constraintParam,
  generalInitializerNames,
  initializerNames,
  initializerParam,
  kernelInitializerParam,
  regularizerParam,
  trainableParam,
  useBiasParam,
} from "../commonParams.ts";
import type { ShapeIssue, WeightSpec } from "../defineLayer.ts";
import type { BoolParam, FloatParam, IntParam } from "../params.ts";
import { axis, type Shape, shapeOf } from "../shape.ts";
import { readSpatial } from "../spatial.ts";

export const unitsParam = {
  kind: "int",
  default: 32,
  min: 1,
  max: 65_536,
  isRequired: true,
  label: "Units",
  help: "Size of the state, which is also the number of output features per step.",
} as const satisfies IntParam;

const returnSequencesParam = {
  kind: "bool",
  default: false,
  label: "Return sequences",
  help: "On gives the output of every step, for a further recurrent layer or one answer per step. Off gives the last only.",
} as const satisfies BoolParam;

/** Weights' starting values; LSTM and GRU hold several matrices side by side, so identity fits SimpleRNN only. */
export function recurrentInitializerParam(options: { readonly isSquare: boolean }) {
  return initializerParam({
    label: "Recurrent initializer",
    initial: "orthogonal",
    options: options.isSquare ? initializerNames : ["orthogonal", ...generalInitializerNames],
    help: "How the weights from step to step are drawn. Orthogonal keeps signals from fading or exploding.",
  });
}

export const recurrentParams = {
  useBias: useBiasParam,
  kernelInitializer: kernelInitializerParam(),
  biasInitializer: biasInitializerParam,
} as const;

const dropoutSpec = {
  kind: "float",
  default: 0,
  min: 0,
  max: 1,
  isMaxExclusive: true,
  group: "regularisation",
} as const satisfies Partial<FloatParam>;

export const recurrentTail = {
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
  returnSequences: returnSequencesParam,
  goBackwards: {
    kind: "bool",
    default: false,
    group: "advanced",
    label: "Go backwards",
    help: "Reads the sequence from its end; returned sequences are then reversed too.",
  },
  unroll: {
    kind: "bool",
    default: false,
    tfjsName: null,
    group: "advanced",
    label: "Unroll",
    help: "For the Keras code only: unrolls the loop, which is faster for short sequences and takes more memory. Results are the same.",
  },
  trainable: trainableParam,
} as const;

interface RecurrentParams {
  readonly units: number;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  readonly trainable: boolean;
}

/** `[time, features]` → `[units]`, or `[time, units]` with return sequences. */
export function inferRecurrent(
  { units, returnSequences }: Pick<RecurrentParams, "units" | "returnSequences">,
  inputs: readonly Shape[],
): Result<Shape, ShapeIssue> {
  const input = readSpatial(onlyInput(inputs), { rank: 1, dataFormat: "channelsLast" });
  if (!input.ok) return input;
  const features = needLastSize(onlyInput(inputs), "the kernel has one row per feature");
  if (!features.ok) return features;
  const [time] = input.value.spatial;
  const output = axis("features", units);
  return ok(
    shapeOf(returnSequences ? [axis(time?.name ?? "time", time?.size ?? null), output] : [output]),
  );
}

/** `gates`: 1 for SimpleRNN, 3 for GRU, 4 for LSTM, whose matrices stand side by side. */
export function recurrentWeights(
  params: RecurrentParams,
  inputs: readonly Shape[],
  gates: number,
): readonly WeightSpec[] {
  const width = params.units * gates;
  return [
    weight("kernel", [knownSize(onlyInput(inputs).axes.at(-1)?.size), width], params.trainable),
    weight("recurrent_kernel", [params.units, width], params.trainable),
    ...(params.useBias ? [weight("bias", [width], params.trainable)] : []),
  ];
}

export function countRecurrentMultiplyAdds(
  { units }: Pick<RecurrentParams, "units">,
  inputs: readonly Shape[],
  gates: number,
): number | null {
  const { axes } = onlyInput(inputs);
  const features = knownSize(axes.at(-1)?.size);
  return multiplySizes([axes[0]?.size ?? null, gates * units * (features + units)]);
}

export function captionRecurrent(params: {
  readonly units: number;
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  readonly dropout: number;
}): readonly string[] {
  return [
    String(params.units),
    ...(params.returnSequences ? ["sequences"] : []),
    ...(params.goBackwards ? ["backwards"] : []),
    ...(params.dropout > 0 ? [`dropout ${params.dropout}`] : []),
  ];
}
