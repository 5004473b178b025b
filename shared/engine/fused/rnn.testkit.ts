/** Recurrent layers of drawn shapes and options, computed by tfjs's steps and by kernels of our own. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, type Random } from "../../base/random.ts";
import { BothDirections } from "../layers/bothDirections.ts";
import { CellRnn } from "../layers/cellRnn.ts";
import { ResetAfterGruCell } from "../layers/resetAfterGruCell.ts";
import "../layers/activation.ts";
import { disturb } from "./disturb.ts";
import { runFused } from "./fusedLayers.ts";
import { beginRandomStep, numberRandomPart } from "./random.ts";

interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface RnnCase {
  readonly title: string;
  readonly makeLayer: () => tf.layers.Layer;
  readonly input: Values;
  readonly states: readonly Values[];
  readonly mask: { readonly values: Values; readonly dtype: "bool" | "int32" | "float32" } | null;
}

const pick = <T>(random: Random, list: readonly T[]): T => {
  const found = list[random.nextInt(list.length)];
  if (found === undefined) throw new Error("There is nothing to pick.");
  return found;
};
const draw = (random: Random, shape: readonly number[], scale = 1): Values => ({
  shape,
  values: Float32Array.from(
    { length: shape.reduce((all, size) => all * size, 1) },
    () => scale * random.nextNormal(),
  ),
});

const activations = [
  "tanh",
  "tanh",
  "tanh",
  "sigmoid",
  "relu",
  "linear",
  "elu",
  "relu6",
  "softsign",
  "softplus",
  "netloom>hardTanh",
  "netloom>leakyRelu",
  "netloom>celu",
] as const;
const gateActivations = ["sigmoid", "sigmoid", "hardSigmoid", "netloom>hardSigmoid"] as const;

export const rnnKinds = ["simple", "lstm", "gruBefore", "gruAfter"] as const;
type Kind = (typeof rnnKinds)[number];

export function drawRnnCase(
  number: number,
  fixed: {
    readonly kind?: Kind;
    readonly units?: number;
    readonly batch?: number;
    readonly time?: number;
  } = {},
): RnnCase {
  const random = createRandom(`recurrent ${number}`);
  const kind = fixed.kind ?? pick(random, rnnKinds);
  const units = fixed.units ?? pick(random, [1, 5, 16, 33]);
  const batch = fixed.batch ?? pick(random, [1, 2, 3, 5, 8, 9, 16, 19]);
  const time = fixed.time ?? pick(random, [1, 2, 3, 5, 8, 13]);
  const features = 3;
  const isBoth = random.next() < 0.2;
  const hasStates = random.next() < 0.3;
  const hasMask = random.next() < 0.4;
  const cellOptions = {
    units,
    useBias: random.next() < 0.8,
    activation: pick(random, activations),
    ...(kind === "simple" ? {} : { recurrentActivation: pick(random, gateActivations) }),
    dropout: random.next() < 0.2 ? 0.3 : 0,
    recurrentDropout: random.next() < 0.2 ? 0.4 : 0,
    recurrentInitializer: "glorotUniform",
    biasInitializer: "glorotUniform",
  };
  const loop = {
    returnSequences: random.next() < 0.5,
    returnState: random.next() < 0.4,
    goBackwards: random.next() < 0.3,
    zeroOutputForMask: random.next() < 0.3,
  };
  const merge = pick(random, ["concat", "sum", "mul", "ave", null] as const);
  const stateCount = kind === "lstm" ? 2 : 1;
  const seed = random.nextInt(1e6);
  const options = { kind, batch, time, features, isBoth, hasStates, hasMask, merge, ...loop };
  return {
    title: `${number}: ${JSON.stringify({ ...options, ...cellOptions })}`,
    makeLayer: () => {
      const options_ = { ...cellOptions } as Parameters<typeof tf.layers.lstmCell>[0];
      const makeCell = () => {
        switch (kind) {
          case "simple":
            return tf.layers.simpleRNNCell(options_);
          case "lstm":
            return tf.layers.lstmCell(options_);
          case "gruBefore":
            return tf.layers.gruCell(options_ as Parameters<typeof tf.layers.gruCell>[0]);
          case "gruAfter":
            return new ResetAfterGruCell(options_ as Parameters<typeof tf.layers.gruCell>[0]);
        }
      };
      const layer = new CellRnn({ cell: makeCell(), ...loop });
      return isBoth ? new BothDirections({ layer, mergeMode: merge }) : layer;
    },
    input: draw(createRandom(`${seed} x`), [batch, time, features]),
    states: hasStates
      ? Array.from({ length: stateCount * (isBoth ? 2 : 1) }, (_unused, at) =>
          draw(createRandom(`${seed} ${at}`), [batch, units], 0.5),
        )
      : [],
    mask: hasMask
      ? {
          values: {
            shape: [batch, time],
            values: Float32Array.from({ length: batch * time }, () =>
              random.next() < 0.65 ? 1 : 0,
            ),
          },
          dtype: pick(random, ["bool", "int32", "float32"]),
        }
      : null,
  };
}

export interface RnnResults {
  readonly outputs: readonly Float32Array[];
  /** x, first states, then weights. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** As `prepareRandomLayers` does it for a model. */
