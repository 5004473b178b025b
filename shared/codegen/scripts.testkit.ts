/** Plans and bindings that together use every part of the printers, and small files for them to read. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { nodeId } from "../base/ids.ts";
import type { ModelPlan, PlanInput, PlanLayer, PlanOutput, PlanTensor } from "../compiler/plan.ts";
import type { CsvColumn, DataBinding, DataSource, GeneratorName } from "../datasets/binding.ts";
import { namedTable } from "../layers/namedConfigs.ts";
import type { StoredParams } from "../layers/params.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import { shapeFromSizes, type DType, type Shape } from "../layers/shape.ts";
import { defaultOptimizers, defaultTraining, type TrainingConfig } from "../training/config.ts";

export type LayerLine = readonly [
  name: string,
  type: string,
  params: StoredParams,
  /** Names of inputs and layers; `name:1` is the second output. */
  inputs: readonly string[],
  more?: { readonly path?: readonly string[]; readonly sharedWith?: string },
];

/** A plan from the registry's own definitions, as the compiler would make it. */
export function makePlan(
  name: string,
  inputs: Readonly<Record<string, readonly (number | null)[]>>,
  lines: readonly LayerLine[],
  outputs: readonly (Partial<Omit<PlanOutput, "source">> & { readonly source: string })[],
  options: { readonly dtype?: DType; readonly fields?: Readonly<Record<string, string>> } = {},
): ModelPlan {
  const shapes = new Map<string, readonly Shape[]>();
  const shapeOf = (source: string): Shape => {
    const { layer, port } = readSource(source);
    return need(shapes.get(layer)?.[port]);
  };
  const planInputs = Object.entries(inputs).map(([input, sizes]): PlanInput => {
    const shape = shapeFromSizes(sizes, options.dtype);
    shapes.set(input, [shape]);
    return { id: nodeId(input), name: input, shape, field: options.fields?.[input] ?? "" };
  });
  const layers = lines.map(([layer, type, stored, sources, more]): PlanLayer => {
    const definition = findLayer(type);
    const params = definition && readParams(definition.params, stored);
    if (!definition || !params?.ok) throw new Error(`${layer}: ${JSON.stringify(params)}`);
    const given = sources.map(shapeOf);
    const shape = definition.inferShape(params.value, given);
    if (!shape.ok) throw new Error(`${layer} needs ${shape.error.needs}`);
    const others = definition.inferMoreShapes?.(params.value, given, shape.value) ?? [];
    shapes.set(layer, [shape.value, ...others]);
    return {
      id: nodeId(layer),
      name: layer,
      call: need(definition.lower(params.value, given)),
      path: more?.path ?? [],
      inputs: sources.map(readSource),
      outputShapes: [shape.value, ...others],
      sharedWith: more?.sharedWith ?? null,
      weights: definition.weights(params.value, given),
    };
  });
  return {
    name,
    inputs: planInputs,
    layers,
    outputs: outputs.map((output, index) => ({
      id: nodeId(`y${index}`),
      name: `y${index}`,
      shape: shapeOf(output.source),
      target: "",
      loss: "categoricalCrossentropy",
      lossWeight: 1,
      metrics: [],
      ...output,
      source: readSource(output.source),
    })),
  };
}

function readSource(source: string): PlanTensor {
  // Names in tests of what is dangerous have colons of their own.
  const [, layer = source, port = "0"] = /^(.*):(\d+)$/s.exec(source) ?? [];
  return { layer, port: Number(port) };
}

function need<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("missing");
  return value;
}

export interface ScriptCase {
  readonly title: string;
  readonly plan: ModelPlan;
  readonly data: DataBinding | null;
  readonly training: TrainingConfig;
}

const quick: TrainingConfig = { ...defaultTraining, epochs: 1, batchSize: 16 };

function bind(source: DataSource, scaling: DataBinding["scaling"]): DataBinding {
  return { source, split: { validation: 0.2, seed: 4 }, scaling, imageSize: null };
}

function generated(generator: GeneratorName): DataSource {
  return { kind: "generated", generator, samples: 60, noise: 0.1, seed: 2 };
}

/** A file name that would break out of careless quoting, in every way at once. */
const nastyFile = `a"b'c\\d\${e}#\u2028.csv`;

const column = (
  name: string,
  role: CsvColumn["role"],
  kind: CsvColumn["kind"] = "numeric",
  field = "",
): CsvColumn => ({ name, role, kind, field });

