import { err, ok } from "../../base/result.ts";
import { onlyInput, parameterIssue, rankIssue } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
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
import { axis, type Shape, shapeFromSizes, shapeOf } from "../shape.ts";
import { activation } from "./activation.ts";
import { averagePooling1d } from "./averagePooling1d.ts";
import { averagePooling2d } from "./averagePooling2d.ts";
import { averagePooling3d } from "./averagePooling3d.ts";
import { batchNormalization } from "./batchNormalization.ts";
import { bidirectional } from "./bidirectional.ts";
import { centerCrop } from "./centerCrop.ts";
import { conv1d } from "./conv1d.ts";
import { conv1dTranspose } from "./conv1dTranspose.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dTranspose } from "./conv2dTranspose.ts";
import { conv3d } from "./conv3d.ts";
import { conv3dTranspose } from "./conv3dTranspose.ts";
import { cropping1d } from "./cropping1d.ts";
import { cropping2d } from "./cropping2d.ts";
import { cropping3d } from "./cropping3d.ts";
import { dense } from "./dense.ts";
import { depthwiseConv1d } from "./depthwiseConv1d.ts";
import { depthwiseConv2d } from "./depthwiseConv2d.ts";
import { dropout, spatialDropout1d, spatialDropout2d, spatialDropout3d } from "./dropouts.ts";
import { embedding } from "./embedding.ts";
import { fixedFilter } from "./fixedFilter.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePooling1d } from "./globalAveragePooling1d.ts";
import { globalAveragePooling2d } from "./globalAveragePooling2d.ts";
import { globalAveragePooling3d } from "./globalAveragePooling3d.ts";
import { globalMaxPooling1d } from "./globalMaxPooling1d.ts";
import { globalMaxPooling2d } from "./globalMaxPooling2d.ts";
import { globalMaxPooling3d } from "./globalMaxPooling3d.ts";
import { gru } from "./gru.ts";
import { layerNormalization } from "./layerNormalization.ts";
import { localResponseNormalization } from "./localResponseNormalization.ts";
import { lstm } from "./lstm.ts";
import { maxPooling1d } from "./maxPooling1d.ts";
import { maxPooling2d } from "./maxPooling2d.ts";
import { maxPooling3d } from "./maxPooling3d.ts";
import { maxout } from "./maxout.ts";
import { alphaDropout, gaussianDropout, gaussianNoise } from "./noises.ts";
import { groupNormalization, rmsNormalization, unitNormalization } from "./otherNormalizations.ts";
import { permute } from "./permute.ts";
import { elu, leakyRelu, prelu, relu } from "./rectifiers.ts";
import { repeatVector } from "./repeatVector.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { resizing } from "./resizing.ts";
import { rnn } from "./rnn.ts";
import { separableConv1d } from "./separableConv1d.ts";
import { separableConv2d } from "./separableConv2d.ts";
import { simpleRnn } from "./simpleRnn.ts";
import { softmax } from "./softmax.ts";
import { upSampling1d } from "./upSampling1d.ts";
import { upSampling2d } from "./upSampling2d.ts";
import { upSampling3d } from "./upSampling3d.ts";
import { zeroPadding1d } from "./zeroPadding1d.ts";
import { zeroPadding2d } from "./zeroPadding2d.ts";
import { zeroPadding3d } from "./zeroPadding3d.ts";

/** Not among them: layers with several inputs, and the wrapper itself. */
const innerTypes: InnerTypes = [
  dense,
  maxout,
  embedding,
  conv1d,
  conv2d,
  conv3d,
  depthwiseConv1d,
  depthwiseConv2d,
  separableConv1d,
  separableConv2d,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
  fixedFilter,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  cropping1d,
  cropping2d,
  cropping3d,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
  upSampling1d,
  upSampling2d,
  upSampling3d,
  rescaling,
  resizing,
  centerCrop,
  flatten,
  reshape,
  permute,
  repeatVector,
  activation,
  relu,
  leakyRelu,
  prelu,
  elu,
  softmax,
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
  gaussianDropout,
  alphaDropout,
  gaussianNoise,
  layerNormalization,
  groupNormalization,
  rmsNormalization,
  unitNormalization,
  localResponseNormalization,
  batchNormalization,
  simpleRnn,
  lstm,
  gru,
  rnn,
  bidirectional,
];

/** Keras hands these the steps of a mask, one value a sample, where they expect one a step. */
const readsMasks: InnerTypes = [
  batchNormalization,
  softmax,
  simpleRnn,
  lstm,
  gru,
  rnn,
  bidirectional,
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
  formula: "output(t) = layer(x(t)) for every step t, with the same weights",
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

  masking: ({ layer }) => (readsMasks.some(({ type }) => type === layer.type) ? null : "passes"),
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
    const inner = readInnerLayer(layer, innerTypes);
    if (!inner.ok) return inner;
    const ports = inner.value.definition.outputPorts?.(inner.value.params).length ?? 1;
    if (ports > 1)
      return parameterIssue("layer", "'s layer must have one output: let it return no states");
    const active = checkInnerActivity(inner.value, layer);
    if (active !== null) return err(active);
    if (input.dtype !== "float32" && inner.value.definition.type !== "embedding") {
      return err({ code: "dtype", needs: "decimal numbers (float32)", input: 0 });
    }
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
      params: {
        layer: { type: "bidirectional", params: { layer: { type: "gru", params: { units: 2 } } } },
      },
      inputs: [[3, 4, 2]],
      output: [3, 4],
      weightCount: 72,
    },
    {
      params: { layer: { type: "embedding", params: { inputDim: 5, outputDim: 2 } } },
      inputs: [[2, 3]],
      inputDType: "int32",
      output: [2, 3, 2],
      weightCount: 10,
    },
    {
      params: { layer: { type: "batchNormalization", params: {} } },
      inputs: [[3, 2]],
      output: [3, 2],
      weightCount: 8,
    },
    {
      params: { layer: { type: "averagePooling1d", params: {} } },
      inputs: [[2, 4, 3]],
      output: [2, 2, 3],
      weightCount: 0,
    },
    {
      params: { layer: { type: "globalMaxPooling1d", params: {} } },
      inputs: [[2, 4, 3]],
      output: [2, 3],
      weightCount: 0,
    },
    {
      params: { layer: { type: "prelu", params: {} } },
      inputs: [[4, 3]],
      output: [4, 3],
      weightCount: 3,
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
