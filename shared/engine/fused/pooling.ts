/**
 * Pooling over windows, one dispatch each way. The gradient of a maximum goes to the first of equal ones, as in
 * TensorFlow and on tfjs's CPU backend; tfjs-backend-webgpu (src/maxpool_backprop_webgpu.ts) gives it to the last. That of
 * a mean divides by the values that a window really has (see `gradientPatches.ts`).
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import {
  type Attributes,
  countAll,
  dispatchFused,
  needInput,
  registerFused,
  runOne,
  writeElementwise,
} from "./kernels.ts";
import { readList, readNumber, readText } from "./layerFields.ts";
import { chooseRowForm, writeRowProgram } from "./rows.ts";

/** Channels last; sequences are images of width 1. */
interface PoolingSizes {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly top: number;
  readonly left: number;
}

interface PoolingAttributes {
  readonly mode: "max" | "average";
  readonly sizes: PoolingSizes;
  readonly shape: readonly number[];
}

function readAttributes(attrs: Attributes): PoolingAttributes {
  // Only the functions below make these, from this very type.
  return attrs as unknown as PoolingAttributes;
}

registerFused({
  name: "NetloomPool",
  compute(backend, inputs, attrs) {
    const { mode, sizes, shape } = readAttributes(attrs);
    const x = needInput(inputs, "x");
    const key = `pool_${mode}_${Object.values(sizes).join("_")}`;
    const { inHeight, inWidth, channels, outHeight, outWidth } = sizes;
    // Loops cost an emulated adapter more than they compute: windows that all lie inside are written out.
    if (mode === "max" && isInside(sizes) && countCells(sizes) <= mostCells) {
      const first = `((image * ${inHeight} + down * ${sizes.strideHeight}) * ${inWidth} + along * ${sizes.strideWidth}) * ${channels} + channel`;
      const cells = cellsOf(sizes).map((cell) => `f32(x[first + ${cell}])`);
      return runPlaces(backend, { x }, shape, {
        key: `${key}_flat`,
        wgsl: `
${findPlace(sizes, outHeight, outWidth)}
  let first = ${first};
  result[index] = ${cells.reduce((all, cell) => `max(${all}, ${cell})`)};`,
      });
    }
    return runPlaces(backend, { x }, shape, {
      key,
      wgsl: `
${findPlace(sizes, outHeight, outWidth)}
${findWindow(sizes, "down", "along")}
  var all = ${mode === "max" ? "-3.4028234663852886e38" : "0.0"};
  for (var y = top; y < bottom; y++) { for (var z = left; z < right; z++) {
    let value = f32(x[((image * ${inHeight} + y) * ${inWidth} + z) * ${channels} + channel]);
    all = ${mode === "max" ? "max(all, value)" : "all + value"};
  } }
  result[index] = ${mode === "max" ? "all" : "all / f32((bottom - top) * (right - left))"};`,
    });
  },
  gradient: {
    inputsToSave: ["x"],
    outputsToSave: [true],
    compute: ([dy], [x, y], attrs) => ({
      x: () => {
        if (!dy || !x || !y) throw new Error("NetloomPool lacks a tensor.");
        const { mode } = readAttributes(attrs);
        const known = mode === "max" ? { x, y } : {};
        return runOne("NetloomPoolBack", { dy, ...known }, { ...attrs, shape: x.shape });
      },
    }),
  },
});

