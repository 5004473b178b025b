import * as tf from "@tensorflow/tfjs";
import { runModel } from "../engine/runModel.ts";
import {
  drawInputs,
  drawWeights,
  type ReadExample,
  type Values,
} from "../layers/example.testkit.ts";

export interface Computed {
  /** Of every output, as the model tells it. */
  readonly shapes: readonly (readonly (number | null)[])[];
  readonly paramCount: number;
  /** As the model has them: tfjs applies constraints when weights are set. */
  readonly weights: readonly Values[];
  /** Of every output. */
  readonly values: readonly (readonly number[])[];
}

/** The model of an example with the example's weights on its inputs. Disposes of the model. */
export function computeOnce(
  model: tf.LayersModel,
  read: Pick<ReadExample, "title" | "inputs" | "weights">,
): Computed {
  tf.engine().startScope();
  try {
    model.setWeights(
      drawWeights(read).map((weight) => tf.tensor([...weight.values], [...weight.shape])),
    );
    const inputs = drawInputs(read).map((input, index) =>
      tf.tensor([...input.values], [...input.shape], read.inputs[index]?.dtype),
    );
    const outputs = runModel(model, inputs, { training: false });
    return {
      shapes: model.outputs.map(({ shape }) => shape),
      paramCount: model.countParams(),
      weights: model.getWeights().map((tensor) => ({
        shape: tensor.shape,
        values: [...tensor.dataSync()],
      })),
      values: outputs.map((output) => [...output.dataSync()]),
    };
  } finally {
    tf.engine().endScope();
    model.dispose();
  }
}

/** The largest difference of any value of any output; infinite where there are not equally many. */
export function worstDifference(
  left: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
): number {
  const differences = left.flatMap((values, output) => {
    const others = right[output] ?? [];
    if (values.length !== others.length) return [Number.POSITIVE_INFINITY];
    // Not a number on either side counts as different.
    return values.map((value, at) => {
      const difference = Math.abs(value - (others[at] ?? Number.NaN));
      return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    });
  });
  return left.length === right.length ? Math.max(0, ...differences) : Number.POSITIVE_INFINITY;
}
