import * as tf from "@tensorflow/tfjs";

/**
 * Brings weights back to where their layer wants them (at most of a norm, not negative …), after an update. Keras does so
 * after every `apply`; tfjs-layers only when weights are written (`LayerVariable.write` in src/variables.ts of 4.22),
 * never in training: there constraints have no effect. Call inside a tidy.
 */
export function applyConstraints(model: tf.LayersModel): void {
  for (const weight of model.trainableWeights) {
    const variable = weight.read();
    const constraint: unknown = Reflect.get(weight, "constraint");
    if (!isConstraint(constraint) || !(variable instanceof tf.Variable)) continue;
    variable.assign(constraint.apply(variable));
  }
}

interface Constraint {
  apply(weight: tf.Tensor): tf.Tensor;
}

function isConstraint(value: unknown): value is Constraint {
  return typeof value === "object" && value !== null && "apply" in value;
}
