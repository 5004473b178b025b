import * as tf from "@tensorflow/tfjs";
import { createRandom } from "../base/random.ts";
import type { ModelPlan, PlanTensor } from "../compiler/plan.ts";
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
  const tensors = new Map<string, readonly tf.SymbolicTensor[]>();
  const layers = new Map<string, tf.layers.Layer>();
  const inputs = plan.inputs.map((input) => {
    const { dtype, batch } = input.shape;
    const sizes = [...sizesOf(input.shape)];
    const tensor = tf.input({
      ...(batch === undefined ? { shape: sizes } : { batchShape: [batch, ...sizes] }),
      dtype,
      name: input.name,
    });
    tensors.set(input.name, [tensor]);
    return tensor;
  });

  for (const [index, planned] of plan.layers.entries()) {
    const sources = planned.inputs.map((source) => findTensor(tensors, source));
    try {
      const shared = planned.sharedWith === null ? undefined : layers.get(planned.sharedWith);
      const layer = shared ?? createLayer(planned.call, planned.name);
      layers.set(planned.name, layer);
      // By position, so that renaming a layer does not change its weights.
      if (shared === undefined) seedInitializers(layer, random.fork(String(index)));
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

function findTensor(
  tensors: ReadonlyMap<string, readonly tf.SymbolicTensor[]>,
  { layer, port }: PlanTensor,
): tf.SymbolicTensor {
  const tensor = tensors.get(layer)?.[port];
  if (!tensor) throw new Error(`The plan names output ${port} of "${layer}" before it is made.`);
  return tensor;
}

function expectSymbolic(output: unknown): readonly tf.SymbolicTensor[] {
  const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
  return outputs.map((tensor) => {
    if (tensor instanceof tf.SymbolicTensor) return tensor;
    throw new Error("it gave something else than symbolic tensors");
  });
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
