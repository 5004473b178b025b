import { DataFailure } from "./dataFailure.ts";
import type { ByteSource } from "./dataset.ts";
import {
  makeClassTarget,
  makeFeatures,
  makeImages,
  type RawData,
  type RawField,
} from "./rawData.ts";
import type { ReadOptions } from "./readBytes.ts";
import { readIdx, type IdxArray } from "./readIdx.ts";

/** More distinct labels than this are numbers to predict, not classes. */
const maxClasses = 1000;

/** Images [count, height, width (, channels)] with labels [count], or vectors [count, features]. Throws `DataFailure`. */
export async function loadIdx(
  label: string,
  images: ByteSource,
  labels: ByteSource | null,
  options: ReadOptions,
): Promise<RawData> {
  const imageArray = await readIdx(images, options);
  const feature = makeImageField(imageArray, images.name);
  const sampleCount = imageArray.sizes[0] ?? 0;
  const fields = [feature];
  if (labels) {
    const labelArray = await readIdx(labels, options);
    checkCounts(sampleCount, labelArray, images.name, labels.name);
    fields.push(makeLabelField(labelArray));
  }
  return {
    kind: feature.scaling.kind === "image" ? "images" : "table",
    label,
    sampleCount,
    fields,
    isChronological: false,
  };
}

function makeImageField({ sizes, values }: IdxArray, file: string): RawField {
  const [, height, width, channels = 1] = sizes;
  if (sizes.length === 2 && height) {
    const numbers = values instanceof Float32Array ? values : Float32Array.from(values);
    return makeFeatures("features", height, numbers);
  }
  if ((sizes.length === 3 || sizes.length === 4) && height && width && channels <= 64) {
    return makeImages("image", { height, width, channels }, values);
  }
  throw new DataFailure({
    code: "mismatch",
    message:
      `${file} has ${sizes.length} axes (${sizes.join(" × ")}); images need 3 (count, height, width) or 4 (and channels). ${
        sizes.length === 1 ? "This looks like a file of labels: choose the images beside it." : ""
      }`.trim(),
    file,
  });
}

function checkCounts(sampleCount: number, labels: IdxArray, images: string, file: string): void {
  if (labels.sizes.length !== 1) {
    throw new DataFailure({
      code: "mismatch",
      message: `${file} has ${labels.sizes.length} axes (${labels.sizes.join(" × ")}); labels need one. Choose the file of labels.`,
      file,
    });
  }
  if (labels.sizes[0] !== sampleCount) {
    throw new DataFailure({
      code: "mismatch",
      message: `${images} has ${sampleCount} images, but ${file} has ${labels.sizes[0]} labels. Choose two files that belong together.`,
      file,
    });
  }
}

function makeLabelField({ values }: IdxArray): RawField {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  if (!(values instanceof Float32Array) && distinct.length <= maxClasses) {
    const numbers = new Map(distinct.map((value, index) => [value, index]));
    return makeClassTarget(
      "label",
      distinct.map(String),
      Int32Array.from(values, (value) => numbers.get(value) ?? 0),
    );
  }
  return {
    ...makeFeatures("label", 1, Float32Array.from(values)),
    role: "target",
  };
}
