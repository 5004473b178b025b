import * as tf from "@tensorflow/tfjs";
import { runModel } from "../engine/runModel.ts";
import {
  drawInputs,
  drawWeights,
  type ReadExample,
  type Values,
} from "../layers/example.testkit.ts";

export interface Computed {
  readonly shape: readonly (number | null)[];
  readonly paramCount: number;
  /** As the model has them: tfjs applies constraints when weights are set. */
  readonly weights: readonly Values[];
  readonly values: readonly number[];
}

/** The model of an example with the example's weights on its inputs. Disposes of the model. */
export function computeOnce(model: tf.LayersModel, read: ReadExample): Computed {
  tf.engine().startScope();
  try {
    model.setWeights(
      drawWeights(read).map((weight) => tf.tensor([...weight.values], [...weight.shape])),
    );
    const inputs = drawInputs(read).map((input, index) =>
      tf.tensor([...input.values], [...input.shape], read.inputs[index]?.dtype),
    );
    const [output] = runModel(model, inputs, { training: false });
    return {
      shape: model.outputs[0]?.shape ?? [],
      paramCount: model.countParams(),
      weights: model.getWeights().map((tensor) => ({
        shape: tensor.shape,
        values: [...tensor.dataSync()],
      })),
      values: output === undefined ? [] : [...output.dataSync()],
    };
  } finally {
    tf.engine().endScope();
    model.dispose();
  }
}
