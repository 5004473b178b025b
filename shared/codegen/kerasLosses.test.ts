/**
 * What layers add to the loss (regularizers of weights and activations, divergences), against real Keras: the losses of
 * an evaluation and of a step of training, and the gradients of that step, from the printed code and the same weights.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import { buildModel } from "../engine/buildModel.ts";
import { listPenalties } from "../engine/penalties.ts";
import { runModel } from "../engine/runModel.ts";
import { drawInputs, type Values } from "../layers/example.testkit.ts";
import { sizesOf } from "../layers/shape.ts";
import { defaultTraining } from "../training/config.ts";
import { printKeras } from "./printKeras.ts";
import { findKerasPython, kerasEnvironment } from "./python.testkit.ts";
import { type LayerLine, makePlan } from "./scripts.testkit.ts";

const python = findKerasPython();
const reason = python === null ? " (skipped: no Python with Keras)" : "";
const referee = fileURLToPath(new URL("../../build/referees/keras_losses.py", import.meta.url));

interface Losses {
  /** By the layers, in evaluation. */
  readonly added: number;
  readonly evaluated: number;
  readonly trained: number;
  readonly gradients: readonly (readonly number[])[];
}

interface Case {
  readonly title: string;
  readonly plan: ModelPlan;
  /** 0 where outputs are random in training. */
  readonly lossWeight: number;
  /** See the referee: its trainer can't be compared then. */
  readonly isUsedTwice: boolean;
}

const l2 = { name: "l2", l2: 0.2 };

function makeCase(
  title: string,
  inputs: Readonly<Record<string, readonly number[]>>,
  lines: readonly LayerLine[],
  options: {
    readonly sources?: readonly string[];
    readonly lossWeight?: number;
    readonly isUsedTwice?: boolean;
    readonly dtype?: "int32";
  } = {},
): Case {
  const {
    sources = [lines.at(-1)?.[0] ?? ""],
    lossWeight = 1,
    isUsedTwice = false,
    dtype,
  } = options;
  const outputs = sources.map((source) => ({ source, loss: "meanSquaredError" as const }));
  const plan = makePlan("model", inputs, lines, outputs, dtype === undefined ? {} : { dtype });
  return { title, plan, lossWeight, isUsedTwice };
}

const activityRegularizer = { name: "l1l2", l1: 0.1, l2: 0.3 };

/** One layer each, with a regularizer of what it gives: all its outputs count. */
const active = (
  [
    ["dense", { units: 3, activation: "tanh", kernelRegularizer: l2 }, [4]],
    ["einsumDense", { equation: "ab,bc->ac", outputShape: [3] }, [4]],
    ["maxout", { units: 2 }, [3]],
    ["conv1d", { filters: 2, padding: "causal" }, [5, 3]],
    ["conv2d", { filters: 2, biasRegularizer: l2 }, [4, 4, 1]],
    ["conv3d", { filters: 2, kernelSize: [2, 2, 2] }, [3, 3, 3, 1]],
    ["conv2dTranspose", { filters: 2 }, [3, 3, 1]],
    ["depthwiseConv2d", {}, [4, 4, 2]],
    ["separableConv2d", { filters: 2 }, [4, 4, 2]],
    ["simpleRnn", { units: 2, returnSequences: true }, [4, 3]],
    ["lstm", { units: 2, returnSequences: true, returnState: true }, [4, 3]],
    ["gru", { units: 2, returnState: true, recurrentRegularizer: l2 }, [4, 3]],
    ["convLstm2d", { filters: 1 }, [2, 4, 4, 1]],
  ] as const
).map(([type, params, sizes]) =>
  makeCase(`${type} with an activity regularizer`, { x: sizes }, [
    ["layer", type, { ...params, activityRegularizer }, ["x"]],
  ]),
);

