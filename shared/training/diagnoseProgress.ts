/** Troubles of the run as a whole: steps too long or too short, nothing learnt, learnt by heart. */
import type { OptimizerConfig } from "./config.ts";
import type { Diagnosis, Evidence } from "./diagnose.ts";
import {
  findGradientNorm,
  findMean,
  findTrivialLoss,
  findUpdateRatio,
  listLosses,
  shareOf,
} from "./diagnoseEvidence.ts";

/** Healthy steps change weights by about a thousandth; beyond this each one all but starts anew. */
export const updateRatioBand = { low: 1e-4, healthy: 1e-3, high: 1e-2 } as const;
const wildRatio = 0.1;
/** A long step: with a loss above that of learning nothing, it was too long. */
const longRatio = 0.05;
const tinyRatio = 5e-5;

export function findProgressTrouble(evidence: Evidence): readonly Diagnosis[] {
  return [
    ...findHighRate(evidence),
    ...findLowRate(evidence),
    ...findNothingLearnt(evidence),
    ...findOverfitting(evidence),
  ];
}

function findHighRate({ state, config, all, recent }: Evidence): readonly Diagnosis[] {
  const { learningRate } = config.optimizer;
  const hasFailed = state.ended?.code === "not-finite";
  const wild = shareOf(recent, (entry) => (findUpdateRatio(entry) ?? 0) > wildRatio);
  const losses = listLosses(all);
  const [first = 0] = losses;
  const late = listLosses(recent);
  const trivial = findTrivialLoss(all) ?? first;
  // Further from the mark than without any learning at all, after steps that were long at least once.
  const [, second] = state.epochs;
  const known = second === undefined ? findMean(late) : (state.epochs.at(-1)?.metrics["loss"] ?? 0);
  const diverges =
    (losses.length >= 5 || second !== undefined) &&
    known > 1.5 * Math.max(trivial, 1e-6) &&
    all.some((entry) => (findUpdateRatio(entry) ?? 0) > longRatio);
  const isWild = all.length >= 4 && wild >= 0.6;
  if (!hasFailed && !diverges && !isWild) return [];
  return [
    {
      code: "rate-too-high",
      layers: [],
      message: hasFailed
        ? `The learning rate ${learningRate} seems to be too high: the loss grew until it was no number any more.`
        : diverges
          ? `The learning rate ${learningRate} seems to be too high: the loss is above that of learning nothing.`
          : `The learning rate ${learningRate} seems to be too high: each step changes the weights by more than a tenth of their size.`,
      remedy: `Try ${formatRate(learningRate / 10)}, or begin with a warm-up. The learning-rate finder draws which rates work.`,
      fix: changeRate(config.optimizer, 0.1),
      confidence: hasFailed || diverges ? 1 : wild,
    },
  ];
}

function findLowRate({ config, all, recent }: Evidence): readonly Diagnosis[] {
  const losses = listLosses(all);
  if (losses.length < 6) return [];
  const { learningRate } = config.optimizer;
  const tiny = shareOf(recent, (entry) => (findUpdateRatio(entry) ?? 1) < tinyRatio);
  const early = findMean(losses.slice(0, 3));
  const late = findMean(losses.slice(-3));
  const stands = late > 0.9 * early;
  // Without a gradient no rate helps.
  const hasGradient = shareOf(recent, (entry) => findGradientNorm(entry) > 1e-3) > 0.5;
  if (tiny < 0.6 || !stands || !hasGradient) return [];
  return [
    {
      code: "rate-too-low",
      layers: [],
      message: `The learning rate ${learningRate} seems to be too low: a step changes the weights by less than 0.005 %, and the loss hardly falls.`,
      remedy: `Try ${formatRate(learningRate * 10)} or more. The learning-rate finder draws which rates work.`,
      fix: changeRate(config.optimizer, 10),
      confidence: tiny,
    },
  ];
}

function findNothingLearnt({ all, state }: Evidence): readonly Diagnosis[] {
  const losses = listLosses(all);
  const trivial = findTrivialLoss(all);
  if (losses.length < 8 || trivial === null || trivial < 1e-6) return [];
  const late = findMean(losses.slice(-Math.ceil(losses.length / 2)));
  const last = findMean(losses.slice(-4));
  const epochLoss = state.epochs.at(-1)?.metrics["loss"] ?? last;
  const isStuck = [late, last, epochLoss].every(
    (loss) => loss > 0.93 * trivial && loss < 1.25 * trivial,
  );
  if (!isStuck) return [];
  return [
    {
      code: "no-learning",
      layers: [],
      message: `Nothing is learnt: the loss stays at ${last.toPrecision(3)}, which always giving the ${all[0]?.outputs[0]?.kind === "classes" ? "shares of the classes" : "mean"} reaches, too (${trivial.toPrecision(3)}).`,
      remedy:
        "Check that the inputs hold what decides the target, that no layer is frozen or starts at zero, and that the loss fits the last activation; then try another learning rate.",
      fix: null,
      confidence: 1,
    },
  ];
}

/** Epochs since the best before a rise counts as one. */
const patience = 3;

function findOverfitting({ state }: Evidence): readonly Diagnosis[] {
  const points = state.epochs.flatMap(({ epoch, metrics }) => {
    const { loss, valLoss } = { loss: metrics["loss"], valLoss: metrics["valLoss"] };
    return loss === undefined || valLoss === undefined ? [] : [{ epoch, loss, valLoss }];
  });
  const best = points.reduce(
    (lowest, point) => (point.valLoss < lowest.valLoss ? point : lowest),
    points[0] ?? { epoch: 0, loss: 0, valLoss: Infinity },
  );
  const last = points.at(-1);
  if (last === undefined || last.epoch < best.epoch + patience) return [];
  const since = points.filter(({ epoch }) => epoch > best.epoch).slice(-patience);
  // A loss of next to nothing may double and be next to nothing still.
  const least = 0.05 * (points[0]?.valLoss ?? 0);
  const rises = since.every(
    ({ valLoss }) => valLoss > 1.2 * best.valLoss && valLoss - best.valLoss > least,
  );
  const gap = last.loss < 0.9 * best.loss && last.loss < 0.5 * last.valLoss;
  if (!rises || !gap) return [];
  return [
    {
      code: "overfitting",
      layers: [],
      message: `The network overfits: since epoch ${best.epoch} the validation loss has risen from ${best.valLoss.toPrecision(3)} to ${last.valLoss.toPrecision(3)} while the training loss still falls.`,
      remedy:
        "Stop early and keep the best weights; use more data, augmentation, dropout, weight decay, or a smaller network.",
      fix: {
        kind: "training",
        title: "Stop early, keep the best weights",
        change: {
          earlyStopping: { monitor: "valLoss", patience: 5, minDelta: 0, restoreBest: true },
        },
      },
      confidence: Math.min(1, last.valLoss / best.valLoss - 0.1),
    },
  ];
}

function changeRate(optimizer: OptimizerConfig, factor: number) {
  const learningRate = Number((optimizer.learningRate * factor).toPrecision(2));
  return {
    kind: "training",
    title: `Set the learning rate to ${formatRate(learningRate)}`,
    change: { optimizer: { ...optimizer, learningRate } },
  } as const;
}

function formatRate(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}
