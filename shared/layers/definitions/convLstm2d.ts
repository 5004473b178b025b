import { err, ok, type Result } from "../../base/result.ts";
import { knownSize, multiplySizes, weight } from "../axes.ts";
import {
  dataFormatParam,
  dilationRateParam,
  initializerNames,
  initializerParam,
  kernelSizeParam,
  paddingParam,
  stridesParam,
} from "../commonParams.ts";
import { defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, type Shape, shapeOf } from "../shape.ts";
import {
  checkStridesOrDilation,
  countChannels,
  type DataFormat,
  joinSpatial,
  readChannels,
  readSpatial,
  slideWindow,
} from "../spatial.ts";
import { filtersParam } from "./convolution.ts";
import {
  captionDropout,
  captionLoop,
  cellTail,
  checkLoop,
  gatedCellParams,
  loopParams,
  nameInputPorts,
  nameStatePorts,
  unitForgetBiasParam,
} from "./recurrent.ts";
import { setWeightOptions } from "../weightOptions.ts";

const { units: _units, ...gates } = gatedCellParams;
const { unroll: _unroll, ...loop } = loopParams;

const specs = {
  filters: filtersParam,
  kernelSize: kernelSizeParam(2),
  strides: stridesParam(2),
  padding: paddingParam,
  dataFormat: dataFormatParam,
  dilationRate: dilationRateParam(2),
  ...gates,
  recurrentInitializer: initializerParam({
    label: "Recurrent initializer",
    initial: "orthogonal",
    options: initializerNames.filter((name) => name !== "identity"),
  }),
  unitForgetBias: unitForgetBiasParam,
  ...cellTail,
  ...loop,
} as const;
const states = ["h", "c"];

/** One step of the sequence. */
function frameOf(input: Shape): Shape {
  return { ...input, axes: input.axes.slice(1) };
}

function needSequence(inputs: readonly Shape[]): Shape {
  const [sequence] = inputs;
  if (sequence === undefined) throw new Error("ConvLSTM2D was asked without an input.");
  return sequence;
}

interface WindowParams {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: "valid" | "same";
  readonly dataFormat: DataFormat;
}

/** The state: one frame of the output. */
function inferFrame(params: WindowParams, frame: Shape): Result<Shape, ShapeIssue> {
  const { filters, kernelSize, strides, dilationRate, padding, dataFormat } = params;
  const input = readSpatial(frame, { rank: 2, dataFormat });
  if (!input.ok) return input;
  const channels = readChannels(input.value);
  if (!channels.ok) return channels;
  const clash = checkStridesOrDilation(strides, dilationRate);
  if (clash !== null) return err(clash);
  const spatial = slideWindow(input.value.spatial, {
    size: kernelSize,
    strides,
    dilation: dilationRate,
    padding,
    param: "kernelSize",
  });
  if (!spatial.ok) return spatial;
  return ok(joinSpatial(spatial.value, axis("channels", filters), dataFormat));
}