const cases: readonly Case[] = [
  ...active,
  makeCase(
    "embedding with an activity regularizer",
    { x: [5] },
    [["layer", "embedding", { inputDim: 6, outputDim: 2, activityRegularizer }, ["x"]]],
    { dtype: "int32" },
  ),
  makeCase(
    "a Dense with an activity regularizer used twice",
    { x: [3] },
    [
      ["first", "dense", { units: 3, activityRegularizer, kernelRegularizer: l2 }, ["x"]],
      [
        "second",
        "dense",
        { units: 3, activityRegularizer, kernelRegularizer: l2 },
        ["first"],
        { sharedWith: "first" },
      ],
    ],
    { isUsedTwice: true },
  ),
  makeCase("both directions with first states", { x: [4, 3], forth: [2], back: [2] }, [
    [
      "layer",
      "bidirectional",
      { layer: { type: "gru", params: { units: 2, kernelRegularizer: l2 } } },
      ["x", "forth", "back"],
    ],
  ]),
  makeCase("simpleRnn with first states and an activity regularizer", { x: [4, 3], h: [2] }, [
    ["layer", "simpleRnn", { units: 2, activityRegularizer }, ["x", "h"]],
  ]),
  makeCase("multiHeadAttention with an activity regularizer", { x: [4, 3] }, [
    [
      "layer",
      "multiHeadAttention",
      { numHeads: 2, keyDim: 3, activityRegularizer, kernelRegularizer: l2 },
      ["x", "x"],
    ],
  ]),
  makeCase(
    "attention with scores and an activity regularizer",
    { x: [4, 3] },
    [
      [
        "layer",
        "multiHeadAttention",
        { numHeads: 2, keyDim: 3, returnAttentionScores: true, activityRegularizer },
        ["x", "x"],
      ],
    ],
    { sources: ["layer:0", "layer:1"] },
  ),
  makeCase("a frozen Dense with an activity regularizer", { x: [3] }, [
    ["before", "dense", { units: 3 }, ["x"]],
    [
      "frozen",
      "dense",
      { units: 3, trainable: false, activityRegularizer, kernelRegularizer: l2 },
      ["before"],
    ],
  ]),
  makeCase(
    "masked steps with an activity regularizer",
    { x: [4] },
    [
      ["words", "embedding", { inputDim: 6, outputDim: 2, maskZero: true }, ["x"]],
      ["layer", "lstm", { units: 2, returnSequences: true, activityRegularizer }, ["words"]],
    ],
    // Keras leaves masked steps out of the error.
    { dtype: "int32", lossWeight: 0 },
  ),
  makeCase(
    "an ActivityRegularization used twice",
    { a: [3] },
    [
      ["first", "dense", { units: 3 }, ["a"]],
      ["second", "dense", { units: 3 }, ["first"]],
      ["small", "activityRegularization", { l1: 0.1, l2: 0.2 }, ["first"]],
      [
        "small_again",
        "activityRegularization",
        { l1: 0.1, l2: 0.2 },
        ["second"],
        { sharedWith: "small" },
      ],
      ["sum", "add", {}, ["small", "small_again"]],
    ],
    { isUsedTwice: true },
  ),
  makeCase("a regularized Dense used twice", { a: [3] }, [
    ["first", "dense", { units: 3, kernelRegularizer: l2, biasRegularizer: l2 }, ["a"]],
    [
      "second",
      "dense",
      { units: 3, kernelRegularizer: l2, biasRegularizer: l2 },
      ["first"],
      { sharedWith: "first" },
    ],
  ]),
  makeCase("a frozen regularized Dense", { a: [3] }, [
    ["before", "dense", { units: 3 }, ["a"]],
    ["frozen", "dense", { units: 3, kernelRegularizer: l2, trainable: false }, ["before"]],
  ]),
  makeCase(
    "Sampling with a KL weight",
    { a: [4] },
    [
      ["mean", "dense", { units: 3 }, ["a"]],
      ["log_variance", "dense", { units: 3 }, ["a"]],
      ["code", "sampling", { klWeight: 0.7 }, ["mean", "log_variance"]],
    ],
    { lossWeight: 0 },
  ),
];

