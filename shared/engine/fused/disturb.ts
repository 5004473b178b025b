/**
 * Dropout and noise whose numbers come from the run's seed and the step alone (`random.ts`): on WebGPU one dispatch each
 * way, with the mask drawn anew for the gradient; elsewhere the same numbers drawn in JavaScript.
 * Srivastava et al. 2014 (dropout), Klambauer et al. 2017 (alpha dropout).
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { currentStep, stepLayout, stepTensor } from "../step/stepNumbers.ts";
import {
  type Attributes,
  countAll,
  dispatchFused,
  needInput,
  registerFused,
  runOne,
  writeElementwise,
  writeLiteral,
} from "./kernels.ts";
import {
  dropThreshold,
  randomBits,
  type RandomKey,
  randomKey,
  randomNormal,
  randomUnit,
  randomWgsl,
  takeStream,
} from "./random.ts";

/**
 * "dropout": 0, or x / (1 − amount); "alpha": selu's lower limit or x, shifted and scaled so that mean and variance stay;
 * "noise": x + amount · normal; "factor": x · (1 + amount · normal).
 */
export type Disturbance = "dropout" | "alpha" | "noise" | "factor";

interface DisturbAttributes {
  readonly kind: Disturbance | "alphaBack";
  readonly amount: number;
  readonly stream: number;
  /** Axes of 1 share one number; as long as x's shape. */
  readonly noiseShape: readonly number[];
}

/** x disturbed by the numbers of this step; `part` is the layer or cell that draws. */
export function disturb(
  x: tf.Tensor,
  part: object,
  by: {
    readonly kind: Disturbance;
    readonly amount: number;
    /** null or absent: the input's size. */
    readonly noiseShape?: readonly (number | null)[] | null;
  },
): tf.Tensor {
  const noiseShape = x.shape.map((size, axis) => by.noiseShape?.[axis] ?? size);
  const attrs = { kind: by.kind, amount: by.amount, stream: takeStream(part), noiseShape };
  if (tf.backend() instanceof WebGPUBackend && x.size > 0)
    return runOne("NetloomDisturb", { x }, attrs);
  return disturbInPlainMemory(x, attrs);
}

/** Slope and shift of what is kept, and what a dropped value becomes. */
function readParts({ kind, amount }: DisturbAttributes) {
  if (kind !== "alpha" && kind !== "alphaBack")
    return { slope: kind === "dropout" ? 1 / (1 - amount) : 1, shift: 0, dropped: 0 };
  const lowest = -1.6732632423543772 * 1.0507009873554805;
  const slope = ((1 - amount) * (1 + amount * lowest ** 2)) ** -0.5;
  if (kind === "alphaBack") return { slope, shift: 0, dropped: 0 };
  const shift = -slope * lowest * amount;
  return { slope, shift, dropped: slope * lowest + shift };
}

registerFused({
  name: "NetloomDisturb",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const wanted = readAttributes(attrs);
    const { kind, amount, stream, noiseShape } = wanted;
    const output = makeOutput(backend, x.shape);
    const count = countAll(x.shape);
    const { slope, shift, dropped } = readParts(wanted);
    const isNormal = kind === "noise" || kind === "factor";
    const kept = `f32(x[index]) * ${writeLiteral(slope)} + ${writeLiteral(shift)}`;
    const value = isNormal
      ? `let one = randomUnit(randomBits(key, 2u * place));
  let two = randomUnit(randomBits(key, 2u * place + 1u));
  let normal = randomNormal(one, two);
  result[index] = ${kind === "noise" ? `f32(x[index]) + ${writeLiteral(amount)} * normal` : `f32(x[index]) * (1.0 + ${writeLiteral(amount)} * normal)`};`
      : `result[index] = select(${kept}, ${writeLiteral(dropped)}, randomBits(key, place) < uniforms.threshold);`;
    const places = writePlace(x.shape, noiseShape);
    dispatchFused(backend, {
      key: `disturb_${kind}_${amount}_${places}`,
      bindings: [
        { name: "x", tensor: x, access: "read" },
        { name: "words", tensor: stepTensor(backend), access: "read", element: "u32" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { count, stream, threshold: dropThreshold(amount) },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl:
        randomWgsl +
        writeElementwise(
          "uniforms.count",
          `let key = randomKey(words[${stepLayout.seed}], words[${stepLayout.step}], uniforms.stream);
  let place = ${places};
  ${value}`,
        ),
    });
    return output;
  },
  gradient: {
    inputsToSave: [],
    compute: ([dy], _saved, attrs) => ({
      x: () => {
        if (!dy) throw new Error("NetloomDisturb lacks a gradient.");
        const { kind } = readAttributes(attrs);
        if (kind === "noise") return tf.clone(dy);
        const back = kind === "alpha" ? "alphaBack" : kind;
        return runOne("NetloomDisturb", { x: dy }, { ...attrs, kind: back });
      },
    }),
  },
});

function readAttributes(attrs: Attributes): DisturbAttributes {
  // Only `disturb` and the gradient make these, from this very type.
  return attrs as unknown as DisturbAttributes;
}

/** WGSL: the number of a value among the noise, from `index`, its number among all values. */
function writePlace(shape: readonly number[], noiseShape: readonly number[]): string {
  if (shape.every((size, axis) => size === noiseShape[axis])) return "index";
  const terms: string[] = [];
  let step = 1;
  let noiseStep = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (noiseShape[axis] === size && size > 1) {
      terms.push(`((index / ${step}u) % ${size}u) * ${noiseStep}u`);
      noiseStep *= size;
    }
    step *= size;
  }
  return terms.length === 0 ? "0u" : terms.join(" + ");
}

/** The same in JavaScript: numbers of the noise's shape that tfjs spreads over the input. */
function disturbInPlainMemory(x: tf.Tensor, attrs: DisturbAttributes): tf.Tensor {
  const { kind, amount, noiseShape, stream } = attrs;
  const now = currentStep();
  const key = randomKey(now?.seed ?? 0, now?.step ?? 0, stream);
  const count = countAll(noiseShape);
  const fill = (draw: (place: number) => number) =>
    tf.tensor(
      Float32Array.from({ length: count }, (_, place) => draw(place)),
      [...noiseShape],
    );
  return tf.tidy(() => {
    if (kind === "noise")
      return tf.add(
        x,
        fill((place) => amount * drawNormal(key, place)),
      );
    if (kind === "factor")
      return tf.mul(
        x,
        fill((place) => 1 + amount * drawNormal(key, place)),
      );
    const { slope, shift, dropped } = readParts(attrs);
    const threshold = dropThreshold(amount);
    const isDropped = (place: number) => randomBits(key, place) < threshold;
    const scaled = tf.mul(
      x,
      fill((place) => (isDropped(place) ? 0 : slope)),
    );
    if (shift === 0 && dropped === 0) return scaled;
    return tf.add(
      scaled,
      fill((place) => (isDropped(place) ? dropped : shift)),
    );
  });
}

function drawNormal(key: RandomKey, place: number): number {
  const one = randomUnit(randomBits(key, 2 * place));
  const two = randomUnit(randomBits(key, 2 * place + 1));
  return randomNormal(one, two);
}
