import { useEffect, useRef, useState } from "react";
import { Shuffle } from "lucide-react";
import type { DatasetSummary, SampleView } from "#shared/datasets/dataset.ts";
import type { DataPreview, ShownSample } from "#shared/datasets/preview.ts";
import { Button } from "../ui/Button.tsx";
import { classNames } from "../ui/classNames.ts";
import { formatCount } from "../ui/format.ts";
import { viewSamples } from "./dataClient.ts";

/** Images or windows side by side, each with its target. */
export function SampleGrid({
  summary,
  preview,
}: {
  readonly summary: DatasetSummary;
  readonly preview: DataPreview;
}) {
  const [others, setOthers] = useState<{ of: DataPreview; samples: readonly ShownSample[] } | null>(
    null,
  );
  const shown = others?.of === preview ? others.samples : preview.samples;
  const showOthers = async (): Promise<void> => {
    const samples = pickSamples(summary.sampleCount, shown.length);
    const views = await viewSamples(samples);
    setOthers({
      of: preview,
      samples: views.map((view, index) => ({
        sample: samples[index] ?? 0,
        isTraining: true,
        view,
      })),
    });
  };
  return (
    <section className="nl-data-samples" aria-label="Samples">
      <div className="nl-data-samples-head">
        <span>
          {shown.length} of {formatCount(summary.sampleCount)} samples
        </span>
        <Button size="small" tone="quiet" icon={Shuffle} onClick={() => void showOthers()}>
          Show others
        </Button>
      </div>
      <ul
        className={classNames("nl-data-grid", `is-${summary.kind}`)}
        aria-label="Samples and their targets"
        // Scrolls, so the keyboard must reach it.
        tabIndex={0}
      >
        {shown.map(({ sample, view }) => (
          <li key={sample}>
            {view.kind === "image" && <ImageTile view={view} />}
            {view.kind === "sequence" && <WindowTile view={view} />}
            <span className="nl-data-target" title={`Sample ${sample}`}>
              {summary.kind === "sequence" ? "→ " : ""}
              {view.target === "" ? `sample ${sample}` : view.target}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function pickSamples(count: number, wanted: number): readonly number[] {
  const picked = new Set<number>();
  while (picked.size < Math.min(count, wanted)) picked.add(Math.floor(Math.random() * count));
  return [...picked];
}

/** Pixels as they are stored, not smoothed. */
function ImageTile({ view }: { readonly view: Extract<SampleView, { readonly kind: "image" }> }) {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = place.current?.getContext("2d");
    if (!context) return;
    const { width, height, channels, pixels } = view;
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let part = 0; part < 3; part++) {
        image.data[pixel * 4 + part] = pixels[pixel * channels + (channels >= 3 ? part : 0)] ?? 0;
      }
      image.data[pixel * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [view]);
  return <canvas ref={place} width={view.width} height={view.height} aria-hidden="true" />;
}

/** A window's line; the target follows as a dot where it is a number of the same unit. */
function WindowTile({
  view,
}: {
  readonly view: Extract<SampleView, { readonly kind: "sequence" }>;
}) {
  const target = Number(view.target);
  const hasDot = view.target !== "" && Number.isFinite(target);
  const all = hasDot ? [...view.values, target] : view.values;
  const least = Math.min(...all);
  const span = Math.max(...all) - least || 1;
  const step = 112 / Math.max(1, all.length - 1);
  const place = (value: number, index: number) =>
    `${(4 + index * step).toFixed(1)} ${(40 - ((value - least) / span) * 36).toFixed(1)}`;
  const path = view.values.map(
    (value, index) => `${index === 0 ? "M" : "L"}${place(value, index)}`,
  );
  return (
    <svg viewBox="0 0 120 44" className="nl-data-window" aria-hidden="true">
      <path d={path.join("")} />
      {hasDot && <path className="is-target" d={`M${place(target, view.values.length)}h0`} />}
    </svg>
  );
}
