import { err, ok, type Result } from "../base/result.ts";
import { countValues, shapeOf } from "../layers/shape.ts";
import { conformData, readScale } from "./applyPreparation.ts";
import type { DataBinding, Scaling } from "./binding.ts";
import { describePreparation, describeValues } from "./describePreparation.ts";
import type { Dataset, DataIssue, DatasetSummary, FieldSpec, SampleView } from "./dataset.ts";
import { fillGaps, fitFills, fitScaling, type FieldScale } from "./fitScaling.ts";
import { formatCell } from "./formatCell.ts";
import type { FieldPreparation, Preparation } from "./preparation.ts";
import { makeImages, type RawData, type RawField } from "./rawData.ts";
import { resizeImages } from "./resizeImages.ts";
import { splitBySeed, splitByTime, type Split } from "./splitSamples.ts";

interface PreparedField {
  readonly raw: RawField;
  readonly spec: FieldSpec;
  readonly scale: FieldScale;
  readonly preparation: FieldPreparation;
}

export interface PrepareOptions {
  /** Fitted before, on other data: applied, and nothing is fitted. */
  readonly preparation?: Preparation;
  /** `ignored`, with a preparation only: targets are not read, the data may lack them. */
  readonly targets?: "needed" | "ignored";
}

/**
 * Splits, scales and serves parsed data. Scales are fitted on the training part only. Numeric targets are scaled like
 * features (a network learns values near 1 far more easily); `targetScale` and `unscaleTarget` give the way back.
 * Images with a class target keep their bytes; they become floats when gathered.
 */
export function prepareDataset(
  source: RawData,
  binding: Pick<DataBinding, "source" | "split" | "scaling" | "imageSize">,
  { preparation, targets }: PrepareOptions = {},
): Result<Dataset, DataIssue> {
  const { imageSize, scaling } = preparation ?? binding;
  const sized = {
    ...source,
    fields: source.fields.map((field) =>
      imageSize && field.scaling.kind === "image" ? padOrCrop(field, imageSize) : field,
    ),
  };
  const conformed = preparation
    ? conformData(sized, preparation, { needsTargets: targets !== "ignored" })
    : ok(sized);
  if (!conformed.ok) return conformed;
  const data = conformed.value;
  const problem = checkOptions(data, { ...binding, minSamples: preparation ? 1 : 2 });
  if (problem) return err(problem);
  const split = splitData(data, binding.split);
  const fields = data.fields.map((field) => {
    const fitted = preparation?.fields.find(({ name }) => name === field.name);
    return fitted ? applyField(field, fitted) : fitField(field, scaling, split.train);
  });
  return ok(
    makeDataset(data, fields, {
      split,
      preparation: preparation ?? describePreparation(data, binding, fields),
    }),
  );
}

function checkOptions(
  data: RawData,
  {
    split,
    imageSize,
    minSamples,
  }: Pick<DataBinding, "split" | "imageSize"> & { readonly minSamples: number },
): DataIssue | null {
  if (!(split.validation >= 0 && split.validation <= 0.9)) {
    return {
      code: "bad-option",
      message: `The validation share is ${split.validation}; it must be from 0 to 0.9.`,
    };
  }
  if (imageSize && !(isImageSide(imageSize.height) && isImageSide(imageSize.width))) {
    return {
      code: "bad-option",
      message: `The image size is ${imageSize.height} × ${imageSize.width}; each side must be a whole number from 1 to 4096.`,
    };
  }
  if (data.sampleCount >= minSamples) return null;
  const found = data.sampleCount === 1 ? "only one sample" : "no samples";
  return {
    code: "empty",
    message: `${data.label} gives ${found}${minSamples > 1 ? "; training needs at least two" : ""}. Add rows, or shorten the window.`,
  };
}

function isImageSide(side: number): boolean {
  return Number.isInteger(side) && side >= 1 && side <= 4096;
}

function splitData(data: RawData, split: DataBinding["split"]): Split {
  if (data.isChronological) return splitByTime(data.sampleCount, split.validation);
  const classTarget = data.fields.find(
    // With a class at each place a sample has no class of its own to be split by.
    ({ role, classes, shape, isAbsent }) =>
      role === "target" && classes && shape.axes.length === 0 && !isAbsent,
  );
  return splitBySeed(data.sampleCount, {
    ...split,
    classOf: classTarget ? (sample) => classTarget.values[sample] ?? 0 : null,
  });
}

