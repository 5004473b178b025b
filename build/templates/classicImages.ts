/** AlexNet to VGG: stacks of convolutions with large Dense layers on top. */
import { bigTraining, bindPictures, conv, imageInput, imageNet, maxPool } from "./imageParts.ts";
import type { GraphBuilder, Wire } from "./graphBuilder.ts";
import { classOutput, expr, filtersParam, int, layer, softmax } from "./parts.ts";
import type { ProjectBuilder, Template } from "./template.ts";

const same = { padding: "same", activation: "relu" } as const;
const responseNorm = (name: string) =>
  layer("localResponseNormalization", name, { depthRadius: 5, bias: 2, alpha: 0.0001, beta: 0.75 });

/** Krizhevsky, Sutskever, Hinton 2012: the two halves of the network, one a graphics card each. */
const alexNet: Template = {
  id: "alexnet",
  name: "AlexNet",
  variables: { ...imageNet(227), width: 48 },
  data: bindPictures(227),
  training: bigTraining,
  draw(project) {
    const first = project.block(
      "alexnet-path-start",
      {
        name: "Path, layers 1 and 2",
        summary: "What one of the two cards computes before they meet for the first time.",
        params: { filters: filtersParam(48) },
      },
      (block) => {
        block.blockOutput(
          "maps",
          block.chain(
            block.blockInput("image"),
            conv("conv1", "filters", 11, { stride: 4, activation: "relu" }),
            responseNorm("norm1"),
            maxPool("pool1", 3, 2),
            conv("conv2", "filters * 8 // 3", 5, same),
            responseNorm("norm2"),
            maxPool("pool2", 3, 2),
          ),
        );
      },
    );
    const second = project.block(
      "alexnet-path-end",
      {
        name: "Path, layers 3 to 5",
        summary: "Three convolutions on the maps of both cards, without meeting in between.",
        params: { filters: filtersParam(48) },
      },
      (block) => {
        block.blockOutput(
          "maps",
          block.chain(
            block.blockInput("both"),
            conv("conv3", "filters * 4", 3, same),
            conv("conv4", "filters * 4", 3, same),
            conv("conv5", "filters * 8 // 3", 3, same),
            maxPool("pool5", 3, 2),
          ),
        );
      },
    );
    const image = project.add(imageInput);
    const width = { filters: expr("width") };
    const upper = project.add(first("upper_1_2", width), image);
    const lower = project.add(first("lower_1_2", width), image);
    const both = project.add(layer("concatenate", "meet_2"), upper, lower);
    const ends = [
      project.add(second("upper_3_5", width), both),
      project.add(second("lower_3_5", width), both),
    ];
    project.note(
      "Each path was computed by a graphics card of its own. They meet only twice, because passing maps from one to the other was slow.",
    );
    const features = project.chain(
      project.add(layer("concatenate", "meet_5"), ...ends),
      layer("flatten", "flatten"),
    );
    drawFullyConnected(project, features, "width * 256 // 3");
  },
};

/** Two large Dense layers with dropout, and the classes. */
function drawFullyConnected(
  graph: Pick<GraphBuilder, "chain">,
  features: Wire,
  units: string,
): void {
  const dense = (name: string) => layer("dense", name, { units: expr(units), activation: "relu" });
  graph.chain(
    features,
    dense("fc6"),
    layer("dropout", "dropout6", { rate: 0.5 }),
    dense("fc7"),
    layer("dropout", "dropout7", { rate: 0.5 }),
    softmax("fc8"),
    classOutput("label"),
  );
}

/** Zeiler and Fergus 2014: AlexNet with smaller first windows, found by looking at what its layers see. */
const zfNet: Template = {
  id: "zfnet",
  name: "ZFNet",
  variables: { ...imageNet(224), width: 96 },
  data: bindPictures(224),
  training: bigTraining,
  draw(project) {
    const features = project.chain(
      project.add(imageInput),
      layer("zeroPadding2d", "pad1", { padding: [1, 1, 1, 1] }),
      conv("conv1", "width", 7, { stride: 2, activation: "relu" }),
      maxPool("pool1", 3, 2, "same"),
      responseNorm("norm1"),
      conv("conv2", "width * 8 // 3", 5, { stride: 2, activation: "relu" }),
      maxPool("pool2", 3, 2, "same"),
      responseNorm("norm2"),
      conv("conv3", "width * 4", 3, same),
      conv("conv4", "width * 4", 3, same),
      conv("conv5", "width * 8 // 3", 3, same),
      maxPool("pool5", 3, 2),
      layer("flatten", "flatten"),
    );
    drawFullyConnected(project, features, "width * 128 // 3");
  },
};

/** Simonyan and Zisserman 2014: only 3 × 3 windows, in five stages. */
function drawVgg(project: ProjectBuilder, deep: number): void {
  const unit = project.block(
    "vgg-convolution",
    {
      name: "Convolution 3 × 3",
      summary: "One convolution with ReLU; repeated within a stage.",
      params: { filters: filtersParam(64) },
    },
    (block) => {
      block.blockOutput(
        "maps",
        block.chain(block.blockInput("x"), conv("conv", "filters", 3, same)),
      );
    },
  );
  const stage = project.block(
    "vgg-stage",
    {
      name: "VGG stage",
      summary: "Convolutions of the same size, then half the height and width.",
      params: {
        filters: filtersParam(64),
        convolutions: int(2, "Convolutions", "How many stand one behind the other."),
      },
    },
    (block) => {
      block.blockOutput(
        "maps",
        block.chain(
          block.blockInput("x"),
          unit("conv", { filters: expr("filters"), repeat: expr("convolutions") }),
          maxPool("pool", 2, 2),
        ),
      );
    },
  );
  const make = (name: string, factor: number, convolutions: number) =>
    stage(name, { filters: expr(factor === 1 ? "width" : `width * ${factor}`), convolutions });
  const dense = (name: string) =>
    layer("dense", name, { units: expr("width * 64"), activation: "relu" });
  project.chain(
    project.add(imageInput),
    make("block1", 1, 2),
    make("block2", 2, 2),
    make("block3", 4, deep),
    make("block4", 8, deep),
    make("block5", 8, deep),
    layer("flatten", "flatten"),
    dense("fc1"),
    dense("fc2"),
    softmax("predictions"),
    classOutput("label"),
  );
}

const vgg = (layers: 16 | 19): Template => ({
  id: `vgg${layers}`,
  name: `VGG${layers}`,
  variables: { ...imageNet(224), width: 64 },
  data: bindPictures(224),
  training: bigTraining,
  draw: (project) => drawVgg(project, layers === 16 ? 3 : 4),
});

export const classicImages: readonly Template[] = [alexNet, zfNet, vgg(16), vgg(19)];
