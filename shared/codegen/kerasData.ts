/** Prints the part of a Python script that turns files (or a generator) into training and validation arrays. */
import { assertNever } from "../base/assertNever.ts";
import type { ModelPlan, PlanInput, PlanOutput } from "../compiler/plan.ts";
import type { CsvSource, DataBinding, DataSource } from "../datasets/binding.ts";
import { sizesOf } from "../layers/shape.ts";
import { seriesSteps } from "./generatorFacts.ts";
import { printKerasGenerator } from "./kerasGenerators.ts";
import type { TrainingConfig } from "../training/config.ts";
import { readsTruthAs } from "../training/losses.ts";
import { isSparseInKeras } from "./kerasObjective.ts";
import * as snippets from "./kerasSnippets.ts";
import { pythonLiteral, quote } from "./literals.ts";
import {
  assignPortFields,
  listFields,
  listLabelKeys,
  type PlacedColumn,
  type ScriptField,
} from "./portFields.ts";

export interface PrintedKerasData {
  readonly parts: readonly string[];
  /** Modules of the standard library. */
  readonly imports: readonly string[];
  readonly needsFiles: boolean;
  /** Parts have the weights of samples behind inputs and targets. */
  readonly hasWeights: boolean;
}

/** null where the binding lacks a field that the model needs. */
export function printKerasData(
  plan: ModelPlan,
  data: DataBinding,
  { sampleWeightField = null }: Partial<Pick<TrainingConfig, "sampleWeightField">> = {},
): PrintedKerasData | null {
  const ports = assignPortFields(plan, data);
  if (ports === null) return null;
  const weights = findWeights(data, sampleWeightField);
  // Labels and weights are meant as they are.
  const unscaled = [...listLabelKeys(plan, ports), ...(weights === null ? [] : [weights.key])];
  const loaded = loadFields(data, new Set(unscaled));
  const body = [
    ...loaded.lines,
    `train, validation = split_samples(${loaded.count})`,
    ...loaded.scaling,
    "",
    "def make_part(samples):",
    `    inputs = ${printTuple(plan.inputs.map((input, index) => inputArray(input, ports.inputs[index]?.key ?? "")))}`,
    `    targets = ${printTuple(
      plan.outputs.map((output, index) => {
        const field = ports.targets[index];
        return field === undefined ? "None" : targetArray(output, field);
      }),
    )}`,
    ...(weights === null
      ? ["    return inputs, targets"]
      : [
          `    weights = ${weights.key}[samples].reshape(-1)`,
          "    return inputs, targets, weights",
        ]),
    "",
    "return make_part(train), make_part(validation)",
  ];
  const { validation, seed } = data.split;
  return {
    parts: [
      ...loaded.functions,
      loaded.isWindow ? snippets.splitByTime(validation) : snippets.splitBySeed(validation, seed),
      `def load_data(${loaded.needsFiles ? "folder" : ""}):
    """(inputs, targets${weights === null ? "" : ", weights"}) for training and for validation."""
${body.map((line) => (line === "" ? line : `    ${line}`)).join("\n")}`,
    ],
    imports: loaded.imports,
    needsFiles: loaded.needsFiles,
    hasWeights: weights !== null,
  };
}

/** The numbers that weigh samples; in windows a script's numbers lie in another order. */
function findWeights({ source, ...rest }: DataBinding, name: string | null): ScriptField | null {
  if (name === null || (source.kind === "csv" && source.window !== null)) return null;
  const fields = listFields({ source, ...rest });
  return fields.find((field) => field.name === name && field.role === "target") ?? null;
}

function printTuple(entries: readonly string[]): string {
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return only;
  const flat = `[${entries.join(", ")}]`;
  return flat.length <= 66 ? flat : `[\n            ${entries.join(",\n            ")},\n        ]`;
}

function inputArray(input: PlanInput, key: string): string {
  const sizes = sizesOf(input.shape);
  const unknown = sizes.filter((size) => size === null).length;
  const cast = input.shape.dtype === "int32" ? `.astype("int32")` : "";
  // With several unknown sizes the data's own shape is what is meant.
  if (unknown > 1) return `${key}[samples]${cast}`;
  return `${key}[samples].reshape(${["-1", ...sizes].length === 1 ? "-1" : reshapeArguments(sizes)})${cast}`;
}

function reshapeArguments(sizes: readonly (number | null)[]): string {
  const inner = sizes.map((size) => (size === null ? "-1" : String(size)));
  // One size may be open; it is the samples' unless the shape has one itself.
  return [inner.includes("-1") ? "len(samples)" : "-1", ...inner].join(", ");
}

function targetArray(output: PlanOutput, field: ScriptField): string {
  const sizes = sizesOf(output.shape);
  const units = sizes.at(-1) ?? 1;
  if (readsTruthAs(output.loss) === "sequence") return `${field.key}[samples].astype("int32")`;
  if (!field.isClass) return `${field.key}[samples].reshape(${reshapeArguments(sizes)})`;
  if (isSparseInKeras(output)) return `${field.key}[samples]`;
  if (units === 1) return `${field.key}[samples].astype("float32")[..., None]`;
  return `keras.utils.to_categorical(${field.key}[samples], ${units})`;
}

