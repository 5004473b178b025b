/** Pooling over all of time or the whole image: one number per feature or channel. Four layers, one shape rule. */
import { err, ok, type Result } from "../../base/result.ts";
import { onlyInput, parameterIssue } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import {
  type AnyLayerDefinition,
  defineLayer,
  type LayerExample,
  type ShapeIssue,
} from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { BoolParam } from "../params.ts";
import { axis, type Shape, shapeOf } from "../shape.ts";
import { type DataFormat, readSpatial } from "../spatial.ts";

interface GlobalPoolingFamily {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly about: string;
  readonly page: string;
  readonly keywords: readonly string[];
}

/** tfjs has no `keepdims`; the option is here so that a model that has it says why it can't be trained. */
const keepdimsParam = {
  kind: "bool",
  default: false,
  tfjsName: null,
  group: "advanced",
  label: "Keep dimensions",
  help: "Leaves the pooled axes in place with size 1. TensorFlow.js can't; a Reshape after this layer does the same.",
} as const satisfies BoolParam;

const specs1d = { keepdims: keepdimsParam } as const;
const specs2d = { dataFormat: dataFormatParam, keepdims: keepdimsParam } as const;

function inferGlobalPooling(
  keepdims: boolean,
  input: Shape,
  options: { readonly rank: 1 | 2; readonly dataFormat: DataFormat },
): Result<Shape, ShapeIssue> {
  if (keepdims) {
    return parameterIssue(
      "keepdims",
      "'s keep dimensions must be off: TensorFlow.js lacks it. Add a Reshape after the layer instead",
      [
        {
          kind: "setParam",
          param: "keepdims",
          value: false,
          title: "Switch off keep dimensions",
        },
      ],
    );
  }
  const parts = readSpatial(input, options);
  if (!parts.ok) return parts;
  const { spatial, channels } = parts.value;
  if (spatial.some(({ size }) => size === 0)) {
    return err({ code: "size", needs: "at least one value to pool", input: 0 });
  }
  return ok(shapeOf([axis("features", channels.size)]));
}

export function defineGlobalPooling1d(family: GlobalPoolingFamily): AnyLayerDefinition {
  return defineLayer({
    ...describeGlobalPooling(family),
    params: specs1d,
    caption: () => [],
    inferShape: ({ keepdims }, inputs) =>
      inferGlobalPooling(keepdims, onlyInput(inputs), { rank: 1, dataFormat: "channelsLast" }),
    weights: () => [],
    lower: (params) =>
      lowerParams({
        className: family.title,
        tfjsFactory: family.type,
        specs: specs1d,
        params,
      }),
    examples: examples1d,
  });
}

export function defineGlobalPooling2d(family: GlobalPoolingFamily): AnyLayerDefinition {
  return defineLayer({
    ...describeGlobalPooling(family),
    params: specs2d,
    caption: () => [],
    inferShape: ({ keepdims, dataFormat }, inputs) =>
      inferGlobalPooling(keepdims, onlyInput(inputs), { rank: 2, dataFormat }),
    weights: () => [],
    lower: (params) =>
      lowerParams({
        className: family.title,
        tfjsFactory: family.type,
        specs: specs2d,
        params,
      }),
    examples: examples2d,
  });
}

function describeGlobalPooling(family: GlobalPoolingFamily) {
  return {
    type: family.type,
    title: family.title,
    category: "pooling",
    summary: family.summary,
    about: family.about,
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/pooling_layers/${family.page}/`,
      },
    ],
    keywords: family.keywords,
    inputs: { min: 1, max: 1 },
    outputs: 1,
  } as const;
}

const examples1d: readonly LayerExample[] = [
  { params: {}, inputs: [[5, 3]], output: [3], weightCount: 0 },
  { params: {}, inputs: [[null, 4]], output: [4], weightCount: 0 },
];

const examples2d: readonly LayerExample[] = [
  { params: {}, inputs: [[4, 5, 3]], output: [3], weightCount: 0 },
  { params: { dataFormat: "channelsFirst" }, inputs: [[3, 4, 5]], output: [3], weightCount: 0 },
  { params: {}, inputs: [[null, null, 2]], output: [2], weightCount: 0 },
];