function numberCells(layer: tf.layers.Layer): void {
  const cells = [Reflect.get(layer, "forwardLayer"), Reflect.get(layer, "backwardLayer"), layer]
    .filter((part) => part instanceof CellRnn)
    .flatMap(({ cells: found }) => found);
  for (const [at, cell] of cells.entries()) {
    numberRandomPart(cell, at + 1);
    Reflect.set(cell, "dropoutFunc", (ones: tf.Tensor, rate: number) =>
      disturb(ones, cell, { kind: "dropout", amount: rate }),
    );
  }
}

export async function computeRnn(case_: RnnCase, isFused: boolean): Promise<RnnResults> {
  const layer = case_.makeLayer();
  numberCells(layer);
  const inputs = [case_.input, ...case_.states].map(({ values, shape }) =>
    tf.variable(tf.tensor(values, [...shape])),
  );
  const shapes = inputs.map(({ shape }) => shape);
  layer.build(shapes);
  layer.built = true;
  const random = createRandom("weights");
  for (const weight of layer.trainableWeights) {
    const shape = weight.shape.map(Number);
    const scale = shape.length === 1 ? 0.5 : 0.8 / Math.sqrt(shape[0] ?? 1);
    const drawn = draw(random, shape, scale);
    weight.write(tf.tensor(drawn.values, shape));
  }
  const { mask } = case_;
  // Made on the device, as a mask of a layer is.
  const maskTensor =
    mask === null
      ? null
      : mask.dtype === "bool"
        ? tf.greater(tf.tensor(mask.values.values, [...mask.values.shape]), 0.5)
        : tf.cast(tf.mul(tf.tensor(mask.values.values, [...mask.values.shape]), 1), mask.dtype);
  const run = (): tf.Tensor[] => {
    beginRandomStep(7, 3);
    if (!isFused)
      return [
        layer.call(inputs, { training: true, ...(maskTensor && { mask: maskTensor }) }),
      ].flat();
    const outputs = runFused({ layer, inputs, training: true, masks: [maskTensor] });
    if (outputs === null) throw new Error("The layer was not fused.");
    return [outputs].flat();
  };
  const variables = [
    ...inputs.map((variable, at) => ({ name: at === 0 ? "x" : `state ${at}`, variable })),
    ...layer.trainableWeights.map((weight, at) => ({
      name: `${at} ${weight.originalName.split("/").at(-1) ?? ""}`,
      variable: Reflect.get(weight, "val") as tf.Variable,
    })),
  ];
  const { value, grads } = tf.variableGrads(
    () => {
      const losses = run().map((output, at) => {
        const weighting = draw(createRandom(`loss ${at}`), output.shape);
        return tf.sum(tf.mul(output, tf.tensor(weighting.values, output.shape)));
      });
      return losses.reduce((sum, loss) => tf.add(sum, loss)).asScalar();
    },
    variables.map(({ variable }) => variable),
  );
  const gradients = new Map<string, Float32Array>();
  for (const { name, variable } of variables) {
    const gradient = grads[variable.name];
    if (gradient === undefined) throw new Error(`No gradient for ${name}.`);
    gradients.set(name, Float32Array.from(await gradient.data()));
  }
  const results = tf.tidy(run);
  const outputs: Float32Array[] = [];
  for (const output of results) outputs.push(Float32Array.from(await output.data()));
  tf.dispose([value, ...Object.values(grads), ...results, ...inputs]);
  if (maskTensor) maskTensor.dispose();
  for (const weight of layer.weights) weight.dispose();
  return { outputs, gradients };
}

/** Largest difference in units of the larger one's root mean square. */
export function differ(left: Float32Array, right: Float32Array): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let squares = 0;
  let worst = 0;
  left.forEach((value, at) => {
    const difference = Math.abs(value - (right[at] ?? Number.NaN));
    squares += value * value;
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference;
  });
  return worst / Math.max(1e-3, Math.sqrt(squares / Math.max(1, left.length)));
}
