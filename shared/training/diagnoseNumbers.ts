/** Troubles of numbers as such: inputs out of scale, values that grow out of what a float32 holds. */
import type { Diagnosis, DiagnosedLayer, Evidence } from "./diagnose.ts";
import { placeOf, shareOf } from "./diagnoseEvidence.ts";
import type { InputObservation, Observation, TensorStatistics } from "./observations.ts";

/** Networks are made for inputs of about 1. */
const largestScale = 20;
const smallestScale = 0.01;
/** Squares of such numbers are close to the end of float32, 3.4e38; healthy networks stay below 1e4. */
const hugeValue = 1e8;

export function findNumberTrouble(evidence: Evidence): readonly Diagnosis[] {
  return [...findUnscaled(evidence), ...findHuge(evidence), ...findLowScale(evidence)];
}

function findUnscaled({ all }: Evidence): readonly Diagnosis[] {
  // Data don't change: two batches say it.
  if (all.length < 2) return [];
  const bad = (all.at(-1)?.inputs ?? []).filter(
    (input, index) =>
      isOutOfScale(input) &&
      shareOf(all, ({ inputs }) => inputs[index] !== undefined && isOutOfScale(inputs[index])) >
        0.8,
  );
  const [worst] = bad;
  if (worst === undefined) return [];
  const { low, high } = worst.values;
  return [
    {
      code: "unscaled-inputs",
      layers: [],
      message: `The values of input “${worst.name}” are out of scale: they lie between ${low.toPrecision(3)} and ${high.toPrecision(3)}. Networks learn best from values around 1.`,
      remedy:
        "Choose a scaling in the Data view (standardize, or 0 to 1), or begin the network with Rescaling or Normalization.",
      fix: null,
      confidence: 1,
    },
  ];
}

function isOutOfScale({ isRaw, values }: InputObservation): boolean {
  const scale = Math.hypot(values.mean, values.deviation);
  return isRaw && values.zeroShare < 1 && (scale > largestScale || scale < smallestScale);
}

function findHuge({ state, recent }: Evidence): readonly Diagnosis[] {
  const hasFailed = state.ended?.code === "not-finite";
  const share = shareOf(recent, (observation) => listHuge(observation).length > 0);
  if (!hasFailed && share < 0.5) return [];
  const layers = listHuge(recent.findLast((entry) => listHuge(entry).length > 0) ?? null);
  const [first] = layers;
  return [
    {
      code: "nearly-not-finite",
      layers,
      message: hasFailed
        ? `The numbers grew until they were infinite or not numbers any more${first === undefined ? "" : `, first seen in ${first.layer}`}.`
        : `The numbers in ${first?.layer ?? "the network"} have grown beyond ${hugeValue.toExponential(0)}: soon they are infinite and the run ends.`,
      remedy:
        "Lower the learning rate, clip the gradients, scale the data, and mind functions that grow without end (exponential, products of layers).",
      fix: {
        kind: "training",
        title: "Clip gradients to a global norm of 1",
        change: { clipping: { kind: "globalNorm", limit: 1 } },
      },
      confidence: hasFailed ? 1 : share,
    },
  ];
}

/** In mixed precision: nothing is left to halve, so that the next gradient out of range can only be skipped. */
function findLowScale({ state }: Evidence): readonly Diagnosis[] {
  const { scale, skippedSteps } = state.latest?.scaling ?? { scale: Infinity, skippedSteps: 0 };
  if (scale > 1) return [];
  return [
    {
      code: "loss-scale-low",
      layers: [],
      message: `Gradients left the range of 16 bits so often that the loss is not scaled any more: ${skippedSteps} steps changed nothing, and small gradients are lost.`,
      remedy:
        "Train in 32 bits. Or keep numbers small: lower the learning rate, scale the data, add normalization.",
      fix: { kind: "training", title: "Train in 32 bits", change: { precision: "float32" } },
      confidence: 1,
    },
  ];
}

function listHuge(observation: Observation | null): readonly DiagnosedLayer[] {
  return (observation?.layers ?? []).flatMap((layer) => {
    const parts = [
      layer.activation,
      ...layer.weights.flatMap(({ values, gradient }) => [values, gradient]),
    ];
    return parts.some(isHuge) ? [placeOf(layer)] : [];
  });
}

function isHuge({ low, high, notFinite }: TensorStatistics): boolean {
  return notFinite > 0 || Math.max(Math.abs(low), Math.abs(high)) > hugeValue;
}
