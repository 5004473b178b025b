/** Matrix products without workgroup barriers, for adapters emulated on the processor. */
import type { TensorInfo } from "@tensorflow/tfjs";
import {
  addProducts,
  findActivation,
  findWebgpuBackend,
  fourFrom,
  readFour,
  runDirectProgram,
  startSums,
  writeBlock,
} from "./directPrograms.ts";
import type { KernelWrapper } from "./wrapKernel.ts";

/** `BatchMatMul` and `_FusedMatMul`: a […, rows, inner] · b [… or 1, inner, columns], either one stored transposed. */
export const directMatMul: KernelWrapper = (stock, args) => {
  const { a, b, bias, preluActivationWeights } = args.inputs;
  const backend = findWebgpuBackend(args.backend, [a, b, bias]);
  const activation = findActivation(args.attrs?.["activation"]);
  if (a === undefined || b === undefined || backend === null || activation === null) {
    return stock(args);
  }
  const transposeA = args.attrs?.["transposeA"] === true;
  const transposeB = args.attrs?.["transposeB"] === true;
  const sizes = readSizes(a, b, transposeA, transposeB);
  if (sizes === null || preluActivationWeights !== undefined) return stock(args);
  const { rows, columns, batches } = sizes;
  if (bias !== undefined && bias.shape.join() !== `${columns}`) return stock(args);
  const hasBias = bias !== undefined;
  return runDirectProgram(backend, {
    key: `matMul_${transposeA}_${transposeB}_${hasBias}_${activation}`,
    inputs: { a, b, ...(bias && { bias }) },
    uniforms: sizes,
    outputShape: [
      ...(a.shape.length > 2 ? a.shape.slice(0, -2) : b.shape.slice(0, -2)),
      rows,
      columns,
    ],
    invocations: batches * Math.ceil(rows / 4) * Math.ceil(columns / 4),
    body: `
  let columnBlocks = (uniforms.columns + 3) / 4;
  let rowBlocks = (uniforms.rows + 3) / 4;
  let block = index / columnBlocks;
  let batch = block / rowBlocks;
  if (batch >= uniforms.batches) { return; }
  let row = (block - batch * rowBlocks) * 4;
  let column = (index - block * columnBlocks) * 4;
  let rowAt = ${fourFrom("row", "uniforms.rows")};
  let columnAt = ${fourFrom("column", "uniforms.columns")};
  var leftAt = batch * uniforms.leftStep + rowAt${transposeA ? "" : " * uniforms.inner"};
  var rightAt = batch * uniforms.rightStep + columnAt${transposeB ? " * uniforms.inner" : ""};
${startSums}
  for (var step = 0; step < uniforms.inner; step++) {
    let left = ${readFour("a", "leftAt")};
    let right = ${readFour("b", "rightAt")};
    ${addProducts}
    leftAt += vec4<i32>(${transposeA ? "uniforms.rows" : "1"});
    rightAt += vec4<i32>(${transposeB ? "1" : "uniforms.columns"});
  }
${writeBlock({
  rows: "uniforms.rows",
  columns: "uniforms.columns",
  offset: "batch * uniforms.rows * uniforms.columns",
  bias: hasBias,
  activation,
})}`,
  });
};

/** Null where the batches must be broadcast in ways beyond one matrix for all. */
function readSizes(a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean) {
  const rows = a.shape.at(transposeA ? -1 : -2) ?? 1;
  const inner = a.shape.at(transposeA ? -2 : -1) ?? 1;
  const columns = b.shape.at(transposeB ? -2 : -1) ?? 1;
  const leftBatch = a.shape.slice(0, -2);
  const rightBatch = b.shape.slice(0, -2);
  const batches = (leftBatch.length > 0 ? leftBatch : rightBatch).reduce(
    (all, size) => all * size,
    1,
  );
  const isSame = leftBatch.join() === rightBatch.join();
  if (!isSame && leftBatch.length > 0 && rightBatch.length > 0) return null;
  const leftStep = leftBatch.length > 0 ? rows * inner : 0;
  const rightStep = rightBatch.length > 0 ? inner * columns : 0;
  return { rows, inner, columns, batches, leftStep, rightStep };
}