const csv = (
  file: string,
  columns: readonly CsvColumn[],
  more: Partial<Extract<DataSource, { kind: "csv" }>> = {},
): DataSource => ({
  kind: "csv",
  handle: null,
  label: "*/ '''\n\r\u2028 import os",
  file,
  delimiter: ",",
  hasHeader: true,
  columns,
  window: null,
  ...more,
});

function denseTo(units: number, activation: string): readonly LayerLine[] {
  return [
    ["hidden", "dense", { units: 8, activation: "relu" }, ["x"]],
    ["scores", "dense", { units, activation }, ["hidden"]],
  ];
}

const pointCases = (
  [
    ["moons", 2, 2],
    ["circles", 2, 2],
    ["spirals", 2, 2],
    ["blobs", 3, 3],
    ["xor", 2, 2],
    ["iris-like", 4, 3],
  ] as const
).map(([generator, width, classes], index): ScriptCase => ({
  title: generator,
  plan: makePlan(
    generator.replace("-", "_"),
    { x: [width] },
    index === 1 ? denseTo(1, "sigmoid") : denseTo(classes, "softmax"),
    [
      {
        source: "scores",
        loss:
          index === 1
            ? "binaryCrossentropy"
            : index === 2
              ? "sparseCategoricalCrossentropy"
              : "categoricalCrossentropy",
      },
    ],
  ),
  data: bind(generated(generator), index % 2 === 0 ? "none" : "standardise"),
  training: quick,
}));

const seriesCases = (
  [
    ["sine", 24, "none"],
    ["seasonal", 12, "minusOneToOne"],
    ["trend-windows", 60, "zeroToOne"],
  ] as const
).map(([generator, steps, scaling]): ScriptCase => ({
  title: generator,
  plan: makePlan(
    generator.replace("-", "_"),
    { x: [generator === "sine" ? null : steps, 1] },
    [
      ["memory", "lstm", { units: 4 }, ["x"]],
      ["next", "dense", { units: 1 }, ["memory"]],
    ],
    [{ source: "next", loss: "meanSquaredError", metrics: ["rootMeanSquaredError", "r2"] }],
  ),
  data: bind(generated(generator), scaling),
  training: quick,
}));

const imagePlan = (name: string, sizes: readonly number[], classes: number) =>
  makePlan(
    name,
    { picture: sizes },
    [
      [
        "conv",
        "conv2d",
        { filters: 3, kernelSize: [3, 3], strides: [2, 2], activation: "relu" },
        ["picture"],
      ],
      ["norm", "batchNormalization", {}, ["conv"]],
      ["pool", "globalAveragePooling2d", {}, ["norm"]],
      ["scores", "dense", { units: classes, activation: "softmax" }, ["pool"]],
    ],
    [{ source: "scores", metrics: ["accuracy", "topK5Accuracy"] }],
  );

/** A Dense after the other, each with another initializer, regularizer or constraint: plain, and with options set. */
function namedConfigLines(): readonly LayerLine[] {
  const kinds = [
    ["initializer", "kernelInitializer"],
    ["regularizer", "kernelRegularizer"],
    ["constraint", "kernelConstraint"],
  ] as const;
  const params = kinds.flatMap(([kind, param]) =>
    Object.entries(namedTable(kind)).flatMap(([name, { options }]) => {
      const set = Object.entries(options).map(([option, { kind: type, max, ...spec }]) => {
        if (type === "enum") return [option, spec.options?.at(-1) ?? ""] as const;
        return [option, type === "int" ? Math.min(1, max ?? 1) : 0.3] as const;
      });
      return [{ [param]: { name } }, { [param]: { name, ...Object.fromEntries(set) } }];
    }),
  );
  return params.map((more, index) => [
    `dense_${index}`,
    "dense",
    { units: 3, activation: "tanh", ...more },
    [index === 0 ? "narrow" : `dense_${index - 1}`],
  ]);
}

const namedLines = namedConfigLines();

