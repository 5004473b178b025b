/** Options that many layers share, with Keras's names, defaults and one help text each. */
import { activityRegularizerParam } from "./activityRegularizer.ts";
import { activationNames, type ActivationName } from "./activations.ts";
import { initializers } from "./namedConfigs.ts";
import type {
  BoolParam,
  ConstraintParam,
  FloatParam,
  InitializerParam,
  IntParam,
  IntTupleParam,
  RegularizerParam,
} from "./params.ts";

type EnumOf<Name extends string> = {
  readonly kind: "enum";
  readonly label: string;
  readonly help: string;
  readonly group?: "main" | "initialisation" | "regularisation" | "advanced";
  readonly options: readonly Name[];
  readonly default: Name;
  readonly tfjsDefault?: string;
  readonly isRequired?: true;
};

export function activationParam(initial: ActivationName = "linear"): EnumOf<ActivationName> {
  return {
    kind: "enum",
    options: activationNames,
    default: initial,
    label: "Activation",
    help: "Function applied to the result. Linear leaves it as it is. Hidden layers usually take relu, a last layer softmax (classes), sigmoid (yes or no) or linear (numbers).",
  };
}

export const useBiasParam = {
  kind: "bool",
  default: true,
  label: "Use bias",
  help: "Adds a learned constant per unit. Switch it off in front of a batch normalization, which has its own.",
} as const satisfies BoolParam;

export const initializerNames = Object.keys(initializers);
/** For weights of any shape: orthogonal and identity want matrices. */
export const generalInitializerNames = initializerNames.filter(
  (name) => name !== "identity" && name !== "orthogonal",
);

export interface InitializerChoice {
  readonly label: string;
  /** Keras's default. */
  readonly initial: string;
  /** tfjs's default where it differs: for kernels of Dense and convolutions it is glorotNormal. */
  readonly tfjsInitial?: string;
  readonly options?: readonly string[];
  readonly help?: string;
}

export function initializerParam(choice: InitializerChoice): InitializerParam {
  return {
    kind: "initializer",
    group: "initialisation",
    default: { name: choice.initial },
    ...(choice.tfjsInitial === undefined ? {} : { tfjsDefault: { name: choice.tfjsInitial } }),
    options: choice.options ?? generalInitializerNames,
    label: choice.label,
    help:
      choice.help ??
      "How the weights are drawn before training. He suits relu, Glorot tanh and sigmoid, LeCun selu.",
  };
}

/**
 * Keras starts kernels with Glorot uniform; tfjs's Dense and convolutions with Glorot normal, which is the default
 * assumed here. Layers whose tfjs default is Keras's (recurrent ones) pass `tfjsInitial: "glorotUniform"`.
 */
export function kernelInitializerParam(choice: Partial<InitializerChoice> = {}): InitializerParam {
  return initializerParam({
    label: "Kernel initializer",
    initial: "glorotUniform",
    tfjsInitial: "glorotNormal",
    ...choice,
  });
}

export const biasInitializerParam: InitializerParam = initializerParam({
  label: "Bias initializer",
  initial: "zeros",
  help: "Starting value of the bias. Zeros is right nearly always.",
});

export function regularizerParam(label: string): RegularizerParam {
  return {
    kind: "regularizer",
    group: "regularisation",
    default: null,
    label,
    help: "Adds the size of these values to the loss, so that training keeps them small. 0.0001 to 0.01 is usual.",
  };
}

export function constraintParam(label: string): ConstraintParam {
  return {
    kind: "constraint",
    group: "regularisation",
    default: null,
    label,
    help: "Forces the weights into a range after every step, for example to a largest norm.",
  };
}

/** The regularizers and constraints of a layer with kernel and bias, in Keras's order. */
export const kernelOptions = {
  kernelRegularizer: regularizerParam("Kernel regularizer"),
  biasRegularizer: regularizerParam("Bias regularizer"),
  activityRegularizer: activityRegularizerParam,
  kernelConstraint: constraintParam("Kernel constraint"),
  biasConstraint: constraintParam("Bias constraint"),
} as const;

export const trainableParam = {
  kind: "bool",
  default: true,
  group: "advanced",
  label: "Trainable",
  help: "Off freezes the weights: training leaves them as they are.",
} as const satisfies BoolParam;

export const paddingParam: EnumOf<"valid" | "same"> = {
  kind: "enum",
  options: ["valid", "same"],
  default: "valid",
  label: "Padding",
  help: "Valid uses only full windows, so the output shrinks. Same pads with zeros, so that with stride 1 the size stays.",
};

export const dataFormatParam: EnumOf<"channelsLast" | "channelsFirst"> = {
  kind: "enum",
  group: "advanced",
  options: ["channelsLast", "channelsFirst"],
  default: "channelsLast",
  label: "Data format",
  help: "Where the channels stand: behind the other axes (time, or height and width), or before them.",
};

/** One whole number per spatial axis. */
export function stridesParam(length: number, initial = 1): IntTupleParam {
  return {
    kind: "intTuple",
    length,
    default: Array.from({ length }, () => initial),
    min: 1,
    label: "Strides",
    help: "Steps of the window along each axis. 2 halves the size.",
  };
}

export function kernelSizeParam(length: number, initial = 3): IntTupleParam {
  return {
    kind: "intTuple",
    length,
    default: Array.from({ length }, () => initial),
    min: 1,
    isRequired: true,
    label: "Kernel size",
    help: "Size of the window along each axis. 3 is usual, 1 mixes channels only, 5 or 7 fit a first layer.",
  };
}

export function dilationRateParam(length: number): IntTupleParam {
  return {
    kind: "intTuple",
    length,
    default: Array.from({ length }, () => 1),
    min: 1,
    group: "advanced",
    label: "Dilation rate",
    help: "Gaps between the points of the kernel: 2 looks at every second value and so sees twice as far.",
  };
}

/** Keras counts the batch as axis 0, so 1 is the first axis of a sample and −1 the last. */
export function axisParam(help: string): IntParam {
  return { kind: "int", default: -1, min: -6, max: 6, group: "advanced", label: "Axis", help };
}

export const rateParam = {
  kind: "float",
  default: 0.5,
  min: 0,
  max: 1,
  // Keras allows 1 and drops everything; tfjs then drops nothing.
  isMaxExclusive: true,
  isRequired: true,
  label: "Rate",
  help: "Share of values set to zero in training. 0.2 to 0.5 is usual.",
} as const satisfies FloatParam;

export const seedParam = {
  kind: "int",
  default: null,
  nullable: true,
  min: 0,
  max: 2_147_483_647,
  group: "advanced",
  label: "Seed",
  help: "Makes exported code draw the same numbers each time. Training here derives its own from the seed of the run.",
} as const satisfies IntParam;

export const epsilonParam = {
  kind: "float",
  default: 0.001,
  min: 0,
  isMinExclusive: true,
  group: "advanced",
  label: "Epsilon",
  help: "Small number added to the variance, so that nothing is divided by zero.",
} as const satisfies FloatParam;
