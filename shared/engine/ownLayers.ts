/**
 * Layers that tfjs-layers 4.22 lacks, or lacks an option of. To add one:
 *
 * 1. `engine/layers/<camelName>.ts`, at most 250 lines: one class `export class <Name> extends tf.layers.Layer` with
 *    `static className = "netloom><Name>"` (the name in model files: the prefix keeps it apart from tfjs's own class),
 *    `build`, `call`, `computeOutputShape`, `getConfig`, `computeMask` where masks pass on changed, and as last line
 *    `tf.serialization.registerClass(<Name>, "netloom", "<Name>");`. The file goes verbatim into exported scripts, so:
 *    nothing is imported but `import * as tf from "@tensorflow/tfjs";` (first line), it compiles under `tsc --strict`,
 *    works with tfjs's stock kernels, and every name at its top level begins with the class's name (`MaxoutArgs`,
 *    `maxoutPick`), because several such files can stand in one script. Keep initializers in fields whose names end in
 *    `Initializer`: `seedLayers.ts` finds them there, and `maxout.ts` shows how to read them from names and model files.
 *    A class that draws numbers does so by a function in a field, which `seedLayers.ts` replaces (see `sampling.ts`); only
 *    where sizes depend on them it takes the seed of the step from a field `stepSeed` (null: none was set), and its steps
 *    can't be recorded. Defaults of options are Keras's, because scripts leave them out.
 * 2. A line in `ownLayers` below: the file's name is the key, and the `tfjsFactory` of the layer's call.
 * 3. In the definition: `lower: (params) => lowerOwn({ className: "<Name>", tfjsFactory: "<camelName>", … })`. Where Keras has no such layer, also `pythonSource: "own"` and
 *    `codegen/python/<snake_name>.py`: `import keras` and one class `<Name>` (the call's `className`), decorated with
 *    `@keras.saving.register_keras_serializable(package="netloom")`, that uses nothing but `keras.…`.
 * 4. `node build/embedSources.mjs`, after every change of either file; commit `shared/codegen/own` with it.
 *
 * The contract tests then compare it with real Keras, save and load it, and check its gradients.
 */
import type * as tf from "@tensorflow/tfjs";
import { Activation } from "./layers/activation.ts";
import { Attention } from "./layers/attention.ts";
import { ActivityRegularization } from "./layers/activityRegularization.ts";
import { ActivityRegularized } from "./layers/activityRegularized.ts";
import { AlphaDropout } from "./layers/alphaDropout.ts";
import { MergeWithMasks } from "./layers/mergeWithMasks.ts";
import { PositionEmbedding } from "./layers/positionEmbedding.ts";
import { SinusoidalPositions } from "./layers/sinusoidalPositions.ts";
import { BatchNormalization } from "./layers/batchNormalization.ts";
import { ELU } from "./layers/elu.ts";
import { EinsumDense } from "./layers/einsumDense.ts";
import { Dot } from "./layers/dot.ts";
import { GroupNormalization } from "./layers/groupNormalization.ts";
import { LayerNormalization } from "./layers/layerNormalization.ts";
import { MaskFeature } from "./layers/maskFeature.ts";
import { MultiHeadAttention } from "./layers/multiHeadAttention.ts";
import { ReLU } from "./layers/reLU.ts";
import { RMSNormalization } from "./layers/rmsNormalization.ts";
import { Softmax } from "./layers/softmax.ts";
import { UnitNormalization } from "./layers/unitNormalization.ts";
import { Convolution } from "./layers/convolution.ts";
import { CellRnn } from "./layers/cellRnn.ts";
import { ConvLstm2d } from "./layers/convLstm2d.ts";
import { Masking } from "./layers/masking.ts";
import { Expression } from "./layers/expression.ts";
import { FixedFilter } from "./layers/fixedFilter.ts";
import { Sampling } from "./layers/sampling.ts";
import { Slice } from "./layers/slice.ts";
import { Split } from "./layers/split.ts";
import { Maxout } from "./layers/maxout.ts";
import { ResetAfterGruCell } from "./layers/resetAfterGruCell.ts";
import { TransposedConvolution } from "./layers/transposedConvolution.ts";
import { DepthwiseConvolution } from "./layers/depthwiseConvolution.ts";
import { WindowPooling } from "./layers/windowPooling.ts";
import { GlobalPooling } from "./layers/globalPooling.ts";
import { SpatialReshaping } from "./layers/spatialReshaping.ts";
import { Resizing } from "./layers/resizing.ts";
import { Normalization } from "./layers/normalization.ts";
import { BothDirections } from "./layers/bothDirections.ts";
import { CenterCrop } from "./layers/centerCrop.ts";
import { CategoryEncoding } from "./layers/categoryEncoding.ts";
import { LocalResponseNormalization } from "./layers/localResponseNormalization.ts";
import { RandomSize } from "./layers/randomSize.ts";
import { RandomFlip } from "./layers/randomFlip.ts";

/** Takes one object of options, which the definition's `lower` and a model file give alike. */
export type OwnLayerClass = (new (args: never) => tf.layers.Layer) & { readonly className: string };

/** By factory name. Importing this also registers the classes, so that model files can name them. */
export const ownLayers: Readonly<Record<string, OwnLayerClass>> = {
  activation: Activation,
  attention: Attention,
  activityRegularization: ActivityRegularization,
  activityRegularized: ActivityRegularized,
  alphaDropout: AlphaDropout,
  mergeWithMasks: MergeWithMasks,
  positionEmbedding: PositionEmbedding,
  sinusoidalPositions: SinusoidalPositions,
  batchNormalization: BatchNormalization,
  elu: ELU,
  einsumDense: EinsumDense,
  dot: Dot,
  groupNormalization: GroupNormalization,
  layerNormalization: LayerNormalization,
  maskFeature: MaskFeature,
  multiHeadAttention: MultiHeadAttention,
  reLU: ReLU,
  rmsNormalization: RMSNormalization,
  softmax: Softmax,
  unitNormalization: UnitNormalization,
  convolution: Convolution,
  cellRnn: CellRnn,
  convLstm2d: ConvLstm2d,
  masking: Masking,
  maxout: Maxout,
  split: Split,
  slice: Slice,
  sampling: Sampling,
  expression: Expression,
  fixedFilter: FixedFilter,
  resetAfterGruCell: ResetAfterGruCell,
  transposedConvolution: TransposedConvolution,
  depthwiseConvolution: DepthwiseConvolution,
  windowPooling: WindowPooling,
  globalPooling: GlobalPooling,
  spatialReshaping: SpatialReshaping,
  resizing: Resizing,
  normalization: Normalization,
  bothDirections: BothDirections,
  centerCrop: CenterCrop,
  categoryEncoding: CategoryEncoding,
  localResponseNormalization: LocalResponseNormalization,
  randomSize: RandomSize,
  randomFlip: RandomFlip,
};
