/** Merges of sequences with masked steps. */
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
  options: readonly CallOption[] = [],
): LayerCall {
  return {
    className,
    tfjsFactory: "mergeWithMasks",
    tfjsSource: "own",
    options: [{ tfjsName: "operation", pythonName: null, value: operation }, ...options],
  };
}
