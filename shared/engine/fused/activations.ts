/** Activations in WGSL, and their slopes from what they gave or from what they took. */

interface FusedActivation {
  /** Of `x`, an f32. */
  readonly value: string;
  /** The slope at a place, times `dy`, from the output `y` alone; null where that does not tell. */
  readonly fromOutput: string | null;
  /** The same from the input `x`. */
  readonly fromInput: string;
}

const seluScale = "1.0507009873554805";
const seluAlphaScale = "1.7580993408473766";

/** By the class name that tfjs-layers gives. `tanh` of large numbers is no number in some drivers: so it is clamped. */
const activations: Readonly<Record<string, FusedActivation>> = {
  linear: { value: "x", fromOutput: "dy", fromInput: "dy" },
  relu: {
    value: "select(x, 0.0, x < 0.0)",
    fromOutput: "select(0.0, dy, y > 0.0)",
    fromInput: "select(0.0, dy, x > 0.0)",
  },
  relu6: {
    value: "clamp(x, 0.0, 6.0)",
    // As tfjs's Relu6 gradient: 6 itself still counts.
    fromOutput: "select(0.0, dy, y > 0.0 && y < 6.0)",
    fromInput: "select(0.0, dy, x > 0.0 && x <= 6.0)",
  },
  elu: {
    value: "select(exp(x) - 1.0, x, x >= 0.0)",
    fromOutput: "select(dy * (y + 1.0), dy, y >= 0.0)",
    fromInput: "select(dy * exp(x), dy, x >= 0.0)",
  },
  selu: {
    value: `select(${seluAlphaScale} * (exp(x) - 1.0), ${seluScale} * x, x >= 0.0)`,
    fromOutput: `dy * select(y + ${seluAlphaScale}, ${seluScale}, y > 0.0)`,
    fromInput: `dy * select(${seluAlphaScale} * exp(x), ${seluScale}, x > 0.0)`,
  },
  sigmoid: {
    value: "1.0 / (1.0 + exp(-x))",
    fromOutput: "dy * y * (1.0 - y)",
    fromInput: "dy * sigmoid(x) * (1.0 - sigmoid(x))",
  },
  tanh: {
    value: "tanh(clamp(x, -15.0, 15.0))",
    fromOutput: "dy * (1.0 - y * y)",
    fromInput: "dy * (1.0 - tanhOf(x) * tanhOf(x))",
  },
  softplus: {
    value: "max(x, 0.0) + log(1.0 + exp(-abs(x)))",
    fromOutput: null,
    fromInput: "dy * sigmoid(x)",
  },
  softsign: {
    value: "x / (1.0 + abs(x))",
    fromOutput: "dy * (1.0 - abs(y)) * (1.0 - abs(y))",
    fromInput: "dy / ((1.0 + abs(x)) * (1.0 + abs(x)))",
  },
  swish: {
    value: "x * sigmoid(x)",
    fromOutput: null,
    fromInput: "dy * (sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))))",
  },
  "netloom>leakyRelu": {
    value: "select(0.2 * x, x, x > 0.0)",
    fromOutput: "dy * select(0.2, 1.0, y > 0.0)",
    fromInput: "dy * select(0.2, 1.0, x > 0.0)",
  },
  "netloom>exponential": {
    value: "exp(x)",
    fromOutput: "dy * y",
    fromInput: "dy * exp(x)",
  },
};

/** Functions that the expressions above call. */
export const activationWgsl = `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn tanhOf(x: f32) -> f32 { return tanh(clamp(x, -15.0, 15.0)); }
`;

export function findFusedActivation(name: string): FusedActivation | null {
  return Object.hasOwn(activations, name) ? (activations[name] ?? null) : null;
}

/** WGSL function `activate(x)`; the name must be one that `findFusedActivation` knows. */
export function writeActivate(name: string): string {
  const found = findFusedActivation(name);
  if (found === null) throw new Error(`No WGSL for the activation "${name}".`);
  return `${activationWgsl}fn activate(x: f32) -> f32 { return ${found.value}; }\n`;
}
