/** Functions of recurrent cells in WGSL, each with its slope told by its value: nothing else is kept for gradients. */

interface RnnActivation {
  /** Of `x`, a number or four of them; `V(…)` makes constants of the same type. */
  readonly value: string;
  /** Of `y`, the value. */
  readonly slope: string;
}

const elu: RnnActivation = {
  value: "select(x, exp(min(x, V(0.0))) - V(1.0), x < V(0.0))",
  slope: "select(V(1.0), y + V(1.0), y < V(0.0))",
};

/**
 * By tfjs's class name; ours have "netloom>" in front (`layers/activation.ts`). Bounds are comparisons, which let NaN
 * through where `clamp` may not; tanh and exp of large numbers overflow on some drivers.
 */
const rnnActivations: ReadonlyMap<string, RnnActivation> = new Map([
  ["linear", { value: "x", slope: "V(1.0)" }],
  ["tanh", { value: "select(tanh(x), sign(x), abs(x) > V(10.0))", slope: "V(1.0) - y * y" }],
  [
    "sigmoid",
    {
      value: "V(1.0) / (V(1.0) + exp(-select(x, V(-80.0), x < V(-80.0))))",
      slope: "y * (V(1.0) - y)",
    },
  ],
  ["relu", { value: "select(x, V(0.0), x < V(0.0))", slope: "select(V(0.0), V(1.0), y > V(0.0))" }],
  ["relu6", bounded("x", 0, 6, 1)],
  ["elu", elu],
  ["netloom>celu", elu],
  [
    "softplus",
    {
      value: "select(x, V(0.0), x < V(0.0)) + log(V(1.0) + exp(-abs(x)))",
      slope: "V(1.0) - exp(-y)",
    },
  ],
  ["softsign", { value: "x / (V(1.0) + abs(x))", slope: "(V(1.0) - abs(y)) * (V(1.0) - abs(y))" }],
  // tfjs's own; Keras 3's is relu6(x + 3) / 6.
  ["hardSigmoid", bounded("0.2 * x + V(0.5)", 0, 1, 0.2)],
  ["netloom>hardSigmoid", bounded("(x + V(3.0)) / 6.0", 0, 1, 1 / 6)],
  ["netloom>sparseSigmoid", bounded("(x + V(1.0)) / 2.0", 0, 1, 0.5)],
  ["netloom>hardTanh", bounded("x", -1, 1, 1)],
  [
    "netloom>leakyRelu",
    { value: "select(x, 0.2 * x, x < V(0.0))", slope: "select(V(0.2), V(1.0), y > V(0.0))" },
  ],
  ["netloom>exponential", { value: "exp(x)", slope: "y" }],
]);

/** A straight line between two bounds. */
function bounded(line: string, least: number, most: number, slope: number): RnnActivation {
  const low = `V(${least.toFixed(1)})`;
  const high = `V(${most.toFixed(1)})`;
  return {
    value: `select(select(${line}, ${low}, ${line} < ${low}), ${high}, ${line} > ${high})`,
    slope: `select(V(0.0), V(${slope}), (y > ${low}) & (y < ${high}))`,
  };
}

export function hasRnnActivation(name: string): boolean {
  return rnnActivations.has(name);
}

/** `<name>Value(x)` and `<name>Slope(y)`. */
export function writeRnnActivation(name: "outer" | "gate", activation: string): string {
  const found = rnnActivations.get(activation);
  if (found === undefined) throw new Error(`There is no activation "${activation}" here.`);
  return `
fn ${name}Value(x: V) -> V { return ${found.value}; }
fn ${name}Slope(y: V) -> V { return ${found.slope}; }`;
}