describe.skipIf(python === null)(`losses as in Keras${reason}`, () => {
  const ours: { losses: Losses; weights: readonly Values[] }[] = [];
  let theirs: readonly (Losses | { readonly error: string })[] = [];

  beforeAll(async () => {
    await tf.setBackend("cpu");
    for (const each of cases) ours.push(measureOurs(each));
    const question = {
      cases: cases.map(({ title, plan, lossWeight }, at) => ({
        source: printKeras(plan, { training: defaultTraining, data: null }).files[0]?.text ?? "",
        lossWeight,
        weights: ours[at]?.weights ?? [],
        inputs: drawInputs({ title, inputs: plan.inputs.map(({ shape }) => shape) }).map(
          (values, index) => ({ ...values, dtype: plan.inputs[index]?.shape.dtype }),
        ),
        targets: plan.outputs.map(drawTarget),
      })),
    };
    const output = execFileSync(python ?? "", [referee], {
      input: JSON.stringify(question),
      encoding: "utf8",
      maxBuffer: 1 << 26,
      stdio: ["pipe", "pipe", "ignore"],
      env: kerasEnvironment(),
    });
    // The referee's own format, written beside this file's types.
    theirs = (JSON.parse(output) as { results: typeof theirs }).results;
  }, 600_000);

  test.each(cases.map(({ title }, at) => [title, at] as const))("%s", (_title, at) => {
    const [mine, answer] = [ours[at]?.losses, theirs[at]];
    if (mine === undefined || answer === undefined) throw new Error("no answer");
    if ("error" in answer) throw new Error(answer.error);
    expect(mine.added).toBeCloseTo(answer.added, 4);
    if (cases[at]?.isUsedTwice) return;
    expect(mine.evaluated).toBeCloseTo(answer.evaluated, 4);
    expect(mine.trained).toBeCloseTo(answer.trained, 4);
    expect(mine.gradients.map((each) => each.length)).toEqual(
      answer.gradients.map((each) => each.length),
    );
    mine.gradients.forEach((values, weight) =>
      values.forEach((value, index) =>
        expect(value).toBeCloseTo(answer.gradients[weight]?.[index] ?? Number.NaN, 4),
      ),
    );
  });
});

function drawTarget({ shape }: ModelPlan["outputs"][number]): Values {
  const sizes = [2, ...sizesOf(shape).map((size) => size ?? 6)];
  const count = sizes.reduce((product, size) => product * size, 1);
  return { shape: sizes, values: Array.from({ length: count }, (_unused, at) => at / count) };
}

/** With the seed's own weights; the engine's way of adding penalties, and automatic gradients. */
function measureOurs({ title, plan, lossWeight }: Case): {
  losses: Losses;
  weights: readonly Values[];
} {
  const model = buildModel(plan, { seed: 1 });
  const inputs = drawInputs({ title, inputs: plan.inputs.map(({ shape }) => shape) }).map(
    ({ values, shape }, index) =>
      tf.tensor([...values], [...shape], plan.inputs[index]?.shape.dtype),
  );
  const targets = plan.outputs.map(drawTarget);
  const measure = (training: boolean): tf.Scalar => {
    const errors = runModel(model, inputs, { training }).map((output, index) =>
      tf.mul(
        tf.losses.meanSquaredError(
          tf.tensor([...(targets[index]?.values ?? [])], output.shape),
          output,
        ),
        lossWeight,
      ),
    );
    return tf
      .addN([...errors, ...listPenalties(model)].map((each) => tf.reshape(each, [])))
      .asScalar();
  };
  runModel(model, inputs, { training: false });
  const added = listPenalties(model).reduce((sum, each) => sum + (each.dataSync()[0] ?? 0), 0);
  const evaluated = measure(false).dataSync()[0] ?? Number.NaN;
  const trainable = new Set(model.trainableWeights.map(({ id }) => id));
  // tfjs wraps a weight's variable.
  const variables = model.weights.map((weight) => weight.read() as tf.Variable);
  const { value, grads } = tf.variableGrads(
    () => measure(true),
    variables.filter((_variable, index) => trainable.has(model.weights[index]?.id ?? -1)),
  );
  return {
    losses: {
      added,
      evaluated,
      trained: value.dataSync()[0] ?? Number.NaN,
      gradients: variables.map((variable) => [
        ...(grads[variable.name]?.dataSync() ?? new Float32Array(variable.size)),
      ]),
    },
    weights: variables.map((variable) => ({
      shape: variable.shape,
      values: [...variable.dataSync()],
    })),
  };
}
