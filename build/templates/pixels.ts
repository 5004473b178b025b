/** Networks from pictures to pictures: segmentation, autoencoders, filters; and two pictures compared. */
import { defaultOptimizers } from "../../shared/training/config.ts";
import { bindGenerated } from "./data.ts";
import { conv, maxPool } from "./imageParts.ts";
import { type GraphBuilder, port, type Wire } from "./graphBuilder.ts";
import { type Part, classOutput, expr, filtersParam, int, layer } from "./parts.ts";
import type { BlockMaker, ProjectBuilder, Template } from "./template.ts";

const same = { padding: "same", activation: "relu" } as const;
const adam = defaultOptimizers.adam;

function drawTwice(block: GraphBuilder, from: Wire): Wire {
  return block.chain(from, conv("conv_1", "filters", 3, same), conv("conv_2", "filters", 3, same));
}

/** Ronneberger, Fischer, Brox 2015. */
const uNet: Template = {
  id: "u-net",
  name: "U-Net",
  variables: { imageSize: 128, width: 64, classes: 2 },
  data: bindGenerated("picture-masks", { samples: 60, shape: [128, 128, 1], classes: 2 }),
  training: { optimizer: adam, batchSize: 4, epochs: 10 },
  draw(project) {
    const params = { filters: filtersParam(64) };
    const down = project.block(
      "contract",
      {
        name: "Contract",
        summary: "Two convolutions; half the size goes on down, the whole one across.",
        params,
      },
      (block) => {
        const maps = drawTwice(block, block.blockInput("x"));
        block.blockOutput("down", block.chain(maps, maxPool("pool", 2, 2)));
        block.blockOutput("across", maps);
      },
    );
    const bridge = project.block(
      "bridge",
      { name: "Bridge", summary: "Two convolutions at the bottom of the U.", params },
      (block) => block.blockOutput("y", drawTwice(block, block.blockInput("x"))),
    );
    const up = project.block(
      "expand",
      {
        name: "Expand",
        summary: "Twice the size, beside what came across, and two convolutions.",
        params,
      },
      (block) => {
        const below = block.blockInput("below");
        const across = block.blockInput("across");
        const larger = block.chain(
          below,
          layer("conv2dTranspose", "up", {
            filters: expr("filters"),
            kernelSize: [2, 2],
            strides: [2, 2],
          }),
        );
        const both = block.add(layer("concatenate", "concat"), across, larger);
        block.blockOutput("y", drawTwice(block, both));
      },
    );
    const wide = (factor: number) => ({ filters: expr(`width * ${factor}`) });
    const image = project.add(
      layer("input", "image", { shape: expr("[imageSize, imageSize, 1]") }),
    );
    const contracting: Wire[] = [];
    for (const level of [1, 2, 3, 4]) {
      const from = contracting.at(-1) ?? image;
      contracting.push(project.add(down(`down_${level}`, wide(2 ** (level - 1))), from));
    }
    let maps = project.add(bridge("bridge", wide(16)), contracting.at(-1) ?? image);
    const expanding: Wire[] = [];
    for (const [index, level] of [4, 3, 2, 1].entries()) {
      const across = contracting[3 - index] ?? image;
      maps = project.add(up(`up_${level}`, wide(2 ** (level - 1))), maps, port(across, 1));
      expanding.push(maps);
    }
    project.chain(
      maps,
      conv("scores", "classes", 1, { activation: "softmax" }),
      classOutput("mask"),
    );
    project.note(
      "Down the U the picture gets smaller and the maps more; up again, what was seen in detail comes across by the second port of each Contract block.",
    );
  },
};

