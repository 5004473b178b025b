/**
 * The products of matrices within attention, for each sample and head, straight from [batch, steps, heads, size] as the
 * projections leave it: nothing is transposed. Vaswani et al. 2017, Attention Is All You Need.
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { areDirectProgramsUsed } from "../directKernels.ts";
import { hasSubgroups, makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import {
  countAll,
  dispatchFused,
  type Inputs,
  needInput,
  registerFused,
  runOne,
} from "./kernels.ts";
import {
  addBlock,
  chooseBlock,
  chooseTile,
  countReads,
  countTiles,
  type DirectBlock,
  directWorkgroup,
  readRow,
  repeat,
  startBlock,
  storeBlock,
  writeDirectMain,
  writeTiledProgram,
} from "./tiles.ts";

interface Product {
  readonly name: string;
  readonly left: tf.TensorInfo;
  readonly right: tf.TensorInfo;
  /** Of what comes out. */
  readonly shape: readonly number[];
  readonly parts: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** WGSL, i32: where an entry lies; `part` is the number of sample and head. */
  readonly leftAt: (row: string, inner: string) => string;
  readonly rightAt: (inner: string, column: string) => string;
  readonly resultAt: (row: string, column: string) => string;
  readonly leftAlongInner: boolean;
  readonly rightAlongInner: boolean;
}

/** Sizes of what is [batch, steps, heads, size], and where an entry of it lies. */
function readSteps(tensor: tf.TensorInfo) {
  const [batch = 1, steps = 1, heads = 1, size = 1] = tensor.shape;
  const at = (step: string, unit: string) =>
    `((part / ${heads}) * ${steps} + ${step}) * ${heads * size} + (part % ${heads}) * ${size} + ${unit}`;
  return { batch, steps, heads, size, at };
}

/** The same of weights, [batch, heads, queries, keys]. */
function readWeights(tensor: tf.TensorInfo) {
  const [, , queries = 1, keys = 1] = tensor.shape;
  const at = (query: string, key: string) => `(part * ${queries} + ${query}) * ${keys} + ${key}`;
  return { queries, keys, at };
}

/** query, key → [batch, heads, queries, keys]: the product of each two steps. */
registerFused({
  name: "NetloomHeadScores",
  compute(backend, inputs) {
    const [left, right] = needBoth(inputs);
    const [query, key] = [readSteps(left), readSteps(right)];
    const { batch, heads, size } = query;
    const shape = [batch, heads, query.steps, key.steps];
    return multiply(backend, {
      name: "scores",
      left,
      right,
      shape,
      parts: batch * heads,
      rows: query.steps,
      columns: key.steps,
      inner: size,
      leftAt: (row, inner) => query.at(row, inner),
      rightAt: (inner, column) => key.at(column, inner),
      resultAt: readWeights({ ...left, shape }).at,
      leftAlongInner: true,
      rightAlongInner: true,
    });
  },
  gradient: {
    inputsToSave: ["left", "right"],
    compute([dy], [query, key]) {
      if (!dy || !query || !key) throw new Error("NetloomHeadScores lacks a tensor.");
      return {
        left: () => runOne("NetloomHeadMix", { left: dy, right: key }, {}),
        right: () => runOne("NetloomHeadBack", { left: dy, right: query }, {}),
      };
    },
  },
});

/** weights, value → [batch, queries, heads, size]: for each query the values of the keys, by their weights. */
registerFused({
  name: "NetloomHeadMix",
  compute(backend, inputs) {
    const [left, right] = needBoth(inputs);
    const [weights, value] = [readWeights(left), readSteps(right)];
    const { batch, heads, size } = value;
    const shape = [batch, weights.queries, heads, size];
    return multiply(backend, {
      name: "mix",
      left,
      right,
      shape,
      parts: batch * heads,
      rows: weights.queries,
      columns: size,
      inner: weights.keys,
      leftAt: weights.at,
      rightAt: value.at,
      resultAt: readSteps({ ...left, shape }).at,
      leftAlongInner: true,
      rightAlongInner: false,
    });
  },
  gradient: {
    inputsToSave: ["left", "right"],
    compute([dy], [weights, value]) {
      if (!dy || !weights || !value) throw new Error("NetloomHeadMix lacks a tensor.");
      return {
        left: () => runOne("NetloomHeadScores", { left: dy, right: value }, {}),
        right: () => runOne("NetloomHeadBack", { left: weights, right: dy }, {}),
      };
    },
  },
});

