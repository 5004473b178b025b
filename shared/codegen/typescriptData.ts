/** Prints the part of a TypeScript script that turns files (or a generator) into training and validation tensors. */
import { assertNever } from "../base/assertNever.ts";
import type { ModelPlan, PlanInput, PlanOutput } from "../compiler/plan.ts";
import type { CsvSource, DataBinding } from "../datasets/binding.ts";
import {
  type GeneratedSource,
  hasFreeSizes,
  readSizes,
} from "../datasets/generators/generatedSizes.ts";
import { sizesOf } from "../layers/shape.ts";
import { quote, typescriptLiteral } from "./literals.ts";
import {
  assignPortFields,
  listFields,
  listLabelKeys,
  type PlacedColumn,
  type ScriptField,
} from "./portFields.ts";
import { printGenerator } from "./typescriptGenerators.ts";
import { readsTruthAs } from "../training/losses.ts";
import { isSparseInTfjs } from "./tfjsObjective.ts";
import * as snippets from "./typescriptSnippets.ts";
import { seriesSteps } from "./generatorFacts.ts";

export interface PrintedData {
  /** Declarations in front of `loadData`, and itself. */
  readonly parts: readonly string[];
  readonly needsFiles: boolean;
  readonly needsGunzip: boolean;
}

/** null where the binding lacks a field that the model needs. */
export function printTypeScriptData(plan: ModelPlan, data: DataBinding): PrintedData | null {
  const ports = assignPortFields(plan, data);
  if (ports === null) return null;
  const loaded = loadFields(data, listLabelKeys(plan, ports));
  const isWindow = data.source.kind === "csv" ? data.source.window !== null : loaded.isWindow;
  const { validation, seed } = data.split;
  const makeInput = (input: PlanInput, index: number) =>
    inputTensor(input, ports.inputs[index]?.key ?? "");
  const makeTarget = (output: PlanOutput, index: number) => {
    const field = ports.targets[index];
    const isSparse = isSparseInTfjs(output, plan.outputs);
    return field === undefined ? "" : targetTensor(output, field, isSparse);
  };
  const body = [
    ...loaded.lines,
    `const { train, validation } = splitSamples(${loaded.count});`,
    ...loaded.scaling,
    `const makePart = (samples: number[]): Part => ({`,
    ...listProperty("inputs", plan.inputs.map(makeInput)),
    ...listProperty("targets", plan.outputs.map(makeTarget)),
    `});`,
    `return { train: makePart(train), validation: makePart(validation) };`,
  ];
  const folder = loaded.needsFiles ? "folder: string" : "";
  const loadData = `export function loadData(${folder}): { train: Part; validation: Part } {
${body.map((line) => (line === "" ? line : `  ${line}`)).join("\n")}
}`;
  const needsNormal = loaded.functions.some((text) => text.includes("normal(random)"));
  const needsRandom = !isWindow || data.source.kind === "generated";
  return {
    parts: [
      snippets.field,
      ...(needsRandom ? [snippets.createRandom] : []),
      ...(needsNormal ? [snippets.normal] : []),
      ...loaded.functions,
      isWindow ? snippets.splitByTime(validation) : snippets.splitBySeed(validation, seed),
      snippets.pick,
      loadData,
    ],
    needsFiles: loaded.needsFiles,
    needsGunzip: data.source.kind === "idx",
  };
}

function listProperty(name: string, entries: readonly string[]): readonly string[] {
  const flat = `  ${name}: [${entries.join(", ")}],`;
  if (flat.length <= 96) return [flat];
  return [`  ${name}: [`, ...entries.map((entry) => `    ${entry},`), `  ],`];
}

function inputTensor(input: PlanInput, key: string): string {
  const sizes = sizesOf(input.shape);
  const inner = sizes.map((size) => size ?? -1);
  const unknown = inner.filter((size) => size === -1).length;
  // With several unknown sizes only images can be meant; their sizes stand beside them.
  const shape =
    unknown > 1 ? `...${key}Shape` : inner.map((size) => typescriptLiteral(size)).join(", ");
  const tensor = `tf.tensor1d(pick(${key}, samples)).reshape([samples.length, ${shape}])`;
  return input.shape.dtype === "int32" ? `${tensor}.toInt()` : tensor;
}

