import { err, ok } from "../../base/result.ts";
import { lastAxis, parameterIssue, replaceLastAxis } from "../axes.ts";
import { defineLayer, type ShapeIssue } from "../defineLayer.ts";
import {
  captionInnerLayer,
  checkInnerActivity,
  innerLayerParam,
  type InnerTypes,
  liftIssue,
  lowerInnerLayer,
  needInnerLayer,
  readInnerLayer,
} from "../innerLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { InnerLayer } from "../params.ts";
import { axis, type Shape } from "../shape.ts";
import { convLstm2d } from "./convLstm2d.ts";
import { gru } from "./gru.ts";
import { lstm } from "./lstm.ts";
import { rnn } from "./rnn.ts";
import { simpleRnn } from "./simpleRnn.ts";

const innerTypes: InnerTypes = [lstm, gru, simpleRnn, rnn, convLstm2d];

const specs = {
  layer: innerLayerParam(innerTypes, {
    default: { type: "lstm", params: {} },
    label: "Layer",
    help: "The recurrent layer that reads the sequence, once from each end.",
  }),
  mergeMode: {
    kind: "enum",
    options: ["concat", "sum", "mul", "ave"],
    default: "concat",
    nullable: true,
    label: "Merge mode",
    help: "How both directions are joined: side by side (twice the features), summed, multiplied or averaged. None gives each direction a port of its own.",
  },
} as const;

/** The names of the inner layer's states ("state h", …), once for each direction. */
function listStates(layer: InnerLayer): readonly string[] {
  const inner = readInnerLayer(layer, innerTypes);
  if (!inner.ok) return [];
  const { definition, params } = inner.value;
  const states = definition.outputPorts?.(params).slice(1) ?? [];
  return ["forward", "backward"].flatMap((direction) =>
    states.map((state) => `${direction} ${state}`),
  );
}

/** What the inner layer gives on one direction. */
function inferInner(layer: InnerLayer, inputs: readonly Shape[]) {
  const inner = readInnerLayer(layer, innerTypes);
  if (!inner.ok) return inner;
  return inner.value.definition.inferShape(inner.value.params, inputs);
}

/** The names of the first states that may be wired, those of the forward layer first. */
function listFirstStates(layer: InnerLayer): readonly string[] {
  const inner = readInnerLayer(layer, innerTypes);
  if (!inner.ok) return [];
  const { definition, params } = inner.value;
  const states = definition.inputPorts?.(params).slice(1) ?? [];
  return ["forward", "backward"].flatMap((direction) =>
    states.map((state) => `${direction} ${state}`),
  );
}

/** What each direction reads: the sequence, and its half of the first states. */
function splitInputs(inputs: readonly Shape[]): readonly (readonly Shape[])[] {
  const [first, ...states] = inputs;
  if (first === undefined) return [[], []];
  const half = states.length / 2;
  return [
    [first, ...states.slice(0, half)],
    [first, ...states.slice(half)],
  ];
}

/** All first states or none; and each as its own direction needs it. */
function checkFirstStates(layer: InnerLayer, inputs: readonly Shape[]): ShapeIssue | null {
  if (inputs.length === 1) return null;
  const names = listFirstStates(layer);
  if (inputs.length !== 1 + names.length)
    return {
      code: "merge",
      needs:
        names.length === 0
          ? "no first states with these cells"
          : `all its first states (${names.join(", ")}) or none`,
    };
  for (const [direction, part] of splitInputs(inputs).entries()) {
    const output = inferInner(layer, part);
    if (output.ok) continue;
    const issue = liftIssue(output.error, layer, { keepsInserts: direction === 0 });
    const { input } = issue;
    return input !== undefined && input > 0 && direction === 1
      ? { ...issue, input: input + names.length / 2 }
      : issue;
  }
  return null;
}

