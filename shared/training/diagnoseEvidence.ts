import type { DiagnosedLayer } from "./diagnose.ts";
import type { LayerObservation, Observation, WeightObservation } from "./observations.ts";

/** Share of the entries for which it holds; 0 of none. */
export function shareOf<T>(entries: readonly T[], holds: (entry: T) => boolean): number {
  return entries.length === 0 ? 0 : entries.filter(holds).length / entries.length;
}

export function findMedian(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function findMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Of each layer with weights, its largest: the kernel. In the order of the plan, first layers first. */
export function listKernels(
  observation: Observation,
): readonly { readonly layer: LayerObservation; readonly kernel: WeightObservation }[] {
  return observation.layers.flatMap((layer) => {
    const [kernel] = layer.weights.toSorted(
      (left, right) => right.values.count - left.values.count,
    );
    return kernel === undefined ? [] : [{ layer, kernel }];
  });
}

export function nameLayers(layers: readonly DiagnosedLayer[]): string {
  const names = layers.slice(0, 3).map(({ layer }) => layer);
  const more = layers.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export function placeOf({ layer, node }: LayerObservation): DiagnosedLayer {
  return { layer, node };
}

/** Losses of the observed batches, those that are numbers. */
export function listLosses(observations: readonly Observation[]): readonly number[] {
  return observations.flatMap(({ loss }) => loss ?? []);
}

/** Update-to-weight ratio of an observation: the median of its kernels; null where none was measured. */
export function findUpdateRatio(observation: Observation): number | null {
  const ratios = listKernels(observation).flatMap(({ kernel }) => kernel.updateRatio ?? []);
  return ratios.length === 0 ? null : findMedian(ratios);
}

/** Euclidean norm of all gradients together. */
export function findGradientNorm(observation: Observation): number {
  let squares = 0;
  for (const { weights } of observation.layers) {
    for (const { gradient } of weights) squares += gradient.norm ** 2;
  }
  return Math.sqrt(squares);
}

/** What an output's loss is when nothing is learnt: entropy of the classes, variance of the numbers; null: not known. */
export function findTrivialLoss(observations: readonly Observation[]): number | null {
  const [first] = observations;
  if (first === undefined || first.outputs.length !== 1) return null;
  const outputs = observations.flatMap(({ outputs: [output] }) => output ?? []);
  const loss = outputs[0]?.loss ?? "";
  if (/crossentropy/i.test(loss)) {
    const counts = addCounts(outputs.map(({ truthCounts }) => truthCounts));
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    let entropy = 0;
    for (const count of counts) if (count > 0) entropy -= (count / total) * Math.log(count / total);
    return entropy;
  }
  if (loss === "meanSquaredError") {
    return findMean(outputs.map(({ truthDeviation }) => truthDeviation ** 2));
  }
  return null;
}

export function addCounts(lists: readonly (readonly number[])[]): readonly number[] {
  const sums: number[] = [];
  for (const list of lists) {
    for (const [index, count] of list.entries()) sums[index] = (sums[index] ?? 0) + count;
  }
  return sums;
}

export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}
