/**
 * Layers whose training pass has kernels of our own on WebGPU: fewer dispatches, gradients that are right. A fused layer
 * computes what the layer's own `call` computes, from the layer's own weights; where it can't (an option it does not
 * know, another backend, a mask it can't take) it returns null and the layer is called as ever.
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

export interface FusedCall {
  readonly layer: tf.layers.Layer;
  readonly inputs: readonly tf.Tensor[];
  readonly training: boolean;
  readonly masks: readonly (tf.Tensor | null)[];
}

export type FusedLayer = (call: FusedCall) => tf.Tensor | readonly tf.Tensor[] | null;

/** By `layer.getClassName()`. */
const fusedLayers: Readonly<Record<string, FusedLayer>> = {};

let isUsed = true;

/** For comparisons: off, every layer runs as tfjs has it. */
export function useFusedLayers(use: boolean): void {
  isUsed = use;
}

export function runFused(call: FusedCall): tf.Tensor | readonly tf.Tensor[] | null {
  if (!isUsed || !(tf.backend() instanceof WebGPUBackend)) return null;
  const fused = fusedLayers[call.layer.getClassName()];
  return fused ? fused(call) : null;
}
