/** Troubles of single layers: gradients that vanish or explode, units that are dead, functions in their flat ends. */
import type { Diagnosis, Evidence } from "./diagnose.ts";
import {
  findGradientNorm,
  findMean,
  findMedian,
  formatShare,
  listKernels,
  nameLayers,
  placeOf,
  shareOf,
} from "./diagnoseEvidence.ts";
import type { LayerObservation, Observation } from "./observations.ts";

/** Observations before anything is said of gradients or units. */
const fewest = 4;
/** Of the recent observations that must show it. */
const persistence = 0.6;
/** Relative gradient of an early layer against the largest behind it, below which it has vanished. */
const vanishedRatio = 1e-3;
/** Norm of all gradients together; with inputs and targets of about 1 it is seldom above 10. */
const explodedNorm = 500;
const mostDead = 0.5;
const mostSaturated = 0.7;

export function findGradientTrouble({ recent, all }: Evidence): readonly Diagnosis[] {
  if (all.length < fewest) return [];
  const found: Diagnosis[] = [];
  const vanished = recent.map(listVanished);
  const confidence = shareOf(vanished, (layers) => layers.length > 0);
  const layers = (vanished.findLast((entry) => entry.length > 0) ?? []).map(placeOf);
  if (confidence >= persistence) {
    const bounded = (recent.at(-1)?.layers ?? []).filter(
      (layer) => (layer.function === "sigmoid" || layer.function === "tanh") && !layer.isOutput,
    );
    found.push({
      code: "vanishing-gradients",
      layers,
      message: `The gradient all but vanishes on its way back: ${nameLayers(layers)} get less than a thousandth of what later layers get, so they hardly learn.`,
      remedy:
        "Use ReLU instead of sigmoid or tanh, put BatchNormalization behind the layers, or add skip connections.",
      fix:
        bounded.length === 0
          ? null
          : {
              kind: "activation",
              title: "Use ReLU in the hidden layers",
              nodes: bounded.map(({ node }) => node),
              activation: "relu",
            },
      confidence,
    });
  }
  const exploded = shareOf(recent, (observation) => findGradientNorm(observation) > explodedNorm);
  if (exploded >= persistence) {
    const norm = findMedian(recent.map(findGradientNorm));
    const largest = listKernels(recent.at(-1) ?? emptyObservation)
      .toSorted((left, right) => right.kernel.gradient.norm - left.kernel.gradient.norm)
      .slice(0, 2)
      .map(({ layer }) => placeOf(layer));
    found.push({
      code: "exploding-gradients",
      layers: largest,
      message: `The gradients are huge: their norm is about ${norm.toPrecision(2)}, most of it in ${nameLayers(largest)}. Steps overshoot.`,
      remedy:
        "Clip the gradients by their global norm, start from smaller weights (glorotUniform, heNormal), or normalize in between.",
      fix: {
        kind: "training",
        title: "Clip gradients to a global norm of 1",
        change: { clipping: { kind: "globalNorm", limit: 1 } },
      },
      confidence: exploded,
    });
  }
  return found;
}

const emptyObservation: Observation = {
  epoch: 0,
  step: 0,
  loss: null,
  layers: [],
  inputs: [],
  outputs: [],
  costMs: 0,
};

/** Layers of the first half whose gradient, by their weights' own length, is next to nothing beside a later one's. */
function listVanished(observation: Observation): readonly LayerObservation[] {
  const kernels = listKernels(observation);
  if (kernels.length < 3) return [];
  const relative = kernels.map(({ kernel }) => kernel.gradient.norm / (kernel.values.norm || 1));
  return kernels.flatMap(({ layer }, index) => {
    if (index >= kernels.length / 2) return [];
    const later = Math.max(...relative.slice(index + 1));
    const own = relative[index] ?? 0;
    // What comes to a standstill everywhere has converged.
    return later > 1e-5 && own < vanishedRatio * later && !isBehindDead(observation) ? [layer] : [];
  });
}

/** A gradient of nothing behind dead units is those units' trouble. */
function isBehindDead(observation: Observation): boolean {
  return observation.layers.some(({ deadShare }) => (deadShare ?? 0) > 0.9);
}

export function findDeadUnits({ recent, all }: Evidence): readonly Diagnosis[] {
  if (all.length < fewest) return [];
  const dead = judgeLayers(
    recent,
    (layer) => !layer.isOutput && (layer.deadShare ?? 0) >= mostDead,
  );
  const [worst] = dead;
  if (worst === undefined) return [];
  const layers = dead.map(({ layer }) => placeOf(layer));
  return [
    {
      code: "dead-relu",
      layers,
      message: `${nameLayers(layers)}: ${formatShare(worst.layer.deadShare ?? 0)} of the units give zero for every sample. Their gradient is zero, too, so they never come back.`,
      remedy:
        "Lower the learning rate, start with a bias of zero, or use LeakyReLU or ELU, whose gradient never is zero.",
      fix: {
        kind: "activation",
        title: "Use LeakyReLU there",
        nodes: layers.map(({ node }) => node),
        activation: "leakyRelu",
      },
      confidence: worst.share,
    },
  ];
}

export function findSaturation({ recent, all }: Evidence): readonly Diagnosis[] {
  if (all.length < fewest) return [];
  const flat = judgeLayers(
    recent,
    (layer) => !layer.isOutput && (layer.saturatedShare ?? 0) >= mostSaturated,
  );
  const [worst] = flat;
  if (worst === undefined) return [];
  const layers = flat.map(({ layer }) => placeOf(layer));
  const share = findMean(flat.map(({ layer }) => layer.saturatedShare ?? 0));
  return [
    {
      code: "saturated",
      layers,
      message: `${nameLayers(layers)}: ${formatShare(share)} of the values of the ${worst.layer.function} lie in its flat ends, where its gradient is next to nothing.`,
      remedy:
        "Scale the inputs, start from smaller weights (glorotUniform), put BatchNormalization before the activation, or use ReLU.",
      fix: {
        kind: "activation",
        title: "Use ReLU there",
        nodes: layers.map(({ node }) => node),
        activation: "relu",
      },
      confidence: worst.share,
    },
  ];
}

/** Layers that show it now and in most recent observations. */
function judgeLayers(
  recent: readonly Observation[],
  holds: (layer: LayerObservation) => boolean,
): readonly { readonly layer: LayerObservation; readonly share: number }[] {
  return (recent.at(-1)?.layers ?? []).flatMap((layer, index) => {
    const share = shareOf(recent, ({ layers }) => {
      const then = layers[index];
      return then !== undefined && holds(then);
    });
    return holds(layer) && share >= persistence ? [{ layer, share }] : [];
  });
}
