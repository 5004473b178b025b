import {
  directConv2d,
  directConv2dFilterGradient,
  directConv2dInputGradient,
} from "./directConv2d.ts";
import { directMatMul } from "./directMatMul.ts";
import { directMaxPoolGradient } from "./directMaxPool.ts";
import { type KernelWrapper, wrapKernel } from "./wrapKernel.ts";

let isInstalled = false;
let isUsed = false;

/**
 * Kernels that compute directly, without workgroup barriers, are used from now on or no longer. They are for adapters
 * emulated on the processor, where barriers cost more than they save; a real GPU keeps tfjs's own.
 */
export function useDirectPrograms(use: boolean): void {
  isUsed = use;
  if (isInstalled || !use) return;
  isInstalled = true;
  for (const [kernelName, direct] of Object.entries(directKernels)) {
    wrapKernel(kernelName, (stock, args) => (isUsed ? direct(stock, args) : stock(args)));
  }
}

/** Whether kernels of ours are to do without barriers, too. */
export function areDirectProgramsUsed(): boolean {
  return isUsed;
}

/**
 * A list of up to 128 numbers beside a larger tensor, as a bias is, is copied behind a barrier in every workgroup
 * (src/binary_op_webgpu.ts). As a matrix of one row it is read where it lies.
 */
const spreadRow: KernelWrapper = (stock, args) => {
  const { a, b } = args.inputs;
  if (a === undefined || b === undefined) return stock(args);
  if (a.shape.length === 1 && b.shape.length > 1) {
    return stock({ ...args, inputs: { a: { ...a, shape: [1, ...a.shape] }, b } });
  }
  if (b.shape.length === 1 && a.shape.length > 1) {
    return stock({ ...args, inputs: { a, b: { ...b, shape: [1, ...b.shape] } } });
  }
  return stock(args);
};

const directKernels: Readonly<Record<string, KernelWrapper>> = {
  Conv2D: directConv2d,
  FusedConv2D: directConv2d,
  Conv2DBackpropFilter: directConv2dFilterGradient,
  Conv2DBackpropInput: directConv2dInputGradient,
  BatchMatMul: directMatMul,
  _FusedMatMul: directMatMul,
  MaxPoolGrad: directMaxPoolGradient,
  Add: spreadRow,
  Sub: spreadRow,
  Multiply: spreadRow,
  RealDiv: spreadRow,
  Maximum: spreadRow,
  Minimum: spreadRow,
  SquaredDifference: spreadRow,
};
