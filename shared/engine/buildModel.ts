import * as tf from "@tensorflow/tfjs";
import { createRandom } from "../base/random.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import { sizesOf } from "../layers/shape.ts";
import { createLayer, prepareInputs } from "./createLayer.ts";
import { patchGradients } from "./gradientPatches.ts";
import { seedInitializers } from "./seedLayers.ts";

/**
 * The plan as a tfjs functional model on the current backend; the same plan and seed give the same weights on every
 * backend. The caller disposes of it. Throws, naming the layer, where tfjs refuses what analysis let through.
 */
export function buildModel(plan: ModelPlan, options: { readonly seed: number }): tf.LayersModel {
  patchGradients();
  const random = createRandom(options.seed).fork("weights");
  const tensors = new Map<string, tf.SymbolicTensor>();
  const inputs = plan.inputs.map((input) => {
    const tensor = tf.input({
      shape: [...sizesOf(input.shape)],
      dtype: input.shape.dtype,
      name: input.name,
    });
    tensors.set(input.name, tensor);
    return tensor;
  });

  for (const [index, planned] of plan.layers.entries()) {
    const sources = planned.inputs.map((name) => findTensor(tensors, name));
    try {
      const layer = createLayer(planned.call, planned.name);
      // By position, so that renaming a layer does not change its weights.
      seedInitializers(layer, random.fork(String(index)));
      const prepared = prepareInputs(planned.call, sources, planned.name);
      const [only] = prepared;
      const output = layer.apply(prepared.length === 1 && only ? only : prepared);
      tensors.set(planned.name, expectSymbolic(output));
    } catch (error) {
      throw new Error(
        `${planned.name} (${planned.call.className}) can't be built: ${errorText(error)}`,
        { cause: error },
      );
    }
  }
  const outputs = plan.outputs.map((output) => findTensor(tensors, output.source));
  return tf.model({ inputs, outputs, name: plan.name });
}

function findTensor(tensors: ReadonlyMap<string, tf.SymbolicTensor>, name: string) {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`The plan names "${name}" before it is made.`);
  return tensor;
}

function expectSymbolic(output: unknown): tf.SymbolicTensor {
  if (output instanceof tf.SymbolicTensor) return output;
  throw new Error("A layer with several outputs is not supported.");
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
