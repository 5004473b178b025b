/** All layers. A new one is a file in `definitions/`, an import and a line here; the order is the palette's. */
import type { AnyLayerDefinition } from "./defineLayer.ts";
import { activation } from "./definitions/activation.ts";
import { batchNormalization } from "./definitions/batchNormalization.ts";
import { concatenate } from "./definitions/concatenate.ts";
import { dense } from "./definitions/dense.ts";
import { dot } from "./definitions/dot.ts";
import {
  dropout,
  gaussianNoise,
  spatialDropout1d,
  spatialDropout2d,
} from "./definitions/dropouts.ts";
import {
  add,
  average,
  maximum,
  minimum,
  multiply,
  subtract,
} from "./definitions/elementwiseMerges.ts";
import { flatten } from "./definitions/flatten.ts";
import { input } from "./definitions/input.ts";
import { layerNormalization } from "./definitions/layerNormalization.ts";
import { output } from "./definitions/output.ts";
import { permute } from "./definitions/permute.ts";
import { elu, leakyRelu, prelu, relu } from "./definitions/rectifiers.ts";
import { repeatVector } from "./definitions/repeatVector.ts";
import { reshape } from "./definitions/reshape.ts";
import { softmax } from "./definitions/softmax.ts";

export const layerDefinitions: readonly AnyLayerDefinition[] = [
  // Input and output
  input,
  output,
  // Core
  dense,
  // Reshaping
  flatten,
  reshape,
  permute,
  repeatVector,
  // Normalization
  batchNormalization,
  layerNormalization,
  // Regularization
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  gaussianNoise,
  // Activation
  activation,
  relu,
  leakyRelu,
  prelu,
  elu,
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
