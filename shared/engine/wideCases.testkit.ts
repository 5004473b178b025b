/**
 * Cases for the sweep over gradients that are large enough to make the WebGPU backend choose other programs: inner sizes of
 * 2,000 and more, wide vocabularies, many channels, whole numbers that are turned.
 */
import type { Random } from "../base/random.ts";
import type { DType } from "../layers/shape.ts";
import type { StoredParams } from "../layers/params.ts";
import { caseOfChain, type GradientCase } from "./gradients.testkit.ts";

type Link = readonly [type: string, params: StoredParams];

interface Chain {
  readonly input: { readonly sizes: readonly number[]; readonly dtype?: DType };
  readonly links: readonly Link[];
  readonly batch: number;
}

export function drawWideCase(random: Random, number: number): GradientCase {
  const kind = random.nextInt(kinds.length);
  const chain = (kinds[kind] ?? drawDecoder)(random);
  const title = `${number}: ${JSON.stringify(chain.links)} on ${JSON.stringify(chain.input.sizes)}, batch ${chain.batch}`;
  return { ...caseOfChain(title, chain.input, chain.links), batch: chain.batch };
}

const kinds = [
  drawDecoder,
  drawEncoder,
  drawVocabulary,
  drawTurned,
  drawImages,
  drawTransposed,
  drawSequences,
  drawNormalized,
];

/** What stock tfjs gets wrong where 4 divides the width: a gradient over it to a narrow layer before. */
function drawDecoder(random: Random): Chain {
  const width = 1990 + random.nextInt(12) * 7 + random.nextInt(3) * 100;
  const units = random.nextInt(2) === 0 ? width : 4 * Math.ceil(width / 4);
  return {
    input: { sizes: [1 + random.nextInt(40)] },
    links: [
      ["dense", { units: 1 + random.nextInt(90), activation: pick(random, ["relu", "tanh"]) }],
      ["dense", { units, activation: pick(random, ["linear", "sigmoid", "softmax"]) }],
    ],
    batch: pick(random, [1, 2, 3, 9, 33]),
  };
}

function drawEncoder(random: Random): Chain {
  return {
    input: { sizes: [1990 + random.nextInt(700)] },
    links: [
      ["dense", { units: 1 + random.nextInt(40), activation: "tanh" }],
      ["batchNormalization", {}],
      ["dense", { units: 1 + random.nextInt(12) }],
    ],
    batch: pick(random, [2, 3, 33]),
  };
}

function drawVocabulary(random: Random): Chain {
  const inputDim = 1000 + random.nextInt(2000);
  return {
    input: { sizes: [1 + random.nextInt(12)], dtype: "int32" },
    links: [
      ["embedding", { inputDim, outputDim: 1 + random.nextInt(20) }],
      ["globalAveragePooling1d", {}],
      ["dense", { units: inputDim, activation: "softmax" }],
    ],
    batch: pick(random, [1, 2, 5, 33]),
  };
}

/** Whole numbers turned on their way, and a mask made of them. */
function drawTurned(random: Random): Chain {
  const units = 1 + random.nextInt(20);
  return {
    input: { sizes: [2 + random.nextInt(5), 2 + random.nextInt(5)], dtype: "int32" },
    links: [
      ["permute", { dims: [2, 1] }],
      ["flatten", {}],
      ["embedding", { inputDim: 5, outputDim: 1 + random.nextInt(9), maskZero: true }],
      [pick(random, ["lstm", "gru", "simpleRnn"]), { units, returnSequences: true }],
      ["timeDistributed", { layer: { type: "dense", params: { units: 3 } } }],
    ],
    batch: pick(random, [1, 2, 3]),
  };
}

function drawImages(random: Random): Chain {
  const kernelSize = [1 + random.nextInt(3), 1 + random.nextInt(3)];
  return {
    input: { sizes: [5 + random.nextInt(4), 5 + random.nextInt(4), 1 + random.nextInt(40)] },
    links: [
      ["conv2d", { filters: 1 + random.nextInt(70), kernelSize, activation: "relu" }],
      ["batchNormalization", {}],
      ["depthwiseConv2d", { kernelSize: [3, 3], padding: "same", depthMultiplier: 2 }],
      ["maxPooling2d", { poolSize: [2, 2], padding: "same" }],
      ["globalAveragePooling2d", {}],
      ["dense", { units: 1 + random.nextInt(10), activation: "softmax" }],
    ],
    batch: pick(random, [1, 2, 3]),
  };
}

function drawTransposed(random: Random): Chain {
  const strides = [1 + random.nextInt(3), 1 + random.nextInt(3)];
  const kernelSize = [1 + random.nextInt(5), 1 + random.nextInt(5)];
  const padding = pick(random, ["same", "valid"]);
  return {
    input: { sizes: [2 + random.nextInt(7), 2 + random.nextInt(7), 1 + random.nextInt(34)] },
    links: [
      ["conv2dTranspose", { filters: 1 + random.nextInt(34), kernelSize, strides, padding }],
      ["upSampling2d", { interpolation: pick(random, ["nearest", "bilinear"]) }],
      ["conv2d", { filters: 1 + random.nextInt(3), padding: "same", activation: "sigmoid" }],
    ],
    batch: pick(random, [1, 2, 3]),
  };
}

function drawSequences(random: Random): Chain {
  const returnSequences = random.nextInt(2) === 0;
  const goBackwards = random.nextInt(3) === 0;
  const units = 1 + random.nextInt(random.nextInt(3) === 0 ? 270 : 70);
  return {
    input: { sizes: [1 + random.nextInt(9), 1 + random.nextInt(40)] },
    links: [
      ["masking", {}],
      [pick(random, ["lstm", "gru", "simpleRnn"]), { units, returnSequences, goBackwards }],
      ["dense", { units: 1 + random.nextInt(5) }],
    ],
    batch: pick(random, [1, 2, 3, 33]),
  };
}

function drawNormalized(random: Random): Chain {
  const rate = random.nextInt(2) === 0 ? 0 : 0.2;
  return {
    input: { sizes: [4 + random.nextInt(60), 3 + random.nextInt(30)] },
    links: [
      ["conv1d", { filters: 1 + random.nextInt(70), kernelSize: [3], padding: "causal" }],
      ["layerNormalization", {}],
      ["dropout", { rate }],
      ["dense", { units: 1 + random.nextInt(40), activation: "gelu" }],
      ["globalMaxPooling1d", {}],
    ],
    batch: pick(random, [1, 2, 3]),
  };
}

function pick<Option>(random: Random, options: readonly [Option, ...Option[]]): Option {
  return options[random.nextInt(options.length)] ?? options[0];
}
