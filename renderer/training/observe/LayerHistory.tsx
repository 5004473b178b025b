import type { LayerObservation } from "#shared/training/observations.ts";
import { formatNumber } from "../../ui/format.ts";
import { HistogramStrip } from "./HistogramStrip.tsx";
import { RatioChart } from "./RatioChart.tsx";
import "./observe.css";

/** A layer over a run: what it gave, how its weights lay, what gradients they got, how far they moved. Oldest first. */
export function LayerHistory({ history }: { readonly history: readonly LayerObservation[] }) {
  const latest = history.at(-1);
  if (latest === undefined) return null;
  return (
    <div className="nl-layer-history">
      <HistogramStrip
        title="Activations"
        about="what the layer gives, going forward"
        history={history.map(({ activation }) => activation)}
        color="--accent"
      />
      <dl className="nl-stats">
        {listFigures(latest).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {latest.weights.length === 0 && (
        <p className="nl-quiet">Nothing in this layer is trained, so there are no gradients.</p>
      )}
      {latest.weights.map((weight) => {
        const past = history.flatMap(({ weights }) =>
          weights.filter(({ name }) => name === weight.name),
        );
        return (
          <section key={weight.name} aria-label={weight.name}>
            <h3 className="nl-heading">{weight.name}</h3>
            <HistogramStrip
              title="Weights"
              history={past.map(({ values }) => values)}
              color="--c-conv"
            />
            <HistogramStrip
              title="Gradient"
              about="of the loss by these weights, going back"
              history={past.map(({ gradient }) => gradient)}
              color="--chart-validation"
            />
            {/* A bias starts at zero: its first steps are as long as itself, which says nothing. */}
            {!/^(bias|beta)$/.test(weight.name) && (
              <RatioChart ratios={past.map(({ updateRatio }) => updateRatio)} />
            )}
          </section>
        );
      })}
    </div>
  );
}

function listFigures(layer: LayerObservation): readonly (readonly [string, string])[] {
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  return [
    ["Zeros", percent(layer.activation.zeroShare)],
    ...(layer.deadShare === null ? [] : [["Dead units", percent(layer.deadShare)] as const]),
    ...(layer.saturatedShare === null
      ? []
      : [["In flat ends", percent(layer.saturatedShare)] as const]),
    ["Range", `${formatNumber(layer.activation.low)} to ${formatNumber(layer.activation.high)}`],
  ];
}