export const convLstm2d = defineLayer({
  type: "convLstm2d",
  title: "ConvLSTM2D",
  category: "recurrent",
  summary: "An LSTM over a film: its gates see places through convolutions.",
  about:
    "Each step is an image; memory and state are images too, so movement is learned place by place. For forecasts from films, radar or simulations; return sequences gives one map per frame. The recurrent convolution keeps the size. Weights: 4 × filters × (kernel height × kernel width × (channels + filters) + 1).",
  formula:
    "i, f, o = gate(x ∗ W + h ∗ U + b); c = f · c + i · activation(x ∗ W + h ∗ U + b); h = o · activation(c), each with its own part of W, U and b",
  sources: [
    {
      title: "Keras: ConvLSTM2D layer",
      url: "https://keras.io/api/layers/recurrent_layers/conv_lstm2d/",
    },
    {
      title: "Shi et al. 2015: Convolutional LSTM network for precipitation nowcasting",
      url: "https://arxiv.org/abs/1506.04214",
    },
  ],
  keywords: ["convlstm", "video", "film", "frames", "spatiotemporal", "recurrent", "nowcasting"],
  inputs: { min: 1, max: 3 },
  inputPorts: () => nameInputPorts(states),
  outputs: 1,
  outputPorts: ({ returnState }) => ["output", ...(returnState ? nameStatePorts(states) : [])],
  params: specs,
  caption: (params) => [
    String(params.filters),
    params.kernelSize.join("×"),
    ...(params.padding === "same" ? ["same"] : []),
    ...captionLoop({ ...params, unroll: false }),
    ...captionDropout(params),
  ],
  inferShape(params, inputs) {
    const sequence = needSequence(inputs);
    const [time] = sequence.axes;
    if (time === undefined || sequence.axes.length !== 4)
      return err({
        code: "rank",
        needs: "a sequence of images with four axes, time × height × width × channels",
        input: 0,
        hints: reshapeHints(sequence),
      });
    const frame = inferFrame(params, frameOf(sequence));
    if (!frame.ok) return frame;
    const wrong = checkLoop({ ...params, unroll: false }, sequence, time.size);
    if (wrong !== null) return err(wrong);
    const state = checkStates(inputs, frame.value);
    if (state !== null) return err(state);
    return ok(
      params.returnSequences
        ? shapeOf([axis("time", time.size), ...frame.value.axes])
        : frame.value,
    );
  },
  inferMoreShapes(params, inputs) {
    const frame = inferFrame(params, frameOf(needSequence(inputs)));
    return params.returnState && frame.ok ? [frame.value, frame.value] : [];
  },
  weights({ filters, kernelSize, dataFormat, useBias, trainable }, inputs) {
    const channels = countChannels(frameOf(needSequence(inputs)), dataFormat);
    return [
      weight("kernel", [...kernelSize, channels, 4 * filters], trainable),
      weight("recurrent_kernel", [...kernelSize, filters, 4 * filters], trainable),
      ...(useBias ? [weight("bias", [4 * filters], trainable)] : []),
    ];
  },
  multiplyAdds(params, inputs) {
    const sequence = needSequence(inputs);
    const frame = inferFrame(params, frameOf(sequence));
    if (!frame.ok) return null;
    const channels = countChannels(frameOf(sequence), params.dataFormat);
    const area = params.kernelSize.reduce((product, size) => product * size, 1);
    const sizes = frame.value.axes.map(({ size }) => size);
    return multiplySizes([
      sequence.axes[0]?.size ?? null,
      ...sizes,
      4 * area * (channels + knownSize(params.filters)),
    ]);
  },
  lower: (params, inputs) => ({
    ...lowerParams({ className: "ConvLSTM2D", tfjsFactory: "convLstm2d", specs, params }),
    tfjsSource: "own",
    ...(params.trainable ? {} : { pythonFreezes: true }),
    ...(inputs.length > 1
      ? { pythonArguments: inputs.map((_input, at) => (at === 0 ? null : "initial_state")) }
      : {}),
  }),
  examples: [
    {
      params: { filters: 2 },
      inputs: [[3, 5, 4, 1]],
      output: [3, 2, 2],
      weightCount: 224,
    },
    {
      params: {
        filters: 2,
        padding: "same",
        returnSequences: true,
        activation: "relu",
        recurrentActivation: "hardSigmoid",
      },
      inputs: [[2, 4, 4, 2]],
      output: [2, 4, 4, 2],
      weightCount: 296,
    },
    {
      params: { filters: 1, kernelSize: [2, 3], padding: "same", returnState: true },
      inputs: [
        [2, 3, 4, 2],
        [3, 4, 1],
        [3, 4, 1],
      ],
      output: [3, 4, 1],
      moreOutputs: [
        [3, 4, 1],
        [3, 4, 1],
      ],
      weightCount: 76,
    },
    {
      params: { filters: 1, kernelSize: [2, 2], dilationRate: [2, 1], goBackwards: true },
      inputs: [[2, 5, 4, 1]],
      output: [3, 3, 1],
      weightCount: 36,
    },
    {
      params: { filters: 2, kernelSize: [2, 2], dataFormat: "channelsFirst", returnState: true },
      inputs: [[2, 1, 4, 3]],
      output: [2, 3, 2],
      moreOutputs: [
        [2, 3, 2],
        [2, 3, 2],
      ],
      weightCount: 104,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2, 2],
        strides: [2, 1],
        useBias: false,
        returnSequences: true,
        kernelRegularizer: { name: "l2", l2: 0.01 },
        activityRegularizer: { name: "l2", l2: 0.01 },
      },
      inputs: [[2, 5, 4, 1]],
      output: [2, 2, 3, 2],
      weightCount: 96,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2, 2],
        padding: "same",
        dropout: 0.2,
        recurrentDropout: 0.2,
        stateful: true,
        trainable: false,
      },
      inputs: [[2, 3, 3, 1]],
      batch: 2,
      output: [3, 3, 2],
      weightCount: 104,
    },
    {
      params: {
        filters: 2,
        ...setWeightOptions("kernel", "recurrent", "bias"),
        seed: 3,
        unitForgetBias: false,
        trainable: false,
      },
      inputs: [[3, 5, 4, 1]],
      output: [3, 2, 2],
      weightCount: 224,
    },
  ],
});

function reshapeHints(input: Shape) {
  const [first, second, third] = input.axes.map(({ size }) => size);
  if (input.axes.length !== 3 || !first || !second || !third) return [];
  return [
    {
      kind: "insert",
      type: "reshape",
      params: { targetShape: [first, second, third, 1] },
      input: 0,
    },
  ] as const;
}

function checkStates(inputs: readonly Shape[], frame: Shape): ShapeIssue | null {
  if (inputs.length === 1) return null;
  if (inputs.length !== 3)
    return {
      code: "merge",
      needs: "both first states (h and c) or none: wire initial h and initial c",
    };
  const wanted = frame.axes.map(({ size }) => size);
  const odd = inputs
    .slice(1)
    .findIndex(
      ({ axes }) => axes.length !== 3 || axes.some(({ size }, at) => size !== (wanted[at] ?? null)),
    );
  if (odd === -1) return null;
  return {
    code: "size",
    needs: `a first state of ${wanted.map((size) => size ?? "?").join(" × ")}, like one frame of its output`,
    input: odd + 1,
    param: "filters",
  };
}
