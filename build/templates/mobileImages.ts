/** Networks of depthwise convolutions: Xception, MobileNet, MobileNetV2, EfficientNet. */
import type { JsonValue } from "../../shared/base/json.ts";
import {
  bigTraining,
  bindPictures,
  conv,
  globalPool,
  imageInput,
  imageNet,
  maxPool,
  norm,
  pad,
} from "./imageParts.ts";
import type { GraphBuilder, Wire } from "./graphBuilder.ts";
import {
  classOutput,
  expr,
  filtersParam,
  float,
  int,
  layer,
  type Part,
  relu,
  softmax,
} from "./parts.ts";
import type { BlockMaker, ProjectBuilder, Template } from "./template.ts";

const relu6 = (name: string) => layer("relu", name, { maxValue: 6 });
const add = (name: string) => layer("add", name);
const flat = { useBias: false, padding: "same" } as const;

/** Chollet 2017. */
const xception: Template = {
  id: "xception",
  name: "Xception",
  variables: { ...imageNet(299), width: 728 },
  data: bindPictures(299, 1000, 48),
  training: bigTraining,
  draw(project) {
    const separable = (name: string, filters: JsonValue) =>
      layer("separableConv2d", name, { filters, kernelSize: [3, 3], ...flat });
    const filtersNow = expr("filters");
    const entry = project.block(
      "entry-unit",
      {
        name: "Entry unit",
        summary: "Two separable convolutions, half the size, and a projected skip.",
        params: { filters: filtersParam(128), before: filtersParam(128) },
      },
      (block) => {
        const x = block.blockInput("x");
        drawReduction(block, x, block.chain(x, relu("sepconv1_act")), separable);
      },
    );
    const first = project.block(
      "first-unit",
      {
        name: "First unit",
        summary: "As the entry unit, without a ReLU in front.",
        params: { filters: filtersParam(128), before: filtersParam(128) },
      },
      (block) => {
        const x = block.blockInput("x");
        drawReduction(block, x, x, separable);
      },
    );
    const middle = project.block(
      "middle-unit",
      {
        name: "Middle unit",
        summary: "Three separable convolutions and a skip around them.",
        params: { filters: filtersParam(728) },
      },
      (block) => {
        const x = block.blockInput("x");
        const change = block.chain(
          x,
          ...[1, 2, 3].flatMap((number) => [
            relu(`sepconv${number}_act`),
            separable(`sepconv${number}`, filtersNow),
            norm(`sepconv${number}_bn`),
          ]),
        );
        block.blockOutput("y", block.add(add("add"), change, x));
      },
    );
    const width = (factor: string) => expr(`width * ${factor}`);
    project.chain(
      project.add(imageInput),
      conv("block1_conv1", "max(1, width * 4 // 91)", 3, { stride: 2, useBias: false }),
      norm("block1_conv1_bn"),
      relu("block1_conv1_act"),
      conv("block1_conv2", "width * 8 // 91", 3, { useBias: false }),
      norm("block1_conv2_bn"),
      relu("block1_conv2_act"),
      first("block2", { before: width("16 // 91"), filters: width("16 // 91") }),
      entry("block3", { before: width("32 // 91"), filters: width("32 // 91") }),
      entry("block4", { before: expr("width"), filters: expr("width") }),
      middle("block5", { filters: expr("width"), repeat: 8 }),
      entry("block13", { before: expr("width"), filters: width("128 // 91") }),
      separable("block14_sepconv1", width("192 // 91")),
      norm("block14_sepconv1_bn"),
      relu("block14_sepconv1_act"),
      separable("block14_sepconv2", width("256 // 91")),
      norm("block14_sepconv2_bn"),
      relu("block14_sepconv2_act"),
      globalPool(),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

function drawReduction(
  block: GraphBuilder,
  x: Wire,
  start: Wire,
  separable: (name: string, filters: JsonValue) => Part,
): void {
  const skip = block.chain(x, conv("skip", "filters", 1, { stride: 2, ...flat }), norm("skip_bn"));
  const change = block.chain(
    start,
    separable("sepconv1", expr("before")),
    norm("sepconv1_bn"),
    relu("sepconv2_act"),
    separable("sepconv2", expr("filters")),
    norm("sepconv2_bn"),
    maxPool("pool", 3, 2, "same"),
  );
  block.blockOutput("y", block.add(add("add"), change, skip));
}

/** Howard and others 2017. */
const mobileNet: Template = {
  id: "mobilenet",
  name: "MobileNet",
  variables: { ...imageNet(224), width: 32 },
  data: bindPictures(224),
  training: bigTraining,
  draw(project) {
    const params = { filters: filtersParam(64) };
    const finish = (block: GraphBuilder, from: Wire, depthwise: Part) => {
      block.blockOutput(
        "y",
        block.chain(
          from,
          depthwise,
          norm("dw_bn"),
          relu6("dw_relu"),
          conv("pw", "filters", 1, flat),
          norm("pw_bn"),
          relu6("pw_relu"),
        ),
      );
    };
    const keep = project.block(
      "depthwise-unit",
      {
        name: "Depthwise unit",
        summary: "Filters each channel by itself, then mixes them by a 1 × 1 convolution.",
        params,
      },
      (block) => {
        const depthwise = layer("depthwiseConv2d", "dw", { kernelSize: [3, 3], ...flat });
        finish(block, block.blockInput("x"), depthwise);
      },
    );
    const halve = project.block(
      "depthwise-reduction",
      { name: "Depthwise reduction", summary: "A depthwise unit that halves the size.", params },
      (block) => {
        const padded = block.chain(block.blockInput("x"), pad("pad", 0, 1, 0, 1));
        const depthwise = layer("depthwiseConv2d", "dw", {
          kernelSize: [3, 3],
          strides: [2, 2],
          useBias: false,
        });
        finish(block, padded, depthwise);
      },
    );
    const wide = (factor: number) => ({ filters: expr(`width * ${factor}`) });
    project.chain(
      project.add(imageInput),
      conv("conv1", "width", 3, { stride: 2, ...flat }),
      norm("conv1_bn"),
      relu6("conv1_relu"),
      keep("conv_1", wide(2)),
      halve("conv_2", wide(4)),
      keep("conv_3", wide(4)),
      halve("conv_4", wide(8)),
      keep("conv_5", wide(8)),
      halve("conv_6", wide(16)),
      keep("conv_7", { ...wide(16), repeat: 5 }),
      halve("conv_12", wide(32)),
      keep("conv_13", wide(32)),
      layer("globalAveragePooling2d", "avg_pool", { keepdims: true }),
      layer("dropout", "dropout", { rate: 0.001 }),
      conv("conv_preds", "classes", 1, { padding: "same" }),
      layer("reshape", "reshape", { targetShape: expr("[classes]") }),
      layer("activation", "predictions", { activation: "softmax" }),
      classOutput("label"),
    );
  },
};

/** Sandler and others 2018: narrow skips, wide depthwise convolutions between. */
const mobileNetV2: Template = {
  id: "mobilenet-v2",
  name: "MobileNetV2",
  variables: { ...imageNet(224), width: 8 },
  data: bindPictures(224),
  training: bigTraining,
  draw(project) {
    const bn = (name: string) => norm(name, { momentum: 0.999 });
    const params = {
      before: int(24, "Channels in", "Channels of what comes in."),
      filters: filtersParam(24),
    };
    const expand = [conv("expand", "before * 6", 1, flat), bn("expand_bn"), relu6("expand_relu")];
    const depthwise = layer("depthwiseConv2d", "depthwise", { kernelSize: [3, 3], ...flat });
    const narrow = [conv("project", "filters", 1, flat), bn("project_bn")];
    const after = [bn("depthwise_bn"), relu6("depthwise_relu"), ...narrow];
    const chainBlock = (id: string, name: string, summary: string, parts: readonly Part[]) =>
      project.block(id, { name, summary, params }, (block) => {
        block.blockOutput("y", block.chain(block.blockInput("x"), ...parts));
      });
    const widen = chainBlock(
      "widening-unit",
      "Widening unit",
      "An inverted residual unit whose channels change, so that there is no skip.",
      [...expand, depthwise, ...after],
    );
    const halve = chainBlock(
      "reduction-unit",
      "Reduction unit",
      "An inverted residual unit that halves the size.",
      [
        ...expand,
        pad("pad", 0, 1, 0, 1),
        layer("depthwiseConv2d", "depthwise", {
          kernelSize: [3, 3],
          strides: [2, 2],
          useBias: false,
        }),
        ...after,
      ],
    );
    const inverted = project.block(
      "inverted-residual",
      {
        name: "Inverted residual unit",
        summary: "Six times as wide inside as outside; the skip joins the narrow ends.",
        params: { filters: filtersParam(24) },
      },
      (block) => {
        const x = block.blockInput("x");
        const [, ...rest] = expand;
        const change = block.chain(
          x,
          conv("expand", "filters * 6", 1, flat),
          ...rest,
          depthwise,
          ...after,
        );
        block.blockOutput("y", block.add(add("add"), x, change));
      },
    );
    const wide = (factor: number) => expr(`width * ${factor}`);
    const change = (before: number, filters: number) => ({
      before: wide(before),
      filters: wide(filters),
    });
    const repeat = (name: string, filters: number, count: number) =>
      inverted(name, { filters: wide(filters), repeat: count });
    project.chain(
      project.add(imageInput),
      conv("Conv1", "width * 4", 3, { stride: 2, ...flat }),
      bn("bn_Conv1"),
      relu6("Conv1_relu"),
      depthwise,
      bn("depthwise_bn"),
      relu6("depthwise_relu"),
      conv("project", "width * 2", 1, flat),
      bn("project_bn"),
      halve("block_1", change(2, 3)),
      repeat("block_2", 3, 1),
      halve("block_3", change(3, 4)),
      repeat("block_4", 4, 2),
      halve("block_6", change(4, 8)),
      repeat("block_7", 8, 3),
      widen("block_10", change(8, 12)),
      repeat("block_11", 12, 2),
      halve("block_13", change(12, 20)),
      repeat("block_14", 20, 2),
      widen("block_16", change(20, 40)),
      conv("Conv_1", "width * 160", 1, { useBias: false }),
      bn("Conv_1_bn"),
      relu6("out_relu"),
      globalPool(),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

const swish = (name: string) => layer("activation", name, { activation: "swish" });
const evenInitializer = { name: "heNormal" };

/** Squeeze and excitation (Hu and others 2018): weighs the channels by what the whole picture holds. */
function defineSqueeze(project: ProjectBuilder): BlockMaker {
  return project.block(
    "squeeze-excite",
    {
      name: "Squeeze and excite",
      summary: "Weighs each channel by what the whole picture holds.",
      params: {
        channels: int(32, "Channels", "Of what comes in."),
        squeezed: int(8, "Squeezed", "Channels in between."),
      },
    },
    (block) => {
      const x = block.blockInput("x");
      const weights = block.chain(
        x,
        globalPool("squeeze"),
        layer("reshape", "reshape", { targetShape: expr("[1, 1, channels]") }),
        conv("reduce", "squeezed", 1, { padding: "same", activation: "swish" }),
        conv("expand", "channels", 1, { padding: "same", activation: "sigmoid" }),
      );
      block.blockOutput("y", block.add(layer("multiply", "excite"), x, weights));
    },
  );
}

/** Tan and Le 2019. */
const efficientNet: Template = {
  id: "efficientnet-b0",
  name: "EfficientNet-B0",
  variables: { ...imageNet(224), width: 8 },
  data: { ...bindPictures(224), scaling: "none" },
  training: bigTraining,
  draw(project) {
    const squeeze = defineSqueeze(project);
    const finish = (channels: string, squeezed: string) => [
      norm("bn"),
      swish("activation"),
      squeeze("se", { channels: expr(channels), squeezed: expr(squeezed) }),
      conv("project_conv", "filters", 1, { ...flat, kernelInitializer: evenInitializer }),
      norm("project_bn"),
    ];
    const depthwise = (isReduction: boolean) =>
      layer("depthwiseConv2d", "dwconv", {
        kernelSize: expr("[kernel, kernel]"),
        ...(isReduction ? { strides: [2, 2], useBias: false } : flat),
      });
    const params = {
      before: int(24, "Channels in", "Channels of what comes in."),
      filters: filtersParam(24),
      kernel: int(3, "Kernel", "Side of the depthwise window."),
    };
    const expand = (before: string) => [
      conv("expand_conv", `${before} * 6`, 1, { ...flat, kernelInitializer: evenInitializer }),
      norm("expand_bn"),
      swish("expand_activation"),
    ];
    const squeezed = "max(1, before // 4)";
    const define = (id: string, name: string, summary: string, parts: readonly Part[]) =>
      project.block(id, { name, summary, params }, (block) => {
        block.blockOutput("y", block.chain(block.blockInput("x"), ...parts));
      });
    const first = define("first-unit", "First unit", "A depthwise convolution without widening.", [
      depthwise(false),
      ...finish("before", squeezed),
    ]);
    const halve = define(
      "reduction-unit",
      "Reduction unit",
      "Widens, filters each channel with stride 2, weighs the channels, narrows.",
      [
        ...expand("before"),
        // An even side needs one more row and column at the end only.
        layer("zeroPadding2d", "dwconv_pad", {
          padding: expr("[kernel // 2 - 1, kernel // 2, kernel // 2 - 1, kernel // 2]"),
        }),
        depthwise(true),
        ...finish("before * 6", squeezed),
      ],
    );
    const widen = define(
      "widening-unit",
      "Widening unit",
      "The same size, more channels; without a skip.",
      [...expand("before"), depthwise(false), ...finish("before * 6", squeezed)],
    );
    const unit = project.block(
      "residual-unit",
      {
        name: "Inverted residual unit",
        summary: "Widens, filters, weighs, narrows, and adds to what came in.",
        params: {
          filters: params.filters,
          kernel: params.kernel,
          drop: float(0, "Drop", "Share of samples that skip the first of these units."),
          step: float(0, "Drop step", "How much more each further repetition drops."),
        },
      },
      (block) => {
        const x = block.blockInput("x");
        const change = block.chain(
          x,
          ...expand("filters"),
          depthwise(false),
          ...finish("filters * 6", "max(1, filters // 4)"),
          layer("dropout", "drop", {
            rate: expr("drop + step * index"),
            noiseShape: [null, 1, 1, 1],
          }),
        );
        block.blockOutput("y", block.add(add("add"), change, x));
      },
    );
    const wide = (factor: number) => expr(`width * ${factor}`);
    const change = (before: number, filters: number, kernel: number) => ({
      before: wide(before),
      filters: wide(filters),
      kernel,
    });
    // The share grows from 0 to 0.2 over the sixteen units.
    const repeat = (
      name: string,
      filters: number,
      about: { readonly kernel: number; readonly count: number; readonly from: number },
    ) =>
      unit(name, {
        filters: wide(filters),
        kernel: about.kernel,
        drop: 0.0125 * about.from,
        step: 0.0125,
        repeat: about.count,
      });
    project.chain(
      project.add(imageInput),
      layer("rescaling", "rescaling", { scale: 1 / 255 }),
      layer("normalization", "normalization"),
      pad("stem_conv_pad", 0, 1, 0, 1),
      conv("stem_conv", "width * 4", 3, {
        stride: 2,
        useBias: false,
        kernelInitializer: evenInitializer,
      }),
      norm("stem_bn"),
      swish("stem_activation"),
      first("block1a", change(4, 2, 3)),
      halve("block2a", change(2, 3, 3)),
      repeat("block2b", 3, { kernel: 3, count: 1, from: 2 }),
      halve("block3a", change(3, 5, 5)),
      repeat("block3b", 5, { kernel: 5, count: 1, from: 4 }),
      halve("block4a", change(5, 10, 3)),
      repeat("block4b", 10, { kernel: 3, count: 2, from: 6 }),
      widen("block5a", change(10, 14, 5)),
      repeat("block5b", 14, { kernel: 5, count: 2, from: 9 }),
      halve("block6a", change(14, 24, 5)),
      repeat("block6b", 24, { kernel: 5, count: 3, from: 12 }),
      widen("block7a", change(24, 40, 3)),
      conv("top_conv", "width * 160", 1, { ...flat, kernelInitializer: evenInitializer }),
      norm("top_bn"),
      swish("top_activation"),
      globalPool(),
      layer("dropout", "top_dropout", { rate: 0.2 }),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

export const mobileImages: readonly Template[] = [xception, mobileNet, mobileNetV2, efficientNet];
