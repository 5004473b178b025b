/**
 * The three products behind convolutions, transposed ones, grouped and depthwise ones, and Dense: forward, gradient to
 * the input (which is what a transposed convolution computes) and gradient to the filter with that to the bias.
 * x [images, height, width, channels], filter [height, width, channels / groups, filters].
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { areDirectProgramsUsed } from "../directKernels.ts";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { writeActivate } from "./activations.ts";
import { type ConvolutionSizes, describeSizes, isPadded } from "./convolutionSizes.ts";
import { dispatchFused } from "./kernels.ts";
import {
  addBlock,
  beginLoop,
  chooseBlock,
  chooseTile,
  countTiles,
  directWorkgroup,
  repeat,
  startBlock,
  storeBlock,
  writeDirectMain,
  writeTiledProgram,
} from "./tiles.ts";

/** What is added and applied before a result is written. */
export interface Finish {
  readonly bias: tf.TensorInfo | null;
  /** One that `findFusedActivation` knows. */
  readonly activation: string;
}

/** The forward pass. */
export function convolve(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  sizes: ConvolutionSizes,
  finish: Finish & { readonly shape: readonly number[] },
): tf.TensorInfo {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, groups } = sizes;
  const inner = inChannels / groups;
  const checks = isPadded(sizes);
  const place: PlaceOf = {
    rowHeight: outHeight,
    rowWidth: outWidth,
    // Where the window of an output begins in the input.
    begin: (down, along) => [
      `${down} * ${sizes.strideHeight} - ${sizes.top}`,
      `${along} * ${sizes.strideWidth} - ${sizes.left}`,
    ],
    step: (y, z, v, u) => ({
      y: `${y} + ${v} * ${sizes.dilationHeight}`,
      z: `${z} + ${u} * ${sizes.dilationWidth}`,
      also: "true",
    }),
    height: inHeight,
    width: inWidth,
    channels: inChannels,
    checks,
  };
  return runGather(backend, sizes, finish, {
    name: "convolve",
    left: x,
    right: filter,
    place,
    inner,
    columns: outChannels / groups,
    totalColumns: outChannels,
    rightAt: (tap, channel, column) =>
      `(${tap} * ${inner} + ${channel}) * ${outChannels} + part * ${outChannels / groups} + ${column}`,
    rightAlongInner: false,
  });
}

/** The gradient to the input; with a bias and an activation, a transposed convolution. */
export function convolveBack(
  backend: WebGPUBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  sizes: ConvolutionSizes,
  finish: Finish & { readonly shape: readonly number[] },
): tf.TensorInfo {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, groups } = sizes;
  const { strideHeight, strideWidth } = sizes;
  const inner = outChannels / groups;
  const columns = inChannels / groups;
  const isPoint = sizes.filterHeight * sizes.filterWidth === 1 && !isPadded(sizes);
  const fits = (position: string, stride: number) =>
    stride === 1 ? "true" : `(${position}) % ${stride} == 0`;
  const place: PlaceOf = {
    rowHeight: inHeight,
    rowWidth: inWidth,
    begin: (down, along) => [`${down} + ${sizes.top}`, `${along} + ${sizes.left}`],
    step: (y, z, v, u) => {
      const [fromY, fromZ] = [
        `${y} - ${v} * ${sizes.dilationHeight}`,
        `${z} - ${u} * ${sizes.dilationWidth}`,
      ];
      return {
        // Rounds towards zero: below it the check of the sign must come first.
        y: strideHeight === 1 ? fromY : `select((${fromY}) / ${strideHeight}, -1, (${fromY}) < 0)`,
        z: strideWidth === 1 ? fromZ : `select((${fromZ}) / ${strideWidth}, -1, (${fromZ}) < 0)`,
        also: `(${fits(fromY, strideHeight)}) & (${fits(fromZ, strideWidth)})`,
      };
    },
    height: outHeight,
    width: outWidth,
    channels: outChannels,
    checks: !(isPoint && strideHeight * strideWidth === 1),
  };
  return runGather(backend, sizes, finish, {
    name: "convolveBack",
    left: dy,
    right: filter,
    place,
    inner,
    columns,
    totalColumns: inChannels,
    rightAt: (tap, channel, column) =>
      `(${tap} * ${columns} + ${column}) * ${outChannels} + part * ${inner} + ${channel}`,
    rightAlongInner: true,
  });
}

