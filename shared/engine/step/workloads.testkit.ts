/** The networks that training speed is told by, as plans that the product itself would make, with made-up data. */
import { nodeId } from "../../base/ids.ts";
import { createRandom } from "../../base/random.ts";
import type { ModelPlan, PlanLayer } from "../../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../../datasets/dataset.ts";
import type { StoredParams } from "../../layers/params.ts";
import { readParams } from "../../layers/readParams.ts";
import { findLayer } from "../../layers/registry.ts";
import { shapeFromSizes, shapeOf, type Shape } from "../../layers/shape.ts";
import { unprepared } from "./blankDataset.ts";

export interface Workload {
  readonly id: string;
  readonly title: string;
  /** Sizes of one sample. */
  readonly input: readonly number[];
  readonly classes: number;
  /** Batch on a real GPU; a software adapter gets an eighth, at least 8. */
  readonly batchSize: number;
  readonly plan: ModelPlan;
  /** Multiply-adds of a sample's way forward, by layer; layers without any are left out. */
  readonly multiplyAdds: ReadonlyMap<string, number>;
}

export type WorkloadId = "mlp" | "lenet" | "cnn" | "resnet" | "lstm64" | "lstm256x2" | "mlpLarge";

type Link = readonly [name: string, type: string, params: StoredParams, from?: readonly string[]];

const tanh = { activation: "tanh" };
const relu = { activation: "relu" };
const scores: Link = ["scores", "dense", { units: 10, activation: "softmax" }];

const networks: Readonly<
  Record<
    WorkloadId,
    Omit<Workload, "id" | "plan" | "classes" | "multiplyAdds"> & { readonly links: readonly Link[] }
  >
> = {
  mlp: {
    title: "MLP 784-128-10",
    input: [784],
    batchSize: 128,
    links: [["hidden", "dense", { units: 128, ...relu }], scores],
  },
  lenet: {
    title: "LeNet-5",
    input: [32, 32, 1],
    batchSize: 128,
    links: [
      ["conv1", "conv2d", { filters: 6, kernelSize: [5, 5], ...tanh }],
      ["pool1", "averagePooling2d", { poolSize: [2, 2] }],
      ["conv2", "conv2d", { filters: 16, kernelSize: [5, 5], ...tanh }],
      ["pool2", "averagePooling2d", { poolSize: [2, 2] }],
      ["flat", "flatten", {}],
      ["dense1", "dense", { units: 120, ...tanh }],
      ["dense2", "dense", { units: 84, ...tanh }],
      scores,
    ],
  },
  cnn: {
    title: "the lecture's CNN",
    input: [28, 28, 1],
    batchSize: 128,
    links: [
      ["conv1", "conv2d", { filters: 32, kernelSize: [3, 3], ...relu }],
      ["pool1", "maxPooling2d", { poolSize: [2, 2] }],
      ["conv2", "conv2d", { filters: 64, kernelSize: [3, 3], ...relu }],
      ["pool2", "maxPooling2d", { poolSize: [2, 2] }],
      ["conv3", "conv2d", { filters: 64, kernelSize: [3, 3], ...relu }],
      ["flat", "flatten", {}],
      ["dense1", "dense", { units: 64, ...relu }],
      scores,
    ],
  },
  resnet: {
    title: "three residual blocks with batch normalization",
    input: [32, 32, 3],
    batchSize: 128,
    links: [
      ["conv0", "conv2d", { filters: 16, kernelSize: [3, 3], padding: "same" }],
      ["norm0", "batchNormalization", {}],
      ["relu0", "activation", relu],
      ...residualBlock(1, "relu0"),
      ...residualBlock(2, "out1"),
      ...residualBlock(3, "out2"),
      ["pool", "globalAveragePooling2d", {}],
      scores,
    ],
  },
  lstm64: {
    title: "LSTM(64) over 60 steps",
    input: [60, 1],
    batchSize: 32,
    links: [["lstm", "lstm", { units: 64 }], scores],
  },
  lstm256x2: {
    title: "two LSTM(256) over 60 steps",
    input: [60, 32],
    batchSize: 32,
    links: [
      ["lstm1", "lstm", { units: 256, returnSequences: true }],
      ["lstm2", "lstm", { units: 256 }],
      scores,
    ],
  },
  mlpLarge: {
    title: "MLP 1024-2048-2048-10",
    input: [1024],
    batchSize: 256,
    links: [
      ["hidden1", "dense", { units: 2048, ...relu }],
      ["hidden2", "dense", { units: 2048, ...relu }],
      scores,
    ],
  },
};