/** For each input: what the windows give it in which it lies, in the order of the windows. */
registerFused({
  name: "NetloomPoolBack",
  compute(backend, inputs, attrs) {
    const { mode, sizes, shape } = readAttributes(attrs);
    const dy = needInput(inputs, "dy");
    const known = mode === "max" ? { x: needInput(inputs, "x"), y: needInput(inputs, "y") } : {};
    const { inHeight, inWidth, channels, outHeight, outWidth, windowHeight, windowWidth } = sizes;
    if (mode === "max" && areWindowsApart(sizes) && countCells(sizes) <= mostCells)
      return maxPoolBackApart(backend, { dy, ...known }, { sizes, shape });
    const window = `((image * ${outHeight} + over) * ${outWidth} + beside) * ${channels} + channel`;
    // The first of equal values: none before it in the window is as large.
    const isFirst = `
      let largest = f32(y[at]);
      if (value != largest) { continue; }
${findWindow(sizes, "over", "beside")}
      var isFirst = true;
      for (var v = top; v < bottom && isFirst; v++) { for (var u = left; u < right; u++) {
        if (v > down || (v == down && u >= along)) { break; }
        if (f32(x[((image * ${inHeight} + v) * ${inWidth} + u) * ${channels} + channel]) == largest) { isFirst = false; break; }
      } }
      if (isFirst) { sum += f32(dy[at]); }`;
    const share = `
${findWindow(sizes, "over", "beside")}
      sum += f32(dy[at]) / f32((bottom - top) * (right - left));`;
    return runPlaces(backend, { dy, ...known }, shape, {
      key: `poolBack_${mode}_${Object.values(sizes).join("_")}`,
      wgsl: `
${findPlace(sizes, inHeight, inWidth)}
  let below = down + ${sizes.top};
  let behind = along + ${sizes.left};
  let firstOver = max(0, (below - ${windowHeight} + ${sizes.strideHeight}) / ${sizes.strideHeight});
  let firstBeside = max(0, (behind - ${windowWidth} + ${sizes.strideWidth}) / ${sizes.strideWidth});
  let lastOver = min(${outHeight - 1}, below / ${sizes.strideHeight});
  let lastBeside = min(${outWidth - 1}, behind / ${sizes.strideWidth});
  ${mode === "max" ? "let value = f32(x[index]);" : ""}
  var sum = 0.0;
  for (var over = firstOver; over <= lastOver; over++) {
    if (over * ${sizes.strideHeight} + ${windowHeight} <= below) { continue; }
    for (var beside = firstBeside; beside <= lastBeside; beside++) {
      if (beside * ${sizes.strideWidth} + ${windowWidth} <= behind) { continue; }
      let at = ${window};
${mode === "max" ? isFirst : share}
    }
  }
  result[index] = sum;`,
    });
  },
  gradient: null,
});

/** Cells of a window at most that are written out one by one. */
const mostCells = 16;

function countCells({ windowHeight, windowWidth }: PoolingSizes): number {
  return windowHeight * windowWidth;
}

/** How far the cells of a window lie behind its first one in the input, row by row. */
function cellsOf({ windowHeight, windowWidth, inWidth, channels }: PoolingSizes): number[] {
  return Array.from(
    { length: windowHeight * windowWidth },
    (_, cell) => (Math.floor(cell / windowWidth) * inWidth + (cell % windowWidth)) * channels,
  );
}

/** Whether no window reaches beyond the input. */
function isInside(sizes: PoolingSizes): boolean {
  const { outHeight, outWidth, strideHeight, strideWidth, windowHeight, windowWidth } = sizes;
  return (
    sizes.top === 0 &&
    sizes.left === 0 &&
    (outHeight - 1) * strideHeight + windowHeight <= sizes.inHeight &&
    (outWidth - 1) * strideWidth + windowWidth <= sizes.inWidth
  );
}

/** Whether each input lies in one window at most, and those in none behind the last windows. */
function areWindowsApart(sizes: PoolingSizes): boolean {
  const { strideHeight, strideWidth, windowHeight, windowWidth } = sizes;
  return isInside(sizes) && strideHeight === windowHeight && strideWidth === windowWidth;
}

/** One invocation for each window, and for each place where another would be: it writes all that lies in it. */
function maxPoolBackApart(
  backend: WebGPUBackend,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  { sizes, shape }: { readonly sizes: PoolingSizes; readonly shape: readonly number[] },
): tf.TensorInfo {
  const { inHeight, inWidth, channels, outHeight, outWidth, windowHeight, windowWidth } = sizes;
  const high = Math.ceil(inHeight / windowHeight);
  const wide = Math.ceil(inWidth / windowWidth);
  const [images = 1] = shape;
  const isWhole = high === outHeight && wide === outWidth;
  const cells = cellsOf(sizes).map((cell, number) => {
    const v = Math.floor(number / windowWidth);
    const u = number % windowWidth;
    const checks = [
      ...(v > 0 && inHeight % windowHeight !== 0 ? [`top + ${v} < ${inHeight}`] : []),
      ...(u > 0 && inWidth % windowWidth !== 0 ? [`left + ${u} < ${inWidth}`] : []),
    ];
    const body = `
    let isHere = isOpen && f32(x[first + ${cell}]) == largest;
    result[first + ${cell}] = select(0.0, error, isHere);
    isOpen = isOpen && !isHere;`;
    return checks.length === 0 ? `{${body}\n  }` : `if (${checks.join(" && ")}) {${body}\n  }`;
  });
  return runPlaces(backend, inputs, shape, {
    key: `poolBackApart_${Object.values(sizes).join("_")}`,
    count: images * high * wide * channels,
    wgsl: `
${findPlace(sizes, high, wide)}
  let top = down * ${windowHeight};
  let left = along * ${windowWidth};
  let first = ((image * ${inHeight} + top) * ${inWidth} + left) * ${channels} + channel;
  let at = ((image * ${outHeight} + min(down, ${outHeight - 1})) * ${outWidth} + min(along, ${outWidth - 1})) * ${channels} + channel;
  var isOpen = ${isWhole ? "true" : `down < ${outHeight} && along < ${outWidth}`};
  let largest = f32(y[at]);
  let error = f32(dy[at]);
  ${cells.join("\n  ")}`,
  });
}

