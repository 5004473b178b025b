import { err, ok } from "../../base/result.ts";
import { onlyInput, rankIssue } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import {
  captionInnerLayer,
  innerLayerParam,
  type InnerTypes,
  liftIssue,
  lowerInnerLayer,
  needInnerLayer,
  readInnerLayer,
} from "../innerLayer.ts";
import { axis, type Shape, shapeFromSizes, shapeOf } from "../shape.ts";
import { activation } from "./activation.ts";
import { averagePooling2d } from "./averagePooling2d.ts";
import { conv1d } from "./conv1d.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dTranspose } from "./conv2dTranspose.ts";
import { dense } from "./dense.ts";
import { depthwiseConv2d } from "./depthwiseConv2d.ts";
import { dropout } from "./dropouts.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePooling2d } from "./globalAveragePooling2d.ts";
import { globalMaxPooling2d } from "./globalMaxPooling2d.ts";
import { layerNormalization } from "./layerNormalization.ts";
import { lstm } from "./lstm.ts";
import { maxPooling1d } from "./maxPooling1d.ts";
import { maxPooling2d } from "./maxPooling2d.ts";
import { reshape } from "./reshape.ts";
import { separableConv2d } from "./separableConv2d.ts";
import { upSampling2d } from "./upSampling2d.ts";
import { zeroPadding2d } from "./zeroPadding2d.ts";

/**
 * Not among them: BatchNormalization (its moving averages would be updated once a step), Embedding (tfjs transposes
 * its whole numbers, which the WebGPU backend gets wrong), merges and the wrappers themselves.
 */
const innerTypes: InnerTypes = [
  dense,
  conv1d,
  conv2d,
  depthwiseConv2d,
  separableConv2d,
  conv2dTranspose,
  maxPooling1d,
  maxPooling2d,
  averagePooling2d,
  globalMaxPooling2d,
  globalAveragePooling2d,
  zeroPadding2d,
  upSampling2d,
  flatten,
  reshape,
  activation,
  dropout,
  layerNormalization,
  lstm,
];

const specs = {
  layer: innerLayerParam(innerTypes, {
    default: { type: "dense", params: {} },
    label: "Layer",
    help: "The layer applied to every step, with the same weights each time.",
  }),
} as const;

/** One step of the input: everything behind the time axis. */
function stepOf(input: Shape): Shape {
  return shapeFromSizes(
    input.axes.slice(1).map(({ size }) => size),
    input.dtype,
  );
}

export const timeDistributed = defineLayer({
  type: "timeDistributed",
  title: "TimeDistributed",
  category: "recurrent",
  summary: "Applies one layer, with the same weights, to every step of a sequence.",
  about:
    "The first axis is time; the layer inside sees one step at a time. A Conv2D inside turns a film (time × height × width × channels) into a sequence of feature maps; a Dense inside gives one answer per step. It has the weights of the layer inside, once.",
  sources: [
    {
      title: "Keras: TimeDistributed layer",
      url: "https://keras.io/api/layers/recurrent_layers/time_distributed/",
    },
  ],
  keywords: ["per step", "video", "film", "sequence", "wrapper"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ layer }) => captionInnerLayer(layer, innerTypes),

  inferShape({ layer }, inputs) {
    const input = onlyInput(inputs);
    const [time] = input.axes;
    if (time === undefined || input.axes.length < 2) {
      const size = time?.size ?? null;
      return rankIssue(
        "a sequence: time first, then what each step holds (two axes or more)",
        size === null
          ? []
          : [{ kind: "insert", type: "reshape", params: { targetShape: [size, 1] } }],
      );
    }
    if (input.dtype !== "float32") {
      return err({ code: "dtype", needs: "decimal numbers (float32)", input: 0 });
    }
    const inner = readInnerLayer(layer, innerTypes);
    if (!inner.ok) return inner;
    const output = inner.value.definition.inferShape(inner.value.params, [stepOf(input)]);
    if (!output.ok) {
      const issue = liftIssue(output.error, layer, { keepsInserts: false });
      return err(
        issue.code === "parameter" ? issue : { ...issue, needs: `${issue.needs} at every step` },
      );
    }
    return ok(shapeOf([axis("time", time.size), ...output.value.axes], output.value.dtype));
  },
  weights({ layer }, inputs) {
    const { definition, params } = needInnerLayer(layer, innerTypes);
    return definition.weights(params, [stepOf(onlyInput(inputs))]);
  },
  multiplyAdds({ layer }, inputs, output) {
    const { definition, params } = needInnerLayer(layer, innerTypes);
    if (definition.multiplyAdds === undefined) return 0;
    const steps = onlyInput(inputs).axes[0]?.size ?? null;
    const inner = definition.multiplyAdds(params, [stepOf(onlyInput(inputs))], stepOf(output));
    return steps === null || inner === null ? null : steps * inner;
  },
  lower({ layer }, inputs) {
    const step = stepOf(onlyInput(inputs));
    const call = lowerInnerLayer(needInnerLayer(layer, innerTypes), [step]);
    return {
      className: "TimeDistributed",
      tfjsFactory: "timeDistributed",
      options: [{ tfjsName: "layer", pythonName: "layer", value: { kind: "layer", call } }],
    };
  },
  examples: [
    {
      params: { layer: { type: "dense", params: { units: 4, activation: "relu" } } },
      inputs: [[5, 3]],
      output: [5, 4],
      weightCount: 16,
    },
    {
      params: { layer: { type: "conv2d", params: { filters: 2, padding: "same" } } },
      inputs: [[3, 5, 4, 1]],
      output: [3, 5, 4, 2],
      weightCount: 20,
    },
    {
      params: { layer: { type: "conv1d", params: { filters: 2, kernelSize: [2] } } },
      inputs: [[3, 5, 2]],
      output: [3, 4, 2],
      weightCount: 10,
    },
    {
      params: { layer: { type: "maxPooling2d", params: {} } },
      inputs: [[2, 4, 4, 3]],
      output: [2, 2, 2, 3],
      weightCount: 0,
    },
    {
      params: { layer: { type: "flatten", params: {} } },
      inputs: [[2, 3, 2, 2]],
      output: [2, 12],
      weightCount: 0,
    },
    {
      params: { layer: { type: "lstm", params: { units: 2 } } },
      inputs: [[3, 4, 2]],
      output: [3, 2],
      weightCount: 40,
    },
    {
      params: { layer: { type: "dense", params: { units: 2, useBias: false } } },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 6,
    },
    {
      params: { layer: { type: "dropout", params: { rate: 0.3 } } },
      inputs: [[4, 3]],
      output: [4, 3],
      weightCount: 0,
    },
    {
      params: { layer: { type: "layerNormalization", params: {} } },
      inputs: [[2, 5]],
      output: [2, 5],
      weightCount: 10,
    },
    {
      params: { layer: { type: "conv2d", params: { filters: 2, dilationRate: [2, 2] } } },
      inputs: [[2, 6, 5, 1]],
      output: [2, 2, 1, 2],
      weightCount: 20,
    },
  ],
});