/** Keras's `backward_layer` is not offered: two recurrent layers, one of which goes backwards, say it. */
export const bidirectional = defineLayer({
  type: "bidirectional",
  title: "Bidirectional",
  category: "recurrent",
  summary: "Runs a recurrent layer over the sequence in both directions and joins the results.",
  about:
    "Every output knows what came before and what comes after. Use it where the whole sequence is there at once (text, recorded signals), not for forecasting. It has twice the weights of the layer inside. First states can be wired to each direction, say the last ones of an encoder.",
  formula: "output = merge(layer(x), reverse(layer'(reverse(x))))",
  sources: [
    {
      title: "Keras: Bidirectional layer",
      url: "https://keras.io/api/layers/recurrent_layers/bidirectional/",
    },
    { title: "Schuster and Paliwal 1997: Bidirectional recurrent neural networks" },
  ],
  keywords: ["bilstm", "bigru", "both directions", "recurrent", "wrapper"],
  inputs: { min: 1, max: 5 },
  inputPorts: ({ layer }) => ["input", ...listFirstStates(layer)],
  outputs: 1,
  outputPorts: ({ layer, mergeMode }) => [
    ...(mergeMode === null ? ["forward", "backward"] : ["output"]),
    ...listStates(layer),
  ],
  params: specs,
  caption: ({ layer, mergeMode }) => [
    ...captionInnerLayer(layer, innerTypes),
    ...(mergeMode === "concat" ? [] : [mergeMode ?? "not merged"]),
  ],

  masking({ layer }, inputs) {
    const { definition, params } = needInnerLayer(layer, innerTypes);
    return definition.masking?.(params, inputs) ?? "ends";
  },
  inferShape({ layer, mergeMode }, inputs) {
    const inner = readInnerLayer(layer, innerTypes);
    if (!inner.ok) return inner;
    const active = checkInnerActivity(inner.value, layer);
    if (active !== null) return err(active);
    // Keras refuses it: the copy that runs backwards would run backwards too.
    if (inner.value.params["goBackwards"] === true)
      return parameterIssue(
        "layer",
        "'s layer must not go backwards: the wrapper adds that direction",
        [
          {
            kind: "setParam",
            param: "layer",
            value: { type: layer.type, params: { ...layer.params, goBackwards: false } },
            title: "Switch go backwards off",
          },
        ],
      );
    const states = checkFirstStates(layer, inputs);
    if (states !== null) return err(states);
    const output = inferInner(layer, inputs.slice(0, 1));
    if (!output.ok) return err(liftIssue(output.error, layer, { keepsInserts: true }));
    if (mergeMode !== "concat") return output;
    // tfjs doubles the last axis, whatever it is; Keras too.
    const { name, size } = lastAxis(output.value);
    return ok(replaceLastAxis(output.value, axis(name, size === null ? null : size * 2)));
  },
  inferMoreShapes({ layer, mergeMode }, inputs, output) {
    const { definition, params } = needInnerLayer(layer, innerTypes);
    const inner = inferInner(layer, inputs.slice(0, 1));
    const states = inner.ok
      ? (definition.inferMoreShapes?.(params, inputs.slice(0, 1), inner.value) ?? [])
      : [];
    return [...(mergeMode === null ? [output] : []), ...states, ...states];
  },
  weights({ layer }, inputs) {
    const { definition, params } = needInnerLayer(layer, innerTypes);
    const weights = definition.weights(params, inputs);
    return ["forward", "backward"].flatMap((direction) =>
      weights.map((entry) => ({ ...entry, name: `${direction}/${entry.name}` })),
    );
  },
  multiplyAdds({ layer }, inputs) {
    const { definition, params } = needInnerLayer(layer, innerTypes);
    const output = inferInner(layer, inputs.slice(0, 1));
    if (!output.ok) return null;
    const count = definition.multiplyAdds?.(params, inputs.slice(0, 1), output.value) ?? null;
    return count === null ? null : count * 2;
  },
  lower(params, inputs) {
    const [forward = []] = splitInputs(inputs);
    const call = lowerInnerLayer(needInnerLayer(params.layer, innerTypes), forward);
    const merged = lowerParams({
      className: "Bidirectional",
      tfjsFactory: "bidirectional",
      specs,
      params,
      omit: ["layer"],
    });
    return {
      ...merged,
      ...(inputs.length > 1
        ? {
            tfjsFactory: "bothDirections",
            tfjsSource: "own" as const,
            pythonArguments: inputs.map((_input, at) => (at === 0 ? null : "initial_state")),
          }
        : {}),
      options: [
        { tfjsName: "layer", pythonName: "layer", value: { kind: "layer", call } },
        ...merged.options,
      ],
    };
  },
  examples: [
    {
      params: { layer: { type: "lstm", params: { units: 3 } } },
      inputs: [[4, 2], [3], [3], [3], [3]],
      output: [6],
      weightCount: 144,
    },
    {
      params: {
        layer: { type: "gru", params: { units: 2, returnSequences: true, returnState: true } },
        mergeMode: null,
      },
      inputs: [[4, 3], [2], [2]],
      output: [4, 2],
      moreOutputs: [[4, 2], [2], [2]],
      weightCount: 84,
    },
    {
      params: {
        layer: {
          type: "convLstm2d",
          params: { filters: 1, padding: "same", returnSequences: true },
        },
        mergeMode: "ave",
      },
      inputs: [
        [2, 3, 4, 1],
        [3, 4, 1],
        [3, 4, 1],
        [3, 4, 1],
        [3, 4, 1],
      ],
      output: [2, 3, 4, 1],
      weightCount: 152,
    },
    {
      params: {
        layer: {
          type: "rnn",
          params: { cells: [{ type: "simpleRnnCell", params: { units: 2 } }] },
        },
        mergeMode: "mul",
      },
      inputs: [[4, 3], [2], [2]],
      output: [2],
      weightCount: 24,
    },
    {
      params: { layer: { type: "lstm", params: { units: 3 } } },
      inputs: [[4, 2]],
      output: [6],
      weightCount: 144,
    },
    {
      params: {
        layer: { type: "gru", params: { units: 2, returnSequences: true } },
        mergeMode: "sum",
      },
      inputs: [[4, 3]],
      output: [4, 2],
      weightCount: 84,
    },
    {
      params: {
        layer: { type: "gru", params: { units: 2, resetAfter: false, returnState: true } },
      },
      inputs: [[4, 3]],
      output: [4],
      moreOutputs: [[2], [2]],
      weightCount: 72,
    },
    {
      params: {
        layer: { type: "simpleRnn", params: { units: 3, returnSequences: true } },
        mergeMode: "mul",
      },
      inputs: [[5, 2]],
      output: [5, 3],
      weightCount: 36,
    },
    {
      params: {
        layer: { type: "lstm", params: { units: 2, returnSequences: true } },
        mergeMode: "ave",
      },
      inputs: [[3, 2]],
      output: [3, 2],
      weightCount: 80,
    },
    {
      params: {
        layer: { type: "lstm", params: { units: 2, returnSequences: true, returnState: true } },
        mergeMode: null,
      },
      inputs: [[3, 2]],
      output: [3, 2],
      moreOutputs: [[3, 2], [2], [2], [2], [2]],
      weightCount: 80,
    },
    {
      params: {
        layer: {
          type: "rnn",
          params: {
            cells: [
              { type: "gruCell", params: { units: 2 } },
              { type: "simpleRnnCell", params: { units: 3 } },
            ],
          },
        },
        mergeMode: null,
      },
      inputs: [[4, 2]],
      output: [3],
      moreOutputs: [[3]],
      weightCount: 108,
    },
    {
      params: {
        layer: { type: "convLstm2d", params: { filters: 1, padding: "same" } },
      },
      inputs: [[2, 3, 4, 1]],
      output: [3, 4, 2],
      weightCount: 152,
    },
    {
      params: {
        layer: { type: "simpleRnn", params: { units: 2, returnSequences: true, useBias: false } },
      },
      inputs: [[null, 3]],
      output: [null, 4],
      weightCount: 20,
    },
    {
      params: { layer: { type: "simpleRnn", params: { units: 2, stateful: true } } },
      inputs: [[3, 2]],
      batch: 2,
      output: [4],
      weightCount: 20,
    },
    {
      params: {
        layer: {
          type: "lstm",
          params: {
            units: 2,
            dropout: 0.2,
            kernelInitializer: { name: "heNormal" },
            kernelRegularizer: { name: "l2", l2: 0.001 },
            recurrentConstraint: { name: "maxNorm", maxValue: 3, axis: 0 },
            trainable: false,
          },
        },
      },
      inputs: [[3, 2]],
      output: [4],
      weightCount: 80,
    },
  ],
});