/** Long, Shelhamer, Darrell 2015: VGG16 without its Dense layers, and sums of three resolutions (FCN-8s). */
const fullyConvolutional: Template = {
  id: "fully-convolutional-network",
  name: "Fully convolutional network",
  variables: { imageSize: 128, width: 16, classes: 3 },
  data: bindGenerated("picture-masks", { samples: 60, shape: [128, 128, 3], classes: 3 }),
  training: { optimizer: adam, batchSize: 4, epochs: 10 },
  draw(project) {
    const stage = defineVggStage(project);
    const up = (name: string, factor: number) =>
      layer("conv2dTranspose", name, {
        filters: expr("classes"),
        kernelSize: [2 * factor, 2 * factor],
        strides: [factor, factor],
        padding: "same",
        useBias: false,
      });
    const make = (name: string, factor: number, convolutions: number) =>
      stage(name, { filters: expr(`width * ${factor}`), convolutions });
    const eighth = project.chain(
      project.add(layer("input", "image", { shape: expr("[imageSize, imageSize, 3]") })),
      make("block1", 1, 2),
      make("block2", 2, 2),
      make("block3", 4, 3),
    );
    const sixteenth = project.chain(eighth, make("block4", 8, 3));
    const coarse = project.chain(
      sixteenth,
      make("block5", 8, 3),
      conv("conv6", "width * 64", 7, same),
      layer("dropout", "dropout6", { rate: 0.5 }),
      conv("conv7", "width * 64", 1, same),
      layer("dropout", "dropout7", { rate: 0.5 }),
      conv("scores_32", "classes", 1),
      up("up_32", 2),
    );
    const middle = project.add(
      layer("add", "sum_16"),
      coarse,
      project.chain(sixteenth, conv("scores_16", "classes", 1)),
    );
    const fine = project.add(
      layer("add", "sum_8"),
      project.chain(middle, up("up_16", 2)),
      project.chain(eighth, conv("scores_8", "classes", 1)),
    );
    project.chain(fine, up("up_8", 8), layer("softmax", "shares"), classOutput("mask"));
  },
};

function defineVggStage(project: ProjectBuilder): BlockMaker {
  const unit = project.block(
    "vgg-convolution",
    {
      name: "Convolution 3 × 3",
      summary: "One convolution with ReLU; repeated within a stage.",
      params: { filters: filtersParam(64) },
    },
    (block) =>
      block.blockOutput("y", block.chain(block.blockInput("x"), conv("conv", "filters", 3, same))),
  );
  return project.block(
    "vgg-stage",
    {
      name: "VGG stage",
      summary: "Convolutions of the same size, then half the height and width.",
      params: {
        filters: filtersParam(64),
        convolutions: int(2, "Convolutions", "How many stand one behind the other."),
      },
    },
    (block) =>
      block.blockOutput(
        "y",
        block.chain(
          block.blockInput("x"),
          unit("conv", { filters: expr("filters"), repeat: expr("convolutions") }),
          maxPool("pool", 2, 2),
        ),
      ),
  );
}

const digit = layer("input", "image", { shape: [28, 28, 1] });
const cleanDigit = layer("output", "clean", {
  loss: "meanSquaredError",
  metrics: ["meanAbsoluteError"],
});

const denseAutoencoder: Template = {
  id: "dense-autoencoder",
  name: "Dense autoencoder",
  variables: { code: 32 },
  data: bindGenerated("noisy-digits", { noise: 0 }),
  training: { optimizer: adam, epochs: 10 },
  draw(project) {
    const dense = (name: string, units: number) =>
      layer("dense", name, { units, activation: "relu" });
    const flat = project.chain(project.add(digit), layer("flatten", "flatten"));
    const narrow = project.add(dense("encoder_1", 128), flat);
    const encoded = project.add(dense("encoder_2", 64), narrow);
    const code = project.add(
      layer("dense", "code", { units: expr("code"), activation: "relu" }),
      encoded,
    );
    const wider = project.add(dense("decoder_1", 64), code);
    const wide = project.add(dense("decoder_2", 128), wider);
    const pixels = project.add(
      layer("dense", "pixels", { units: 784, activation: "sigmoid" }),
      wide,
    );
    project.chain(pixels, layer("reshape", "picture", { targetShape: [28, 28, 1] }), cleanDigit);
    project.frame("Encoder", "blue", [flat, narrow, encoded]);
    project.frame("Decoder", "green", [wider, wide, pixels]);
  },
};

/** Adds nodes one after the other, and gives them all. */
function chainOf(
  project: ProjectBuilder,
  from: Wire,
  parts: readonly Part[],
): { readonly all: readonly Wire[]; readonly end: Wire } {
  const all: Wire[] = [];
  for (const part of parts) all.push(project.add(part, all.at(-1) ?? from));
  return { all, end: all.at(-1) ?? from };
}