interface LoadedFields {
  readonly functions: readonly string[];
  readonly imports: readonly string[];
  readonly lines: readonly string[];
  readonly scaling: readonly string[];
  readonly count: string;
  readonly isWindow: boolean;
  readonly needsFiles: boolean;
}

function loadFields(data: DataBinding, labels: ReadonlySet<string>): LoadedFields {
  const { source } = data;
  switch (source.kind) {
    case "idx":
      return loadIdxFields(data, source);
    case "csv":
      return source.window === null
        ? loadTable(data, source, labels)
        : loadSeries(data, source, source.window);
    case "generated":
      return loadGenerated(data, source);
    default:
      return assertNever(source);
  }
}

function loadIdxFields(
  data: DataBinding,
  { images, labels }: Extract<DataSource, { readonly kind: "idx" }>,
): LoadedFields {
  const { imageSize } = data;
  return {
    functions: [snippets.readIdx, ...(imageSize ? [snippets.resizeImages] : [])],
    imports: ["gzip", "sys", "pathlib.Path"],
    lines: [
      `image = read_idx(Path(folder) / ${quote(images)}).astype("float32")`,
      "if image.ndim == 3:",
      "    image = image[..., None]",
      ...(imageSize
        ? [`image = resize_images(image, ${imageSize.height}, ${imageSize.width})`]
        : []),
      ...(labels === null
        ? []
        : [
            "# Class numbers from 0 on, in ascending order of the labels.",
            `label = np.unique(read_idx(Path(folder) / ${quote(labels)}), return_inverse=True)[1]`,
          ]),
    ],
    scaling: scaleImages(data),
    count: "len(image)",
    isWindow: false,
    needsFiles: true,
  };
}

/** Bytes are 0 to 255 by definition, so only standardising looks at the data. */
function scaleImages({ scaling }: DataBinding, key = "image"): readonly string[] {
  switch (scaling) {
    case "none":
      return [];
    case "zeroToOne":
      return [`${key} /= 255`];
    case "minusOneToOne":
      return [`${key} = ${key} / 127.5 - 1`];
    case "standardise":
      return [
        `seen = ${key}[train]`,
        `${key} = (${key} - seen.mean(axis=(0, 1, 2))) / np.maximum(seen.std(axis=(0, 1, 2)), 1e-9)`,
      ];
    default:
      return assertNever(scaling);
  }
}

const scalingFunctions = ({ scaling }: DataBinding): readonly string[] =>
  scaling === "none" ? [] : [snippets.scaleColumns(scaling)];

function loadGenerated(
  data: DataBinding,
  source: Extract<DataSource, { readonly kind: "generated" }>,
): LoadedFields {
  const { generator, samples, noise, seed } = source;
  const common = { imports: [], needsFiles: false };
  const generate = printKerasGenerator(source);
  const rng = `np.random.default_rng(${seed})`;
  if (generator === "sine" || generator === "seasonal" || generator === "trend-windows") {
    const steps = seriesSteps[generator];
    return {
      ...common,
      functions: [generate, ...scalingFunctions(data), snippets.makeWindows],
      lines: [`series = make_series(${samples + steps}, ${noise}, ${rng})`],
      scaling: [
        ...(data.scaling === "none"
          ? []
          : [`scale_columns(series, np.arange(len(train) + ${steps}), [0])`]),
        `sequence = make_windows(series, ${samples}, 0, ${steps})`,
        `next_value = make_windows(series, ${samples}, ${steps}, 1)`,
      ].map((line) => line.replace("next_value", keyOf(data, "next"))),
      count: String(samples),
      isWindow: true,
    };
  }
  const fields = listFields(data);
  const pictures = fields.filter((field) => field.isImage);
  const isImage = pictures.length > 0;
  const { imageSize, scaling } = data;
  return {
    ...common,
    functions: [
      generate,
      ...(isImage ? (imageSize ? [snippets.resizeImages] : []) : scalingFunctions(data)),
    ],
    lines: [
      `${fields.map(({ key }) => key).join(", ")} = make_data(${samples}, ${noise}, ${rng})`,
      ...(isImage && imageSize
        ? pictures.map(
            ({ key }) => `${key} = resize_images(${key}, ${imageSize.height}, ${imageSize.width})`,
          )
        : []),
    ],
    scaling: isImage
      ? pictures.flatMap(({ key }) => scaleImages(data, key))
      : scaling === "none"
        ? []
        : fields
            .filter(({ isClass, isFixed }) => !isClass && !isFixed)
            .map(({ key }) => `scale_columns(${key}, train, list(range(${key}.shape[-1])))`),
    count: String(samples),
    isWindow: false,
  };
}

const keyOf = (data: DataBinding, name: string) =>
  listFields(data).find((field) => field.name === name)?.key ?? name;

