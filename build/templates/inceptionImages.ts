/** Networks of parallel branches: GoogLeNet (Szegedy and others 2014) and Inception-v3 (2015). */
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
} from "./imageParts.ts";
import type { GraphBuilder, Wire } from "./graphBuilder.ts";
import {
  classOutput,
  expr,
  filtersParam,
  int,
  intList,
  layer,
  relu,
  softmax,
  strideParam,
  text,
} from "./parts.ts";
import type { BlockMaker, ProjectBuilder, Template } from "./template.ts";

const same = { padding: "same", activation: "relu" } as const;
const responseNorm = (name: string) =>
  layer("localResponseNormalization", name, { depthRadius: 5, bias: 1, alpha: 0.0001, beta: 0.75 });

/** Channels of the branches: 1 × 1, 3 × 3 (before, after), 5 × 5 (before, after), pooled. */
type Branches = readonly [number, number, number, number, number, number];

function defineInception(
  project: ProjectBuilder,
): (name: string, ...sizes: Branches) => ReturnType<BlockMaker> {
  const channels = (initial: number, label: string, help: string) => int(initial, label, help);
  const make = project.block(
    "inception",
    {
      name: "Inception module",
      summary: "Looks through four windows at once and puts what they see side by side.",
      params: {
        one: channels(64, "1 × 1", "Channels of the 1 × 1 branch."),
        beforeThree: channels(96, "Before 3 × 3", "Channels to which the input is narrowed first."),
        three: channels(128, "3 × 3", "Channels of the 3 × 3 branch."),
        beforeFive: channels(16, "Before 5 × 5", "Channels to which the input is narrowed first."),
        five: channels(32, "5 × 5", "Channels of the 5 × 5 branch."),
        pooled: channels(32, "Pooled", "Channels of the pooling branch."),
      },
    },
    (block) => {
      const x = block.blockInput("x");
      const branches = [
        block.chain(x, conv("one", "one", 1, same)),
        block.chain(
          x,
          conv("before_three", "beforeThree", 1, same),
          conv("three", "three", 3, same),
        ),
        block.chain(x, conv("before_five", "beforeFive", 1, same), conv("five", "five", 5, same)),
        block.chain(x, maxPool("pool", 3, 1, "same"), conv("pooled", "pooled", 1, same)),
      ];
      block.blockOutput("y", block.add(layer("concatenate", "concat"), ...branches));
    },
  );
  return (name, ...sizes) => {
    const names = ["one", "beforeThree", "three", "beforeFive", "five", "pooled"];
    return make(
      name,
      Object.fromEntries(names.map((param, index) => [param, scale(sizes[index] ?? 1)])),
    );
  };
}

/** Channels of the paper where `width` is 64. */
const scale = (filters: number) => expr(`max(1, ${filters} * width // 64)`);

function drawGoogLeNet(project: ProjectBuilder, hasHeads: boolean): void {
  const inception = defineInception(project);
  const stem = project.block(
    "stem",
    {
      name: "Stem",
      summary: "Three convolutions, an eighth of height and width.",
      params: { filters: filtersParam(64) },
    },
    (block) => {
      block.blockOutput(
        "maps",
        block.chain(
          block.blockInput("image"),
          conv("conv1", "filters", 7, { stride: 2, ...same }),
          maxPool("pool1", 3, 2, "same"),
          responseNorm("norm1"),
          conv("conv2_reduce", "filters", 1, same),
          conv("conv2", "filters * 3", 3, same),
          responseNorm("norm2"),
          maxPool("pool2", 3, 2, "same"),
        ),
      );
    },
  );
  const at4a = project.chain(
    project.add(imageInput),
    stem("stem", { filters: expr("width") }),
    inception("inception_3a", 64, 96, 128, 16, 32, 32),
    inception("inception_3b", 128, 128, 192, 32, 96, 64),
    maxPool("pool3", 3, 2, "same"),
    inception("inception_4a", 192, 96, 208, 16, 48, 64),
  );
  const at4d = project.chain(
    at4a,
    inception("inception_4b", 160, 112, 224, 24, 64, 64),
    inception("inception_4c", 128, 128, 256, 24, 64, 64),
    inception("inception_4d", 112, 144, 288, 32, 64, 64),
  );
  project.chain(
    at4d,
    inception("inception_4e", 256, 160, 320, 32, 128, 128),
    maxPool("pool4", 3, 2, "same"),
    inception("inception_5a", 256, 160, 320, 32, 128, 128),
    inception("inception_5b", 384, 192, 384, 48, 128, 128),
    globalPool(),
    layer("dropout", "dropout", { rate: 0.4 }),
    softmax("classifier"),
    classOutput("label", hasHeads ? { target: "label" } : {}),
  );
  if (hasHeads) drawHeads(project, at4a, at4d);
}

