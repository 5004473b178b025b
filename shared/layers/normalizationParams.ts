/** The learned factor and offset of a normalization: options and weights that its kinds share. */
import { weight } from "./axes.ts";
import { constraintParam, initializerParam, regularizerParam } from "./commonParams.ts";
import type { WeightSpec } from "./defineLayer.ts";

export const centerParam = {
  kind: "bool",
  default: true,
  label: "Center",
  group: "advanced",
  help: "Adds a learned offset (beta).",
} as const;

export const scaleParam = {
  kind: "bool",
  default: true,
  label: "Scale",
  group: "advanced",
  help: "Multiplies by a learned factor (gamma).",
} as const;

export const betaInitializerParam = initializerParam({
  label: "Beta initializer",
  initial: "zeros",
});
export const gammaInitializerParam = initializerParam({
  label: "Gamma initializer",
  initial: "ones",
});

export const scaleOffsetOptions = {
  betaRegularizer: regularizerParam("Beta regularizer"),
  gammaRegularizer: regularizerParam("Gamma regularizer"),
  betaConstraint: constraintParam("Beta constraint"),
  gammaConstraint: constraintParam("Gamma constraint"),
} as const;

/** gamma and beta, as far as there are any. */
export function scaleOffsetWeights(
  params: { readonly center: boolean; readonly scale: boolean; readonly trainable: boolean },
  sizes: readonly number[],
): readonly WeightSpec[] {
  return [
    ...(params.scale ? [weight("gamma", sizes, params.trainable)] : []),
    ...(params.center ? [weight("beta", sizes, params.trainable)] : []),
  ];
}
