/** Layers of tfjs-layers 4.22 that have no gradient, computed by another way, or that forget their regularizers. */
import * as tf from "@tensorflow/tfjs";

/**
 * Replaces `call` of the layers concerned. Configuration, weights and results stay as they are, so a saved model means
 * the same in plain tfjs.
 */
export function patchLayer(layer: tf.layers.Layer): void {
  switch (layer.getClassName()) {
    case "Conv2D":
      if (isDilated(layer)) patchDilatedConv2d(layer);
      return;
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

/**
 * tfjs-layers calls the fused convolution, whose gradient refuses dilation and, being inside the op
 * (tfjs-core src/ops/fused/conv2d.ts), can't be registered anew. The plain convolution's can (`gradientPatches.ts`).
 */
function patchDilatedConv2d(layer: tf.layers.Layer): void {
  layer.call = (inputs) =>
    tf.tidy(() => {
      const isFirst = Reflect.get(layer, "dataFormat") === "channelsFirst";
      const given = onlyTensor(inputs);
      const input = isFirst ? tf.transpose(given, [0, 2, 3, 1]) : given;
      const padding = Reflect.get(layer, "padding") === "same" ? "same" : "valid";
      const convolved = tf.conv2d(
        // An Input of four axes feeds it; tfjs checks once more.
        input as tf.Tensor4D,
        readWeight(layer, "kernel") as tf.Tensor4D,
        readPair(layer, "strides"),
        padding,
        "NHWC",
        readPair(layer, "dilationRate"),
      );
      const bias = Reflect.get(layer, "bias") ? readWeight(layer, "bias") : null;
      const shifted = bias === null ? convolved : tf.add(convolved, bias);
      const output = isFirst ? tf.transpose(shifted, [0, 3, 1, 2]) : shifted;
      return applyActivation(layer, output);
    });
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

function isDilated(layer: tf.layers.Layer): boolean {
  return readPair(layer, "dilationRate").some((rate) => rate !== 1);
}

function readFlag(layer: tf.layers.Layer, name: string): boolean {
  return Reflect.get(layer, name) === true;
}

function readPair(layer: tf.layers.Layer, name: string): [number, number] {
  const value: unknown = Reflect.get(layer, name);
  if (!Array.isArray(value)) return [1, 1];
  return [Number(value[0]), Number(value[1])];
}

/** tfjs-layers wraps a weight's variable; its types hide the fields of layers. */
function readWeight(layer: tf.layers.Layer, name: string): tf.Tensor {
  const weight: unknown = Reflect.get(layer, name);
  const value: unknown = callMethod(weight, "read", []);
  if (value instanceof tf.Tensor) return value;
  throw new Error(`${layer.name} has no weight "${name}".`);
}

function applyActivation(layer: tf.layers.Layer, tensor: tf.Tensor): tf.Tensor {
  const activation: unknown = Reflect.get(layer, "activation");
  if (activation === null || activation === undefined) return tensor;
  const value = callMethod(activation, "apply", [tensor]);
  if (value instanceof tf.Tensor) return value;
  throw new Error(`${layer.name} has no activation.`);
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
