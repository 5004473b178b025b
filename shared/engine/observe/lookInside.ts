/**
 * Pictures of what a network has learnt, from its weights as they are: filters of convolutions, the maps that a layer
 * makes of a sample, and which parts of a sample an answer hangs on.
 */
import * as tf from "@tensorflow/tfjs";
import type { FeaturePicture } from "../../training/pictures.ts";
import { executeModel } from "../executeModel.ts";

/** Pictures of one layer at most: more can't be told apart on a screen. */
const mostPictures = 64;

/**
 * Kernels of a Conv2D, one picture a filter: `[height, width]`, in colour where three channels come in, else the mean over
 * what comes in. Empty for layers of other kinds.
 */
export async function readFilters(
  model: tf.LayersModel,
  layerName: string,
): Promise<readonly FeaturePicture[]> {
  const kernel = model
    .getLayer(layerName)
    .weights.find(
      ({ originalName, shape }) => originalName.endsWith("kernel") && shape.length === 4,
    );
  if (kernel === undefined) return [];
  const [height = 1, width = 1, channels = 1, filters = 1] = kernel.shape.map((size) => size ?? 1);
  const values = await kernel.read().data();
  const depth = channels === 3 ? 3 : 1;
  return Array.from({ length: Math.min(filters, mostPictures) }, (_, filter) => {
    const picture = new Float32Array(height * width * depth);
    for (let place = 0; place < height * width; place++) {
      for (let channel = 0; channel < channels; channel++) {
        const value = values[(place * channels + channel) * filters + filter] ?? 0;
        const target = place * depth + (depth === 3 ? channel : 0);
        picture[target] = (picture[target] ?? 0) + (depth === 3 ? value : value / channels);
      }
    }
    return makePicture(`filter ${filter + 1}`, { width, height, channels: depth, values: picture });
  });
}

/**
 * What a layer gives for one sample (inputs have a batch of 1): of `[height, width, channels]` one picture a channel, of
 * `[time, units]` one, of `[units]` a line. Weights are used as in predictions.
 */
export async function readFeatureMaps(
  model: tf.LayersModel,
  inputs: readonly tf.Tensor[],
  layerName: string,
): Promise<readonly FeaturePicture[]> {
  const output = tf.tidy(() => {
    const found: tf.Tensor[] = [];
    executeModel(model, inputs, {
      training: false,
      onLayer(name, [first]) {
        // What nobody reads any more is disposed of on the way.
        if (name === layerName && first !== undefined && found.length === 0)
          found.push(tf.add(first, 0));
      },
    });
    const [first] = found;
    if (first === undefined) throw new Error(`There is no layer “${layerName}” in this network.`);
    return first;
  });
  const values = Float32Array.from(await output.data());
  const shape = output.shape.slice(1);
  output.dispose();
  if (shape.length === 3) {
    const [height = 1, width = 1, channels = 1] = shape;
    return Array.from({ length: Math.min(channels, mostPictures) }, (_, channel) => {
      const picture = Float32Array.from(
        { length: height * width },
        (_, place) => values[place * channels + channel] ?? 0,
      );
      return makePicture(`map ${channel + 1}`, { width, height, channels: 1, values: picture });
    });
  }
  const width = shape.at(-1) ?? 1;
  const height = values.length / width;
  return [makePicture("values", { width, height, channels: 1, values })];
}

export interface SaliencyRequest {
  readonly inputs: readonly tf.Tensor[];
  /** Which input's parts are asked for, and which answer of which output. */
  readonly input: number;
  readonly output: number;
  readonly unit: number;
}

/**
 * |∂score ∕ ∂input| of one sample, the largest over the channels of a picture (Simonyan, Vedaldi and Zisserman 2014). The
 * score is what comes before a softmax or sigmoid, as there: behind it, a sure answer has no gradient. null for inputs
 * of whole numbers, which have none.
 */
export async function readSaliency(
  model: tf.LayersModel,
  request: SaliencyRequest,
): Promise<FeaturePicture | null> {
  const gradient = findInputGradient(model, request);
  if (gradient === null) return null;
  const values = await gradient.data();
  const shape = gradient.shape.slice(1);
  gradient.dispose();
  const isPicture = shape.length === 3;
  const channels = isPicture ? (shape[2] ?? 1) : 1;
  const width = (isPicture ? shape[1] : shape.at(-1)) ?? 1;
  const strengths = new Float32Array(values.length / channels);
  for (let index = 0; index < values.length; index++) {
    const place = Math.floor(index / channels);
    strengths[place] = Math.max(strengths[place] ?? 0, Math.abs(values[index] ?? 0));
  }
  const height = strengths.length / width;
  return makePicture("saliency", { width, height, channels: 1, values: strengths });
}

/** ∂score ∕ ∂input in the input's shape; the caller disposes of it. */
export function findInputGradient(
  model: tf.LayersModel,
  { inputs, input, output, unit }: SaliencyRequest,
): tf.Tensor | null {
  const chosen = inputs[input];
  if (chosen === undefined || chosen.dtype !== "float32") return null;
  return withoutSquashing(model, output, () =>
    tf.tidy(() =>
      tf.grad((x) => {
        const given = inputs.map((tensor, index) => (index === input ? x : tensor));
        const outputs = executeModel(model, given, { training: false, keepsAll: true });
        const scores = outputs[output];
        if (scores === undefined) throw new Error(`The network has no output ${output + 1}.`);
        const units = scores.shape.at(-1) ?? 1;
        const rows = tf.reshape(scores, [-1, units]);
        return tf.sum(tf.slice(rows, [0, Math.min(unit, units - 1)], [-1, 1]));
      })(chosen),
    ),
  );
}

/** Runs with the output's layer giving what it has before its softmax or sigmoid. */
function withoutSquashing<T>(model: tf.LayersModel, output: number, run: () => T): T {
  const layer = model.outputs[output]?.sourceLayer;
  if (layer === undefined) return run();
  const name = layer.getClassName();
  if (name === "Softmax" || name === "Activation" || name === "netloom>Softmax") {
    Reflect.set(layer, "call", (given: tf.Tensor | tf.Tensor[]) =>
      Array.isArray(given) ? given[0] : given,
    );
    try {
      return run();
    } finally {
      Reflect.deleteProperty(layer, "call");
    }
  }
  const activation: unknown = Reflect.get(layer, "activation");
  if (typeof activation !== "object" || activation === null) return run();
  const nameOf: unknown = Reflect.get(activation, "getClassName");
  const activationName = typeof nameOf === "function" ? String(nameOf.call(activation)) : "";
  if (!/softmax|sigmoid/i.test(activationName)) return run();
  Reflect.set(layer, "activation", { apply: (x: tf.Tensor) => x, getClassName: () => "linear" });
  try {
    return run();
  } finally {
    Reflect.set(layer, "activation", activation);
  }
}

interface PictureValues {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly values: Float32Array;
}

/** Stretches the values over black to white. */
function makePicture(name: string, { values, ...size }: PictureValues): FeaturePicture {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const span = high - low || 1;
  const pixels = Uint8ClampedArray.from(values, (value) => (255 * (value - low)) / span);
  return { name, ...size, low, high, pixels };
}
