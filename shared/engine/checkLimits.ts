import type { ModelPlan } from "../compiler/plan.ts";
import { countValues, formatSizes } from "../layers/shape.ts";

/** JavaScript and WebGL have no stated limit; beyond this nothing good comes of it. */
const plainLimitBytes = 2 ** 31;

/**
 * Whether every tensor of a step fits the device, before anything is allocated: beyond the limit WebGPU computes wrong
 * numbers without an error. Returns a sentence naming the layer, or null where all fits.
 */
export function checkLimits(
  plan: ModelPlan,
  batchSize: number,
  maxTensorBytes: number | null,
): string | null {
  const limit = maxTensorBytes ?? plainLimitBytes;
  for (const layer of plan.layers) {
    for (const weight of layer.weights) {
      const bytes = 4 * weight.shape.reduce((product, size) => product * size, 1);
      if (bytes > limit) {
        return `${layer.name} has a weight "${weight.name}" of ${formatBytes(bytes)}, more than the ${formatBytes(limit)} that this device takes in one piece. Make the layer smaller.`;
      }
    }
    for (const shape of layer.outputShapes) {
      const values = countValues(shape);
      if (values !== null && 4 * values * batchSize > limit) {
        return `${layer.name} gives ${formatSizes(shape)} for each of ${batchSize} samples: ${formatBytes(4 * values * batchSize)}, more than the ${formatBytes(limit)} that this device takes in one piece. Use a batch of at most ${Math.max(1, Math.floor(limit / (4 * values)))}.`;
      }
    }
  }
  return null;
}

function formatBytes(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}