function residualBlock(number: number, from: string): readonly Link[] {
  const convolution = { filters: 16, kernelSize: [3, 3], padding: "same" };
  return [
    [`conv${number}a`, "conv2d", convolution, [from]],
    [`norm${number}a`, "batchNormalization", {}],
    [`relu${number}a`, "activation", relu],
    [`conv${number}b`, "conv2d", convolution],
    [`norm${number}b`, "batchNormalization", {}],
    [`add${number}`, "add", {}, [`norm${number}b`, from]],
    [`out${number}`, "activation", relu],
  ];
}

/** Ids of the networks whose dispatches are counted, in the order in which tables show them. */
export const countedWorkloads = ["mlp", "lenet", "cnn", "resnet", "lstm64", "lstm256x2"] as const;
/** W1 … W6, whose step time is measured. */
export const timedWorkloads = ["mlp", "lenet", "cnn", "resnet", "lstm64", "mlpLarge"] as const;

export function findWorkload(id: WorkloadId): Workload {
  const { title, input, batchSize, links } = networks[id];
  return { id, title, input, batchSize, classes: 10, ...planNetwork(id, input, links) };
}

function planNetwork(
  name: string,
  input: readonly number[],
  links: readonly Link[],
): Pick<Workload, "plan" | "multiplyAdds"> {
  const multiplyAdds = new Map<string, number>();
  const shapes = new Map<string, Shape>([["x", shapeFromSizes(input)]]);
  let before = "x";
  const layers = links.map(([own, type, stored, from]): PlanLayer => {
    const sources = from ?? [before];
    const given = sources.map((source) => shapes.get(source) ?? shapeFromSizes([]));
    const definition = findLayer(type);
    const params = definition ? readParams(definition.params, stored) : null;
    if (definition === null || params === null || !params.ok) throw new Error(`${name}: ${type}`);
    const shape = definition.inferShape(params.value, given);
    const call = definition.lower(params.value, given);
    if (!shape.ok || call === null) throw new Error(`${name}: ${own} does not fit.`);
    shapes.set(own, shape.value);
    const work = definition.multiplyAdds?.(params.value, given, shape.value) ?? 0;
    if (work > 0) multiplyAdds.set(own, work);
    before = own;
    return {
      id: nodeId(own),
      name: own,
      path: [],
      call,
      inputs: sources.map((layer) => ({ layer, port: 0 })),
      outputShapes: [shape.value],
      weights: definition.weights(params.value, given),
      sharedWith: null,
    };
  });
  const plan: ModelPlan = {
    name,
    inputs: [{ id: nodeId("x"), name: "x", shape: shapeFromSizes(input), field: "" }],
    layers,
    outputs: [
      {
        id: nodeId("y"),
        name: "y",
        source: { layer: before, port: 0 },
        shape: shapes.get(before) ?? shapeFromSizes([]),
        target: "",
        loss: "sparseCategoricalCrossentropy",
        lossWeight: 1,
        metrics: ["accuracy"],
      },
    ],
  };
  return { plan, multiplyAdds };
}

/** `count` samples of normal noise, a class told by which of ten stretches of the sample was made larger. */
export function makeWorkloadData(workload: Workload, count: number): Dataset {
  const { input, classes } = workload;
  const size = input.reduce((product, length) => product * length, 1);
  const random = createRandom(`workload/${workload.id}`);
  const values = Float32Array.from({ length: count * size }, () => random.nextNormal());
  const labels = Int32Array.from({ length: count }, (_, sample) => sample % classes);
  const stretch = Math.max(1, Math.floor(size / classes));
  for (let sample = 0; sample < count; sample++) {
    const first = sample * size + (labels[sample] ?? 0) * stretch;
    for (let index = first; index < Math.min(first + stretch, (sample + 1) * size); index++)
      values[index] = (values[index] ?? 0) + 1;
  }
  const fields: readonly FieldSpec[] = [
    { name: "x", role: "feature", shape: shapeFromSizes(input), classes: null },
    {
      name: "class",
      role: "target",
      shape: shapeOf([], "int32"),
      classes: Array.from({ length: classes }, (_, index) => `${index}`),
    },
  ];
  return {
    ...unprepared,
    summary: {
      kind: "table",
      label: workload.title,
      sampleCount: count,
      trainCount: count,
      validationCount: 0,
      fields,
      classCounts: [],
    },
    train: Uint32Array.from({ length: count }, (_, index) => index),
    validation: new Uint32Array(0),
    gather(field, samples) {
      if (field !== "x") return Int32Array.from(samples, (sample) => labels[sample] ?? 0);
      const gathered = new Float32Array(samples.length * size);
      samples.forEach((sample, row) =>
        gathered.set(values.subarray(sample * size, (sample + 1) * size), row * size),
      );
      return gathered;
    },
  };
}
