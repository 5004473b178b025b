import { createRandom } from "../base/random.ts";

export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** The last part is held out, in order: what comes later must not help to predict what came before. */
export function splitByTime(sampleCount: number, validation: number): Split {
  const trainCount = sampleCount - countHeldOut(sampleCount, validation);
  return {
    train: Uint32Array.from({ length: trainCount }, (_, index) => index),
    validation: Uint32Array.from({ length: sampleCount - trainCount }, (_, i) => trainCount + i),
  };
}

/**
 * Shuffles by seed and holds out the given share. With classes, each class gives its share (largest remainders first,
 * so that the total is right too), and the parts come out mixed.
 */
export function splitBySeed(
  sampleCount: number,
  options: {
    readonly validation: number;
    readonly seed: number;
    readonly classOf: ((sample: number) => number) | null;
  },
): Split {
  const { validation, seed, classOf } = options;
  const random = createRandom(`split/${seed}`);
  const order = Uint32Array.from({ length: sampleCount }, (_, index) => index);
  random.shuffle(order);
  const total = countHeldOut(sampleCount, validation);
  if (!classOf) {
    return { validation: order.slice(0, total), train: order.slice(total) };
  }

  const counts = new Map<number, number>();
  for (const sample of order) counts.set(classOf(sample), (counts.get(classOf(sample)) ?? 0) + 1);
  const quota = shareOut(counts, total, sampleCount);
  const train = new Uint32Array(sampleCount - total);
  const heldOut = new Uint32Array(total);
  let trainEnd = 0;
  let heldEnd = 0;
  for (const sample of order) {
    const classNumber = classOf(sample);
    const left = quota.get(classNumber) ?? 0;
    if (left > 0) {
      quota.set(classNumber, left - 1);
      heldOut[heldEnd++] = sample;
    } else {
      train[trainEnd++] = sample;
    }
  }
  return { train, validation: heldOut };
}

/** At least one sample stays for training. */
function countHeldOut(sampleCount: number, validation: number): number {
  return Math.min(Math.max(0, sampleCount - 1), Math.round(sampleCount * validation));
}

function shareOut(
  counts: ReadonlyMap<number, number>,
  total: number,
  sampleCount: number,
): Map<number, number> {
  const quota = new Map<number, number>();
  const remainders: { classNumber: number; remainder: number }[] = [];
  let given = 0;
  // Sorted by class, so that ties do not depend on the order of samples.
  for (const [classNumber, count] of [...counts].sort((a, b) => a[0] - b[0])) {
    const exact = (count * total) / sampleCount;
    quota.set(classNumber, Math.floor(exact));
    given += Math.floor(exact);
    remainders.push({ classNumber, remainder: exact - Math.floor(exact) });
  }
  remainders.sort((a, b) => b.remainder - a.remainder || a.classNumber - b.classNumber);
  for (const { classNumber } of remainders.slice(0, total - given)) {
    quota.set(classNumber, (quota.get(classNumber) ?? 0) + 1);
  }
  return quota;
}