/** Two classifiers on the way, which bring the error nearer to the first layers; thrown away after training. */
function drawHeads(project: ProjectBuilder, ...places: readonly Wire[]): void {
  const head = project.block(
    "auxiliary-head",
    {
      name: "Auxiliary head",
      summary: "A small classifier on what the network knows half-way.",
      params: {
        filters: filtersParam(128),
        units: int(1024, "Units", "Of the Dense layer."),
        classes: int(1000, "Classes", "One unit each."),
      },
    },
    (block) => {
      block.blockOutput(
        "scores",
        block.chain(
          block.blockInput("x"),
          averagePool("pool", 5, 3),
          conv("conv", "filters", 1, same),
          layer("flatten", "flatten"),
          layer("dense", "fc", { units: expr("units"), activation: "relu" }),
          layer("dropout", "dropout", { rate: 0.7 }),
          softmax("classifier"),
        ),
      );
    },
  );
  for (const [index, place] of places.entries()) {
    const scores = project.add(
      head(`head_${index + 1}`, {
        filters: expr("width * 2"),
        units: expr("width * 16"),
        classes: expr("classes"),
      }),
      place,
    );
    project.add(classOutput(`label_${index + 1}`, { target: "label", lossWeight: 0.3 }), scores);
  }
  project.note(
    "Two outputs on the way are compared with the same label and count 0.3 each. Only the last one is used afterwards.",
  );
}

const googLeNet = (hasHeads: boolean): Template => ({
  id: hasHeads ? "googlenet" : "googlenet-plain",
  name: hasHeads ? "GoogLeNet" : "GoogLeNet without heads",
  variables: { ...imageNet(224), width: 64 },
  data: bindPictures(224),
  training: bigTraining,
  draw: (project) => drawGoogLeNet(project, hasHeads),
});

/** Convolution, normalisation without scale, ReLU: what Inception-v3 is built of. */
function defineUnit(
  project: ProjectBuilder,
): (
  name: string,
  filters: number | string,
  kernel: readonly [number, number],
  more?: { readonly stride?: number; readonly padding?: "valid" },
) => ReturnType<BlockMaker> {
  const make = project.block(
    "conv-bn",
    {
      name: "Convolution unit",
      summary: "A convolution without bias, batch normalisation, ReLU.",
      params: {
        filters: filtersParam(64),
        kernel: intList([3, 3], "Kernel", "Height and width of the window."),
        stride: strideParam(),
        padding: text("same", "Padding", "Valid shrinks, same keeps the size.", ["same", "valid"]),
      },
    },
    (block) => {
      block.blockOutput(
        "y",
        block.chain(
          block.blockInput("x"),
          layer("conv2d", "conv", {
            filters: expr("filters"),
            kernelSize: expr("kernel"),
            strides: expr("[stride, stride]"),
            padding: expr("padding"),
            useBias: false,
          }),
          norm("bn", { scale: false }),
          relu("relu"),
        ),
      );
    },
  );
  return (name, filters, kernel, more = {}) =>
    make(name, {
      filters: typeof filters === "number" ? scale(filters) : expr(filters),
      kernel,
      ...more,
    });
}