export const scriptCases: readonly ScriptCase[] = [
  ...pointCases,
  ...seriesCases,
  {
    title: "two views into two outputs of which one is weighted",
    plan: makePlan(
      "two_views",
      { left_part: [16], right_part: [32] },
      [
        ["a", "dense", { units: 8 }, ["left_part"]],
        ["b", "dense", { units: 8 }, ["right_part"]],
        ["difference", "subtract", {}, ["a", "b"]],
        ["joined", "concatenate", {}, ["a", "b", "difference"]],
        ["scores", "dense", { units: 4, activation: "softmax" }, ["joined"]],
        ["again", "dense", { units: 4, activation: "softmax" }, ["a"]],
      ],
      [
        { source: "scores", target: "pattern" },
        {
          source: "again",
          target: "pattern",
          loss: "sparseCategoricalCrossentropy",
          lossWeight: 0.5,
        },
      ],
      { fields: { left_part: "left", right_part: "right" } },
    ),
    data: bind(generated("two-views"), "standardise"),
    training: {
      ...quick,
      shuffle: false,
      optimizer: { ...defaultOptimizers.momentum, nesterov: true },
      earlyStopping: { monitor: "valLoss", patience: 2, minDelta: 0.001, restoreBest: true },
    },
  },
  {
    title: "shared layers, parts, states and blocks",
    plan: makePlan(
      "twins",
      { left_part: [16], right_part: [32] },
      [
        ["slice_1", "slice", { start: 0, stop: 16 }, ["right_part"]],
        ["tower", "dense", { units: 8, activation: "relu" }, ["left_part"]],
        ["tower_layer", "dense", { units: 8 }, ["tower"], { path: ["Stage 1", "unit\r# 1"] }],
        ["second", "dense", { units: 8 }, ["slice_1"], { sharedWith: "tower" }],
        ["third", "dense", { units: 8 }, ["second"], { sharedWith: "tower_layer" }],
        ["apart", "expression", { formula: "abs(a - b) + relu(a) * b" }, ["tower_layer", "third"]],
        ["split_1", "split", { sizes: [3, 1, 4] }, ["apart"], { path: ["Stage 2"] }],
        ["steps", "reshape", { targetShape: [4, 1] }, ["split_1:2"], { path: ["Stage 2"] }],
        ["memory", "lstm", { units: 3, returnState: true }, ["steps"]],
        ["joined", "concatenate", {}, ["split_1", "memory:2"]],
        ["scores", "maxout", { units: 4 }, ["joined"]],
        ["odds", "softmax", {}, ["scores"]],
      ],
      [{ source: "odds", target: "pattern" }],
      { fields: { left_part: "left", right_part: "right" } },
    ),
    data: bind(generated("two-views"), "standardise"),
    training: quick,
  },
  {
    title: "sensor steps, one reading a step",
    plan: makePlan(
      "sensors",
      { x: [10, 5] },
      [["reading", "dense", { units: 1 }, ["x"]]],
      [{ source: "reading", loss: "huber", metrics: ["meanAbsolutePercentageError"] }],
    ),
    data: bind(generated("sensor-steps"), "standardise"),
    training: {
      ...quick,
      optimizer: defaultOptimizers.rmsprop,
    },
  },
  {
    title: "drawn digits, padded",
    plan: imagePlan("digits", [32, 32, 1], 10),
    data: { ...bind(generated("digits"), "zeroToOne"), imageSize: { height: 32, width: 32 } },
    training: quick,
  },
  {
    title: "colour shapes",
    plan: imagePlan("shapes", [32, 32, 3], 10),
    data: bind(generated("colour-shapes"), "standardise"),
    training: quick,
  },
  {
    title: "IDX images, cropped",
    plan: imagePlan("idx_images", [6, 6, 1], 10),
    data: {
      ...bind(
        { kind: "idx", handle: null, label: "", images: "images.gz", labels: "labels" },
        "minusOneToOne",
      ),
      imageSize: { height: 6, width: 6 },
    },
    training: quick,
  },
  {
    title: "a table with gaps and categories, under a nasty name",
    plan: makePlan("table", { x: [5] }, denseTo(2, "softmax"), [{ source: "scores" }]),
    data: bind(
      csv(
        nastyFile,
        [
          column("size", "feature"),
          column("colour", "feature", "categorical"),
          column('"; drop()', "ignore"),
          column("weight", "feature"),
          { ...column("kind", "target", "categorical"), merge: [{ from: "No", to: "no" }] },
        ],
        { missing: { texts: ["?"], rows: "fill" } },
      ),
      "standardise",
    ),
    training: quick,
  },
  {
    title: "a series from a file, several columns",
    plan: makePlan(
      "series",
      { x: [6, 2] },
      [
        ["memory", "gru", { units: 3 }, ["x"]],
        ["next", "dense", { units: 1 }, ["memory"]],
      ],
      [{ source: "next", loss: "meanAbsoluteError" }],
    ),
    data: bind(
      csv(
        "series.csv",
        [column("day", "ignore"), column("rain", "feature"), column("temperature", "target")],
        {
          delimiter: ";",
          window: { steps: 6, horizon: 2 },
        },
      ),
      "zeroToOne",
    ),
    training: quick,
  },
  {
    title: "every initializer, regularizer and constraint",
    plan: makePlan(
      "named_configs",
      { x: [2] },
      [
        ["narrow", "dense", { units: 3 }, ["x"]],
        ...namedLines,
        ["scores", "dense", { units: 2, activation: "softmax" }, [namedLines.at(-1)?.[0] ?? ""]],
      ],
      [{ source: "scores" }],
    ),
    data: bind(generated("moons"), "zeroToOne"),
    training: quick,
  },
  {
    title: "columns named like the script's own things",
    plan: makePlan(
      "clashes",
      { rows: [2], pick: [1] },
      [
        ["joined", "concatenate", {}, ["rows", "pick"]],
        ["count", "dense", { units: 1 }, ["joined"]],
        ["samples", "dense", { units: 2, activation: "softmax" }, ["joined"]],
      ],
      [
        { source: "count", loss: "logcosh", target: "rows" },
        { source: "samples", target: "class" },
      ],
      { fields: { rows: "makePart", pick: "aRows" } },
    ),
    data: bind(
      csv(
        "clashes.csv",
        [
          column("x", "feature", "numeric", "makePart"),
          column("y", "feature", "numeric", "makePart"),
          column("z", "feature", "numeric", "aRows"),
          column("rows", "target"),
          column("class", "target", "categorical"),
        ],
        { hasHeader: false },
      ),
      "minusOneToOne",
    ),
    training: quick,
  },
  {
    title: "no data",
    plan: makePlan(
      "no_data",
      { words: [7] },
      [
        ["embedded", "embedding", { inputDim: 20, outputDim: 4 }, ["words"]],
        ["both", "bidirectional", { layer: { type: "lstm", params: { units: 3 } } }, ["embedded"]],
        ["yes", "dense", { units: 1, activation: "sigmoid" }, ["both"]],
      ],
      [{ source: "yes", loss: "binaryCrossentropy" }],
      { dtype: "int32" },
    ),
    data: null,
    training: quick,
  },
];

