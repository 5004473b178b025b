/**
 * Random numbers that depend on nothing but (seed, step, stream, index), the same in WGSL and in JavaScript: a mask is
 * computed anew where it is needed again, a recorded step draws other numbers when it is played again, and a resumed run
 * goes on as if it had never stopped. The mixing is PCG's output function (Jarzynski & Olano 2020, Hash functions for GPU
 * rendering, JCGT 9(3)), twice, with a key of 64 bits.
 */
import * as tf from "@tensorflow/tfjs";
import { currentStep, setStep, type StepNumbers } from "../step/stepNumbers.ts";

export interface RandomKey {
  readonly low: number;
  readonly high: number;
}

/**
 * WGSL: `randomKey(seed, step, stream)` once an invocation, then `randomBits(key, index)` for each number: 32 bits.
 * `randomUnit(bits)` makes [0, 1) of them, `randomNormal(one, two)` a draw of the standard normal of two of these. Seed and step are `bitcast<u32>(step[stepLayout.seed])` and so on.
 */
export const randomWgsl = `
fn randomMix(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomKey(seed: u32, step: u32, stream: u32) -> vec2<u32> {
  let low = randomMix(randomMix(randomMix(seed) + step) + stream);
  return vec2<u32>(low, randomMix(low ^ 0x9e3779b9u));
}
fn randomBits(key: vec2<u32>, index: u32) -> u32 {
  return randomMix(randomMix(index ^ key.x) + key.y);
}
fn randomUnit(bits: u32) -> f32 {
  return f32(bits >> 8u) * 5.9604644775390625e-8;
}
// WGSL asks no more of \`cos\` than an error of 2⁻¹¹, and of \`log\` near 1 than one of 2⁻²¹: too little for the numbers that
// the processor draws. The angle is brought to an eighth of a turn, which is exact.
fn randomCosine(turns: f32) -> f32 {
  let quarters = floor(4.0 * turns + 0.5);
  let angle = (turns - 0.25 * quarters) * 6.283185307179586;
  let square = angle * angle;
  let cosine = 1.0 + square * (-0.5 + square * (1.0 / 24.0 + square * (-1.0 / 720.0 + square / 40320.0)));
  let sine = angle * (1.0 + square * (-1.0 / 6.0 + square * (1.0 / 120.0 + square * (-1.0 / 5040.0 + square / 362880.0))));
  let quarter = u32(quarters) % 4u;
  let value = select(cosine, sine, quarter % 2u == 1u);
  return select(value, -value, quarter == 1u || quarter == 2u);
}
// Box & Muller 1958; both from [0, 1).
fn randomNormal(one: f32, two: f32) -> f32 {
  let small = one * (1.0 + one * (1.0 / 2.0 + one * (1.0 / 3.0 + one * (1.0 / 4.0 + one / 5.0))));
  let minusLog = select(-log(1.0 - one), small, one < 0.03125);
  return sqrt(2.0 * minusLog) * randomCosine(two);
}
`;

/** One 32-bit whole number of another, without pattern. */
function mix(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) | 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737);
  return ((word >>> 22) ^ word) >>> 0;
}

export function randomKey(seed: number, step: number, stream: number): RandomKey {
  const low = mix((mix((mix(seed | 0) + step) | 0) + stream) | 0);
  return { low, high: mix(low ^ 0x9e3779b9) };
}

/** 0 … 2³² − 1. */
export function randomBits(key: RandomKey, index: number): number {
  return mix((mix(index ^ key.low) + key.high) | 0);
}

/** [0, 1) in steps of 2⁻²⁴, which decimals of 32 bits hold exactly. */
export function randomUnit(bits: number): number {
  return (bits >>> 8) * 5.9604644775390625e-8;
}

/** A draw of the standard normal of two numbers from [0, 1) (Box & Muller 1958). */
export function randomNormal(one: number, two: number): number {
  return Math.sqrt(-2 * Math.log(1 - one)) * Math.cos(2 * Math.PI * two);
}

/** A value is dropped where its bits lie below this. */
export function dropThreshold(rate: number): number {
  return Math.min(4294967295, Math.max(0, Math.round(rate * 4294967296)));
}

/** What draws, in the order of the model; a layer that draws several times in a step has a number for each. */
const numbers = new WeakMap<object, number>();
let uses = new WeakMap<object, number>();

/** Gives a layer or cell its number: the same model, the same numbers. */
export function numberRandomPart(part: object, number: number): void {
  numbers.set(part, number);
}

/** Whether a run's seed decides what this layer or cell draws. */
export function isNumbered(part: object): boolean {
  return numbers.has(part);
}

/**
 * The stream of this draw: another one for each part and each of its uses in a step (a shared layer, the gates of a
 * cell). Ask once a draw in the forward pass and keep it for the gradient.
 */
export function takeStream(part: object): number {
  const use = uses.get(part) ?? 0;
  uses.set(part, use + 1);
  return ((numbers.get(part) ?? 0) * 1024 + use) >>> 0;
}

/** Before every step: uses are counted anew, and the numbers of the step are set where nobody has. */
export function beginRandomStep(seed: number, step: number): void {
  uses = new WeakMap();
  const now = currentStep();
  // Numbers set for another backend are not in this one's buffer.
  if (now !== null && now.seed === seed && now.step === step && toldBackend === tf.backend())
    return;
  toldBackend = tf.backend();
  setStep({ ...(now ?? nothing), seed, step });
}

let toldBackend: object | null = null;

const nothing: StepNumbers = {
  step: 0,
  seed: 0,
  batchStart: 0,
  row: 0,
  learningRate: 0,
  optimizer: [],
};
