import { patchGradients } from "./gradientPatches.ts";
import { replaceStockGradients } from "./fused/stockGradients.ts";
import { useDirectPrograms } from "./directKernels.ts";
import { patchWebgpuKernels } from "./webgpuPatches.ts";

/**
 * Corrections of what is wrong on stock tfjs-webgpu and in tfjs's gradients; called when that backend starts. An emulated
 * adapter gets programs of our own where the stock ones are slow on it.
 */
export function applyPatches(adapter: { readonly isSoftware: boolean }): void {
  patchGradients();
  replaceStockGradients();
  patchWebgpuKernels();
  useDirectPrograms(adapter.isSoftware);
}
