import { useEffect, useRef } from "react";
import type { TensorStatistics } from "#shared/training/observations.ts";
import { formatNumber } from "../../ui/format.ts";
import { readThemeColor } from "../../ui/themeColor.ts";
import { useTheme } from "../../ui/useTheme.ts";
import { layOutStrip } from "./layOutStrip.ts";

export interface HistogramStripProps {
  readonly title: string;
  /** What that is, in a few words. */
  readonly about?: string;
  /** Oldest first. */
  readonly history: readonly TensorStatistics[];
  readonly color: `--${string}`;
}

const rows = 40;

/** Histograms over time: each column is one observation, the darker the more values lie there. */
export function HistogramStrip({ title, about, history, color }: HistogramStripProps) {
  const place = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const strip = layOutStrip(history, rows);
  useEffect(() => {
    const canvas = place.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    canvas.width = Math.max(1, history.length);
    canvas.height = rows;
    const [red = 0, green = 0, blue = 0] = readChannels(readThemeColor(color));
    const image = context.createImageData(canvas.width, rows);
    for (const [index, level] of strip.levels.entries()) {
      // The square root shows thin tails, too.
      image.data.set([red, green, blue, Math.round(255 * Math.sqrt(level))], index * 4);
    }
    context.putImageData(image, 0, 0);
    // The theme changes what the token stands for.
  }, [strip, history.length, color, theme]);
  const last = history.at(-1);
  if (last === undefined) return null;
  const words = `mean ${formatNumber(last.mean)}, deviation ${formatNumber(last.deviation)}`;
  return (
    <figure className="nl-strip">
      <figcaption>
        <span>{title}</span>
        <span className="nl-mono">
          {formatNumber(last.mean)} ± {formatNumber(last.deviation)}
        </span>
        {about !== undefined && <small>{about}</small>}
      </figcaption>
      <div className="nl-strip-plot">
        <canvas
          ref={place}
          role="img"
          aria-label={`${title} over ${history.length} observations, from ${formatNumber(strip.low)} to ${formatNumber(strip.high)}. Now: ${words}.`}
        />
        <span className="nl-strip-high">{formatNumber(strip.high)}</span>
        <span className="nl-strip-low">{formatNumber(strip.low)}</span>
      </div>
    </figure>
  );
}

function readChannels(color: string): readonly number[] {
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
