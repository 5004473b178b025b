import { patchGradients } from "./gradientPatches.ts";
import { patchWebgpuKernels } from "./webgpuPatches.ts";

/** Corrections of what is wrong on stock tfjs-webgpu and in tfjs's gradients; called when that backend starts. */
export function applyPatches(): void {
  patchGradients();
  patchWebgpuKernels();
}
