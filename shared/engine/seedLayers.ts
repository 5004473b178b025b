import * as tf from "@tensorflow/tfjs";
import { createRandom, type Random } from "../base/random.ts";
import { type Disturbance, disturb } from "./fused/disturb.ts";
import { beginRandomStep, numberRandomPart } from "./fused/random.ts";
import { RandomFlip } from "./layers/randomFlip.ts";
import { Sampling } from "./layers/sampling.ts";
import { makeOrthogonal } from "./orthogonal.ts";

/**
 * Gives every random part of a layer its own seed: the same root seed makes the same model. tfjs keeps what is random
 * in plain fields (`kernelInitializer`, a cell, a wrapped layer), so one walk reaches them all, defaults included.
 * Call before the layer is built.
 */
export function seedInitializers(layer: tf.layers.Layer, random: Random): void {
  visitParts(layer, (part, key) => {
    if (!("apply" in part && "seed" in part) || part instanceof tf.layers.Layer) return;
    const own = random.fork(key);
    Reflect.set(part, "seed", drawSeed(own));
    // Only Orthogonal has a gain.
    if ("gain" in part) {
      Reflect.set(part, "apply", (shape: readonly number[]) => {
        // As in Keras: of a kernel of higher rank, all axes but the last are one.
        const columns = shape.at(-1) ?? 1;
        const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
        const gain = Number(part.gain);
        return tf.tensor(makeOrthogonal(rows, columns, { gain, random: own }), [...shape]);
      });
    }
  });
}

/**
 * Dropout and noise repeat the same mask for ever when tfjs is given a seed, and can't be repeated without one. They and
 * all layers that draw are made to do so by the run's seed and the step alone, the same numbers on every backend
 * (`fused/random.ts`); the returned function sets both and must be called before each step. Layers whose sizes depend on
 * what is drawn must know it on the processor: they get a seed that depends on the same.
 */
export function prepareRandomLayers(model: tf.LayersModel, seed: number): (step: number) => void {
  const setters: ((value: number) => void)[] = [];
  const seen = new Set<object>();
  for (const layer of model.layers) {
    visitParts(layer, (part) => {
      if (seen.has(part)) return;
      seen.add(part);
      if (prepareDisturbance(part)) numberRandomPart(part, seen.size);
      else if ("stepSeed" in part) setters.push((value) => Reflect.set(part, "stepSeed", value));
    });
  }
  return (step) => {
    beginRandomStep(seed, step);
    if (setters.length === 0) return;
    const random = createRandom(`${seed}/step ${step}`);
    for (const setSeed of setters) setSeed(drawSeed(random));
  };
}

/** Whether the part is one that draws by `disturb` from now on. */
function prepareDisturbance(part: object): boolean {
  if ("dropoutFunc" in part) {
    // tfjs's cells make their masks of ones by this function; attention drops some of its weights.
    Reflect.set(part, "dropoutFunc", (input: tf.Tensor, rate: number) =>
      disturb(input, part, { kind: "dropout", amount: rate }),
    );
    return true;
  }
  if (part instanceof Sampling) {
    part.drawNoise = (like) => disturb(tf.zerosLike(like), part, { kind: "noise", amount: 1 });
    return true;
  }
  if (part instanceof RandomFlip) {
    // Half of the ones become 0, the others 2.
    part.drawKept = (batch) =>
      tf.mul(disturb(tf.ones([batch, 1, 1, 1]), part, { kind: "dropout", amount: 0.5 }), 0.5);
    return true;
  }
  if (!(part instanceof tf.layers.Layer)) return false;
  const rate = Number(Reflect.get(part, "rate"));
  switch (part.getClassName()) {
    case "Dropout":
      return prepareCall(part, "dropout", rate, readNoiseShape(part));
    case "GaussianNoise":
      return prepareCall(part, "noise", Number(Reflect.get(part, "stddev")));
    case "GaussianDropout":
      return prepareCall(part, "factor", Math.sqrt(rate / (1 - rate)));
    case "netloom>AlphaDropout": {
      const args: unknown = Reflect.get(part, "args");
      const own = Number(Reflect.get(Object(args), "rate"));
      return prepareCall(part, "alpha", own, readNoiseShape(Object(args)));
    }
    default:
      return false;
  }
}

function prepareCall(
  layer: tf.layers.Layer,
  kind: Disturbance,
  amount: number,
  noiseShape: readonly (number | null)[] | null = null,
): true {
  layer.call = (inputs, kwargs) => {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (input === undefined) throw new Error(`${layer.name} got no input.`);
    if (kwargs["training"] !== true || amount === 0) return input;
    return disturb(input, layer, { kind, amount, noiseShape });
  };
  return true;
}

function readNoiseShape(holder: object): readonly (number | null)[] | null {
  const shape: unknown = Reflect.get(holder, "noiseShape");
  if (!Array.isArray(shape)) return null;
  return shape.map((size: unknown) => (typeof size === "number" ? size : null));
}

/** Visits initializers, cells and wrapped layers below a layer, and the layer itself, each with a path of field names. */
export function visitParts(
  layer: object,
  visit: (part: object, path: string) => void,
  path = "",
): void {
  visit(layer, path);
  for (const key of Object.keys(layer)) {
    const part: unknown = Reflect.get(layer, key);
    if (typeof part !== "object" || part === null) continue;
    if (key.endsWith("Initializer")) visit(part, `${path}/${key}`);
    else if (key === "cell" || key === "layer" || key === "forwardLayer" || key === "backwardLayer")
      visitParts(part, visit, `${path}/${key}`);
    else if (key === "cells" && Array.isArray(part))
      part.forEach((cell: unknown, index) => {
        if (typeof cell === "object" && cell !== null)
          visitParts(cell, visit, `${path}/${key}${index}`);
      });
  }
}

/** 1 to 2³¹ − 1: tfjs takes 0 for "no seed". */
function drawSeed(random: Random): number {
  return random.nextInt(2147483646) + 1;
}