/** `image`, `down`, `along`, `channel` of a place of a tensor of so many rows and columns. */
function findPlace({ channels }: PoolingSizes, height: number, width: number): string {
  return `
  let flat = i32(index);
  let channel = flat % ${channels};
  let pixel = flat / ${channels};
  let along = pixel % ${width};
  let down = (pixel / ${width}) % ${height};
  let image = pixel / ${width * height};`;
}

/** The inputs of one window: `top` … `bottom`, `left` … `right`. */
function findWindow(sizes: PoolingSizes, down: string, along: string): string {
  return `
  let firstRow = ${down} * ${sizes.strideHeight} - ${sizes.top};
  let firstColumn = ${along} * ${sizes.strideWidth} - ${sizes.left};
  let top = max(0, firstRow);
  let bottom = min(${sizes.inHeight}, firstRow + ${sizes.windowHeight});
  let left = max(0, firstColumn);
  let right = min(${sizes.inWidth}, firstColumn + ${sizes.windowWidth});`;
}

function runPlaces(
  backend: WebGPUBackend,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  shape: readonly number[],
  program: { readonly key: string; readonly wgsl: string; readonly count?: number },
): tf.TensorInfo {
  const output = makeOutput(backend, shape);
  const count = program.count ?? countAll(shape);
  dispatchFused(backend, {
    key: program.key,
    bindings: [
      ...Object.entries(inputs).map(
        ([name, tensor]) => ({ name, tensor, access: "read" }) as const,
      ),
      { name: "result", tensor: output, access: "read_write" },
    ],
    uniforms: { count },
    workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
    wgsl: writeElementwise("uniforms.count", program.wgsl),
  });
  return output;
}

/** MaxPooling1D and 2D, AveragePooling1D and 2D, and our `WindowPooling` of these ranks. */
export const fusedPooling: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  const name = layer.getClassName();
  const rank = readNumber(layer, "rank") ?? (name.endsWith("1D") ? 1 : 2);
  const mode = readText(layer, "mode") ?? (name.startsWith("Max") ? "max" : "average");
  const padding = readText(layer, "padding");
  if (x === undefined || x.size === 0 || (rank !== 1 && rank !== 2) || x.rank !== rank + 2)
    return null;
  if (mode !== "max" && mode !== "average") return null;
  if (readText(layer, "dataFormat") === "channelsFirst") return null;
  const window = readList(layer, "poolSize");
  const strides = readList(layer, "strides");
  const axis = (index: number) => {
    if (index >= rank) return { size: 1, count: 1, before: 0, window: 1, stride: 1 };
    const size = x.shape[index + 1] ?? 1;
    const width = window[index] ?? window[0] ?? 1;
    const stride = strides[index] ?? strides[0] ?? width;
    const count =
      padding === "same" ? Math.ceil(size / stride) : Math.floor((size - width) / stride) + 1;
    const missing = padding === "same" ? Math.max(0, (count - 1) * stride + width - size) : 0;
    return { size, count, before: Math.floor(missing / 2), window: width, stride };
  };
  const [vertical, horizontal] = [axis(0), axis(1)];
  if (vertical.count <= 0 || horizontal.count <= 0) return null;
  const [images = 1] = x.shape;
  const channels = x.shape.at(-1) ?? 1;
  const sizes: PoolingSizes = {
    inHeight: vertical.size,
    inWidth: horizontal.size,
    channels,
    outHeight: vertical.count,
    outWidth: horizontal.count,
    windowHeight: vertical.window,
    windowWidth: horizontal.window,
    strideHeight: vertical.stride,
    strideWidth: horizontal.stride,
    top: vertical.before,
    left: horizontal.before,
  };
  const shape =
    rank === 1
      ? [images, vertical.count, channels]
      : [images, vertical.count, horizontal.count, channels];
  return runOne("NetloomPool", { x }, { mode, sizes, shape } satisfies PoolingAttributes);
};

