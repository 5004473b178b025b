/** What the attention layers share: ports, masks, and what query, value and key must have in common. */
import { err, ok, type Result } from "../base/result.ts";
import type { CallOption, FixHint, LayerCall, ShapeIssue } from "./defineLayer.ts";
import type { BoolParam, FloatParam } from "./params.ts";
import { seedParam } from "./commonParams.ts";
import type { Axis, Shape } from "./shape.ts";

export const useCausalMaskParam = {
  kind: "bool",
  default: false,
  label: "Use causal mask",
  help: "Lets each step look at itself and earlier ones only, as a model that writes text word by word must.",
} as const satisfies BoolParam;

export const returnAttentionScoresParam = {
  kind: "bool",
  default: false,
  group: "advanced",
  label: "Return attention scores",
  help: "Gives a second output: how much each step of the query attends to each step of the value.",
} as const satisfies BoolParam;

export const attentionDropoutParam = {
  kind: "float",
  default: 0,
  min: 0,
  max: 1,
  isMaxExclusive: true,
  group: "regularisation",
  label: "Dropout",
  help: "Share of the attention weights set to zero in training. 0.1 is usual.",
} as const satisfies FloatParam;

export const attentionSeedParam = {
  ...seedParam,
  help: "Makes the dropout of exported code draw the same numbers each time. Training here derives its own from the seed of the run.",
} as const;

/** Query, value and key as given; the key is the value where it has no wire. */
export function nameInputs(inputs: readonly Shape[]) {
  const [query, value, key = value, mask] = inputs;
  if (query === undefined || value === undefined || key === undefined)
    throw new Error("Attention was asked for its shape without query and value.");
  return { query, value, key, mask };
}

const inputNames = ["query", "value", "key"] as const;

/** Decimal numbers, `rank.min` to `rank.max` axes, all alike in number, and known features. */
export function checkSequences(
  inputs: readonly Shape[],
  rank: { readonly min: number; readonly max: number },
): Result<null, ShapeIssue> {
  const [query] = inputs;
  for (const [index, shape] of inputs.slice(0, 3).entries()) {
    const name = inputNames[index] ?? "input";
    if (shape.dtype !== "float32")
      return err({
        code: "dtype",
        needs: `decimal numbers (float32) as ${name}`,
        input: index,
        hints: shape.axes.length === 1 ? [{ kind: "insert", type: "embedding", input: index }] : [],
      });
    if (shape.axes.length < rank.min || shape.axes.length > rank.max)
      return err({
        code: "rank",
        needs: `a sequence with ${rank.max > 2 ? "two to four" : "two"} axes, time × features, as ${name}`,
        input: index,
        hints: suggestSequence(shape, index),
      });
    if (shape.axes.length !== query?.axes.length)
      return err({
        code: "merge",
        needs: `as many axes in the ${name} as in the query`,
        input: index,
      });
    if (shape.axes.at(-1)?.size === null)
      return err({
        code: "unknown-size",
        needs: `a known number of features in the ${name}`,
        input: index,
      });
    if (shape.isMasked === true && shape.axes.length > 2)
      return err({
        code: "axis",
        needs: `a ${name} of two axes where steps are masked`,
        input: index,
      });
  }
  return ok(null);
}

/** Flat features become one step per feature; a feature map one step per pixel. */
function suggestSequence({ axes }: Shape, input: number): readonly FixHint[] {
  const sizes = axes.map(({ size }) => size);
  if (sizes.includes(null) || axes.length === 0 || axes.length === 2) return [];
  const known = sizes.map((size) => size ?? 1);
  const features = axes.length === 1 ? 1 : (known.at(-1) ?? 1);
  const steps = known.reduce((product, size) => product * size, 1) / features;
  return [{ kind: "insert", type: "reshape", params: { targetShape: [steps, features] }, input }];
}

/** Value and key belong together step by step. */
export function checkKey({ value, key }: { readonly value: Shape; readonly key: Shape }) {
  const differ = value.axes
    .slice(0, -1)
    .some(({ size }, index) => !fits(size, key.axes[index]?.size ?? null));
  return differ
    ? err<ShapeIssue>({
        code: "merge",
        needs: "as many steps in the key as in the value",
        input: 2,
      })
    : ok(null);
}

export function fits(left: number | null, right: number | null): boolean {
  return left === null || right === null || left === right;
}

/** The query's mask goes on; those of value and key only tell what to look at. */
export function maskByQuery(_params: unknown, inputs: readonly Shape[]): "passes" | "ends" {
  return inputs[0]?.isMasked === true ? "passes" : "ends";
}

/** A name of its own for the second axis of steps, where it would be the first one's. */
export function scoreAxes(query: readonly Axis[], key: readonly Axis[]): readonly Axis[] {
  return [
    ...query,
    ...key.map((entry) =>
      query.some(({ name }) => name === entry.name)
        ? { ...entry, name: `attended ${entry.name}` }
        : entry,
    ),
  ];
}

const maskFeature: LayerCall = {
  className: "MaskFeature",
  tfjsFactory: "maskFeature",
  tfjsSource: "own",
  options: [],
};

/** What tfjs needs for masks (see `engine/layers/maskFeature.ts`): `useMasks` are the inputs whose masks count. */
export function lowerMasks(
  call: LayerCall,
  inputs: readonly Shape[],
  useMasks: readonly number[],
): LayerCall {
  const masked = inputs.map(({ isMasked }, index) => isMasked === true && useMasks.includes(index));
  const common = { ...call, tfjsSource: "own" as const };
  if (!masked.includes(true)) return common;
  const option: CallOption = { tfjsName: "maskedInputs", pythonName: null, value: masked };
  return {
    ...common,
    options: [...call.options, option],
    tfjsInputCalls: masked.map((isMasked) => (isMasked ? maskFeature : null)),
  };
}

/** Keras takes these two where the layer is applied. */
export function giveOnCall(call: LayerCall): LayerCall {
  const names = ["useCausalMask", "returnAttentionScores"];
  const options = call.options.map((option) =>
    names.includes(option.tfjsName ?? "") ? { ...option, isGivenOnCall: true as const } : option,
  );
  return { ...call, options };
}
