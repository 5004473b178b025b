/** All layers. A new one is a file in `definitions/`, an import and a line here; the order is the palette's. */
import type { AnyLayerDefinition } from "./defineLayer.ts";
import { activation } from "./definitions/activation.ts";
import { additiveAttention, attention } from "./definitions/attention.ts";
import { averagePooling1d } from "./definitions/averagePooling1d.ts";
import { averagePooling2d } from "./definitions/averagePooling2d.ts";
import { batchNormalization } from "./definitions/batchNormalization.ts";
import { bidirectional } from "./definitions/bidirectional.ts";
import { blockInput, blockOutput } from "./definitions/blockPorts.ts";
import { concatenate } from "./definitions/concatenate.ts";
import { conv1d } from "./definitions/conv1d.ts";
import { convLstm2d } from "./definitions/convLstm2d.ts";
import { conv2d } from "./definitions/conv2d.ts";
import { conv3d } from "./definitions/conv3d.ts";
import { conv1dTranspose } from "./definitions/conv1dTranspose.ts";
import { conv3dTranspose } from "./definitions/conv3dTranspose.ts";
import { conv2dTranspose } from "./definitions/conv2dTranspose.ts";
import { dense } from "./definitions/dense.ts";
import { depthwiseConv2d } from "./definitions/depthwiseConv2d.ts";
import { dot } from "./definitions/dot.ts";
import {
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from "./definitions/dropouts.ts";
import {
  add,
  average,
  maximum,
  minimum,
  multiply,
  subtract,
} from "./definitions/elementwiseMerges.ts";
import { einsumDense } from "./definitions/einsumDense.ts";
import { embedding } from "./definitions/embedding.ts";
import { flatten } from "./definitions/flatten.ts";
import { globalAveragePooling1d } from "./definitions/globalAveragePooling1d.ts";
import { globalAveragePooling2d } from "./definitions/globalAveragePooling2d.ts";
import { globalMaxPooling1d } from "./definitions/globalMaxPooling1d.ts";
import { globalMaxPooling2d } from "./definitions/globalMaxPooling2d.ts";
import { gru } from "./definitions/gru.ts";
import { expression } from "./definitions/expression.ts";
import { fixedFilter } from "./definitions/fixedFilter.ts";
import { sampling } from "./definitions/sampling.ts";
import { slice } from "./definitions/slice.ts";
import { split } from "./definitions/split.ts";
import { input } from "./definitions/input.ts";
import { layerNormalization } from "./definitions/layerNormalization.ts";
import { lstm } from "./definitions/lstm.ts";
import { masking } from "./definitions/masking.ts";
import { maxout } from "./definitions/maxout.ts";
import { maxPooling1d } from "./definitions/maxPooling1d.ts";
import { maxPooling2d } from "./definitions/maxPooling2d.ts";
import {
  groupNormalization,
  rmsNormalization,
  unitNormalization,
} from "./definitions/otherNormalizations.ts";
import { multiHeadAttention } from "./definitions/multiHeadAttention.ts";
import {
  activityRegularization,
  alphaDropout,
  gaussianDropout,
  gaussianNoise,
} from "./definitions/noises.ts";
import { output } from "./definitions/output.ts";
import { permute } from "./definitions/permute.ts";
import { elu, leakyRelu, prelu, relu, thresholdedRelu } from "./definitions/rectifiers.ts";
import { positionEmbedding, sinusoidalPositions } from "./definitions/positions.ts";
import { repeatVector } from "./definitions/repeatVector.ts";
import { recurrentCells } from "./definitions/recurrentCells.ts";
import { reshape } from "./definitions/reshape.ts";
import { rnn } from "./definitions/rnn.ts";
import { separableConv2d } from "./definitions/separableConv2d.ts";
import { simpleRnn } from "./definitions/simpleRnn.ts";
import { softmax } from "./definitions/softmax.ts";
import { timeDistributed } from "./definitions/timeDistributed.ts";
import { upSampling2d } from "./definitions/upSampling2d.ts";
import { zeroPadding2d } from "./definitions/zeroPadding2d.ts";
import { depthwiseConv1d } from "./definitions/depthwiseConv1d.ts";
import { separableConv1d } from "./definitions/separableConv1d.ts";
import { maxPooling3d } from "./definitions/maxPooling3d.ts";
import { averagePooling3d } from "./definitions/averagePooling3d.ts";
import { globalMaxPooling3d } from "./definitions/globalMaxPooling3d.ts";
import { globalAveragePooling3d } from "./definitions/globalAveragePooling3d.ts";
import { zeroPadding1d } from "./definitions/zeroPadding1d.ts";
import { zeroPadding3d } from "./definitions/zeroPadding3d.ts";
import { cropping1d } from "./definitions/cropping1d.ts";
import { cropping2d } from "./definitions/cropping2d.ts";
import { cropping3d } from "./definitions/cropping3d.ts";
import { upSampling1d } from "./definitions/upSampling1d.ts";
import { upSampling3d } from "./definitions/upSampling3d.ts";
import { localResponseNormalization } from "./definitions/localResponseNormalization.ts";
import { rescaling } from "./definitions/rescaling.ts";
import { normalization } from "./definitions/normalization.ts";
import { resizing } from "./definitions/resizing.ts";
import { centerCrop } from "./definitions/centerCrop.ts";
import { categoryEncoding } from "./definitions/categoryEncoding.ts";
import { randomFlip } from "./definitions/randomFlip.ts";
import { randomHeight } from "./definitions/randomSizes.ts";
import { randomWidth } from "./definitions/randomSizes.ts";

export const layerDefinitions: readonly AnyLayerDefinition[] = [
  // Input and output
  input,
  output,
  blockInput,
  blockOutput,
  // Core
  dense,
  einsumDense,
  maxout,
  expression,
  embedding,
  masking,
  // Convolution
  conv1d,
  conv2d,
  conv3d,
  depthwiseConv1d,
  depthwiseConv2d,
  separableConv1d,
  separableConv2d,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
  fixedFilter,
  // Pooling
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  // Recurrent
  simpleRnn,
  lstm,
  gru,
  rnn,
  convLstm2d,
  bidirectional,
  timeDistributed,
  // Reshaping
  flatten,
  reshape,
  permute,
  repeatVector,
  slice,
  split,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
  cropping1d,
  cropping2d,
  cropping3d,
  upSampling1d,
  upSampling2d,
  upSampling3d,
  // Preprocessing
  rescaling,
  normalization,
  resizing,
  centerCrop,
  randomFlip,
  randomHeight,
  randomWidth,
  categoryEncoding,
  // Attention
  multiHeadAttention,
  attention,
  additiveAttention,
  positionEmbedding,
  sinusoidalPositions,
  // Normalization
  batchNormalization,
  layerNormalization,
  localResponseNormalization,
  groupNormalization,
  rmsNormalization,
  unitNormalization,
  // Regularization
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
  alphaDropout,
  gaussianDropout,
  gaussianNoise,
  activityRegularization,
  sampling,
  // Activation
  activation,
  relu,
  leakyRelu,
  prelu,
  elu,
  thresholdedRelu,
  softmax,
  // Merge
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
  dot,
];

const byType: ReadonlyMap<string, AnyLayerDefinition> = new Map(
  layerDefinitions.map((definition) => [definition.type, definition]),
);

export function findLayer(type: string): AnyLayerDefinition | null {
  return byType.get(type) ?? null;
}

/** A layer that may stand inside another one: also the cells of an RNN, which can't stand alone. */
export function findInnerLayer(type: string): AnyLayerDefinition | null {
  return recurrentCells.find((cell) => cell.type === type) ?? findLayer(type);
}
