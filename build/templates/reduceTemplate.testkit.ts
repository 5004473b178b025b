/** Templates in a size that trains in a moment on a processor: the same layers, smaller and narrower. */
import type { JsonValue } from "../../shared/base/json.ts";
import type { ProjectDocument } from "../../shared/document/model.ts";

interface Reduction {
  readonly variables: Readonly<Record<string, JsonValue>>;
  readonly shape: readonly number[];
  readonly classes?: number;
}

const imageNet = (imageSize: number, narrow: Readonly<Record<string, JsonValue>>): Reduction => ({
  variables: { imageSize, classes: 4, ...narrow },
  shape: [imageSize, imageSize, 3],
  classes: 4,
});

const reductions: Readonly<Record<string, Reduction>> = {
  alexnet: imageNet(67, { width: 6 }),
  zfnet: imageNet(64, { width: 9 }),
  vgg16: imageNet(32, { width: 4 }),
  vgg19: imageNet(32, { width: 4 }),
  googlenet: imageNet(80, { width: 4 }),
  "googlenet-plain": imageNet(32, { width: 4 }),
  "inception-v3": imageNet(75, { width: 4 }),
  "resnet-18": imageNet(32, { width: 4 }),
  "resnet-50": imageNet(32, { width: 4 }),
  "resnet-101": imageNet(32, { width: 2 }),
  "resnet-50v2": imageNet(32, { width: 4 }),
  "densenet-121": imageNet(32, { growth: 2 }),
  xception: imageNet(40, { width: 91 }),
  mobilenet: imageNet(32, { width: 4 }),
  "mobilenet-v2": imageNet(32, { width: 1 }),
  "efficientnet-b0": imageNet(64, { width: 1 }),
  "u-net": { variables: { imageSize: 32, width: 4 }, shape: [32, 32, 1] },
  "fully-convolutional-network": { variables: { imageSize: 32, width: 2 }, shape: [32, 32, 3] },
};

/** Without variables to make them smaller, and too slow to train in scripts on a processor. */
const slow: readonly string[] = ["lecture-cnn", "mnist-mlp", "residual-block"];

/** Whether its printed scripts are only built, not trained: even reduced it takes long on a processor. */
export const isBig = (id: string): boolean => id in reductions || slow.includes(id);

/** With few samples and one epoch of one step. */
export function reduceTemplate(id: string, document: ProjectDocument): ProjectDocument {
  const { data } = document;
  if (data?.source.kind !== "generated") throw new Error(`${id} has no generated data`);
  const reduction = reductions[id];
  const { shape, classes } = reduction ?? {};
  const training = { ...document.training, epochs: 1, batchSize: 16 };
  return {
    ...document,
    training,
    variables: document.variables.map((variable) => ({
      ...variable,
      value: reduction?.variables[variable.name] ?? variable.value,
    })),
    data: {
      ...data,
      source: {
        ...data.source,
        samples: 16,
        ...(shape === undefined ? {} : { shape }),
        ...(classes === undefined ? {} : { classes }),
      },
    },
  };
}
