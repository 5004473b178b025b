/**
 * How many numbers a layer keeps on the device in one step of training, for each sample: its outputs until the way back
 * is done, their gradients, and what its kernels put aside. Measured on WebGPU layer by layer (`memory.webgpu.test.ts`
 * holds the sums); a rule of thumb for layers that run as many small operations.
 */
import type { CallOption, LayerCall } from "../layers/defineLayer.ts";
import { countValues, type Shape } from "../layers/shape.ts";

/** One use of a layer. `call` is null for Inputs, which are only kept, and for Outputs, which are compared with truths. */
export interface LayerUse {
  readonly call: LayerCall | null;
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
}

/** null while a size is unknown. */
export function countStepValues({ call, inputs, outputs }: LayerUse): number | null {
  const given = sumValues(inputs);
  const made = sumValues(outputs);
  if (given === null || made === null) return null;
  // The truths and what the loss is made of, and the gradient that it begins with.
  if (call === null) return inputs.length > 0 ? 3 * given : made;
  return Math.ceil(countOfCall({ call, inputs, outputs, given, made }));
}

interface Use {
  readonly call: LayerCall;
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
  /** Numbers that come in and go out. */
  readonly given: number;
  readonly made: number;
}

/** By class: numbers for each number that comes out, its gradient included. */
const shares: Readonly<Record<string, number>> = {
  // The same numbers in another shape.
  Flatten: 0,
  Reshape: 0,
  Slice: 2,
  Add: 1,
  Embedding: 6,
  EinsumDense: 5,
  Maxout: 12,
  Masking: 5,
  LayerNormalization: 3,
  GroupNormalization: 3,
  RMSNormalization: 3,
  UnitNormalization: 6,
  LocalResponseNormalization: 3,
  Softmax: 5,
  LeakyReLU: 4,
  PReLU: 5,
  ELU: 3,
  ThresholdedReLU: 5,
  AlphaDropout: 3,
  ActivityRegularization: 8,
  ZeroPadding1D: 3,
  ZeroPadding2D: 3.5,
  ZeroPadding3D: 4.5,
  Cropping2D: 3,
  Cropping3D: 4,
  UpSampling1D: 5,
  UpSampling2D: 4,
  UpSampling3D: 10,
  Resizing: 12,
  RandomFlip: 9,
  RandomHeight: 8,
  RandomWidth: 8,
  RepeatVector: 5,
  Sampling: 8,
  Conv3DTranspose: 8,
  Multiply: 3,
  Maximum: 4,
  Minimum: 4,
};

/** A number and its gradient. */
const usualShare = 2;

/** What a function adds for each number; one where a kernel computes it and its gradient. */
const activationShares: Readonly<Record<string, number>> = {
  linear: 0,
  softmax: 1.5,
  gelu: 14,
  mish: 5,
  leakyRelu: 2,
  hardSigmoid: 7,
  hardSilu: 10,
  hardTanh: 4,
  logSigmoid: 3,
  logSoftmax: 4,
  squareplus: 7,
  softShrink: 8,
  hardShrink: 6,
  tanhShrink: 3,
  sparsePlus: 13,
  sparseSigmoid: 7,
  glu: 4,
};

function countOfCall(use: Use): number {
  const { call, given, made } = use;
  switch (call.className) {
    case "Activation": {
      const extra = shareOfActivation(call);
      // A kernel of its own writes the gradient over nothing else.
      return extra === 0 ? 0 : made * (usualShare + (extra === 1 ? 0 : extra));
    }
    case "ReLU": {
      const isCut = isSet(readOption(call, "maxValue")) || readNumber(call, "threshold", 0) !== 0;
      const isLeaky = readNumber(call, "negativeSlope", 0) !== 0;
      return made * (isCut && isLeaky ? 15 : isCut ? 5 : isLeaky ? 4 : usualShare);
    }
    case "Dense":
      return made * (usualShare + shareOfActivation(call));
    case "Conv1D":
    case "Conv2D":
    case "Conv3D":
    case "DepthwiseConv1D":
    case "DepthwiseConv2D":
    case "Conv1DTranspose":
    case "Conv2DTranspose":
      return countOfConvolution(use);
    case "SeparableConv1D":
    case "SeparableConv2D": {
      const filters = readNumber(call, "filters", 1);
      const channels = use.inputs[0]?.axes.at(-1)?.size ?? filters;
      const between = (made / filters) * channels * readNumber(call, "depthMultiplier", 1);
      return countOfConvolution(use) + usualShare * between;
    }
    case "SimpleRNN":
    case "LSTM":
    case "GRU":
      return countOfRecurrent(use);
    case "RNN":
      // Cells run step by step, each operation by itself.
      return 60 * stepsOf(use) * (made / (returnsSequences(call) ? stepsOf(use) : 1));
    case "ConvLSTM2D":
      return 48 * made * (returnsSequences(call) ? 1 : stepsOf(use)) + usualShare * given;
    case "Bidirectional": {
      const inner = readInner(call);
      if (inner === null) return usualShare * made;
      const each = { ...use, call: inner, made: made / 2 };
      return 2 * countOfCall(each) + usualShare * made;
    }
    case "TimeDistributed":
      return countOfTimeDistributed(use);
    case "MultiHeadAttention":
      return countOfHeads(use);
    case "Attention":
    case "AdditiveAttention":
      return countOfAttention(use);
    case "Expression":
      // Each operation of the formula gives numbers of its own.
      return 2 * usualShare * (given + made);
    default:
      return made * (shares[call.className] ?? usualShare);
  }
}

