/** Corrections of kernels that are wrong on stock tfjs-webgpu; called once when that backend starts. */
export function applyPatches(): void {
  // Filled in by the sweep over WebGPU gradients.
}