function fitField(field: RawField, scaling: Scaling, train: Uint32Array): PreparedField {
  const canHaveGaps = field.role === "feature" && field.rows === 1 && field.origins !== undefined;
  const fills = canHaveGaps ? fitFills(field, train) : [];
  const raw = fillGaps(field, fills);
  const scale = fitScaling(raw, scaling, train);
  return {
    raw,
    spec: specOf(raw),
    scale,
    preparation: { ...specOf(raw), values: describeValues(raw, scale, fills) },
  };
}

function applyField(field: RawField, preparation: FieldPreparation): PreparedField {
  const raw = fillGaps(
    field,
    preparation.values.map(({ fill }) => fill),
  );
  return { raw, spec: specOf(raw), scale: readScale(preparation, raw.width), preparation };
}

function specOf({ name, role, shape, classes }: RawField): FieldSpec {
  return { name, role, shape, classes };
}

function padOrCrop(field: RawField, size: { height: number; width: number }): RawField {
  const [height, width, channels] = field.shape.axes.map((axis) => axis.size ?? 1);
  if (height === undefined || width === undefined || channels === undefined) return field;
  if (height === size.height && width === size.width) return field;
  const target = { ...size, channels };
  return makeImages(
    field.name,
    target,
    resizeImages(field.values, { height, width, channels }, target),
  );
}

function makeDataset(
  data: RawData,
  fields: readonly PreparedField[],
  { split, preparation }: { readonly split: Split; readonly preparation: Preparation },
): Dataset {
  const byName = new Map(fields.map((field) => [field.raw.name, field]));
  const find = (name: string): PreparedField => {
    const field = byName.get(name);
    // Callers take names from the summary; another name is a bug.
    if (!field) throw new Error(`The data set has no field "${name}"`);
    return field;
  };
  return {
    summary: summarise(data, fields, split),
    train: split.train,
    validation: split.validation,
    gather: (name, samples) => gatherField(find(name), samples),
    targetScale(name) {
      const { scale } = find(name);
      return { scale: scale.scale[0] ?? 1, offset: scale.offset[0] ?? 0 };
    },
    unscaleTarget(name, values) {
      const { scale, raw } = find(name);
      if (scale.isIdentity) return values;
      return values.map((value, index) => {
        const column = index % raw.width;
        return value * (scale.scale[column] ?? 1) + (scale.offset[column] ?? 0);
      });
    },
    preparation,
    describe: (sample) => describeSample(data, fields, sample),
  };
}

function summarise(data: RawData, fields: readonly PreparedField[], split: Split): DatasetSummary {
  const classTarget = fields.find(
    ({ spec }) => spec.role === "target" && spec.classes && spec.shape.axes.length === 0,
  );
  const classCounts = classTarget?.spec.classes?.map(() => 0) ?? [];
  if (classTarget && !classTarget.raw.isAbsent) {
    for (let sample = 0; sample < data.sampleCount; sample++) {
      const classNumber = classTarget.raw.values[sample] ?? 0;
      classCounts[classNumber] = (classCounts[classNumber] ?? 0) + 1;
    }
  }
  return {
    kind: data.kind,
    label: data.label,
    sampleCount: data.sampleCount,
    trainCount: split.train.length,
    validationCount: split.validation.length,
    fields: fields.map(({ spec }) => spec),
    classCounts,
  };
}

function gatherField({ raw, scale }: PreparedField, samples: Uint32Array) {
  const { values, width, rows, firstRow } = raw;
  const size = width * rows;
  // Callers that ask for targets open the data with them; another way is a bug.
  if (raw.isAbsent) throw new Error(`The data set was opened without its target "${raw.name}"`);
  if (raw.classes) {
    const classNumbers = new Int32Array(samples.length * width);
    for (let index = 0; index < samples.length; index++) {
      const start = (samples[index] ?? 0) * width;
      classNumbers.set(values.subarray(start, start + width), index * width);
    }
    return classNumbers;
  }
  const gathered = new Float32Array(samples.length * size);
  for (let index = 0; index < samples.length; index++) {
    const start = ((samples[index] ?? 0) + firstRow) * width;
    gathered.set(values.subarray(start, start + size), index * size);
  }
  if (!scale.isIdentity) {
    for (let index = 0; index < gathered.length; index++) {
      const column = index % width;
      gathered[index] =
        ((gathered[index] ?? 0) - (scale.offset[column] ?? 0)) / (scale.scale[column] ?? 1);
    }
  }
  return gathered;
}

