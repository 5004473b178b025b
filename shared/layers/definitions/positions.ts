/** What tells a transformer the order of steps: learned vectors, or sines and cosines. */
import { err, ok, type Result } from "../../base/result.ts";
import { checkFloat, knownSize, needLastSize, onlyInput, rankIssue, weight } from "../axes.ts";
import {
  constraintParam,
  initializerParam,
  regularizerParam,
  trainableParam,
} from "../commonParams.ts";
import { defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { Shape } from "../shape.ts";

const addParam = {
  kind: "bool",
  default: true,
  label: "Add",
  help: "Adds the positions to the input. Off gives the positions alone.",
} as const;

function checkSequence(inputs: readonly Shape[]): Result<Shape, ShapeIssue> {
  const shape = onlyInput(inputs);
  const checked = checkFloat(shape);
  if (!checked.ok) return checked;
  if (shape.axes.length !== 2) return rankIssue("a sequence with two axes, time × features");
  const size = needLastSize(shape, "each step's place becomes as many numbers");
  return size.ok ? ok(shape) : size;
}

const learnedSpecs = {
  sequenceLength: {
    kind: "int",
    default: 128,
    min: 1,
    max: 1_000_000,
    isRequired: true,
    label: "Sequence length",
    help: "The longest sequence: one vector is learned for each place in it.",
  },
  add: addParam,
  embeddingsInitializer: initializerParam({
    label: "Embeddings initializer",
    initial: "glorotUniform",
  }),
  embeddingsRegularizer: regularizerParam("Embeddings regularizer"),
  embeddingsConstraint: constraintParam("Embeddings constraint"),
  trainable: trainableParam,
} as const;

export const positionEmbedding = defineLayer({
  type: "positionEmbedding",
  title: "PositionEmbedding",
  category: "attention",
  summary: "Adds a learned vector for each place in a sequence.",
  about:
    "Attention does not see the order of steps; this tells it. Stands behind the Embedding of words, in front of the first attention, as in BERT and GPT-2. Sequences longer than those in training have no vector: SinusoidalPositions goes on for ever. Neither Keras nor tfjs has it (KerasHub does): exports carry its class with them.",
  formula: "output[t] = input[t] + embeddings[t]",
  sources: [
    {
      title: "KerasHub: PositionEmbedding layer",
      url: "https://keras.io/keras_hub/api/modeling_layers/position_embedding/",
    },
    {
      title: "Gehring et al. 2017, Convolutional sequence to sequence learning",
      url: "https://arxiv.org/abs/1705.03122",
    },
  ],
  keywords: ["positional encoding", "transformer", "order", "bert", "gpt"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: learnedSpecs,
  caption: ({ sequenceLength, add }) => [
    `${sequenceLength} places`,
    ...(add ? [] : ["positions alone"]),
  ],
  masking: () => "passes",
  inferShape({ sequenceLength }, inputs) {
    const checked = checkSequence(inputs);
    if (!checked.ok) return checked;
    const steps = checked.value.axes[0]?.size ?? null;
    if (steps !== null && steps > sequenceLength)
      return err({
        code: "size",
        needs: `a sequence of at most ${sequenceLength} steps, as many as it has places`,
        input: 0,
        param: "sequenceLength",
        hints: [
          {
            kind: "setParam",
            param: "sequenceLength",
            value: steps,
            title: `Learn ${steps} places`,
          },
        ],
      });
    return checked;
  },
  weights: ({ sequenceLength, trainable }, inputs) => [
    weight(
      "embeddings",
      [sequenceLength, knownSize(onlyInput(inputs).axes.at(-1)?.size)],
      trainable,
    ),
  ],
  lower: (params) => ({
    ...lowerParams({
      className: "PositionEmbedding",
      tfjsFactory: "positionEmbedding",
      specs: learnedSpecs,
      params,
    }),
    tfjsSource: "own",
    pythonSource: "own",
  }),
  examples: [
    { params: { sequenceLength: 5 }, inputs: [[5, 4]], output: [5, 4], weightCount: 20 },
    {
      params: { sequenceLength: 8, embeddingsInitializer: { name: "randomNormal" } },
      inputs: [[null, 3]],
      output: [null, 3],
      weightCount: 24,
    },
    {
      params: {
        sequenceLength: 6,
        add: false,
        embeddingsRegularizer: { name: "l2" },
        embeddingsConstraint: { name: "maxNorm", maxValue: 3, axis: 1 },
        trainable: false,
      },
      inputs: [[4, 2]],
      output: [4, 2],
      weightCount: 12,
    },
  ],
});

const sineSpecs = {
  maxWavelength: {
    kind: "float",
    default: 10_000,
    min: 1,
    label: "Largest wavelength",
    help: "Period of the slowest pair of features, divided by 2π. 10 000 is usual.",
  },
  add: addParam,
} as const;

export const sinusoidalPositions = defineLayer({
  type: "sinusoidalPositions",
  title: "SinusoidalPositions",
  category: "attention",
  summary: "Adds sines and cosines of each step's number, so that attention sees the order.",
  about:
    "Pairs of features turn like the hands of clocks, each slower than the one before; so a shift by some steps is a rotation, which attention can learn. Nothing is learned here and any length works. Neither Keras nor tfjs has it (KerasHub has SinePositionEncoding): exports carry its class with them.",
  formula:
    "position[t, 2i] = sin(t / w^(2i / features)), position[t, 2i + 1] = cos(t / w^(2i / features)), w the largest wavelength",
  sources: [
    {
      title: "Vaswani et al. 2017, Attention is all you need",
      url: "https://arxiv.org/abs/1706.03762",
    },
    {
      title: "KerasHub: SinePositionEncoding layer",
      url: "https://keras.io/keras_hub/api/modeling_layers/sine_position_encoding/",
    },
  ],
  keywords: ["positional encoding", "transformer", "order", "sine"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: sineSpecs,
  caption: ({ add }) => (add ? [] : ["positions alone"]),
  masking: () => "passes",
  inferShape: (_params, inputs) => checkSequence(inputs),
  weights: () => [],
  lower: (params) => ({
    ...lowerParams({
      className: "SinusoidalPositions",
      tfjsFactory: "sinusoidalPositions",
      specs: sineSpecs,
      params,
    }),
    tfjsSource: "own",
    pythonSource: "own",
  }),
  examples: [
    { params: {}, inputs: [[6, 4]], output: [6, 4], weightCount: 0 },
    { params: { maxWavelength: 100 }, inputs: [[null, 5]], output: [null, 5], weightCount: 0 },
    { params: { add: false }, inputs: [[3, 2]], output: [3, 2], weightCount: 0 },
  ],
});