/** weights, something of the queries → [batch, keys, heads, size]: for each key what its queries have, by their weights. */
registerFused({
  name: "NetloomHeadBack",
  compute(backend, inputs) {
    const [left, right] = needBoth(inputs);
    const [weights, queries] = [readWeights(left), readSteps(right)];
    const { batch, heads, size } = queries;
    const shape = [batch, weights.keys, heads, size];
    return multiply(backend, {
      name: "back",
      left,
      right,
      shape,
      parts: batch * heads,
      rows: weights.keys,
      columns: size,
      inner: weights.queries,
      leftAt: (row, inner) => weights.at(inner, row),
      rightAt: queries.at,
      resultAt: readSteps({ ...left, shape }).at,
      leftAlongInner: false,
      rightAlongInner: false,
    });
  },
  gradient: null,
});

function needBoth(inputs: Inputs): readonly [tf.TensorInfo, tf.TensorInfo] {
  return [needInput(inputs, "left"), needInput(inputs, "right")];
}

function multiply(backend: WebGPUBackend, product: Product): tf.TensorInfo {
  const { name, left, right, shape, parts, rows, columns, inner } = product;
  const output = makeOutput(backend, shape);
  if (countAll(shape) === 0) return output;
  const isDirect = areDirectProgramsUsed();
  const block = chooseBlock(rows, columns, { repeats: parts, canShare: hasSubgroups(backend) });
  const tile = chooseTile(rows, columns, parts);
  const form = isDirect
    ? `d${block.rows}x${block.columns}${block.isShared ? "s" : ""}`
    : `t${tile.rows}x${tile.columns}`;
  const count = isDirect
    ? Math.ceil((Math.ceil(rows / block.rows) * block.across * parts) / directWorkgroup)
    : countTiles(tile, rows, columns) * parts;
  const store = (row: string, column: string, value: string) =>
    `result[${product.resultAt(row, column)}] = ${value};`;
  const functions = `
fn readLeft(part: i32, row: i32, inner: i32) -> f32 { return f32(left[${product.leftAt("row", "inner")}]); }
fn readRight(part: i32, inner: i32, column: i32) -> f32 { return f32(right[${product.rightAt("inner", "column")}]); }`;
  dispatchFused(backend, {
    key: `heads_${name}_${form}_${rows}_${columns}_${inner}_${shape.slice(1).join("_")}`,
    bindings: [
      { name: "left", tensor: left, access: "read" },
      { name: "right", tensor: right, access: "read" },
      { name: "result", tensor: output, access: "read_write" },
    ],
    uniforms: { parts },
    subgroups: isDirect && block.isShared,
    workgroups: spreadWorkgroups(backend, count),
    wgsl: isDirect
      ? functions + writeDirect(product, block, store)
      : writeTiledProgram({
          tile,
          rows: `${rows}`,
          columns: `${columns}`,
          parts: "i32(uniforms.parts)",
          innerFrom: "0",
          innerTo: `${inner}`,
          functions,
          leftAlongInner: product.leftAlongInner,
          rightAlongInner: product.rightAlongInner,
          store,
        }),
  });
  return output;
}

function writeDirect(
  { rows, columns, inner }: Product,
  block: DirectBlock,
  store: (row: string, column: string, value: string) => string,
): string {
  const rowBlocks = Math.ceil(rows / block.rows);
  return writeDirectMain(`
  let number = index / ${block.across};
  let part = number / ${rowBlocks};
  if (part >= i32(uniforms.parts)) { return; }
  let row = (number - part * ${rowBlocks}) * ${block.rows};
  let column = (index - number * ${block.across}) * ${block.columns};
${repeat(block.columns, (c) => `let column${c} = min(column + ${c}, ${columns - 1});`)}
${repeat(countReads(block), (r) => `let row${r} = min(${readRow(block, r)}, ${rows - 1});`)}
${startBlock(block)}
  for (var k = 0; k < ${inner}; k++) {
${addBlock(block, {
  left: (r) => `readLeft(part, row${r}, k)`,
  right: (c) => `readRight(part, k, column${c})`,
})}
  }
${storeBlock(block, { rows: `${rows}`, columns: `${columns}` }, store)}`);
}
