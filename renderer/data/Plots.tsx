import { useMemo } from "react";
import type { Scatter, Series } from "#shared/datasets/preview.ts";
import { formatCount, formatNumber } from "../ui/format.ts";

const size = { width: 960, height: 460, margin: 40 };
const seriesHeight = 300;

/** Two features against each other, a colour and a shape of the legend per class; held-out points are paler. */
export function ScatterPlot({
  scatter,
  classes,
}: {
  readonly scatter: Scatter;
  readonly classes: readonly string[];
}) {
  const layers = useMemo(() => drawScatter(scatter), [scatter]);
  return (
    <figure className="nl-data-plot">
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        role="img"
        aria-label={`${formatCount(scatter.x.length)} points in the plane of the two features, by class`}
      >
        <Frame x={layers.x} y={layers.y} />
        {layers.paths.map(({ path, group, isHeldOut }) => (
          <path
            key={`${group} ${isHeldOut}`}
            d={path}
            className={`nl-data-dots is-${group % 10}`}
            data-held-out={isHeldOut ? "" : undefined}
          />
        ))}
      </svg>
      <figcaption>
        <ul className="nl-data-legend">
          {classes.map((name, group) => (
            <li key={name}>
              <span className={`nl-data-swatch is-${group % 10}`} aria-hidden="true" />
              {name}
            </li>
          ))}
          <li className="nl-data-legend-note">paler: validation</li>
        </ul>
      </figcaption>
    </figure>
  );
}

interface Extent {
  readonly min: number;
  readonly max: number;
}

function drawScatter({ x, y, classes, isHeldOut }: Scatter) {
  const extents = { x: measure(x), y: measure(y) };
  const placeX = makePlace(extents.x, size.margin + 6, size.width - 10);
  const placeY = makePlace(extents.y, size.height - size.margin - 6, 10);
  const paths = new Map<string, { path: string; group: number; isHeldOut: boolean }>();
  for (let index = 0; index < x.length; index++) {
    const group = classes?.[index] ?? 0;
    const held = isHeldOut[index] === 1;
    const key = `${held ? 0 : 1} ${group}`;
    const dot = `M${placeX(x[index] ?? 0)} ${placeY(y[index] ?? 0)}h0`;
    const layer = paths.get(key);
    if (layer) layer.path += dot;
    else paths.set(key, { path: dot, group, isHeldOut: held });
  }
  return { ...extents, paths: [...paths].sort().map(([, layer]) => layer) };
}

/** The target over the whole series: what is learned from, and the end that is held out. */
export function SeriesPlot({ series, name }: { readonly series: Series; readonly name: string }) {
  const { paths, extent, boundary } = useMemo(() => drawSeries(series), [series]);
  return (
    <figure className="nl-data-plot is-series">
      <svg
        viewBox={`0 0 ${size.width} ${seriesHeight}`}
        role="img"
        aria-label={`${name} over time; the last part is held out for validation`}
      >
        <Frame x={null} y={extent} height={seriesHeight} />
        <rect
          className="nl-data-held-out"
          x={boundary}
          y={8}
          width={Math.max(0, size.width - 8 - boundary)}
          height={seriesHeight - size.margin - 8}
        />
        <path className="nl-data-series" d={paths.train} />
        <path className="nl-data-series is-held-out" d={paths.heldOut} />
      </svg>
      <figcaption>
        <ul className="nl-data-legend">
          <li>
            <span className="nl-data-swatch is-training" aria-hidden="true" />
            {name}, training
          </li>
          <li>
            <span className="nl-data-swatch is-validation" aria-hidden="true" />
            validation: always the end of the series
          </li>
        </ul>
      </figcaption>
    </figure>
  );
}

function drawSeries({ values, heldOutFrom }: Series) {
  const extent = measure(values);
  const placeX = makePlace(
    { min: 0, max: Math.max(1, values.length - 1) },
    size.margin + 6,
    size.width - 8,
  );
  const placeY = makePlace(extent, seriesHeight - size.margin - 4, 12);
  const draw = (from: number, to: number) => {
    let path = "";
    for (let index = from; index < to; index++) {
      path += `${index === from ? "M" : "L"}${placeX(index)} ${placeY(values[index] ?? 0)}`;
    }
    return path;
  };
  return {
    extent,
    boundary: Number(placeX(heldOutFrom)),
    paths: {
      train: draw(0, heldOutFrom),
      heldOut: draw(Math.max(0, heldOutFrom - 1), values.length),
    },
  };
}

function measure(values: Float32Array): Extent {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}

function makePlace({ min, max }: Extent, from: number, to: number): (value: number) => string {
  const span = max - min || 1;
  return (value) => (from + ((value - min) / span) * (to - from)).toFixed(1);
}

function Frame(props: { readonly x: Extent | null; readonly y: Extent; readonly height?: number }) {
  const { x, y, height = size.height } = props;
  const bottom = height - size.margin;
  return (
    <g className="nl-data-frame" aria-hidden="true">
      <path d={`M${size.margin} 8V${bottom}H${size.width - 8}`} />
      <text x={size.margin - 5} y={16} textAnchor="end">
        {formatNumber(y.max)}
      </text>
      <text x={size.margin - 5} y={bottom} textAnchor="end">
        {formatNumber(y.min)}
      </text>
      {x !== null && (
        <>
          <text x={size.margin} y={bottom + 16}>
            {formatNumber(x.min)}
          </text>
          <text x={size.width - 8} y={bottom + 16} textAnchor="end">
            {formatNumber(x.max)}
          </text>
        </>
      )}
    </g>
  );
}
