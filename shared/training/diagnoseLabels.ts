/** Troubles of what is to be learnt: labels that are wrong, and answers that are always the same. */
import type { Diagnosis, Evidence } from "./diagnose.ts";
import { addCounts, formatShare } from "./diagnoseEvidence.ts";
import type { OutputObservation } from "./observations.ts";

/** Rows that a judgement of labels needs. */
const fewestRows = 100;

export function findLabelTrouble(evidence: Evidence): readonly Diagnosis[] {
  const count = evidence.all[0]?.outputs.length ?? 0;
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const pick = (source: Evidence["all"]) => source.flatMap(({ outputs }) => outputs[index] ?? []);
    const all = pick(evidence.all);
    return [...(findBadLabels(evidence, all) ?? []), ...(findCollapse(evidence, all) ?? [])];
  });
}

function findBadLabels(
  { state, all: observations }: Evidence,
  all: readonly OutputObservation[],
): readonly Diagnosis[] | null {
  const [first] = all;
  if (first === undefined || all.length < 2) return null;
  const outside = all.reduce((sum, { outsideCount }) => sum + outsideCount, 0);
  if (outside > 0) {
    return [
      tell(
        `Some samples have a class that output “${first.name}” has no unit for: ${outside} rows of the batches seen.`,
        "Give the last layer as many units as there are classes, or mend the labels in the data.",
      ),
    ];
  }
  if (first.kind === "numbers") {
    const isConstant = all.length >= 3 && all.every(({ truthDeviation }) => truthDeviation < 1e-6);
    if (!isConstant) return null;
    return [
      tell(
        `The target of output “${first.name}” is the same for every sample: there is nothing to learn.`,
        "Choose another target column in the Data view.",
      ),
    ];
  }
  const truths = addCounts(all.map(({ truthCounts }) => truthCounts));
  const rows = sumOf(truths);
  if (rows < fewestRows) return null;
  const largest = Math.max(...truths) / rows;
  if (largest === 1) {
    return [
      tell(
        `All samples seen so far have the same class for output “${first.name}”: there is nothing to tell apart.`,
        "Check the target in the Data view, and that the classes are not sorted into separate files.",
      ),
    ];
  }
  return findNoise(all, largest) ?? findShuffled({ state, observations }, largest);
}

/** Honest doubt makes mistakes where the network is unsure; wrong labels contradict it where it is sure, as often. */
function findNoise(
  all: readonly OutputObservation[],
  largest: number,
): readonly Diagnosis[] | null {
  // The later half: what was learnt by then is what the labels contradict.
  const late = all.slice(Math.floor(all.length / 2));
  const rows = late.reduce((sum, output) => sum + output.rows, 0);
  const sure = late.reduce((sum, output) => sum + output.sureRows, 0);
  if (late.length < 4 || sure < fewestRows) return null;
  const error = late.reduce((sum, output) => sum + output.wrong, 0) / rows;
  const sureError = late.reduce((sum, output) => sum + output.sureWrong, 0) / sure;
  const learnt = (1 - error - largest) / (1 - largest);
  if (learnt < 0.5 || sureError < 0.1 || sureError < 0.68 * error) return null;
  const last = late.at(-1)?.hardest.slice(0, 3) ?? [];
  return [
    tell(
      `About ${formatShare(sureError)} of the samples contradict the network even where it is surest: many labels seem to be wrong. Among the worst are samples ${last.map(({ sample }) => sample).join(", ")}.`,
      "Look at the samples with the highest loss in the Data view and mend their labels; label smoothing softens what is left.",
    ),
  ];
}

/** Learnt by heart, no better than guessing on anything else from beginning to end. */
function findShuffled(
  { state }: Pick<Evidence, "state"> & { readonly observations: Evidence["all"] },
  largest: number,
): readonly Diagnosis[] | null {
  const { epochs } = state;
  const last = epochs.at(-1)?.metrics ?? {};
  const training = last["accuracy"];
  const best = Math.max(...epochs.map(({ metrics }) => metrics["valAccuracy"] ?? Number.NaN));
  if (epochs.length < 4 || training === undefined || !Number.isFinite(best)) return null;
  const isLearntByHeart = training > largest + 0.4 * (1 - largest);
  if (!isLearntByHeart || best > largest + 0.12 * (1 - largest)) return null;
  return [
    tell(
      `The network learns the training samples by heart (${formatShare(training)}) and is no better than guessing on all others (${formatShare(best)}): the labels may belong to other samples.`,
      "Check that rows and labels were not shuffled against each other, and that the inputs hold what decides the class.",
    ),
  ];
}

function tell(message: string, remedy: string): Diagnosis {
  return { code: "bad-label", layers: [], message, remedy, fix: null, confidence: 1 };
}

function findCollapse(
  { all: observations }: Evidence,
  all: readonly OutputObservation[],
): readonly Diagnosis[] | null {
  const recent = all.slice(-5);
  const [first] = recent;
  if (first === undefined || first.kind !== "classes" || observations.length < 6) return null;
  const predicted = addCounts(recent.map(({ predictedCounts }) => predictedCounts));
  const truths = addCounts(all.map(({ truthCounts }) => truthCounts));
  const rows = sumOf(predicted);
  const favourite = Math.max(...predicted) / Math.max(1, rows);
  const largest = Math.max(...truths) / Math.max(1, sumOf(truths));
  if (rows < fewestRows / 2 || favourite < 0.97 || largest > favourite - 0.04) return null;
  const favouriteClass = predicted.indexOf(Math.max(...predicted)) + 1;
  return [
    {
      code: "class-collapse",
      layers: [],
      message: `Whatever comes in, the network answers class ${favouriteClass} of ${predicted.length}: the other classes make up ${formatShare(1 - largest)} of the samples or more and are never given.`,
      remedy:
        "Weigh the classes so that rare ones count as much, check the learning rate, and see that the inputs tell the classes apart.",
      fix: {
        kind: "training",
        title: "Balance the classes",
        change: { classWeights: "balanced" },
      },
      confidence: favourite,
    },
  ];
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