const isCategory = ({ kind }: PlacedColumn) => kind === "categorical";

function columnCall(name: string, { index, merge = [] }: PlacedColumn): string {
  const merged = Object.fromEntries(merge.map(({ from, to }) => [from, to]));
  return `${name}(rows, ${index}${merge.length === 0 ? "" : `, ${pythonLiteral(merged)}`})`;
}

function fieldExpression({ columns, isClass }: ScriptField): string {
  const calls = columns.map((column) =>
    columnCall(
      isClass ? "class_column" : isCategory(column) ? "one_hot_columns" : "number_column",
      column,
    ),
  );
  const [only] = calls;
  if (calls.length === 1 && only !== undefined) return only;
  const flat = `np.hstack([${calls.join(", ")}])`;
  return flat.length <= 66
    ? flat
    : `np.hstack(\n        [\n            ${calls.join(",\n            ")},\n        ]\n    )`;
}

function csvFunctions(data: DataBinding, source: CsvSource): readonly string[] {
  const fields = listFields(data);
  const hasOneHot = fields.some(({ isClass, columns }) => !isClass && columns.some(isCategory));
  const texts = ["", ...(source.missing?.texts ?? [])];
  return [
    `# Cells that mean "no value".\nMISSING = {${texts.map(quote).join(", ")}}`,
    snippets.readCsv,
    snippets.numberColumn,
    ...(hasOneHot || fields.some(({ isClass }) => isClass) ? [snippets.classColumn] : []),
    ...(hasOneHot ? [snippets.oneHotColumns] : []),
  ];
}

function readRows(source: CsvSource): string {
  const call = `read_csv(Path(folder) / ${quote(source.file)}, ${quote(source.delimiter)})`;
  return source.hasHeader ? `${call}[1:]` : call;
}

/** Columns of a field that are measured numbers: where one-hot columns stand between, their widths come from the data. */
function measuredColumns(field: ScriptField): string {
  if (!field.columns.some(isCategory))
    return pythonLiteral(field.columns.map((_c, place) => place));
  // A one-hot column holds nothing but 0 and 1, and no gaps: marked while the field is put together.
  return `${field.key}_measured`;
}

function measuredLines(field: ScriptField): readonly string[] {
  if (!field.columns.some(isCategory)) return [];
  const marks = field.columns.map((column) =>
    isCategory(column) ? `[False] * ${columnCall("one_hot_columns", column)}.shape[1]` : "[True]",
  );
  return [`${field.key}_measured = np.flatnonzero(${marks.join(" + ")})`];
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
  const numeric = fields.filter(({ isClass, columns }) => !isClass && !columns.every(isCategory));
  return {
    functions: [...csvFunctions(data, source), snippets.fillMissing, ...scalingFunctions(data)],
    imports: ["csv", "sys", "pathlib.Path"],
    lines: [
      `rows = ${readRows(source)}`,
      ...(required.length === 0
        ? []
        : [
            `required = ${pythonLiteral(required)}`,
            "rows = [row for row in rows if all(row[column] not in MISSING for column in required)]",
          ]),
      ...fields.map((field) => `${field.key} = ${fieldExpression(field)}`),
    ],
    scaling: [
      ...numeric.map(({ key }) => `${key} = fill_missing(${key}, train)`),
      ...(data.scaling === "none"
        ? []
        : numeric
            .filter(({ key }) => !labels.has(key))
            .flatMap((field) => [
              ...measuredLines(field),
              `scale_columns(${field.key}, train, ${measuredColumns(field)})`,
            ])),
    ],
    count: "len(rows)",
    isWindow: false,
    needsFiles: true,
  };
}

function loadSeries(
  data: DataBinding,
  source: CsvSource,
  { steps, horizon }: { readonly steps: number; readonly horizon: number },
): LoadedFields {
  const fields = listFields(data);
  const lead = steps + horizon - 1;
  const lines = [`rows = ${readRows(source)}`, `sample_count = len(rows) - ${lead}`];
  const scaling = data.scaling === "none" ? [] : [`seen = np.arange(len(train) + ${lead})`];
  for (const field of fields) {
    const isNumeric = !field.isClass && !field.columns.every(isCategory);
    const expression = fieldExpression(field);
    lines.push(`${field.key} = ${isNumeric ? `fill_forward(${expression})` : expression}`);
    if (data.scaling !== "none" && isNumeric)
      scaling.push(
        ...measuredLines(field),
        `scale_columns(${field.key}, seen, ${measuredColumns(field)})`,
      );
    const place = field.role === "feature" ? `0, ${steps}` : `${steps - 1 + horizon}, 1`;
    scaling.push(`${field.key} = make_windows(${field.key}, sample_count, ${place})`);
  }
  return {
    functions: [
      ...csvFunctions(data, source),
      snippets.fillForward,
      ...scalingFunctions(data),
      snippets.makeWindows,
    ],
    imports: ["csv", "sys", "pathlib.Path"],
    lines,
    scaling,
    count: "sample_count",
    isWindow: true,
    needsFiles: true,
  };
}
