import { sizesOf } from "../../../shared/layers/shape.ts";
import type { Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import type { DeviceLimits } from "./deviceLimits.ts";

const floatBytes = 4;

/**
 * Milliseconds below which no step can be on this device, however much is fused: of each layer the longer of its arithmetic and of
 * the memory traffic that can't be saved, and so many dispatches. Williams, Waterman, Patterson 2009 (roofline).
 */
export function boundStep(
  { plan, multiplyAdds, input }: Workload,
  {
    batchSize,
    limits,
    dispatches,
  }: {
    readonly batchSize: number;
    readonly limits: DeviceLimits;
    readonly dispatches: number;
  },
): number {
  let seconds = 0;
  for (const layer of plan.layers) {
    const isFirst = layer.inputs.every(({ layer: source }) => source === "x");
    // Forward, by the weights, and by the input, which the first layer has no use for; a recurrent one always has its state.
    const passes = isFirst && layer.call.className !== "LSTM" ? 2 : 3;
    const operations = 2 * passes * batchSize * (multiplyAdds.get(layer.name) ?? 0);
    // Adam reads and writes a weight and two moments; its gradient can stay in registers.
    const weights = 6 * layer.weights.reduce((sum, { shape }) => sum + multiply(shape), 0);
    // What a layer with weights gives is kept for the way back: written once, read once. The rest can be fused into it.
    const sizes = sizesOf(layer.outputShapes[0]).map((size) => size ?? 1);
    const output = weights > 0 ? 2 * batchSize * multiply(sizes) : 0;
    const data = isFirst ? batchSize * multiply(input) : 0;
    seconds += Math.max(
      operations / limits.peakFlops,
      (floatBytes * (weights + output + data)) / limits.copyBytes,
    );
  }
  return 1000 * seconds + dispatches * limits.emptyDispatchMs;
}

function multiply(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
