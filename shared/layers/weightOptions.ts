/** For examples: all that can be said of weights, each at something else than its default. */
import type { StoredParams } from "./params.ts";

const vectors = ["alpha", "bias", "beta", "gamma"];

/** Of `kernel`: `kernelInitializer`, `kernelRegularizer` and `kernelConstraint`. */
export function setWeightOptions(...weights: readonly string[]): StoredParams {
  return Object.fromEntries(
    weights.flatMap((weight) => {
      const isVector = vectors.includes(weight);
      return [
        [
          `${weight}Initializer`,
          isVector ? { name: "constant", value: 0.1 } : { name: "heUniform", seed: 1 },
        ],
        [`${weight}Regularizer`, { name: "l1l2", l1: 0.01, l2: 0.02 }],
        [
          `${weight}Constraint`,
          isVector ? { name: "nonNeg" } : { name: "maxNorm", maxValue: 3, axis: 0 },
        ],
      ];
    }),
  );
}
