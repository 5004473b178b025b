import {
  directConv2d,
  directConv2dFilterGradient,
  directConv2dInputGradient,
} from "./directConv2d.ts";
import { directMatMul } from "./directMatMul.ts";
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

const directKernels: Readonly<Record<string, KernelWrapper>> = {
  Conv2D: directConv2d,
  FusedConv2D: directConv2d,
  Conv2DBackpropFilter: directConv2dFilterGradient,
  Conv2DBackpropInput: directConv2dInputGradient,
  BatchMatMul: directMatMul,
  _FusedMatMul: directMatMul,
};
