import { effectiveBatchSize } from "#shared/training/config.ts";
import { drawSchedule, findPlateau } from "#shared/training/schedules.ts";
import { useDataset } from "../state/datasetStore.ts";
import { formatCount, formatNumber } from "../ui/format.ts";
import { useTraining } from "./changeTraining.ts";

const [width, height] = [320, 72];
/** Where no data is chosen yet, the shape is what counts. */
const assumedSamples = 1000;

/** The learning rate over the whole run, before it starts. */
export function ScheduleCurve() {
  const training = useTraining();
  const samples = useDataset((state) => state.summary?.trainCount ?? null);
  const batchSize = effectiveBatchSize(training, samples ?? assumedSamples);
  const stepsPerEpoch = Math.max(1, Math.ceil((samples ?? assumedSamples) / batchSize));
  const totalSteps = stepsPerEpoch * training.epochs;
  const points = drawSchedule(training, { stepsPerEpoch, totalSteps });
  const rates = points.map(({ learningRate }) => learningRate);
  const most = Math.max(...rates);
  const [first, last] = [rates[0] ?? 0, rates.at(-1) ?? 0];
  const isPlateau = findPlateau(training.schedule) !== null;
  const path = points
    .map(({ step, learningRate }, index) => {
      const x = totalSteps > 1 ? (step / (totalSteps - 1)) * width : 0;
      const y = height - 2 - (most > 0 ? learningRate / most : 0) * (height - 8);
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
  return (
    <figure className="nl-schedule">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Learning rate from ${formatNumber(first)} to ${formatNumber(last)}, at most ${formatNumber(most)}, over ${training.epochs} epochs.`}
      >
        <path className="nl-schedule-base" d={`M0 ${height - 1}H${width}`} />
        <path className="nl-schedule-line" d={path} />
      </svg>
      <figcaption>
        <span>{formatNumber(first)}</span>
        {most > first && most > last && <span>up to {formatNumber(most)}</span>}
        <span className="nl-quiet">{formatCount(training.epochs)} epochs</span>
        <span>{isPlateau ? "falls on plateaus" : formatNumber(last)}</span>
      </figcaption>
    </figure>
  );
}