/** How a row of the product, a pixel of what is written, finds the pixels it reads. */
interface PlaceOf {
  readonly rowHeight: number;
  readonly rowWidth: number;
  readonly begin: (down: string, along: string) => readonly [y: string, z: string];
  readonly step: (
    y: string,
    z: string,
    v: string,
    u: string,
  ) => { readonly y: string; readonly z: string; readonly also: string };
  /** Of what is read. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Whether a pixel may lie outside. */
  readonly checks: boolean;
}

interface Gather {
  readonly name: string;
  readonly left: tf.TensorInfo;
  readonly right: tf.TensorInfo;
  readonly place: PlaceOf;
  /** Channels of a group that are summed over, and that are written. */
  readonly inner: number;
  readonly columns: number;
  readonly totalColumns: number;
  readonly rightAt: (tap: string, channel: string, column: string) => string;
  readonly rightAlongInner: boolean;
}

function runGather(
  backend: WebGPUBackend,
  sizes: ConvolutionSizes,
  finish: Finish & { readonly shape: readonly number[] },
  gather: Gather,
): tf.TensorInfo {
  const { place, columns } = gather;
  const { groups } = sizes;
  const output = makeOutput(backend, finish.shape);
  const rows = sizes.images * place.rowHeight * place.rowWidth;
  if (rows * gather.totalColumns === 0) return output;
  const isDirect = areDirectProgramsUsed();
  const block = chooseBlock(rows, columns, groups);
  const tile = chooseTile(rows, columns, groups);
  const bias = finish.bias;
  const count = isDirect
    ? Math.ceil((Math.ceil(rows / block.rows) * block.across * groups) / directWorkgroup)
    : countTiles(tile, rows, columns) * groups;
  const form = isDirect ? `d${block.rows}x${block.columns}` : `t${tile.rows}x${tile.columns}`;
  const store = (row: string, column: string, value: string) => {
    const to = `part * ${columns} + ${column}`;
    const shifted = bias === null ? value : `${value} + f32(bias[${to}])`;
    return `result[${row} * ${gather.totalColumns} + ${to}] = activate(${shifted});`;
  };
  dispatchFused(backend, {
    key: `${gather.name}_${form}_${describeSizes(sizes)}_${bias !== null}_${finish.activation}`,
    bindings: [
      { name: "left", tensor: gather.left, access: "read" },
      { name: "right", tensor: gather.right, access: "read" },
      ...(bias === null ? [] : [{ name: "bias", tensor: bias, access: "read" } as const]),
      { name: "result", tensor: output, access: "read_write" },
    ],
    uniforms: { rows },
    workgroups: spreadWorkgroups(backend, count),
    wgsl:
      writeActivate(finish.activation) +
      (isDirect
        ? writeGatherDirect(sizes, gather, block, store)
        : writeGatherTiled(sizes, gather, tile, store)),
  });
  return output;
}

function writeGatherDirect(
  sizes: ConvolutionSizes,
  { place, inner, columns, rightAt }: Gather,
  block: ReturnType<typeof chooseBlock>,
  store: (row: string, column: string, value: string) => string,
): string {
  const { groups, filterHeight, filterWidth } = sizes;
  const pixels = place.rowHeight * place.rowWidth;
  const isOnePixel = pixels === 1 && place.height * place.width === 1 && !place.checks;
  const setUp = (r: number) => {
    const start = `(pixel${r} / ${pixels}) * ${place.height * place.width * place.channels} + part * ${inner}`;
    if (isOnePixel)
      return `let at${r} = min(row + ${r}, i32(uniforms.rows) - 1) * ${place.channels} + part * ${inner};`;
    const [y, z] = place.begin(
      `((pixel${r} % ${pixels}) / ${place.rowWidth})`,
      `(pixel${r} % ${place.rowWidth})`,
    );
    return `let pixel${r} = min(row + ${r}, i32(uniforms.rows) - 1);
let start${r} = ${start};
let top${r} = ${y};
let side${r} = ${z};`;
  };
  const find = (r: number) => {
    if (isOnePixel) return "";
    const { y, z, also } = place.step(`top${r}`, `side${r}`, "v", "u");
    const at = `start${r} + (y${r} * ${place.width} + z${r}) * ${place.channels}`;
    const where = `let y${r} = ${y};\nlet z${r} = ${z};`;
    if (!place.checks) return `${where}\nlet at${r} = ${at};`;
    return `${where}
let inside${r} = (y${r} >= 0) & (y${r} < ${place.height}) & (z${r} >= 0) & (z${r} < ${place.width}) & (${also});
let at${r} = select(0, ${at}, inside${r});`;
  };
  const read = (r: number) =>
    place.checks ? `select(0.0, f32(left[at${r} + k]), inside${r})` : `f32(left[at${r} + k])`;
  return writeDirectMain(`
  let block = index / ${block.across};
  let rowBlocks = (i32(uniforms.rows) + ${block.rows - 1}) / ${block.rows};
  let part = block / rowBlocks;
  if (part >= ${groups}) { return; }
  let row = (block - part * rowBlocks) * ${block.rows};
  let column = (index - block * ${block.across}) * ${block.columns};
${repeat(block.columns, (c) => `let column${c} = min(column + ${c}, ${columns - 1});`)}
${repeat(block.rows, setUp)}
${startBlock(block)}
  ${beginLoop("v", filterHeight)}
  ${beginLoop("u", filterWidth)}
${repeat(block.rows, find)}
  ${beginLoop("k", inner)}
${addBlock(block, {
  left: read,
  right: (c) => `f32(right[${rightAt(`(v * ${filterWidth} + u)`, "k", `column${c}`)}])`,
})}
  } } }
${storeBlock(block, { rows: "i32(uniforms.rows)", columns: `${columns}` }, store)}`);
}

