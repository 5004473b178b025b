/** Merges of sequences with masked steps. */
import { lowerMasks } from "./attentionRules.ts";
import type { CallOption, LayerCall } from "./defineLayer.ts";
import type { Shape } from "./shape.ts";

export function isAnyMasked(inputs: readonly Shape[]): boolean {
  return inputs.some(({ isMasked }) => isMasked === true);
}

/**
 * tfjs's own merges fail where only some inputs have a mask, and give their mask an axis too many, so that the next
 * recurrent layer throws (tfjs-layers src/layers/merge.ts, computeMask). Ours does what Keras does.
 */
export function lowerMasked(
  className: string,
  operation: string,
  inputs: readonly Shape[],
  options: readonly CallOption[] = [],
): LayerCall {
  const call: LayerCall = {
    className,
    tfjsFactory: "mergeWithMasks",
    tfjsSource: "own",
    options: [{ tfjsName: "operation", pythonName: null, value: operation }, ...options],
  };
  // Only these look at the masks to compute values.
  const isLooking = ["multiply", "maximum", "minimum"].includes(operation);
  return isLooking ? lowerMasks(call, inputs, [...inputs.keys()]) : call;
}
