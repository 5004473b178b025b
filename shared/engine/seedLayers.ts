import * as tf from "@tensorflow/tfjs";
import { createRandom, type Random } from "../base/random.ts";
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
 * Dropout and noise repeat the same mask for ever when tfjs is given a seed, and can't be repeated without one.
 * The returned function gives them fresh seeds that depend on the root seed and the step alone; call it before each step.
 */
export function prepareRandomLayers(model: tf.LayersModel, seed: number): (step: number) => void {
  const setters: ((value: number) => void)[] = [];
  const seen = new Set<object>();
  for (const layer of model.layers) {
    visitParts(layer, (part) => {
      if (seen.has(part)) return;
      seen.add(part);
      const setter = prepareRandomPart(part);
      if (setter) setters.push(setter);
    });
  }
  return (step) => {
    if (setters.length === 0) return;
    const random = createRandom(`${seed}/step ${step}`);
    for (const setSeed of setters) setSeed(drawSeed(random));
  };
}

function prepareRandomPart(part: object): ((value: number) => void) | null {
  if (part instanceof tf.layers.Layer) {
    switch (part.getClassName()) {
      case "Dropout":
        return (value) => Reflect.set(part, "seed", value);
      case "GaussianNoise":
        return prepareNoise(part);
      case "GaussianDropout":
        return prepareFactors(part);
    }
  }
  // Layers of our own that draw numbers.
  if ("stepSeed" in part) return (value) => Reflect.set(part, "stepSeed", value);
  if ("dropoutFunc" in part && "recurrentDropout" in part) return prepareCell(part);
  return null;
}

/** tfjs's noise layer draws without a seed; this does the same sum with one. */
function prepareNoise(layer: tf.layers.Layer): (value: number) => void {
  let seed = 1;
  const stddev = Number(Reflect.get(layer, "stddev"));
  layer.call = (inputs, kwargs) =>
    tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("GaussianNoise got no input.");
      if (!kwargs["training"]) return input;
      return tf.add(input, tf.randomNormal(input.shape, 0, stddev, "float32", seed));
    });
  return (value) => {
    seed = value;
  };
}

/** The same for factors around 1. */
function prepareFactors(layer: tf.layers.Layer): (value: number) => void {
  let seed = 1;
  const rate = Number(Reflect.get(layer, "rate"));
  const stddev = Math.sqrt(rate / (1 - rate));
  layer.call = (inputs, kwargs) =>
    tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("GaussianDropout got no input.");
      if (!kwargs["training"]) return input;
      return tf.mul(input, tf.randomNormal(input.shape, 1, stddev, "float32", seed));
    });
  return (value) => {
    seed = value;
  };
}

/** Recurrent cells take their dropout from a function; count its calls so that its masks differ from each other. */
function prepareCell(cell: object): (value: number) => void {
  let seed = 1;
  let calls = 0;
  Reflect.set(cell, "dropoutFunc", (input: tf.Tensor, rate: number) =>
    tf.dropout(input, rate, undefined, seed + calls++),
  );
  return (value) => {
    seed = value;
    calls = 0;
  };
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