/** The files that the cases read. */
export function writeDataFiles(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const images = Uint8Array.from({ length: 40 * 64 }, (_, index) => (index * 37) % 256);
  writeFileSync(join(folder, "images.gz"), gzipSync(idxFile([40, 8, 8], images)));
  writeFileSync(
    join(folder, "labels"),
    idxFile(
      [40],
      Uint8Array.from({ length: 40 }, (_, index) => index % 10),
    ),
  );
  const rows = Array.from({ length: 40 }, (_, index) =>
    [
      index % 7 === 3 ? "?" : index / 10,
      ["red", "green", '"blue, dark"'][index % 3],
      "x",
      index % 5 === 0 ? "" : index * 2,
      ["no", "yes", "No"][index % 3],
    ].join(","),
  );
  writeFileSync(
    join(folder, nastyFile),
    `size,colour,other,weight,kind\r\n${rows.join("\r\n")}\n\n`,
  );
  const points = Array.from({ length: 30 }, (_, i) =>
    [i, i * i, 30 - i, i / 3, "ab"[i % 2]].join(","),
  );
  writeFileSync(join(folder, "clashes.csv"), points.join("\n"));
  const spelled = Array.from({ length: 40 }, (_, i) =>
    [i, i % 7, 40 - i, 1 + (i % 3), i % 4 === 0 ? 0 : 1 + (i % 2)].join(","),
  );
  writeFileSync(join(folder, "labels.csv"), `a,b,c,first,second\n${spelled.join("\n")}\n`);
  const days = Array.from(
    { length: 50 },
    (_, day) => `${day};${day % 9 === 4 ? "" : day % 6},5;${10 + (day % 12)}`,
  );
  writeFileSync(join(folder, "series.csv"), `day;rain;temperature\n${days.join("\n")}\n`);
}

function idxFile(sizes: readonly number[], values: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.set([0, 0, 8, sizes.length]);
  sizes.forEach((size, index) => header.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([header, values]);
}