const inceptionV3: Template = {
  id: "inception-v3",
  name: "Inception-v3",
  variables: { ...imageNet(299), width: 64 },
  data: bindPictures(299, 1000, 48),
  training: bigTraining,
  draw(project) {
    const unit = defineUnit(project);
    const concat = (name: string) => layer("concatenate", name);
    const pooled = (block: GraphBuilder, x: Wire, filters: number | string) =>
      block.chain(x, averagePool("pool", 3, 1, "same"), unit("pooled", filters, [1, 1]));
    const define = (
      id: string,
      about: Parameters<ProjectBuilder["block"]>[1],
      draw: (block: GraphBuilder, x: Wire) => readonly Wire[],
    ) =>
      project.block(id, about, (block) => {
        const branches = draw(block, block.blockInput("x"));
        block.blockOutput("y", block.add(concat("mixed"), ...branches));
      });
    const stem = project.block(
      "stem",
      {
        name: "Stem",
        summary: "Five convolutions and two poolings: 35 × 35 maps of 192 channels.",
      },
      (block) => {
        block.blockOutput(
          "maps",
          block.chain(
            block.blockInput("image"),
            unit("conv1", 32, [3, 3], { stride: 2, padding: "valid" }),
            unit("conv2", 32, [3, 3], { padding: "valid" }),
            unit("conv3", 64, [3, 3]),
            maxPool("pool1", 3, 2),
            unit("conv4", 80, [1, 1], { padding: "valid" }),
            unit("conv5", 192, [3, 3], { padding: "valid" }),
            maxPool("pool2", 3, 2),
          ),
        );
      },
    );
    const mixedA = define(
      "inception-a",
      {
        name: "Inception A",
        summary: "Windows of 1, 5 and twice 3, and a pooling.",
        params: { pooled: int(64, "Pooled", "Channels of the pooling branch.") },
      },
      (block, x) => [
        block.chain(x, unit("one", 64, [1, 1])),
        block.chain(x, unit("five_1", 48, [1, 1]), unit("five_2", 64, [5, 5])),
        block.chain(
          x,
          unit("double_1", 64, [1, 1]),
          unit("double_2", 96, [3, 3]),
          unit("double_3", 96, [3, 3]),
        ),
        pooled(block, x, "pooled"),
      ],
    );
    const reductionA = define(
      "reduction-a",
      { name: "Reduction A", summary: "Halves the size by three branches with stride 2." },
      (block, x) => [
        block.chain(x, unit("three", 384, [3, 3], { stride: 2, padding: "valid" })),
        block.chain(
          x,
          unit("double_1", 64, [1, 1]),
          unit("double_2", 96, [3, 3]),
          unit("double_3", 96, [3, 3], { stride: 2, padding: "valid" }),
        ),
        block.chain(x, maxPool("pool", 3, 2)),
      ],
    );
    const mixedB = define(
      "inception-b",
      {
        name: "Inception B",
        summary: "Windows of 7 × 7, taken apart into rows and columns.",
        params: { inner: filtersParam(128) },
      },
      (block, x) => [
        block.chain(x, unit("one", 192, [1, 1])),
        block.chain(
          x,
          unit("seven_1", "inner", [1, 1]),
          unit("seven_2", "inner", [1, 7]),
          unit("seven_3", 192, [7, 1]),
        ),
        block.chain(
          x,
          unit("double_1", "inner", [1, 1]),
          unit("double_2", "inner", [7, 1]),
          unit("double_3", "inner", [1, 7]),
          unit("double_4", "inner", [7, 1]),
          unit("double_5", 192, [1, 7]),
        ),
        pooled(block, x, 192),
      ],
    );
    const reductionB = define(
      "reduction-b",
      { name: "Reduction B", summary: "Halves the size once more." },
      (block, x) => [
        block.chain(
          x,
          unit("three_1", 192, [1, 1]),
          unit("three_2", 320, [3, 3], { stride: 2, padding: "valid" }),
        ),
        block.chain(
          x,
          unit("seven_1", 192, [1, 1]),
          unit("seven_2", 192, [1, 7]),
          unit("seven_3", 192, [7, 1]),
          unit("seven_4", 192, [3, 3], { stride: 2, padding: "valid" }),
        ),
        block.chain(x, maxPool("pool", 3, 2)),
      ],
    );
    const split = (block: GraphBuilder, x: Wire, name: string) =>
      block.add(
        concat(`${name}_both`),
        block.chain(x, unit(`${name}_row`, 384, [1, 3])),
        block.chain(x, unit(`${name}_column`, 384, [3, 1])),
      );
    const mixedC = define(
      "inception-c",
      {
        name: "Inception C",
        summary: "Widens: rows and columns side by side instead of one behind the other.",
      },
      (block, x) => [
        block.chain(x, unit("one", 320, [1, 1])),
        split(block, block.chain(x, unit("three", 384, [1, 1])), "three"),
        split(
          block,
          block.chain(x, unit("double_1", 448, [1, 1]), unit("double_2", 384, [3, 3])),
          "double",
        ),
        pooled(block, x, 192),
      ],
    );
    project.chain(
      project.add(imageInput),
      stem("stem"),
      mixedA("mixed0", { pooled: scale(32) }),
      mixedA("mixed1", { pooled: scale(64), repeat: 2 }),
      reductionA("mixed3"),
      mixedB("mixed4", { inner: scale(128) }),
      mixedB("mixed5", { inner: scale(160), repeat: 2 }),
      mixedB("mixed7", { inner: scale(192) }),
      reductionB("mixed8"),
      mixedC("mixed9", { repeat: 2 }),
      globalPool(),
      softmax("predictions"),
      classOutput("label"),
    );
  },
};

export const inceptionImages: readonly Template[] = [
  googLeNet(true),
  googLeNet(false),
  inceptionV3,
];