function drawConvolutional(project: ProjectBuilder): void {
  const twice = (name: string) => layer("upSampling2d", name, { size: [2, 2] });
  const encoder = chainOf(project, project.add(digit), [
    conv("encoder_1", "width", 3, same),
    maxPool("half_1", 2, 2),
    conv("encoder_2", "width // 2", 3, same),
    maxPool("half_2", 2, 2),
  ]);
  const decoder = chainOf(project, encoder.end, [
    conv("decoder_1", "width // 2", 3, same),
    twice("twice_1"),
    conv("decoder_2", "width", 3, same),
    twice("twice_2"),
    conv("picture", 1, 3, { padding: "same", activation: "sigmoid" }),
  ]);
  project.chain(decoder.end, cleanDigit);
  project.frame("Encoder", "blue", encoder.all);
  project.frame("Decoder", "green", decoder.all);
}

const convolutionalAutoencoder: Template = {
  id: "convolutional-autoencoder",
  name: "Convolutional autoencoder",
  variables: { width: 16 },
  data: bindGenerated("noisy-digits", { noise: 0 }),
  training: { optimizer: adam, epochs: 5 },
  draw: drawConvolutional,
};

/** Vincent and others 2008: what comes in is spoilt, what is asked for is not. */
const denoisingAutoencoder: Template = {
  id: "denoising-autoencoder",
  name: "Denoising autoencoder",
  variables: { width: 32 },
  data: bindGenerated("noisy-digits", { noise: 0.4 }),
  training: { optimizer: adam, epochs: 5 },
  draw: drawConvolutional,
};

const edgeDetection: Template = {
  id: "edge-detection",
  name: "Edge detection",
  variables: { imageSize: 64 },
  data: bindGenerated("edge-maps"),
  training: {
    optimizer: { ...defaultOptimizers.adam, learningRate: 0.05 },
    batchSize: 8,
    epochs: 10,
  },
  draw(project) {
    const image = project.add(
      layer("input", "image", { shape: expr("[imageSize, imageSize, 1]") }),
    );
    const filters = ["sobelX", "sobelY", "prewittX", "scharrX", "sharpen", "boxBlur"].map(
      (filter) => project.add(layer("fixedFilter", filter, { filter }), image),
    );
    const all = project.add(layer("concatenate", "filtered"), ...filters);
    project.chain(
      all,
      conv("mix_1", 8, 1, { activation: "relu" }),
      conv("mix_2", 1, 1, { activation: "sigmoid" }),
      layer("output", "edges", { loss: "meanSquaredError", metrics: ["meanAbsoluteError"] }),
    );
    project.frame("Filters that nobody trains", "amber", filters);
  },
};

/** Bromley and others 1993; Koch and others 2015. */
const siameseTwin: Template = {
  id: "siamese-twin",
  name: "Siamese twin",
  data: bindGenerated("digit-pairs"),
  training: { optimizer: adam, batchSize: 32, epochs: 10 },
  draw(project) {
    const twin = project.block(
      "twin",
      {
        name: "Twin",
        summary: "Turns a picture into a list of numbers; both twins have the same weights.",
        params: { units: int(64, "Units", "Numbers that describe a picture.") },
      },
      (block) =>
        block.blockOutput(
          "numbers",
          block.chain(
            block.blockInput("image"),
            conv("conv_1", 16, 3, { activation: "relu" }),
            maxPool("pool_1", 2, 2),
            conv("conv_2", 32, 3, { activation: "relu" }),
            maxPool("pool_2", 2, 2),
            layer("flatten", "flatten"),
            layer("dense", "description", { units: expr("units"), activation: "sigmoid" }),
          ),
        ),
    );
    const picture = (name: string) =>
      project.add(layer("input", name, { shape: [28, 28, 1], field: name }));
    const first = project.add(twin("twin"), picture("left"));
    const second = project.share(first, "same_twin", picture("right"));
    const distance = project.add(
      layer("subtract", "distance"),
      project.add(layer("maximum", "larger"), first, second),
      project.add(layer("minimum", "smaller"), first, second),
    );
    project.chain(
      distance,
      layer("dense", "likeness", { units: 1, activation: "sigmoid" }),
      layer("output", "same", { loss: "binaryCrossentropy", metrics: ["accuracy"] }),
    );
    project.note(
      "Both twins are one block, used twice: its weights are counted once, and training changes both alike.",
    );
  },
};

export const pixels: readonly Template[] = [
  uNet,
  fullyConvolutional,
  denseAutoencoder,
  convolutionalAutoencoder,
  denoisingAutoencoder,
  edgeDetection,
  siameseTwin,
];