/** Class numbers become one-hot, except for sparse losses and single units; numbers keep the output's shape. */
function targetTensor(output: PlanOutput, field: ScriptField, isSparse: boolean): string {
  const sizes = sizesOf(output.shape);
  const units = sizes.at(-1) ?? 1;
  const reading = readsTruthAs(output.loss);
  // tfjs's fit takes targets in the shape of the output only.
  if (reading === "label") {
    return `tf.tensor2d(pick(${field.key}, samples), [samples.length, 1]).tile([1, ${units}])`;
  }
  if (reading === "sequence") {
    const [steps = null] = sizes;
    const filled =
      steps === null ? "" : `.pad([[0, 0], [0, ${steps}]]).slice([0, 0], [-1, ${steps}])`;
    return `tf.oneHot(tf.tensor1d(pick(${field.key}, samples), "int32").reshape([samples.length, -1])${filled}, ${units}).toFloat()`;
  }
  if (!field.isClass) {
    const shape = sizes.map((size) => typescriptLiteral(size ?? -1)).join(", ");
    return `tf.tensor1d(pick(${field.key}, samples)).reshape([samples.length, ${shape}])`;
  }
  const places = sizes.slice(0, -1);
  const shape = ["samples.length", ...places.map((size) => size ?? -1)].join(", ");
  if (places.length > 0) {
    const numbers = `tf.tensor1d(pick(${field.key}, samples), "int32")`;
    if (units === 1 || isSparse) return `${numbers}.toFloat().reshape([${shape}, 1])`;
    return `tf.oneHot(${numbers}, ${units}).toFloat().reshape([${shape}, ${units}])`;
  }
  if (units === 1 || isSparse)
    return `tf.tensor2d(pick(${field.key}, samples), [samples.length, 1])`;
  return `tf.oneHot(tf.tensor1d(pick(${field.key}, samples), "int32"), ${units}).toFloat()`;
}

interface LoadedFields {
  readonly functions: readonly string[];
  /** Statements that declare one `Field` per key. */
  readonly lines: readonly string[];
  /** Statements that scale them, once `train` is known. */
  readonly scaling: readonly string[];
  readonly count: string;
  readonly isWindow: boolean;
  readonly needsFiles: boolean;
}

function loadFields(data: DataBinding, labels: ReadonlySet<string>): LoadedFields {
  const { source } = data;
  switch (source.kind) {
    case "idx":
      return loadIdxFields(data, source.images, source.labels);
    case "csv":
      return source.window === null
        ? loadTable(data, source, labels)
        : loadSeries(data, source, source.window);
    case "generated":
      return loadGenerated(data);
    default:
      return assertNever(source);
  }
}

function loadIdxFields(data: DataBinding, images: string, labels: string | null): LoadedFields {
  const resize = data.imageSize;
  const shape = resize ? "imageShape" : "[height, width, channels]";
  return {
    functions: [
      snippets.readIdx,
      ...(labels === null ? [] : [snippets.numberClasses]),
      ...(resize ? [snippets.resizeImages] : []),
      ...(data.scaling === "standardise" ? [snippets.standardiseImages] : []),
    ],
    lines: [
      `const images = readIdx(join(folder, ${quote(images)}));`,
      `const [count, height, width, channels = 1] = images.sizes;`,
      resize
        ? `const imageShape = [${resize.height}, ${resize.width}, channels];`
        : `const imageShape = ${shape};`,
      `const image: Field = {`,
      resize
        ? `  values: resizeImages(images.values, [height, width, channels], imageShape),`
        : `  values: images.values,`,
      `  width: imageShape[0] * imageShape[1] * imageShape[2],`,
      `};`,
      ...(labels === null
        ? []
        : [`const label = numberClasses(readIdx(join(folder, ${quote(labels)})).values);`]),
    ],
    scaling: scaleImages(data, "image", "channels"),
    count: "count",
    isWindow: false,
    needsFiles: true,
  };
}

