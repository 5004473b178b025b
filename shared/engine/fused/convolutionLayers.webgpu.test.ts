/** Dense and convolutions by our kernels, direct and tiled, against tfjs on the processor. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { Convolution } from "../layers/convolution.ts";
import { DepthwiseConvolution } from "../layers/depthwiseConvolution.ts";
import { TransposedConvolution } from "../layers/transposedConvolution.ts";
import { selectBackend } from "../selectBackend.ts";
import { compareLayer, type FusedCase } from "./fused.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
const faults: string[] = [];
beforeAll(async () => {
  if (!webgpu.ok) return;
  const backend = await selectBackend("webgpu");
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
});
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const activations = [
  "linear",
  "relu",
  "relu6",
  "elu",
  "selu",
  "sigmoid",
  "tanh",
  "softmax",
  "softplus",
  "softsign",
  "swish",
  "gelu",
  "netloom>leakyRelu",
  "netloom>hardSigmoid",
  "netloom>exponential",
] as const;

function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random.nextInt(values.length)];
  if (value === undefined) throw new Error("Nothing to pick.");
  return value;
}

/** tfjs's types know only its own names. */
function drawActivation(random: Random): "relu" {
  return pick(random, activations) as "relu";
}

function drawDense(random: Random): Omit<FusedCase, "title"> {
  const lead = Array.from({ length: 1 + random.nextInt(3) }, () => 1 + random.nextInt(9));
  const inner = pick(random, [1, 2, 5, 16, 33, 70]);
  const options = {
    units: pick(random, [1, 3, 8, 10, 17, 40, 65]),
    activation: drawActivation(random),
    useBias: random.next() < 0.7,
  };
  return { makeLayer: () => tf.layers.dense(options), shape: [...lead, inner] };
}

function drawConvolution(random: Random): Omit<FusedCase, "title"> {
  const rank = pick(random, [1, 2] as const);
  const groups = pick(random, [1, 1, 2, 3]);
  const isDilated = random.next() < 0.3;
  const sizes = Array.from({ length: rank }, () => 5 + random.nextInt(8));
  const options = {
    rank,
    groups,
    filters: groups * pick(random, [1, 2, 5, 9]),
    kernelSize: Array.from({ length: rank }, () => 1 + random.nextInt(3)),
    strides: Array.from({ length: rank }, () => (isDilated ? 1 : 1 + random.nextInt(3))),
    dilationRate: Array.from({ length: rank }, () => (isDilated ? 1 + random.nextInt(2) : 1)),
    padding: pick(
      random,
      rank === 1 ? (["valid", "same", "causal"] as const) : (["valid", "same"] as const),
    ),
    activation: drawActivation(random),
    useBias: random.next() < 0.7,
  };
  return {
    makeLayer: () => new Convolution({ ...options }),
    shape: [1 + random.nextInt(4), ...sizes, groups * (1 + random.nextInt(5))],
  };
}

function drawDepthwise(random: Random): Omit<FusedCase, "title"> {
  const stride = 1 + random.nextInt(2);
  const options = {
    rank: 2 as const,
    kernelSize: [1 + random.nextInt(3), 1 + random.nextInt(3)],
    strides: [stride, stride],
    depthMultiplier: 1 + random.nextInt(3),
    padding: pick(random, ["valid", "same"] as const),
    activation: drawActivation(random),
    useBias: random.next() < 0.5,
  };
  return {
    makeLayer: () => new DepthwiseConvolution({ ...options } as never),
    shape: [
      1 + random.nextInt(3),
      4 + random.nextInt(5),
      4 + random.nextInt(5),
      1 + random.nextInt(9),
    ],
  };
}