/** x [samples, places, channels] → [samples, channels]. */
registerFused({
  name: "NetloomGlobalPool",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const [samples = 1] = x.shape;
    const channels = x.shape.at(-1) ?? 1;
    const places = countAll(x.shape) / Math.max(1, samples * channels);
    const isMax = attrs["mode"] === "max";
    const output = makeOutput(backend, readAttributes(attrs).shape);
    const form = chooseRowForm(backend, samples * channels, places);
    dispatchFused(backend, {
      key: `globalPool_${isMax}_${form.key}`,
      bindings: [
        { name: "x", tensor: x, access: "read" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { rows: samples * channels, channels, places },
      workgroups: form.workgroups,
      wgsl: writeRowProgram(
        form,
        "uniforms.rows",
        `let start = (row / uniforms.channels) * uniforms.places * uniforms.channels + row % uniforms.channels;
  var all = ${isMax ? "-3.4028234663852886e38" : "0.0"};
  for (var i = lane; i < uniforms.places; i += lanes) {
    let value = f32(x[start + i * uniforms.channels]);
    all = ${isMax ? "max(all, value)" : "all + value"};
  }
  all = ${isMax ? "maxLanes(all, lane)" : "addLanes(all, lane) / f32(uniforms.places)"};
  if (lane == 0u) { result[row] = all; }`,
      ),
    });
    return output;
  },
  gradient: {
    inputsToSave: ["x"],
    outputsToSave: [true],
    compute: ([dy], [x, y], attrs) => ({
      x: () => {
        if (!dy || !x || !y) throw new Error("NetloomGlobalPool lacks a tensor.");
        const known = attrs["mode"] === "max" ? { x, y } : {};
        return runOne("NetloomGlobalPoolBack", { dy, ...known }, { ...attrs, shape: x.shape });
      },
    }),
  },
});

registerFused({
  name: "NetloomGlobalPoolBack",
  compute(backend, inputs, attrs) {
    const { shape } = readAttributes(attrs);
    const dy = needInput(inputs, "dy");
    const isMax = attrs["mode"] === "max";
    const [samples = 1] = shape;
    const channels = shape.at(-1) ?? 1;
    const places = countAll(shape) / Math.max(1, samples * channels);
    const output = makeOutput(backend, shape);
    const count = isMax ? samples * channels : countAll(shape);
    dispatchFused(backend, {
      key: `globalPoolBack_${isMax}`,
      bindings: [
        { name: "dy", tensor: dy, access: "read" },
        ...(isMax
          ? ([
              { name: "x", tensor: needInput(inputs, "x"), access: "read" },
              { name: "y", tensor: needInput(inputs, "y"), access: "read" },
            ] as const)
          : []),
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { count, channels, places },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl: writeElementwise(
        "uniforms.count",
        isMax
          ? `let start = (index / uniforms.channels) * uniforms.places * uniforms.channels + index % uniforms.channels;
  var isOpen = true;
  for (var i = 0u; i < uniforms.places; i++) {
    let at = start + i * uniforms.channels;
    let isHere = isOpen && f32(x[at]) == f32(y[index]);
    result[at] = select(0.0, f32(dy[index]), isHere);
    isOpen = isOpen && !isHere;
  }`
          : `let sample = index / (uniforms.places * uniforms.channels);
  result[index] = f32(dy[sample * uniforms.channels + index % uniforms.channels]) / f32(uniforms.places);`,
      ),
    });
    return output;
  },
  gradient: null,
});

/** GlobalMaxPooling, GlobalAveragePooling and our `GlobalPooling`; a mask is left to the layer. */
export const fusedGlobalPooling: FusedLayer = ({ layer, inputs, masks }) => {
  const [x] = inputs;
  const mode =
    readText(layer, "mode") ?? (layer.getClassName().startsWith("GlobalMax") ? "max" : "average");
  if (x === undefined || x.size === 0 || x.rank < 3) return null;
  if ((masks[0] ?? null) !== null || readText(layer, "dataFormat") === "channelsFirst") return null;
  const [samples = 1] = x.shape;
  const channels = x.shape.at(-1) ?? 1;
  const keeps = Reflect.get(layer, "keepdims") === true;
  const ones = keeps ? x.shape.slice(1, -1).map(() => 1) : [];
  return runOne("NetloomGlobalPool", { x }, { mode, shape: [samples, ...ones, channels] });
};