/** Bytes are 0 to 255 by definition, so only standardising looks at the data. */
function scaleImages({ scaling }: DataBinding, key: string, channels: string): readonly string[] {
  switch (scaling) {
    case "none":
      return [];
    case "zeroToOne":
      return [`${key}.values.forEach((value, index) => (${key}.values[index] = value / 255));`];
    case "minusOneToOne":
      return [
        `${key}.values.forEach((value, index) => (${key}.values[index] = value / 127.5 - 1));`,
      ];
    case "standardise":
      return [`standardiseImages(${key}, train, ${channels});`];
    default:
      return assertNever(scaling);
  }
}

function loadGenerated(data: DataBinding): LoadedFields {
  const { source } = data;
  if (source.kind !== "generated") throw new Error("not generated");
  const printed = printGenerator(source);
  const common = { isWindow: printed.isWindow, needsFiles: false };
  if (printed.isWindow) {
    const steps =
      source.generator in seriesSteps ? Number(Reflect.get(seriesSteps, source.generator)) : 1;
    return {
      ...common,
      functions: [...printed.functions, ...scalingFunctions(data), snippets.makeWindows],
      lines: printed.lines,
      scaling: windowLines(data, {
        steps,
        horizon: 1,
        target: listFields(data).find(({ role }) => role === "target")?.key ?? "next",
      }),
      count: "sampleCount",
    };
  }
  const images = printed.isImage;
  const resize = images ? data.imageSize : null;
  const side = imageSides(source);
  const fields = listFields(data);
  const pictures = fields.filter(({ isImage }) => isImage);
  return {
    ...common,
    functions: [
      ...printed.functions,
      ...(resize ? [snippets.resizeImages] : []),
      ...(images
        ? data.scaling === "standardise"
          ? [snippets.standardiseImages]
          : []
        : scalingFunctions(data)),
    ],
    lines: [
      ...printed.lines,
      ...(images
        ? [
            `const imageShape = [${resize?.height ?? side[0]}, ${resize?.width ?? side[1]}, ${side[2]}];`,
          ]
        : []),
      ...(resize
        ? pictures.flatMap(({ key }) => [
            `${key}.values = resizeImages(${key}.values, [${side.join(", ")}], imageShape);`,
            `${key}.width = imageShape[0] * imageShape[1] * imageShape[2];`,
          ])
        : []),
    ],
    scaling: images
      ? pictures.flatMap(({ key }) => scaleImages(data, key, String(side[2])))
      : data.scaling === "none"
        ? []
        : fields
            .filter(({ isClass, isFixed }) => !isClass && !isFixed)
            .map(({ key }) => `scaleColumns(${key}, train);`),
    count: String(source.samples),
  };
}

/** Height, width and channels of a generator's pictures. */
function imageSides(source: GeneratedSource): readonly number[] {
  if (hasFreeSizes(source.generator)) return readSizes(source).shape;
  return source.generator === "colour-shapes" ? [32, 32, 3] : [28, 28, 1];
}

function scalingFunctions({ scaling }: DataBinding): readonly string[] {
  return scaling === "none" ? [] : [snippets.scaleColumns(scaling)];
}

const isCategory = ({ kind }: PlacedColumn) => kind === "categorical";

function columnCall(name: string, { index, merge = [] }: PlacedColumn): string {
  const merged = merge.map(({ from, to }) => `[${quote(from)}, ${quote(to)}]`).join(", ");
  return `${name}(rows, ${index}${merged === "" ? "" : `, new Map([${merged}])`})`;
}

/** The expression of a field: one column, or several side by side. */
function fieldExpression({ columns, isClass }: ScriptField): string {
  const calls = columns.map((column) =>
    columnCall(
      isClass ? "classColumn" : isCategory(column) ? "oneHotColumns" : "numberColumn",
      column,
    ),
  );
  const [only] = calls;
  if (calls.length === 1 && only !== undefined) return only;
  const flat = `joinColumns([${calls.join(", ")}])`;
  return flat.length <= 72 ? flat : `joinColumns([\n    ${calls.join(",\n    ")},\n  ])`;
}