function writeGatherTiled(
  sizes: ConvolutionSizes,
  { place, inner, columns, rightAt, rightAlongInner }: Gather,
  tile: ReturnType<typeof chooseTile>,
  store: (row: string, column: string, value: string) => string,
): string {
  const { groups, filterHeight, filterWidth } = sizes;
  const pixels = place.rowHeight * place.rowWidth;
  const [top, side] = place.begin(
    `((row % ${pixels}) / ${place.rowWidth})`,
    `(row % ${place.rowWidth})`,
  );
  const { y, z, also } = place.step("top", "side", "v", "u");
  return writeTiledProgram({
    tile,
    rows: "i32(uniforms.rows)",
    columns: `${columns}`,
    parts: `${groups}`,
    innerFrom: "0",
    innerTo: `${filterHeight * filterWidth * inner}`,
    functions: `
fn readLeft(part: i32, row: i32, inner: i32) -> f32 {
  let tap = inner / ${inner};
  let k = inner % ${inner};
  let v = tap / ${filterWidth};
  let u = tap % ${filterWidth};
  let top = ${top};
  let side = ${side};
  let y = ${y};
  let z = ${z};
  if (y < 0 || y >= ${place.height} || z < 0 || z >= ${place.width} || !(${also})) { return 0.0; }
  return f32(left[(((row / ${pixels}) * ${place.height} + y) * ${place.width} + z) * ${place.channels} + part * ${inner} + k]);
}
fn readRight(part: i32, inner: i32, column: i32) -> f32 {
  return f32(right[${rightAt(`(inner / ${inner})`, `(inner % ${inner})`, "column")}]);
}`,
    leftAlongInner: true,
    rightAlongInner,
    store,
  });
}

/** The gradient to the filter and, where `withBias`, that to the bias, the sum of `dy` over all pixels. */
export function convolveFilter(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  sizes: ConvolutionSizes,
  wanted: { readonly shape: readonly number[]; readonly withBias: boolean },
): { readonly filter: tf.TensorInfo; readonly bias: tf.TensorInfo | null } {
  const { images, outHeight, outWidth, outChannels, groups, inChannels } = sizes;
  const inner = inChannels / groups;
  const columns = outChannels / groups;
  const rows = sizes.filterHeight * sizes.filterWidth * inner;
  const filter = makeOutput(backend, wanted.shape);
  const bias = wanted.withBias ? makeOutput(backend, [outChannels]) : null;
  const isDirect = areDirectProgramsUsed();
  const block = chooseBlock(rows, columns, groups);
  const pixels = outHeight * outWidth;
  const tile = chooseTile(rows, columns, groups);
  const units = isDirect
    ? Math.ceil(rows / block.rows) * block.across * groups
    : countTiles(tile, rows, columns) * groups;
  // Enough to keep the device busy, and each with enough to do.
  const slices = isDirect
    ? Math.min(images, Math.ceil(256 / units))
    : Math.max(1, Math.min(Math.ceil(256 / units), Math.floor((images * pixels) / 256)));
  const sliceSize = Math.ceil((isDirect ? images : images * pixels) / slices);
  const size = rows * outChannels;
  const parts = slices > 1 ? makeOutput(backend, [slices, size + outChannels]) : null;
  const to = (slice: string, at: string) =>
    parts === null ? `result[${at}]` : `parts[${slice} * ${size + outChannels} + ${at}]`;
  const toBias = (slice: string, at: string) =>
    parts === null ? `shift[${at}]` : to(slice, `${size} + ${at}`);
  const form = isDirect ? `d${block.rows}x${block.columns}` : `t${tile.rows}x${tile.columns}`;
  const program = { sizes, to, toBias, withBias: bias !== null, sliced: parts !== null };
  dispatchFused(backend, {
    key: `convolveFilter_${form}_${describeSizes(sizes)}_${bias !== null}_${parts !== null}`,
    bindings: [
      { name: "x", tensor: x, access: "read" },
      { name: "dy", tensor: dy, access: "read" },
      ...(parts === null
        ? [
            { name: "result", tensor: filter, access: "read_write" } as const,
            ...(bias === null
              ? []
              : [{ name: "shift", tensor: bias, access: "read_write" } as const]),
          ]
        : [{ name: "parts", tensor: parts, access: "read_write" } as const]),
    ],
    uniforms: { images, slices, sliceSize },
    workgroups: spreadWorkgroups(
      backend,
      isDirect ? Math.ceil((units * slices) / directWorkgroup) : units * slices,
    ),
    wgsl: isDirect ? writeFilterDirect(program, block) : writeFilterTiled(program, tile),
  });
  if (parts !== null) {
    sumParts(backend, parts, { slices, size, stride: size + outChannels, filter, bias });
    backend.disposeData(parts.dataId);
  }
  return { filter, bias };
}

