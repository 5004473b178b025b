/** Residual networks (He, Zhang, Ren, Sun 2015 and 2016) and DenseNet (Huang and others 2017). */
import {
  averagePool,
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
import {
  classOutput,
  expr,
  filtersParam,
  int,
  layer,
  type Part,
  relu,
  softmax,
  strideParam,
} from "./parts.ts";
import type { BlockMaker, ProjectBuilder, Template } from "./template.ts";

/** As Keras has it in these networks. */
const bn = (name: string) => norm(name, { epsilon: 1.001e-5 });
const add = (name: string) => layer("add", name);
const unitsParam = (initial: number) =>
  int(initial, "Units", "How many residual units stand one behind the other.", { min: 2 });

function defineStem(project: ProjectBuilder, hasNorm: boolean): BlockMaker {
  return project.block(
    "stem",
    {
      name: "Stem",
      summary:
        "A large convolution and a pooling: a quarter of height and width, and the first maps.",
      params: { filters: filtersParam(64) },
    },
    (block) => {
      const first = block.chain(
        block.blockInput("image"),
        pad("conv1_pad", 3, 3, 3, 3),
        conv("conv1_conv", "filters", 7, { stride: 2 }),
      );
      block.blockOutput(
        "maps",
        block.chain(
          first,
          ...(hasNorm ? [bn("conv1_bn"), relu("conv1_relu")] : []),
          pad("pool1_pad", 1, 1, 1, 1),
          maxPool("pool1_pool", 3, 2),
        ),
      );
    },
  );
}

/** The three convolutions of a bottleneck: narrow, look, widen. */
function makeBottleneck(stride: number | string): readonly Part[] {
  return [
    conv("1_conv", "filters", 1, { stride }),
    bn("1_bn"),
    relu("1_relu"),
    conv("2_conv", "filters", 3, { padding: "same" }),
    bn("2_bn"),
    relu("2_relu"),
    conv("3_conv", "filters * 4", 1),
    bn("3_bn"),
  ];
}

function defineBottleneckStage(project: ProjectBuilder): BlockMaker {
  const params = { filters: filtersParam(64) };
  const projection = project.block(
    "projection-unit",
    {
      name: "Projection unit",
      summary: "A bottleneck whose skip is a 1 × 1 convolution, because size or channels change.",
      params: { ...params, stride: strideParam() },
    },
    (block) => {
      const x = block.blockInput("x");
      const skip = block.chain(
        x,
        conv("0_conv", "filters * 4", 1, { stride: "stride" }),
        bn("0_bn"),
      );
      const change = block.chain(x, ...makeBottleneck("stride"));
      block.blockOutput("y", block.chain(block.add(add("add"), skip, change), relu("out")));
    },
  );
  const identity = project.block(
    "identity-unit",
    {
      name: "Identity unit",
      summary: "A bottleneck that computes a correction to what comes in.",
      params,
    },
    (block) => {
      const x = block.blockInput("x");
      const change = block.chain(x, ...makeBottleneck(1));
      block.blockOutput("y", block.chain(block.add(add("add"), x, change), relu("out")));
    },
  );
  return defineStage(project, projection, identity);
}

function defineStage(
  project: ProjectBuilder,
  projection: BlockMaker,
  identity: BlockMaker,
): BlockMaker {
  return project.block(
    "residual-stage",
    {
      name: "Residual stage",
      summary: "One unit that changes the size, and more that keep it.",
      params: {
        filters: filtersParam(64),
        units: unitsParam(3),
        stride: strideParam(2),
      },
    },
    (block) => {
      const filters = expr("filters");
      block.blockOutput(
        "y",
        block.chain(
          block.blockInput("x"),
          projection("block1", { filters, stride: expr("stride") }),
          identity("block", { filters, repeat: expr("units - 1") }),
        ),
      );
    },
  );
}

/** `units` of the four stages; all but the first halve the size. */
function drawResNet(
  project: ProjectBuilder,
  stage: BlockMaker,
  units: readonly [number, number, number, number],
): void {
  const stem = defineStem(project, true);
  const stages = units.map((count, index) =>
    stage(`conv${index + 2}`, {
      filters: expr(index === 0 ? "width" : `width * ${2 ** index}`),
      units: count,
      ...(index === 0 ? { stride: 1 } : {}),
    }),
  );
  project.chain(
    project.add(imageInput),
    stem("stem", { filters: expr("width") }),
    ...stages,
    globalPool(),
    softmax("predictions"),
    classOutput("label"),
  );
}

const variables = { ...imageNet(224), width: 64 };
const common = { variables, data: bindPictures(224), training: bigTraining };

const resNet18: Template = {
  ...common,
  id: "resnet-18",
  name: "ResNet-18",
  draw(project) {
    const plain = { padding: "same", useBias: false } as const;
    const projection = project.block(
      "projection-unit",
      {
        name: "Projection unit",
        summary:
          "Two convolutions; a 1 × 1 convolution takes the skip along where the size changes.",
        params: { filters: filtersParam(64), stride: strideParam(2) },
      },
      (block) => {
        const x = block.blockInput("x");
        const skip = block.chain(
          x,
          conv("0_conv", "filters", 1, { stride: "stride", useBias: false }),
          bn("0_bn"),
        );
        const change = block.chain(
          x,
          conv("1_conv", "filters", 3, { stride: "stride", ...plain }),
          bn("1_bn"),
          relu("1_relu"),
          conv("2_conv", "filters", 3, plain),
          bn("2_bn"),
        );
        block.blockOutput("y", block.chain(block.add(add("add"), skip, change), relu("out")));
      },
    );
    const identity = project.block(
      "identity-unit",
      {
        name: "Identity unit",
        summary: "Two convolutions compute a correction to what comes in.",
        params: { filters: filtersParam(64) },
      },
      (block) => {
        const x = block.blockInput("x");
        const change = block.chain(
          x,
          conv("1_conv", "filters", 3, plain),
          bn("1_bn"),
          relu("1_relu"),
          conv("2_conv", "filters", 3, plain),
          bn("2_bn"),
        );
        block.blockOutput("y", block.chain(block.add(add("add"), x, change), relu("out")));
      },
    );
    const stage = defineStage(project, projection, identity);
    const stem = project.block(
      "stem",
      {
        name: "Stem",
        summary: "A large convolution and a pooling: a quarter of height and width.",
        params: { filters: filtersParam(64) },
      },
      (block) => {
        block.blockOutput(
          "maps",
          block.chain(
            block.blockInput("image"),
            pad("conv1_pad", 3, 3, 3, 3),
            conv("conv1_conv", "filters", 7, { stride: 2, useBias: false }),
            bn("conv1_bn"),
            relu("conv1_relu"),
            pad("pool1_pad", 1, 1, 1, 1),
            maxPool("pool1_pool", 3, 2),
          ),
        );
      },
    );
    project.chain(
      project.add(imageInput),
      stem("stem", { filters: expr("width") }),
      // The first stage keeps size and channels, so all its units add without a projection.
      identity("conv2", { filters: expr("width"), repeat: 2 }),
      stage("conv3", { filters: expr("width * 2"), units: 2 }),
      stage("conv4", { filters: expr("width * 4"), units: 2 }),
      stage("conv5", { filters: expr("width * 8"), units: 2 }),
      globalPool(),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

const resNet = (layers: number, units: readonly [number, number, number, number]): Template => ({
  ...common,
  id: `resnet-${layers}`,
  name: `ResNet-${layers}`,
  draw: (project) => drawResNet(project, defineBottleneckStage(project), units),
});

/** Normalisation and ReLU first (He and others 2016), so that the skips carry everything unchanged. */
const resNet50V2: Template = {
  ...common,
  id: "resnet-50v2",
  name: "ResNet-50V2",
  draw(project) {
    const look = (stride: string | 1) => [
      conv("1_conv", "filters", 1, { useBias: false }),
      bn("1_bn"),
      relu("1_relu"),
      pad("2_pad", 1, 1, 1, 1),
      conv("2_conv", "filters", 3, { stride, useBias: false }),
      bn("2_bn"),
      relu("2_relu"),
      conv("3_conv", "filters * 4", 1),
    ];
    const before = [bn("preact_bn"), relu("preact_relu")];
    const params = { filters: filtersParam(64) };
    const projection = project.block(
      "projection-unit",
      {
        name: "Projection unit",
        summary: "The skip is a convolution of the activated input.",
        params,
      },
      (block) => {
        const active = block.chain(block.blockInput("x"), ...before);
        const skip = block.chain(active, conv("0_conv", "filters * 4", 1));
        block.blockOutput("y", block.add(add("out"), skip, block.chain(active, ...look(1))));
      },
    );
    const identity = project.block(
      "identity-unit",
      { name: "Identity unit", summary: "Adds a correction; nothing stands on the skip.", params },
      (block) => {
        const x = block.blockInput("x");
        block.blockOutput("y", block.add(add("out"), x, block.chain(x, ...before, ...look(1))));
      },
    );
    const reduction = project.block(
      "reduction-unit",
      {
        name: "Reduction unit",
        summary: "Halves the size; the skip takes every second value.",
        params: { ...params, stride: strideParam(2) },
      },
      (block) => {
        const x = block.blockInput("x");
        const skip = block.chain(x, maxPool("0_pool", 1, 2));
        const change = block.chain(x, ...before, ...look("stride"));
        block.blockOutput("y", block.add(add("out"), skip, change));
      },
    );
    const filters = expr("filters");
    const stage = project.block(
      "residual-stage",
      {
        name: "Residual stage",
        summary: "Widens, corrects, and halves the size at its end.",
        params: { ...params, units: unitsParam(3) },
      },
      (block) => {
        block.blockOutput(
          "y",
          block.chain(
            block.blockInput("x"),
            projection("block1", { filters }),
            identity("block", { filters, repeat: expr("units - 2") }),
            reduction("block_end", { filters }),
          ),
        );
      },
    );
    const stem = defineStem(project, false);
    project.chain(
      project.add(imageInput),
      stem("stem", { filters: expr("width") }),
      stage("conv2", { filters: expr("width"), units: 3 }),
      stage("conv3", { filters: expr("width * 2"), units: 4 }),
      stage("conv4", { filters: expr("width * 4"), units: 6 }),
      projection("conv5_block1", { filters: expr("width * 8") }),
      identity("conv5_block", { filters: expr("width * 8"), repeat: 2 }),
      bn("post_bn"),
      relu("post_relu"),
      globalPool(),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

const denseNet121: Template = {
  id: "densenet-121",
  name: "DenseNet-121",
  variables: { ...imageNet(224), growth: 32 },
  data: bindPictures(224),
  training: bigTraining,
  draw(project) {
    const growth = int(32, "Growth", "Channels that every layer adds.");
    const unit = project.block(
      "dense-unit",
      {
        name: "Dense unit",
        summary: "Computes a few new maps and puts them beside all that came before.",
        params: { growth },
      },
      (block) => {
        const x = block.blockInput("x");
        const fresh = block.chain(
          x,
          bn("0_bn"),
          relu("0_relu"),
          conv("1_conv", "growth * 4", 1, { useBias: false }),
          bn("1_bn"),
          relu("1_relu"),
          conv("2_conv", "growth", 3, { padding: "same", useBias: false }),
        );
        block.blockOutput("y", block.add(layer("concatenate", "concat"), x, fresh));
      },
    );
    const transition = project.block(
      "transition",
      {
        name: "Transition",
        summary: "Half the channels, half the size.",
        params: { filters: filtersParam(128) },
      },
      (block) => {
        block.blockOutput(
          "y",
          block.chain(
            block.blockInput("x"),
            bn("bn"),
            relu("relu"),
            conv("conv", "filters", 1, { useBias: false }),
            averagePool("pool", 2, 2),
          ),
        );
      },
    );
    const grow = (name: string, repeat: number) => unit(name, { growth: expr("growth"), repeat });
    const halve = (name: string, factor: number) =>
      transition(name, { filters: expr(`growth * ${factor}`) });
    project.chain(
      project.add(imageInput),
      pad("conv1_pad", 3, 3, 3, 3),
      conv("conv1_conv", "growth * 2", 7, { stride: 2, useBias: false }),
      bn("conv1_bn"),
      relu("conv1_relu"),
      pad("pool1_pad", 1, 1, 1, 1),
      maxPool("pool1", 3, 2),
      grow("conv2", 6),
      halve("pool2", 4),
      grow("conv3", 12),
      halve("pool3", 8),
      grow("conv4", 24),
      halve("pool4", 16),
      grow("conv5", 16),
      bn("bn"),
      relu("relu"),
      globalPool(),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

export const residualImages: readonly Template[] = [
  resNet18,
  resNet(50, [3, 4, 6, 3]),
  resNet(101, [3, 4, 23, 3]),
  resNet50V2,
  denseNet121,
];