function csvFunctions(data: DataBinding, source: CsvSource): readonly string[] {
  const fields = listFields(data);
  const categories = fields.flatMap(({ columns }) => columns).some(isCategory);
  const texts = ["", ...(source.missing?.texts ?? [])];
  return [
    `/** Cells that mean "no value". */\nconst missing = new Set(${typescriptLiteral(texts)});`,
    snippets.readCsv,
    snippets.numberColumn,
    ...(categories ? [snippets.classColumn] : []),
    ...(fields.some(({ columns, isClass }) => !isClass && columns.some(isCategory))
      ? [snippets.oneHotColumns]
      : []),
    ...(fields.some(({ columns }) => columns.length > 1) ? [snippets.joinColumns] : []),
  ];
}

function readRows(source: CsvSource): string {
  const call = `readCsv(join(folder, ${quote(source.file)}), ${quote(source.delimiter)})`;
  return source.hasHeader ? `${call}.slice(1)` : call;
}

function loadTable(
  data: DataBinding,
  source: CsvSource,
  labels: ReadonlySet<string>,
): LoadedFields {
  const fields = listFields(data);
  const required = source.columns.flatMap(({ role }, index) =>
    role === "target" || (role === "feature" && source.missing?.rows === "drop") ? [index] : [],
  );
  const fills = fields.filter(
    ({ role, columns }) => role === "feature" && !columns.every(isCategory),
  );
  return {
    functions: [...csvFunctions(data, source), snippets.fillMissing, ...scalingFunctions(data)],
    lines: [
      ...(required.length === 0
        ? [`const rows = ${readRows(source)};`]
        : [
            `const required = ${typescriptLiteral(required)};`,
            `const rows = ${readRows(source)}.filter((row) =>`,
            `  required.every((column) => !missing.has(row[column])),`,
            `);`,
          ]),
      ...fields.map((field) => `const ${field.key}: Field = ${fieldExpression(field)};`),
    ],
    scaling: [
      ...fills.map(({ key }) => `fillMissing(${key}, train);`),
      ...(data.scaling === "none"
        ? []
        : fields
            .filter(({ isClass, key }) => !isClass && !labels.has(key))
            .map(({ key }) => `scaleColumns(${key}, train);`)),
    ],
    count: "rows.length",
    isWindow: false,
    needsFiles: true,
  };
}

interface WindowPrint {
  readonly steps: number;
  readonly horizon: number;
  readonly target: string;
}

function windowLines(data: DataBinding, { steps, horizon, target }: WindowPrint) {
  return [
    ...(data.scaling === "none"
      ? []
      : [
          `const seen = [...Array(train.length + ${steps + horizon - 1}).keys()];`,
          `scaleColumns(series, seen);`,
        ]),
    `const sequence = makeWindows(series, sampleCount, { first: 0, rows: ${steps} });`,
    `const ${target} = makeWindows(series, sampleCount, { first: ${steps - 1 + horizon}, rows: 1 });`,
  ];
}

function loadSeries(
  data: DataBinding,
  source: CsvSource,
  { steps, horizon }: { readonly steps: number; readonly horizon: number },
): LoadedFields {
  const fields = listFields(data);
  const lines: string[] = [
    `const rows = ${readRows(source)};`,
    `const sampleCount = rows.length - ${steps + horizon - 1};`,
  ];
  const scaling: string[] = [];
  if (data.scaling !== "none")
    scaling.push(`const seen = [...Array(train.length + ${steps + horizon - 1}).keys()];`);
  for (const field of fields) {
    const name = `${field.key}Rows`;
    lines.push(`const ${name}: Field = ${fieldExpression(field)};`, `fillForward(${name});`);
    if (data.scaling !== "none" && !field.isClass) scaling.push(`scaleColumns(${name}, seen);`);
    const place =
      field.role === "feature"
        ? `{ first: 0, rows: ${steps} }`
        : `{ first: ${steps - 1 + horizon}, rows: 1 }`;
    scaling.push(`const ${field.key} = makeWindows(${name}, sampleCount, ${place});`);
  }
  return {
    functions: [
      ...csvFunctions(data, source),
      snippets.fillForward,
      ...scalingFunctions(data),
      snippets.makeWindows,
    ],
    lines,
    scaling,
    count: "sampleCount",
    isWindow: true,
    needsFiles: true,
  };
}