function describeSample(
  data: RawData,
  fields: readonly PreparedField[],
  sample: number,
): SampleView {
  const target = describeTarget(fields, sample);
  const features = fields.filter(({ spec }) => spec.role === "feature").map(({ raw }) => raw);
  const [feature] = features;
  if (feature && data.kind === "images" && feature.scaling.kind === "image") {
    return features.map((field) => describeImage(field, sample, target)).reduce(placeBeside);
  }
  if (feature && data.kind === "sequence") {
    const [, ...perStep] = feature.shape.axes;
    const stepWidth = perStep.reduce((product, { size }) => product * (size ?? 1), 1);
    const steps = feature.shape.axes[0]?.size ?? 1;
    const start = (sample + feature.firstRow) * feature.width + (feature.shownColumn ?? 0);
    const values = Array.from(
      { length: steps },
      (_, s) => feature.values[start + s * stepWidth] ?? 0,
    );
    return { kind: "sequence", values, target };
  }
  const cells =
    data.describeCells?.(sample) ??
    fields
      .filter(({ spec }) => spec.role === "feature")
      .flatMap(({ raw }) => readSample(raw, sample).map(formatCell));
  return { kind: "row", cells, target };
}

type ImageView = Extract<SampleView, { readonly kind: "image" }>;

/** Pictures that belong together, as a pair does, as one; the first alone where they differ in height or channels. */
function placeBeside(left: ImageView, right: ImageView): ImageView {
  const { height, channels } = left;
  if (right.height !== height || right.channels !== channels) return left;
  const gap = Math.max(1, Math.round(height / 14));
  const width = left.width + gap + right.width;
  const pixels = new Uint8Array(height * width * channels).fill(128);
  for (let row = 0; row < height; row++) {
    const start = row * width * channels;
    pixels.set(readRow(left, row), start);
    pixels.set(readRow(right, row), start + (left.width + gap) * channels);
  }
  return { ...left, width, pixels };
}

function readRow({ width, channels, pixels }: ImageView, row: number): Uint8Array {
  return pixels.subarray(row * width * channels, (row + 1) * width * channels);
}

function describeImage(field: RawField, sample: number, target: string): ImageView {
  const [height, width, channels] = field.shape.axes.map((axis) => axis.size ?? 1);
  const values = field.values.subarray(sample * field.width, (sample + 1) * field.width);
  const pixels = values instanceof Uint8Array ? values : stretchToBytes(values);
  return {
    kind: "image",
    height: height ?? 1,
    width: width ?? 1,
    channels: channels ?? 1,
    pixels,
    target,
  };
}

/** Numbers of any range are stretched between their own extremes, for looking only. */
function stretchToBytes(values: Float32Array | Int32Array): Uint8Array {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return Uint8Array.from(values, (value) => Math.round((255 * (value - min)) / (max - min || 1)));
}

function describeTarget(fields: readonly PreparedField[], sample: number): string {
  return fields
    .filter(({ spec, raw }) => spec.role === "target" && !raw.isAbsent)
    .map(({ raw }) => {
      const values = readSample(raw, sample);
      if (raw.classes) return describeClasses(raw.classes, values);
      return values.map(formatCell).join(", ");
    })
    .join(" · ");
}

const shownClasses = 12;

/** The class, or the first ones where there is one at each place. */
function describeClasses(classes: readonly string[], values: readonly number[]): string {
  const shown = values.slice(0, shownClasses).map((value) => classes[value] ?? "");
  return [...shown, ...(values.length > shownClasses ? ["…"] : [])].join(" ");
}

/** Unscaled numbers of one sample. */
function readSample(field: RawField, sample: number): number[] {
  const start = (sample + field.firstRow) * field.width;
  const size = countValues(shapeOf(field.shape.axes)) ?? 1;
  return Array.from(field.values.subarray(start, start + size));
}