interface FilterProgram {
  readonly sizes: ConvolutionSizes;
  readonly to: (slice: string, at: string) => string;
  readonly toBias: (slice: string, at: string) => string;
  readonly withBias: boolean;
  readonly sliced: boolean;
}

function writeFilterDirect(
  { sizes, to, toBias, withBias }: FilterProgram,
  block: ReturnType<typeof chooseBlock>,
): string {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, groups } = sizes;
  const inner = inChannels / groups;
  const columns = outChannels / groups;
  const rows = sizes.filterHeight * sizes.filterWidth * inner;
  const checks = isPadded(sizes);
  const isOnePixel = inHeight * inWidth * outHeight * outWidth === 1 && !checks;
  const rowBlocks = Math.ceil(rows / block.rows);
  const setUp = (r: number) => `let tap${r} = min(row + ${r}, ${rows - 1});
let offset${r} = part * ${inner} + tap${r} % ${inner};
let v${r} = ((tap${r} / ${inner}) / ${sizes.filterWidth}) * ${sizes.dilationHeight} - ${sizes.top};
let u${r} = ((tap${r} / ${inner}) % ${sizes.filterWidth}) * ${sizes.dilationWidth} - ${sizes.left};`;
  const find = (r: number) => {
    if (isOnePixel) return `let at${r} = image * ${inChannels} + offset${r};`;
    const at = `((image * ${inHeight} + y${r}) * ${inWidth} + z${r}) * ${inChannels} + offset${r}`;
    const z = `let z${r} = u${r} + along * ${sizes.strideWidth};`;
    if (!checks) return `${z}\nlet at${r} = ${at};`;
    return `${z}
let inside${r} = insideRow${r} & (z${r} >= 0) & (z${r} < ${inWidth});
let at${r} = select(0, ${at}, inside${r});`;
  };
  const findRow = (r: number) =>
    isOnePixel
      ? ""
      : `let y${r} = v${r} + down * ${sizes.strideHeight};
${checks ? `let insideRow${r} = (y${r} >= 0) & (y${r} < ${inHeight});` : ""}`;
  return writeDirectMain(`
  let block = index / ${block.across};
  let all = block / ${rowBlocks};
  let slice = all / ${groups};
  if (slice >= i32(uniforms.slices)) { return; }
  let part = all % ${groups};
  let row = (block - all * ${rowBlocks}) * ${block.rows};
  let column = (index - block * ${block.across}) * ${block.columns};
${repeat(block.columns, (c) => `let column${c} = part * ${columns} + min(column + ${c}, ${columns - 1});`)}
${repeat(block.rows, setUp)}
${startBlock(block)}
${withBias ? repeat(block.columns, (c) => `var total${c} = 0.0;`) : ""}
  let end = min(i32(uniforms.images), (slice + 1) * i32(uniforms.sliceSize));
  for (var image = slice * i32(uniforms.sliceSize); image < end; image++) {
  ${beginLoop("down", outHeight)}
${repeat(block.rows, findRow)}
  ${beginLoop("along", outWidth)}
    let error = ((image * ${outHeight} + down) * ${outWidth} + along) * ${outChannels};
${repeat(block.rows, find)}
${addBlock(block, {
  left: (r) => (checks ? `select(0.0, f32(x[at${r}]), inside${r})` : `f32(x[at${r}])`),
  right: (c) => `f32(dy[error + column${c}])`,
})}
${withBias ? repeat(block.columns, (c) => `total${c} += right${c};`) : ""}
  } } }
${storeBlock(block, { rows: `${rows}`, columns: `${columns}` }, (r, c, value) => `${to("slice", `${r} * ${outChannels} + part * ${columns} + ${c}`)} = ${value};`)}
${withBias ? `if (row == 0) {\n${repeat(block.columns, (c) => `if (column + ${c} < ${columns}) { ${toBias("slice", `part * ${columns} + column + ${c}`)} = total${c}; }`)}\n}` : ""}`);
}