function drawTransposed(random: Random): Omit<FusedCase, "title"> {
  const stride = 1 + random.nextInt(3);
  const rank = pick(random, [1, 2] as const);
  const isDilated = random.next() < 0.3;
  const options = {
    rank,
    filters: 1 + random.nextInt(9),
    kernelSize: Array.from({ length: rank }, () => 1 + random.nextInt(4)),
    strides: Array.from({ length: rank }, () => (isDilated ? 1 : stride)),
    dilationRate: Array.from({ length: rank }, () => (isDilated ? 2 : 1)),
    padding: pick(random, ["valid", "same"] as const),
    activation: drawActivation(random),
    useBias: random.next() < 0.7,
  };
  const sizes = Array.from({ length: rank }, () => 3 + random.nextInt(5));
  return {
    makeLayer: () => new TransposedConvolution({ ...options } as never),
    shape: [1 + random.nextInt(3), ...sizes, 1 + random.nextInt(9)],
  };
}

function drawStockTransposed(random: Random): Omit<FusedCase, "title"> {
  const stride = 1 + random.nextInt(3);
  const options = {
    filters: 1 + random.nextInt(9),
    kernelSize: [1 + random.nextInt(4), 1 + random.nextInt(4)],
    strides: [stride, stride] as [number, number],
    padding: pick(random, ["valid", "same"] as const),
    activation: drawActivation(random),
  };
  return {
    makeLayer: () => tf.layers.conv2dTranspose({ ...options }),
    shape: [2, 3 + random.nextInt(5), 3 + random.nextInt(5), 1 + random.nextInt(9)],
  };
}

function drawStock(random: Random): Omit<FusedCase, "title"> {
  const options = {
    kernelSize: [1 + random.nextInt(4), 1 + random.nextInt(4)],
    strides: [1 + random.nextInt(3), 1 + random.nextInt(3)] as [number, number],
    padding: pick(random, ["valid", "same"] as const),
    activation: drawActivation(random),
    filters: pick(random, [1, 4, 6, 19]),
  };
  return {
    makeLayer: () => tf.layers.conv2d({ ...options }),
    shape: [
      1 + random.nextInt(5),
      4 + random.nextInt(9),
      4 + random.nextInt(9),
      1 + random.nextInt(17),
    ],
  };
}

/** More by hand: NETLOOM_ROUNDS=100. */
const rounds = Number(process.env["NETLOOM_ROUNDS"] ?? 4);

const families = {
  Dense: drawDense,
  Convolution: drawConvolution,
  Depthwise: drawDepthwise,
  Transposed: drawTransposed,
  "tfjs's transposed": drawStockTransposed,
  "tfjs's Conv2D": drawStock,
};

const large: readonly FusedCase[] = [
  {
    title: "a narrow layer in front of a wide one",
    makeLayer: () => tf.layers.dense({ units: 2048 }),
    shape: [32, 64],
  },
  {
    title: "a wide layer in front of a narrow one",
    makeLayer: () => tf.layers.dense({ units: 10, activation: "softmax" }),
    shape: [130, 2000],
  },
  {
    title: "a first layer over many pixels",
    makeLayer: () => tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
    shape: [4, 20, 20, 1],
  },
  {
    title: "a deep layer over few pixels",
    makeLayer: () => tf.layers.conv2d({ filters: 64, kernelSize: 3, padding: "same" }),
    shape: [3, 4, 4, 32],
  },
];

describe.skipIf(!webgpu.ok)("Dense and convolutions on WebGPU agree with the processor", () => {
  test.each(Object.entries(families))("%s over drawn settings", async (name, draw) => {
    const complaints: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const each = draw(createRandom(`${name} ${round}`));
      const layer = each.makeLayer();
      const title = `${name} ${round} ${JSON.stringify(each.shape)} ${JSON.stringify(layer.getConfig(), ["kernelSize", "strides", "padding", "filters", "units", "activation", "groups", "dilationRate", "useBias"])}`;
      const complaint = await compareLayer({ ...each, title });
      if (complaint !== "") complaints.push(complaint);
    }
    expect(complaints).toEqual([]);
    expect(faults.splice(0)).toEqual([]);
  });

  test.each(large)("$title", async (each) => {
    expect(await compareLayer(each)).toBe("");
    expect(faults.splice(0)).toEqual([]);
  });
});
