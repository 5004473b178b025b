import { assertNever } from "../base/assertNever.ts";
import type { JsonPrimitive } from "../base/json.ts";

/**
 * Initializers, regularizers and constraints: one table for the property form, the checks, the engine and the
 * printers. A value is stored as `{ name, ...options }`; missing options mean the default given here.
 */
export interface NamedOption {
  readonly kind: "float" | "int" | "enum";
  readonly label: string;
  readonly default: number | string | null;
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly string[];
  readonly nullable?: true;
  /** tfjs takes 0 for "not given" here and uses its default instead (`args.minval || -0.05`): it is told 1e-30. */
  readonly isZeroIgnored?: true;
  /** tfjs throws without it, Keras where the initializer is named by a text. */
  readonly isRequired?: true;
  /** tfjs's default where it isn't Keras's: then it must be spelled out. */
  readonly tfjsDefault?: number | string;
  /** Where tfjs spells a value differently. */
  readonly tfjsValues?: Readonly<Record<string, string>>;
}

export interface NamedConfigSpec {
  readonly label: string;
  /** The function in `tf.initializers`, `tf.regularizers` or `tf.constraints`. */
  readonly tfjsFactory: string;
  /** The class in `keras.initializers`, …; also the class name that tfjs registers. */
  readonly className: string;
  /** What Keras takes as a string. */
  readonly pythonId: string;
  readonly options: Readonly<Record<string, NamedOption>>;
  /** Two options of which the first must not be larger than the second. */
  readonly ordered?: readonly [smaller: string, larger: string];
}

type NamedTable = Readonly<Record<string, NamedConfigSpec>>;

const seed: NamedOption = { kind: "int", label: "Seed", default: null, min: 0, nullable: true };
const gain: NamedOption = { kind: "float", label: "Gain", default: 1 };
const mean: NamedOption = { kind: "float", label: "Mean", default: 0 };
const stddev: NamedOption = {
  kind: "float",
  label: "Standard deviation",
  default: 0.05,
  min: 0,
  isZeroIgnored: true,
};

/** https://keras.io/api/layers/initializers/ */
export const initializers = {
  glorotUniform: {
    label: "Glorot uniform",
    tfjsFactory: "glorotUniform",
    className: "GlorotUniform",
    pythonId: "glorot_uniform",
    options: { seed },
  },
  glorotNormal: {
    label: "Glorot normal",
    tfjsFactory: "glorotNormal",
    className: "GlorotNormal",
    pythonId: "glorot_normal",
    options: { seed },
  },
  heUniform: {
    label: "He uniform",
    tfjsFactory: "heUniform",
    className: "HeUniform",
    pythonId: "he_uniform",
    options: { seed },
  },
  heNormal: {
    label: "He normal",
    tfjsFactory: "heNormal",
    className: "HeNormal",
    pythonId: "he_normal",
    options: { seed },
  },
  lecunUniform: {
    label: "LeCun uniform",
    tfjsFactory: "leCunUniform",
    className: "LecunUniform",
    pythonId: "lecun_uniform",
    options: { seed },
  },
  lecunNormal: {
    label: "LeCun normal",
    tfjsFactory: "leCunNormal",
    className: "LecunNormal",
    pythonId: "lecun_normal",
    options: { seed },
  },
  randomUniform: {
    label: "Random uniform",
    tfjsFactory: "randomUniform",
    className: "RandomUniform",
    pythonId: "random_uniform",
    options: {
      minval: { kind: "float", label: "Minimum", default: -0.05, isZeroIgnored: true },
      maxval: { kind: "float", label: "Maximum", default: 0.05, isZeroIgnored: true },
      seed,
    },
  },
  randomNormal: {
    label: "Random normal",
    tfjsFactory: "randomNormal",
    className: "RandomNormal",
    pythonId: "random_normal",
    options: { mean, stddev, seed },
  },
  truncatedNormal: {
    label: "Truncated normal",
    tfjsFactory: "truncatedNormal",
    className: "TruncatedNormal",
    pythonId: "truncated_normal",
    options: { mean, stddev, seed },
  },
  varianceScaling: {
    label: "Variance scaling",
    tfjsFactory: "varianceScaling",
    className: "VarianceScaling",
    pythonId: "variance_scaling",
    options: {
      scale: { kind: "float", label: "Scale", default: 1, min: 0 },
      mode: {
        kind: "enum",
        label: "Mode",
        default: "fanIn",
        options: ["fanIn", "fanOut", "fanAvg"],
      },
      // tfjs's "normal" is Keras's truncated normal; asked for "truncatedNormal" it draws uniformly.
      // Keras's untruncated normal has no twin in tfjs.
      distribution: {
        kind: "enum",
        label: "Distribution",
        default: "truncatedNormal",
        options: ["truncatedNormal", "uniform"],
        tfjsValues: { truncatedNormal: "normal" },
      },
      seed,
    },
  },
  orthogonal: {
    label: "Orthogonal",
    tfjsFactory: "orthogonal",
    className: "Orthogonal",
    pythonId: "orthogonal",
    options: { gain, seed },
  },
  identity: {
    label: "Identity",
    tfjsFactory: "identity",
    className: "Identity",
    pythonId: "identity",
    options: { gain },
  },
  zeros: {
    label: "Zeros",
    tfjsFactory: "zeros",
    className: "Zeros",
    pythonId: "zeros",
    options: {},
  },
  ones: { label: "Ones", tfjsFactory: "ones", className: "Ones", pythonId: "ones", options: {} },
  constant: {
    label: "Constant",
    tfjsFactory: "constant",
    className: "Constant",
    pythonId: "constant",
    options: { value: { kind: "float", label: "Value", default: 0, isRequired: true } },
  },
} satisfies NamedTable;

