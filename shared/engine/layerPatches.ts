/** Layers of tfjs-layers 4.22 that have no gradient, computed by another way, or that forget their regularizers. */
import * as tf from "@tensorflow/tfjs";

/**
 * Replaces `call` of the layers concerned. Configuration, weights and results stay as they are, so a saved model means
 * the same in plain tfjs.
 */
export function patchLayer(layer: tf.layers.Layer): void {
  switch (layer.getClassName()) {
    case "SeparableConv1D":
    case "SeparableConv2D":
      patchSeparableConfig(layer);
      return;
    case "LayerNormalization":
      if (!readFlag(layer, "scale") || !readFlag(layer, "center")) patchPlainNormalization(layer);
      return;
    case "SimpleRNN":
    case "GRU":
    case "LSTM":
    case "Bidirectional":
    case "TimeDistributed":
      layer.calculateLosses = () => listPenalties(layer);
      tidyBuild(layer);
      return;
    case "netloom>ActivityRegularized": {
      const inner: unknown = Reflect.get(layer, "layer");
      if (inner instanceof tf.layers.Layer) patchLayer(inner);
      return;
    }
    default:
  }
}

/** An LSTM's bias starts from parts, which tfjs-layers leaves behind (layers/recurrent.ts, LSTMCell.build). */
function tidyBuild(layer: tf.layers.Layer): void {
  const build = layer.build.bind(layer);
  layer.build = (shape) => {
    tf.tidy(() => build(shape));
  };
}

/**
 * What a layer's regularizers add to the loss. Keras counts those of a recurrent layer's cell and of wrapped layers;
 * tfjs-layers keeps them on the cell and asks only the layer (layers/recurrent.ts has no `losses`).
 */
function listPenalties(layer: unknown): tf.Scalar[] {
  if (!(layer instanceof tf.layers.Layer)) return [];
  switch (layer.getClassName()) {
    case "Bidirectional":
      return ["forwardLayer", "backwardLayer"].flatMap((name) =>
        listPenalties(Reflect.get(layer, name)),
      );
    case "TimeDistributed":
      return listPenalties(Reflect.get(layer, "layer"));
    default: {
      const cell: unknown = Reflect.get(layer, "cell");
      return (cell instanceof tf.layers.Layer ? cell : layer).losses.map((penalty) => penalty());
    }
  }
}

/** tfjs-layers (layers/convolutional.ts) leaves `depthMultiplier` out, so that a saved model can't be loaded. */
function patchSeparableConfig(layer: tf.layers.Layer): void {
  const getConfig = layer.getConfig.bind(layer);
  layer.getConfig = () => ({
    ...getConfig(),
    depthMultiplier: Number(Reflect.get(layer, "depthMultiplier")),
  });
}

/**
 * Without gamma or beta tfjs-layers gives `batchNorm` no scale, and the engine then fails to save it for the gradient
 * (tfjs-core src/gradients/FusedBatchNorm_grad.ts lists it among the inputs to save).
 */
function patchPlainNormalization(layer: tf.layers.Layer): void {
  layer.call = (inputs) =>
    tf.tidy(() => {
      const input = onlyTensor(inputs);
      const listed: unknown = Reflect.get(layer, "axis");
      const axes = Array.isArray(listed) ? listed.map(Number) : [Number(listed)];
      const shape = input.shape.map((size, index) => (axes.includes(index) ? size : 1));
      const { mean, variance } = tf.moments(input, axes, true);
      const epsilon = Number(Reflect.get(layer, "epsilon"));
      const normal = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, epsilon)));
      const scaled = readFlag(layer, "scale")
        ? tf.mul(normal, tf.reshape(readWeight(layer, "gamma"), shape))
        : normal;
      return readFlag(layer, "center")
        ? tf.add(scaled, tf.reshape(readWeight(layer, "beta"), shape))
        : scaled;
    });
}

function readFlag(layer: tf.layers.Layer, name: string): boolean {
  return Reflect.get(layer, name) === true;
}

/** tfjs-layers wraps a weight's variable; its types hide the fields of layers. */
function readWeight(layer: tf.layers.Layer, name: string): tf.Tensor {
  const weight: unknown = Reflect.get(layer, name);
  const value: unknown = callMethod(weight, "read", []);
  if (value instanceof tf.Tensor) return value;
  throw new Error(`${layer.name} has no weight "${name}".`);
}

function callMethod(target: unknown, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(Object(target), name);
  return typeof method === "function" ? Reflect.apply(method, target, [...args]) : undefined;
}

function onlyTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const input = Array.isArray(inputs) ? inputs[0] : inputs;
  if (input === undefined) throw new Error("A layer got no input.");
  return input;
}
