import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import type { PlanLayer } from "../../../shared/compiler/plan.ts";
import type { Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import { batchCount, type Contender } from "./contender.ts";
import type { Material } from "./material.ts";

/**
 * jax-js, jitted as a whole: forward, gradients and Adam in one function. Pictures lie channels first there, so kernels are
 * turned once, outside the measured part. Every use of an array consumes it, hence `.ref`.
 */
type Arrays = Record<string, np.Array>;

interface Network {
  readonly weights: Arrays;
  /** Mean cross-entropy of a batch. */
  readonly measure: (weights: Arrays, x: np.Array, y: np.Array) => np.Array;
}

export async function createJax(workload: Workload, material: Material): Promise<Contender> {
  const devices = await init("webgpu");
  if (!devices.includes("webgpu")) throw new Error("jax-js found no WebGPU.");
  defaultDevice("webgpu");
  const network = buildNetwork(workload, material);
  const update = jit(makeUpdate(network, material.learningRate));
  const { batchSize } = material;
  const size = workload.input.reduce((product, length) => product * length, 1) * batchSize;
  const batches = Array.from({ length: batchCount }, (_, index) => ({
    x: toChannelsFirst(
      np
        .array(material.x.slice(index * size, (index + 1) * size))
        .reshape([batchSize, ...workload.input]),
    ),
    y: np
      .array(oneHot(material.labels.subarray(index * batchSize), batchSize, workload.classes))
      .reshape([batchSize, workload.classes]),
  }));
  let state: State = {
    weights: network.weights,
    first: zerosLike(network.weights),
    second: zerosLike(network.weights),
    powers: np.array([1, 1]),
  };
  let stepsDone = 0;
  const step = (): np.Array => {
    const batch = batches[stepsDone++ % batchCount];
    if (batch === undefined) throw new Error("There is no such batch.");
    const [loss, next] = update(state, batch.x.ref, batch.y.ref);
    state = next;
    return loss;
  };
  return {
    async train(steps) {
      for (let index = 0; index < steps; index++) {
        const loss = step();
        // At most a few steps ahead, as any loop that shows its loss now and then.
        if (index % 4 === 3) await loss.data();
        else loss.dispose();
      }
      await blockUntilReady(state.powers.ref);
      await state.powers.ref.data();
    },
    async trainWithLosses(steps) {
      const losses: number[] = [];
      for (let index = 0; index < steps; index++)
        losses.push(Number((await step().data())[0] ?? Number.NaN));
      return losses;
    },
  };
}

type State = {
  weights: Arrays;
  first: Arrays;
  second: Arrays;
  /** β₁ᵗ and β₂ᵗ. */
  powers: np.Array;
};

function makeUpdate({ measure }: Network, learningRate: number) {
  const differentiate = valueAndGrad(measure);
  return (state: State, x: np.Array, y: np.Array): [np.Array, State] => {
    const names = Object.keys(state.weights);
    const refs = Object.fromEntries(names.map((name) => [name, need(state.weights, name).ref]));
    const [loss, gradients] = differentiate(refs, x, y) as [np.Array, Arrays];
    const powers = state.powers.mul(np.array([0.9, 0.999]));
    const one = np.array(1);
    const firstShare = one.ref.sub(powers.ref.slice(0));
    const secondShare = one.sub(powers.ref.slice(1));
    const weights: Arrays = {};
    const first: Arrays = {};
    const second: Arrays = {};
    for (const name of names) {
      const gradient = need(gradients, name);
      const m = need(state.first, name).mul(0.9).add(gradient.ref.mul(0.1));
      const v = need(state.second, name).mul(0.999).add(gradient.ref.mul(gradient).mul(0.001));
      const mean = m.ref.div(firstShare.ref);
      const deviation = np.sqrt(v.ref.div(secondShare.ref)).add(1e-7);
      weights[name] = need(state.weights, name).sub(mean.div(deviation).mul(learningRate));
      first[name] = m;
      second[name] = v;
    }
    firstShare.dispose();
    secondShare.dispose();
    return [loss, { weights, first, second, powers }];
  };
}

function buildNetwork({ plan, input }: Workload, material: Material): Network {
  const weights: Arrays = {};
  let channels = input;
  let flattened: readonly number[] | null = null;
  for (const layer of plan.layers) {
    for (const weight of material.weights.filter(({ name }) => name.startsWith(`${layer.name}/`))) {
      if (/moving_/.test(weight.name)) continue;
      let value = np.array(Float32Array.from(weight.values)).reshape([...weight.shape]);
      if (weight.shape.length === 4) value = np.transpose(value, [3, 2, 0, 1]);
      else if (flattened !== null && weight.shape.length === 2) {
        const [height = 1, width = 1, depth = 1] = flattened;
        const units = weight.shape[1] ?? 1;
        value = np
          .transpose(value.reshape([height, width, depth, units]), [2, 0, 1, 3])
          .reshape([height * width * depth, units]);
        flattened = null;
      }
      weights[weight.name] = value;
    }
    if (layer.call.className === "Flatten") flattened = channels;
    channels = layer.outputShapes[0]?.axes.map(({ size }) => size ?? 1) ?? [];
  }
  return {
    weights,
    measure(given, x, y) {
      const left = new Map<string, number>();
      for (const { inputs } of plan.layers)
        for (const { layer } of inputs) left.set(layer, (left.get(layer) ?? 0) + 1);
      const values = new Map<string, np.Array>([["x", x]]);
      const take = (name: string): np.Array => {
        const value = values.get(name);
        if (value === undefined) throw new Error(`jax-js: ${name} is not there.`);
        const uses = (left.get(name) ?? 1) - 1;
        left.set(name, uses);
        return uses > 0 ? value.ref : value;
      };
      let last = x;
      for (const layer of plan.layers) {
        last = applyLayer(
          layer,
          layer.inputs.map((source) => take(source.layer)),
          given,
        );
        values.set(layer.name, last);
      }
      for (const value of Object.values(given)) value.dispose();
      return np.mean(np.sum(y.mul(nn.logSoftmax(last)), -1)).mul(-1);
    },
  };
}

/** The last layer's softmax is part of the loss. Consumes its inputs, not the weights. */
function applyLayer(layer: PlanLayer, inputs: readonly np.Array[], weights: Arrays): np.Array {
  const [x] = inputs;
  if (x === undefined) throw new Error(`${layer.name} has no input.`);
  const options = new Map(layer.call.options.map(({ tfjsName, value }) => [tfjsName, value]));
  const weight = (name: string) => need(weights, `${layer.name}/${name}`).ref;
  const activate = (value: np.Array): np.Array => {
    switch (options.get("activation")) {
      case "relu":
        return nn.relu(value);
      case "tanh":
        return np.tanh(value);
      default:
        return value;
    }
  };
  switch (layer.call.className) {
    case "Dense":
      return activate(np.matmul(x, weight("kernel")).add(weight("bias")));
    case "Activation":
      return activate(x);
    case "Add":
      return inputs.reduce((sum, value) => sum.add(value));
    case "Flatten":
      return x.reshape([x.shape[0] ?? 1, -1]);
    case "Conv2D": {
      const padding = options.get("padding") === "same" ? "SAME" : "VALID";
      const convolved = lax.conv(x, weight("kernel"), [1, 1], padding);
      return activate(convolved.add(weight("bias").reshape([-1, 1, 1])));
    }
    case "MaxPooling2D":
    case "AveragePooling2D": {
      const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
      const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
      const cut = x.slice([], [], [0, rows * 2], [0, columns * 2]);
      const parts = cut.reshape([batch, channels, rows, 2, columns, 2]);
      return layer.call.className === "MaxPooling2D"
        ? np.max(parts, [3, 5])
        : np.mean(parts, [3, 5]);
    }
    case "GlobalAveragePooling2D":
      return np.mean(x, [2, 3]);
    case "BatchNormalization": {
      const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
      const centred = x.sub(mean);
      const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
      const normal = centred.div(np.sqrt(variance.add(0.001)));
      const scaled = normal.mul(weight("gamma").reshape([-1, 1, 1]));
      return scaled.add(weight("beta").reshape([-1, 1, 1]));
    }
    case "LSTM":
      return runLstm(x, weight);
    default:
      throw new Error(`jax-js: no ${layer.call.className} here.`);
  }
}

/** Unrolled: jax-js has no scan. `[batch, time, features]` → the last step's output. */
function runLstm(x: np.Array, weight: (name: string) => np.Array): np.Array {
  const [batch = 1, time = 1, features = 1] = x.shape;
  const units = (weight("bias").shape[0] ?? 4) / 4;
  const flat = x.reshape([batch * time, features]);
  const projected = np
    .matmul(flat, weight("kernel"))
    .add(weight("bias"))
    .reshape([batch, time, 4 * units]);
  let hidden = np.zeros([batch, units]);
  let carry = np.zeros([batch, units]);
  for (let step = 0; step < time; step++) {
    const z = projected.ref.slice([], step).add(np.matmul(hidden, weight("recurrent_kernel")));
    const gate = (index: number) => z.ref.slice([], [index * units, (index + 1) * units]);
    const input = nn.sigmoid(gate(0));
    const forget = nn.sigmoid(gate(1));
    const candidate = np.tanh(gate(2));
    const output = nn.sigmoid(gate(3));
    z.dispose();
    carry = forget.mul(carry).add(input.mul(candidate));
    hidden = output.mul(np.tanh(carry.ref));
  }
  projected.dispose();
  carry.dispose();
  return hidden;
}

function toChannelsFirst(x: np.Array): np.Array {
  return x.ndim === 4 ? np.transpose(x, [0, 3, 1, 2]) : x;
}

function zerosLike(weights: Arrays): Arrays {
  return Object.fromEntries(
    Object.entries(weights).map(([name, value]) => [name, np.zeros(value.shape)]),
  );
}

function oneHot(labels: Int32Array, count: number, classes: number): Float32Array {
  const encoded = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) encoded[row * classes + (labels[row] ?? 0)] = 1;
  return encoded;
}

function need(arrays: Arrays, name: string): np.Array {
  const found = arrays[name];
  if (found === undefined) throw new Error(`jax-js: ${name} is not there.`);
  return found;
}
