/**
 * Two of the three products behind convolutions, transposed ones, grouped and depthwise ones, and Dense: forward, and the
 * gradient to the input (which is what a transposed convolution computes); the third is in `filterPrograms.ts`.
 * x [images, height, width, channels], filter [height, width, channels / groups, filters].
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { areDirectProgramsUsed } from "../directKernels.ts";
import { hasSubgroups, makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { writeActivate } from "./activations.ts";
import { type ConvolutionSizes, describeSizes, isPadded } from "./convolutionSizes.ts";
import { dispatchFused } from "./kernels.ts";
import {
  addBlock,
  beginLoop,
  chooseBlock,
  chooseTile,
  countReads,
  countTiles,
  directWorkgroup,
  readRow,
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
  const block = chooseBlock(rows, columns, {
    repeats: groups,
    canShare: hasSubgroups(backend),
  });
  const tile = chooseTile(rows, columns, groups);
  const bias = finish.bias;
  const count = isDirect
    ? Math.ceil((Math.ceil(rows / block.rows) * block.across * groups) / directWorkgroup)
    : countTiles(tile, rows, columns) * groups;
  const form = isDirect
    ? `d${block.rows}x${block.columns}${block.isShared ? "s" : ""}`
    : `t${tile.rows}x${tile.columns}`;
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
    subgroups: isDirect && block.isShared,
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
      return `let at${r} = min(${readRow(block, r)}, i32(uniforms.rows) - 1) * ${place.channels} + part * ${inner};`;
    const [y, z] = place.begin(
      `((pixel${r} % ${pixels}) / ${place.rowWidth})`,
      `(pixel${r} % ${place.rowWidth})`,
    );
    return `let pixel${r} = min(${readRow(block, r)}, i32(uniforms.rows) - 1);
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
${repeat(countReads(block), setUp)}
${startBlock(block)}
  ${beginLoop("v", filterHeight)}
  ${beginLoop("u", filterWidth)}
${repeat(countReads(block), find)}
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
