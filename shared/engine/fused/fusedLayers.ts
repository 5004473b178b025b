/**
 * Layers whose training pass has kernels of our own on WebGPU: fewer dispatches, gradients that are right. A fused layer
 * computes what the layer's own `call` computes, from the layer's own weights; where it can't (an option it does not
 * know, another backend, a mask it can't take) it returns null and the layer is called as ever.
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { fusedActivation } from "./activationKernels.ts";
import { fusedMultiHeadAttention } from "./attention.ts";
import { fusedBatchNormalization } from "./batchNormalization.ts";
import { fusedConvolution, fusedDense, fusedTransposed } from "./convolutionLayers.ts";
import { fusedFlip } from "./flip.ts";
import { fusedGlobalPooling, fusedPooling } from "./pooling.ts";
import { fuseBothDirections, fuseRecurrent } from "./rnnLayers.ts";
import {
  fusedGroupNormalization,
  fusedLayerNormalization,
  fusedRmsNormalization,
} from "./sampleNormalization.ts";
import { fusedSampling } from "./sampling.ts";

export interface FusedCall {
  readonly layer: tf.layers.Layer;
  readonly inputs: readonly tf.Tensor[];
  readonly training: boolean;
  readonly masks: readonly (tf.Tensor | null)[];
}

export type FusedLayer = (call: FusedCall) => tf.Tensor | readonly tf.Tensor[] | null;

/** By `layer.getClassName()`. */
const fusedLayers: Readonly<Record<string, FusedLayer>> = {
  Dense: fusedDense,
  Conv1D: fusedConvolution,
  Conv2D: fusedConvolution,
  DepthwiseConv2D: fusedConvolution,
  Conv2DTranspose: fusedTransposed,
  "netloom>Convolution": fusedConvolution,
  "netloom>DepthwiseConvolution": fusedConvolution,
  "netloom>TransposedConvolution": fusedTransposed,
  Activation: fusedActivation,
  MaxPooling1D: fusedPooling,
  MaxPooling2D: fusedPooling,
  AveragePooling1D: fusedPooling,
  AveragePooling2D: fusedPooling,
  "netloom>WindowPooling": fusedPooling,
  GlobalMaxPooling1D: fusedGlobalPooling,
  GlobalMaxPooling2D: fusedGlobalPooling,
  GlobalAveragePooling1D: fusedGlobalPooling,
  GlobalAveragePooling2D: fusedGlobalPooling,
  "netloom>GlobalPooling": fusedGlobalPooling,
  BatchNormalization: fusedBatchNormalization,
  "netloom>BatchNormalization": fusedBatchNormalization,
  SimpleRNN: fuseRecurrent,
  LSTM: fuseRecurrent,
  GRU: fuseRecurrent,
  "netloom>CellRnn": fuseRecurrent,
  Bidirectional: fuseBothDirections,
  "netloom>BothDirections": fuseBothDirections,
  "netloom>MultiHeadAttention": fusedMultiHeadAttention,
  LayerNormalization: fusedLayerNormalization,
  "netloom>LayerNormalization": fusedLayerNormalization,
  "netloom>GroupNormalization": fusedGroupNormalization,
  "netloom>RMSNormalization": fusedRmsNormalization,
  "netloom>Sampling": fusedSampling,
  "netloom>RandomFlip": fusedFlip,
};

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
