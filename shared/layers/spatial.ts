/**
 * What windows that slide over time or an image have in common: where the axes are, how long the output is, and how
 * to say that a window does not fit.
 */
import { err, ok, type Result } from "../base/result.ts";
import { knownSize } from "./axes.ts";
import type { FixHint, ShapeIssue } from "./defineLayer.ts";
import { axis, shapeOf, type Axis, type Shape } from "./shape.ts";

export type DataFormat = "channelsLast" | "channelsFirst";
/** "causal": as same, but with all zeros in front. */
export type Padding = "valid" | "same" | "causal";

/** Number of axes in space (or time): 1 for sequences, 2 for images, 3 for volumes and videos. */
export type SpatialRank = 1 | 2 | 3;

const wantedInput: Readonly<Record<SpatialRank, string>> = {
  1: "a sequence with two axes, time × features",
  2: "an image with three axes, height × width × channels",
  3: "a volume with four axes, depth × height × width × channels",
};

/** The input of a layer with windows, taken apart: the axes in space, and the channels. */
export interface SpatialInput {
  readonly spatial: readonly Axis[];
  readonly channels: Axis;
}

/** Takes `[time, features]`, `[height, width, channels]` or a volume apart, or says what is needed instead. */
export function readSpatial(
  shape: Shape,
  options: { readonly rank: SpatialRank; readonly dataFormat: DataFormat },
): Result<SpatialInput, ShapeIssue> {
  const { rank, dataFormat } = options;
  if (shape.axes.length !== rank + 1) {
    const needs = wantedInput[rank];
    return err({ code: "rank", needs, input: 0, hints: hintReshape(shape, options) });
  }
  if (shape.dtype !== "float32") {
    return err({ code: "dtype", needs: "decimal numbers (float32)", input: 0 });
  }
  const isFirst = dataFormat === "channelsFirst";
  const channels = isFirst ? shape.axes[0] : shape.axes[rank];
  if (channels === undefined) throw new Error("unreachable: the rank was checked");
  return ok({ spatial: isFirst ? shape.axes.slice(1) : shape.axes.slice(0, rank), channels });
}

const spatialNames = ["depth", "height", "width"] as const;

/** Puts the axes together again in the order of the data format. Images and volumes get Keras's axis names. */
export function joinSpatial(
  spatial: readonly Axis[],
  channels: Axis,
  dataFormat: DataFormat,
): Shape {
  const isFirst = dataFormat === "channelsFirst";
  if (spatial.length === 1) {
    // Names tell what stands where: an input with features first may come with those of time first.
    const steps = axis(isFirst ? "time" : (spatial[0]?.name ?? "time"), spatial[0]?.size ?? null);
    return shapeOf(isFirst ? [axis("features", channels.size), steps] : [steps, channels]);
  }
  const names = spatialNames.slice(-spatial.length);
  const named = spatial.map((entry, index) => axis(names[index] ?? entry.name, entry.size));
  const last = axis("channels", channels.size);
  return shapeOf(isFirst ? [last, ...named] : [...named, last]);
}

/** Layers with kernels must know how many channels they weigh. */
export function readChannels(input: SpatialInput): Result<number, ShapeIssue> {
  return input.channels.size === null
    ? err({
        code: "unknown-size",
        needs: `a known number of ${input.channels.name}: it decides the kernel's size`,
        input: 0,
      })
    : ok(input.channels.size);
}

/** The channels of an input that `inferShape` has accepted. */
export function countChannels(shape: Shape, dataFormat: DataFormat): number {
  return knownSize((dataFormat === "channelsFirst" ? shape.axes[0] : shape.axes.at(-1))?.size);
}

export interface WindowOptions {
  /** Sizes and strides by spatial axis. */
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation?: readonly number[];
  readonly padding: Padding;
  /** The parameter with the size, for messages and fixes: kernelSize or poolSize. */
  readonly param: "kernelSize" | "poolSize";
  /** True where the parameter is one number (1D), so that fixes set a number. */
  readonly isScalar?: boolean;
}

/**
 * The spatial axes after the window has slid over them: `ceil(n / stride)` for `same` and `causal`,
 * `floor((n − reach) / stride) + 1` for `valid`, where reach is `(size − 1) · dilation + 1`.
 */