function countOfConvolution({ call, given, made }: Use): number {
  const share = usualShare + shareOfActivation(call);
  // Channels are moved behind, and back again.
  const turned = readOption(call, "dataFormat") === "channelsFirst" ? 2 * (given + made) : 0;
  // tfjs has no groups: parts are cut out and put together.
  const groups = readNumber(call, "groups", 1) > 1 ? 2 * (given + made) : 0;
  return made * share + turned + groups;
}

/** For each step and unit: sums before the gates and their gradients, what the gradient needs, the state before. */
const recurrentValues = { simple: 4, lstm: 14, gruBefore: 14, gruAfter: 15 } as const;

function countOfRecurrent(use: Use): number {
  const { call, given, made } = use;
  const kind =
    call.className === "LSTM"
      ? "lstm"
      : call.className === "SimpleRNN"
        ? "simple"
        : readOption(call, "resetAfter") === false
          ? "gruBefore"
          : "gruAfter";
  const units = readNumber(call, "units", 1);
  const steps = stepsOf(use);
  const isDropped =
    readNumber(call, "dropout", 0) > 0 || readNumber(call, "recurrentDropout", 0) > 0;
  const dropped = isDropped ? usualShare * given + 2 * steps * units : 0;
  return recurrentValues[kind] * steps * units + usualShare * made + dropped;
}

function countOfTimeDistributed(use: Use): number {
  const { call, inputs, outputs, made } = use;
  const inner = readInner(call);
  const steps = stepsOf(use);
  if (inner === null) return usualShare * made;
  const each = (shape: Shape): Shape => ({ ...shape, axes: shape.axes.slice(1) });
  const values = countOfCall({
    call: inner,
    inputs: inputs.map(each),
    outputs: outputs.map(each),
    given: use.given / steps,
    made: made / steps,
  });
  // Steps are folded into the batch and out of it again.
  return steps * values + 3 * (made + use.given);
}

/** Projections to heads and back, transposed and each with its gradient; a table of scores for each head. */
function countOfHeads({ call, inputs, made }: Use): number {
  const heads = readNumber(call, "numHeads", 1);
  const keyDim = readNumber(call, "keyDim", 1);
  const valueDim = readNumber(call, "valueDim", keyDim);
  const [query = 1, value = query] = inputs.map(countRows);
  const projected = heads * (query * keyDim + value * (keyDim + valueDim) + query * valueDim);
  const share = readNumber(call, "dropout", 0) > 0 ? 8 : 5.5;
  return 5.5 * projected + share * heads * query * value + 4 * made;
}

function countOfAttention({ call, inputs, made }: Use): number {
  const [query = 1, value = query] = inputs.map(countRows);
  const width = inputs[0]?.axes.at(-1)?.size ?? 1;
  const isSummed =
    call.className === "AdditiveAttention" || readOption(call, "scoreMode") === "concat";
  const share = readNumber(call, "dropout", 0) > 0 ? 12 : 6;
  return query * value * (share + (isSummed ? 9 * width : 0)) + usualShare * made;
}

function shareOfActivation(call: LayerCall): number {
  const name = readOption(call, "activation");
  const regularized = isSet(readOption(call, "activityRegularizer")) ? 6 : 0;
  if (typeof name !== "string") return regularized;
  return regularized + (activationShares[name] ?? 1);
}

/** Rows of a sequence: all axes but the features. */
function countRows({ axes }: Shape): number {
  return axes.slice(0, -1).reduce((product, { size }) => product * (size ?? 1), 1);
}

function stepsOf({ inputs }: Use): number {
  return inputs[0]?.axes[0]?.size ?? 1;
}

function returnsSequences(call: LayerCall): boolean {
  return readOption(call, "returnSequences") === true;
}

/** The layer inside a wrapper. */
function readInner(call: LayerCall): LayerCall | null {
  const value = readOption(call, "layer");
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "layer"
    ? value.call
    : null;
}

function readNumber(call: LayerCall, name: string, fallback: number): number {
  const value = readOption(call, name);
  return typeof value === "number" ? value : fallback;
}

function readOption({ options }: LayerCall, name: string): CallOption["value"] {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const found =
    options.find(({ tfjsName }) => tfjsName === name) ??
    options.find(({ pythonName }) => pythonName === snake);
  return found?.value ?? null;
}

function isSet(value: CallOption["value"]): boolean {
  return value !== null;
}

function sumValues(shapes: readonly Shape[]): number | null {
  return shapes.reduce<number | null>((sum, shape) => {
    const values = countValues(shape);
    return sum === null || values === null ? null : sum + values;
  }, 0);
}