/** https://keras.io/api/layers/regularizers/ */
const regularizers = {
  l1: {
    label: "L1",
    tfjsFactory: "l1",
    className: "L1",
    pythonId: "l1",
    options: { l1: { kind: "float", label: "L1 factor", default: 0.01, min: 0 } },
  },
  l2: {
    label: "L2",
    tfjsFactory: "l2",
    className: "L2",
    pythonId: "l2",
    options: { l2: { kind: "float", label: "L2 factor", default: 0.01, min: 0 } },
  },
  l1l2: {
    label: "L1 and L2",
    tfjsFactory: "l1l2",
    className: "L1L2",
    pythonId: "l1_l2",
    options: {
      l1: { kind: "float", label: "L1 factor", default: 0, min: 0, tfjsDefault: 0.01 },
      l2: { kind: "float", label: "L2 factor", default: 0, min: 0, tfjsDefault: 0.01 },
    },
  },
} satisfies NamedTable;

const constraintAxis: NamedOption = { kind: "int", label: "Axis", default: 0, min: 0, max: 4 };

/** https://keras.io/api/layers/constraints/ */
const constraints = {
  maxNorm: {
    label: "Maximum norm",
    tfjsFactory: "maxNorm",
    className: "MaxNorm",
    pythonId: "max_norm",
    options: {
      maxValue: { kind: "float", label: "Largest norm", default: 2, min: 0 },
      axis: constraintAxis,
    },
  },
  unitNorm: {
    label: "Unit norm",
    tfjsFactory: "unitNorm",
    className: "UnitNorm",
    pythonId: "unit_norm",
    options: { axis: constraintAxis },
  },
  nonNeg: {
    label: "Not negative",
    tfjsFactory: "nonNeg",
    className: "NonNeg",
    pythonId: "non_neg",
    options: {},
  },
  minMaxNorm: {
    label: "Norm between",
    tfjsFactory: "minMaxNorm",
    className: "MinMaxNorm",
    pythonId: "min_max_norm",
    options: {
      minValue: { kind: "float", label: "Smallest norm", default: 0, min: 0 },
      maxValue: { kind: "float", label: "Largest norm", default: 1, min: 0 },
      rate: { kind: "float", label: "Rate", default: 1, min: 0, max: 1 },
      axis: constraintAxis,
    },
    // tfjs throws otherwise, at the first update.
    ordered: ["minValue", "maxValue"],
  },
} satisfies NamedTable;

export type NamedKind = "initializer" | "regularizer" | "constraint";

export function namedTable(kind: NamedKind): NamedTable {
  switch (kind) {
    case "initializer":
      return initializers;
    case "regularizer":
      return regularizers;
    case "constraint":
      return constraints;
    default:
      return assertNever(kind);
  }
}

export function findNamedConfig(kind: NamedKind, name: string): NamedConfigSpec | null {
  const table = namedTable(kind);
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

/** How tfjs wants it: the factory in `tf.initializers` (…), and its options without those that are unset. */
export function toTfjsConfig(
  kind: NamedKind,
  name: string,
  config: Readonly<Record<string, JsonPrimitive>>,
): { readonly factory: string; readonly options: Readonly<Record<string, JsonPrimitive>> } {
  const spec = findNamedConfig(kind, name);
  const options: Record<string, JsonPrimitive> = {};
  for (const [option, value] of Object.entries(config)) {
    if (value === null) continue;
    options[option] = toTfjsValue(spec?.options[option], value);
  }
  return { factory: spec?.tfjsFactory ?? name, options };
}

export function toTfjsValue(option: NamedOption | undefined, value: JsonPrimitive): JsonPrimitive {
  if (value === 0 && option?.isZeroIgnored) return 1e-30;
  return typeof value === "string" ? (option?.tfjsValues?.[value] ?? value) : value;
}