export function slideWindow(
  spatial: readonly Axis[],
  window: WindowOptions,
): Result<readonly Axis[], ShapeIssue> {
  const reach = window.size.map((size, index) => (size - 1) * (window.dilation?.[index] ?? 1) + 1);
  if (window.padding === "valid") {
    const isTooLarge = spatial.some(
      ({ size }, index) => size !== null && size < (reach[index] ?? 1),
    );
    if (isTooLarge) return err(describeTooLarge(spatial, window, reach));
  }
  return ok(
    spatial.map(({ name, size }, index) => {
      const stride = window.strides[index] ?? 1;
      if (size === null) return axis(name, null);
      const room = window.padding !== "valid" ? size : size - (reach[index] ?? 1) + 1;
      return axis(name, Math.ceil(room / stride));
    }),
  );
}

/** TensorFlow and TensorFlow.js refuse windows that both jump and spread. */
export function checkStridesOrDilation(
  strides: readonly number[],
  dilation: readonly number[],
): ShapeIssue | null {
  if (strides.every((value) => value === 1) || dilation.every((value) => value === 1)) return null;
  return {
    code: "parameter",
    param: "dilationRate",
    needs: "'s strides or its dilation rate must be 1: a window can't both jump and spread",
  };
}

function describeTooLarge(
  spatial: readonly Axis[],
  window: WindowOptions,
  reach: readonly number[],
): ShapeIssue {
  const least = reach.join(" × ");
  const smaller = window.size.map((size, index) => {
    const room = spatial[index]?.size ?? null;
    const dilation = window.dilation?.[index] ?? 1;
    return room === null
      ? size
      : Math.max(1, Math.min(size, Math.floor((room - 1) / dilation) + 1));
  });
  const noun = window.param === "kernelSize" ? "kernel" : "window";
  const hints: FixHint[] = [
    { kind: "setParam", param: "padding", value: "same", title: "Set padding to same" },
  ];
  if (spatial.every(({ size }) => size === null || size > 0)) {
    hints.push({
      kind: "setParam",
      param: window.param,
      value: window.isScalar === true ? (smaller[0] ?? 1) : smaller,
      title: `Use a ${noun} of ${smaller.join(" × ")}`,
    });
  }
  return {
    code: "size",
    needs:
      spatial.length === 1
        ? `a sequence of at least ${least} steps`
        : `${spatial.length === 2 ? "an image" : "a volume"} of at least ${least}`,
    input: 0,
    param: window.param,
    hints,
  };
}

/** A Reshape that would make the input fit: flat pixels to a square image, an image to a sequence of its rows … */
function hintReshape(
  shape: Shape,
  options: { readonly rank: SpatialRank; readonly dataFormat: DataFormat },
): readonly FixHint[] {
  const target = findSpatialShape(shape, options);
  if (target === null) return [];
  return [{ kind: "insert", type: "reshape", params: { targetShape: target }, input: 0 }];
}

function findSpatialShape(
  shape: Shape,
  { rank, dataFormat }: { readonly rank: SpatialRank; readonly dataFormat: DataFormat },
): readonly number[] | null {
  if (rank === 1) return findSequenceShape(shape);
  if (rank === 2) return findImageShape(shape, dataFormat);
  // A stack of grey images: one channel is missing.
  const sizes = knownSizes(shape);
  if (sizes?.length !== 3) return null;
  return dataFormat === "channelsFirst" ? [1, ...sizes] : [...sizes, 1];
}

function findImageShape(shape: Shape, dataFormat: DataFormat): readonly number[] | null {
  const sizes = knownSizes(shape);
  if (sizes === null) return null;
  const [first, second] = sizes;
  if (sizes.length === 2 && first !== undefined && second !== undefined) {
    return dataFormat === "channelsFirst" ? [1, first, second] : [first, second, 1];
  }
  if (sizes.length !== 1 || first === undefined) return null;
  for (const channels of [1, 3, 4]) {
    const side = Math.sqrt(first / channels);
    if (Number.isInteger(side) && side > 1) {
      return dataFormat === "channelsFirst" ? [channels, side, side] : [side, side, channels];
    }
  }
  return null;
}

function findSequenceShape(shape: Shape): readonly number[] | null {
  const sizes = knownSizes(shape);
  const [first, ...rest] = sizes ?? [];
  if (first === undefined || sizes === null) return null;
  if (sizes.length === 1) return [first, 1];
  const features = rest.reduce((product, size) => product * size, 1);
  return sizes.length === 2 ? null : [first, features];
}

function knownSizes(shape: Shape): readonly number[] | null {
  const sizes = shape.axes.flatMap(({ size }) => (size === null ? [] : [size]));
  return sizes.length === shape.axes.length ? sizes : null;
}