function writeFilterTiled(
  { sizes, to, toBias, withBias }: FilterProgram,
  tile: ReturnType<typeof chooseTile>,
): string {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, groups } = sizes;
  const inner = inChannels / groups;
  const columns = outChannels / groups;
  const pixels = outHeight * outWidth;
  return writeTiledProgram({
    tile,
    rows: `${sizes.filterHeight * sizes.filterWidth * inner}`,
    columns: `${columns}`,
    parts: `${groups} * i32(uniforms.slices)`,
    innerFrom: `((part / ${groups}) * i32(uniforms.sliceSize))`,
    innerTo: `min((part / ${groups} + 1) * i32(uniforms.sliceSize), i32(uniforms.images) * ${pixels})`,
    functions: `
fn readLeft(part: i32, row: i32, inner: i32) -> f32 {
  let tap = row / ${inner};
  let y = (tap / ${sizes.filterWidth}) * ${sizes.dilationHeight} - ${sizes.top} + ((inner % ${pixels}) / ${outWidth}) * ${sizes.strideHeight};
  let z = (tap % ${sizes.filterWidth}) * ${sizes.dilationWidth} - ${sizes.left} + (inner % ${outWidth}) * ${sizes.strideWidth};
  if (y < 0 || y >= ${inHeight} || z < 0 || z >= ${inWidth}) { return 0.0; }
  return f32(x[(((inner / ${pixels}) * ${inHeight} + y) * ${inWidth} + z) * ${inChannels} + (part % ${groups}) * ${inner} + row % ${inner}]);
}
fn readRight(part: i32, inner: i32, column: i32) -> f32 {
  return f32(dy[inner * ${outChannels} + (part % ${groups}) * ${columns} + column]);
}`,
    leftAlongInner: false,
    rightAlongInner: false,
    store: (row, column, value) =>
      `${to(`(part / ${groups})`, `${row} * ${outChannels} + (part % ${groups}) * ${columns} + ${column}`)} = ${value};`,
    ...(withBias && {
      storeColumnSum: (column: string, value: string) =>
        `${toBias(`(part / ${groups})`, `(part % ${groups}) * ${columns} + ${column}`)} = ${value};`,
    }),
  });
}

function sumParts(
  backend: WebGPUBackend,
  parts: tf.TensorInfo,
  to: {
    readonly slices: number;
    readonly size: number;
    readonly stride: number;
    readonly filter: tf.TensorInfo;
    readonly bias: tf.TensorInfo | null;
  },
): void {
  const { slices, size, stride, filter, bias } = to;
  const count = bias === null ? size : stride;
  dispatchFused(backend, {
    key: `sumParts_${bias !== null}`,
    bindings: [
      { name: "parts", tensor: parts, access: "read" },
      { name: "result", tensor: filter, access: "read_write" },
      ...(bias === null ? [] : [{ name: "shift", tensor: bias, access: "read_write" } as const]),
    ],
    uniforms: { slices, size, stride, count },
    workgroups: spreadWorkgroups(backend, Math.ceil(count / directWorkgroup)),
    wgsl: writeDirectMain(`
  if (index >= i32(uniforms.count)) { return; }
  var sum = 0.0;
  for (var slice = 0; slice < i32(uniforms.slices); slice++) {
    sum += parts[slice * i32(uniforms.stride) + index];
  }
  ${bias === null ? "result[index] = sum;" : "if (index < i32(uniforms.size)) { result[index] = sum; } else { shift[index - i32(uniforms.size)] = sum; }"}`),
  });
}
