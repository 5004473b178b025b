/** The third product behind convolutions (see `convolutionPrograms.ts`): the gradient to the filter, with that to the bias. */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { areDirectProgramsUsed } from "../directKernels.ts";
import { hasSubgroups, makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
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
  const block = chooseBlock(rows, columns, {
    repeats: groups,
    canShare: hasSubgroups(backend),
  });
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
  const form = isDirect
    ? `d${block.rows}x${block.columns}${block.isShared ? "s" : ""}`
    : `t${tile.rows}x${tile.columns}`;
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
    subgroups: isDirect && block.isShared,
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
  const setUp = (r: number) => `let tap${r} = min(${readRow(block, r)}, ${rows - 1});
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
${repeat(countReads(block), setUp)}
${startBlock(block)}
${withBias ? repeat(block.columns, (c) => `var total${c} = 0.0;`) : ""}
  let end = min(i32(uniforms.images), (slice + 1) * i32(uniforms.sliceSize));
  for (var image = slice * i32(uniforms.sliceSize); image < end; image++) {
  ${beginLoop("down", outHeight)}
${repeat(countReads(block), findRow)}
  ${beginLoop("along", outWidth)}
    let error = ((image * ${outHeight} + down) * ${outWidth} + along) * ${outChannels};
${repeat(countReads(block), find)}
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
