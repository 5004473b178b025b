import { useEffect, useRef } from "react";
import { assertNever } from "#shared/base/assertNever.ts";
import type { SampleView } from "#shared/datasets/dataset.ts";
import { formatNumber } from "../ui/format.ts";

/** One sample of the data as it is: an image, a curve, or a row's first cells. */
export function SamplePicture({ view }: { readonly view: SampleView }) {
  switch (view.kind) {
    case "image":
      return <Pixels view={view} />;
    case "sequence":
      return <Sparkline values={view.values} />;
    case "row":
      return (
        <span className="nl-sample-cells nl-mono">
          {view.cells.slice(0, 4).map(shorten).join(" · ")}
          {view.cells.length > 4 ? " …" : ""}
        </span>
      );
    default:
      return assertNever(view);
  }
}

/** Numbers to three telling digits, words as they are. */
function shorten(cell: string): string {
  const value = Number(cell);
  return cell.trim() === "" || !Number.isFinite(value) ? cell : formatNumber(value);
}

function Pixels({ view }: { readonly view: Extract<SampleView, { kind: "image" }> }) {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = place.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const { width, height, channels, pixels } = view;
    const image = context.createImageData(width, height);
    for (let index = 0; index < width * height; index++) {
      for (let part = 0; part < 3; part++) {
        image.data[index * 4 + part] = pixels[index * channels + (channels >= 3 ? part : 0)] ?? 0;
      }
      image.data[index * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [view]);
  return <canvas ref={place} className="nl-sample-image" width={view.width} height={view.height} />;
}

function Sparkline({ values }: { readonly values: readonly number[] }) {
  const least = Math.min(...values);
  const span = Math.max(...values) - least || 1;
  const step = 60 / Math.max(1, values.length - 1);
  const path = values
    .map(
      (value, index) =>
        `${index === 0 ? "M" : "L"}${(index * step).toFixed(1)} ${(26 - ((value - least) / span) * 24).toFixed(1)}`,
    )
    .join("");
  return (
    <svg
      className="nl-sample-line"
      viewBox="0 0 60 28"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path
        d={path}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.4"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
