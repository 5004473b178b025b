import type { Shape } from "../layers/shape.ts";

/**
 * What a parser or generator hands over before split and scaling. Values lie in tables of `width` numbers a row; a
 * sample takes `rows` rows in succession, beginning at row `sample + firstRow`. A plain table and a stack of images
 * have one row a sample; windows over time overlap, so a series is stored once however many windows it has.
 */
export interface RawData {
  readonly kind: "table" | "images" | "sequence";
  readonly label: string;
  readonly sampleCount: number;
  readonly fields: readonly RawField[];
  /** Samples follow one another in time: the last part is held out, never a random one. */
  readonly isChronological: boolean;
  /** For the preview of a table row: text of each feature cell; absent: the numbers themselves. */
  readonly describeCells?: (sample: number) => readonly string[];
}

export interface RawField {
  readonly name: string;
  readonly role: "feature" | "target";
  readonly shape: Shape;
  readonly classes: readonly string[] | null;
  readonly values: RawValues;
  readonly width: number;
  readonly rows: number;
  readonly firstRow: number;
  readonly scaling: ScalingGroups;
  /** Column of a row that the sequence preview draws. */
  readonly shownColumn?: number;
  /** Some numbers are NaN: missing, to be filled with their column's training mean. */
  readonly hasGaps?: boolean;
  /** Where each value of a row comes from: a column, or one category of a column. */
  readonly origins?: readonly ValueOrigin[];
  /** A target that the data lack: known by its description only, there are no values. */
  readonly isAbsent?: true;
}

export interface ValueOrigin {
  readonly column: string;
  /** null: the column's number. */
  readonly category: string | null;
}

export type RawValues = Uint8Array | Int32Array | Float32Array;

/**
 * Which values share a scale. `fixed` marks values that are never scaled (class numbers, one-hot columns);
 * `bytes` are 0–255 by definition, whatever values occur.
 */
export type ScalingGroups =
  | { readonly kind: "fixed" }
  /** One group per column of a row; null: leave the column as it is. */
  | { readonly kind: "columns"; readonly group: readonly (number | null)[] }
  /** Channels last; statistics per channel. */
  | { readonly kind: "image"; readonly channels: number; readonly isBytes: boolean };

/** A class target: one number per sample, or one at each place of `axes`. */
export function makeClassTarget(
  name: string,
  classes: readonly string[],
  values: Uint8Array | Int32Array,
  axes: Shape["axes"] = [],
): RawField {
  return {
    name,
    role: "target",
    shape: { dtype: "int32", axes },
    classes,
    values,
    width: axes.reduce((product, { size }) => product * (size ?? 1), 1),
    rows: 1,
    firstRow: 0,
    scaling: { kind: "fixed" },
  };
}

/** Values of any shape that are never scaled: tokens (int32), or numbers from about -1 to 1. */
export function makeFixed(
  name: string,
  role: RawField["role"],
  { shape, values }: { readonly shape: Shape; readonly values: RawValues },
): RawField {
  return {
    name,
    role,
    shape,
    classes: null,
    values,
    width: shape.axes.reduce((product, { size }) => product * (size ?? 1), 1),
    rows: 1,
    firstRow: 0,
    scaling: { kind: "fixed" },
  };
}

/** A group of numbers per sample, each column scaled by itself. */
export function makeFeatures(name: string, width: number, values: Float32Array): RawField {
  return {
    name,
    role: "feature",
    shape: { dtype: "float32", axes: [{ name: "features", size: width }] },
    classes: null,
    values,
    width,
    rows: 1,
    firstRow: 0,
    scaling: { kind: "columns", group: Array.from({ length: width }, (_, column) => column) },
  };
}

/** Images as bytes, height × width × channels row-major. */
export function makeImages(
  name: string,
  size: { readonly height: number; readonly width: number; readonly channels: number },
  values: RawValues,
): RawField {
  const { height, width, channels } = size;
  return {
    name,
    role: "feature",
    shape: {
      dtype: "float32",
      axes: [
        { name: "height", size: height },
        { name: "width", size: width },
        { name: "channels", size: channels },
      ],
    },
    classes: null,
    values,
    width: height * width * channels,
    rows: 1,
    firstRow: 0,
    scaling: { kind: "image", channels, isBytes: values instanceof Uint8Array },
  };
}

/** Windows of `steps` values over one series and the value `horizon` steps after each. */
export function makeWindows(
  label: string,
  series: Float32Array,
  { steps, horizon, target }: { steps: number; horizon: number; target: string },
): RawData {
  const sampleCount = Math.max(0, series.length - steps - horizon + 1);
  const scaling: ScalingGroups = { kind: "columns", group: [0] };
  const shared = { classes: null, values: series, width: 1, scaling };
  return {
    kind: "sequence",
    label,
    sampleCount,
    isChronological: true,
    fields: [
      {
        ...shared,
        name: "sequence",
        role: "feature",
        shape: {
          dtype: "float32",
          axes: [
            { name: "time", size: steps },
            { name: "features", size: 1 },
          ],
        },
        rows: steps,
        firstRow: 0,
      },
      {
        ...shared,
        name: target,
        role: "target",
        shape: { dtype: "float32", axes: [{ name: "features", size: 1 }] },
        rows: 1,
        firstRow: steps - 1 + horizon,
      },
    ],
  };
}
