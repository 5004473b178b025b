import { useEffect, useMemo, useRef } from "react";
import type { GeneratorInfo } from "#shared/datasets/generatorCatalogue.ts";
import { generateDataset } from "#shared/datasets/generateDataset.ts";
import type { RawData } from "#shared/datasets/rawData.ts";

/** A few real samples of a generator, drawn small. Decorative: the card's title and summary say what it is. */
export function GeneratedPicture({ info }: { readonly info: GeneratorInfo }) {
  const data = useMemo(() => sampleGenerator(info), [info]);
  if (data === null) return null;
  if (data.kind === "images") return <ImagePicture data={data} />;
  if (data.kind === "sequence") return <LinePicture data={data} />;
  return <PointPicture data={data} />;
}

function sampleGenerator({ name, kind, noise }: GeneratorInfo): RawData | null {
  const samples = kind === "images" ? 10 : kind === "sequence" ? 90 : 180;
  const data = generateDataset({ kind: "generated", generator: name, samples, noise, seed: 3 });
  return data.ok ? data.value : null;
}

/** Each class is one path of dots: a round cap on a line without length. */
function PointPicture({ data }: { readonly data: RawData }) {
  const paths = useMemo(() => {
    const feature = data.fields.find(({ role }) => role === "feature");
    const target = data.fields.find(({ role }) => role === "target");
    if (!feature || !target) return [];
    const points = Array.from({ length: data.sampleCount }, (_, sample) => ({
      x: feature.values[sample * feature.width] ?? 0,
      y: feature.values[sample * feature.width + 1] ?? 0,
      group: target.values[sample] ?? 0,
    }));
    const placeX = makePlace(
      points.map(({ x }) => x),
      5,
      115,
    );
    const placeY = makePlace(
      points.map(({ y }) => y),
      67,
      5,
    );
    const found: string[] = [];
    for (const { x, y, group } of points) {
      found[group] = `${found[group] ?? ""}M${placeX(x)} ${placeY(y)}h0`;
    }
    return found;
  }, [data]);
  return (
    <svg className="nl-data-picture" viewBox="0 0 120 72" aria-hidden="true">
      {paths.map((path, group) => (
        <path key={path} d={path} className={`nl-data-dots is-${group % 10}`} />
      ))}
    </svg>
  );
}

function LinePicture({ data }: { readonly data: RawData }) {
  const paths = useMemo(() => {
    const feature = data.fields.find(({ role }) => role === "feature");
    if (!feature) return [];
    const steps = feature.shape.axes[0]?.size ?? 1;
    const sensors = data.isChronological ? 1 : feature.width / steps;
    // A series is drawn whole; separate samples as the lines of the first one.
    const length = data.isChronological ? feature.values.length : steps;
    const shown = Array.from(feature.values.subarray(0, length * sensors));
    const placeY = makePlace(shown, 64, 8);
    return Array.from({ length: Math.min(3, sensors) }, (_, sensor) =>
      Array.from({ length }, (_unused, step) => {
        const x = 4 + (112 * step) / Math.max(1, length - 1);
        return `${step === 0 ? "M" : "L"}${x.toFixed(1)} ${placeY(shown[step * sensors + sensor] ?? 0)}`;
      }).join(""),
    );
  }, [data]);
  return (
    <svg className="nl-data-picture" viewBox="0 0 120 72" aria-hidden="true">
      {paths.map((path, index) => (
        <path key={path} d={path} className={`nl-data-line is-${index}`} />
      ))}
    </svg>
  );
}

function makePlace(values: readonly number[], from: number, to: number): (value: number) => string {
  const least = Math.min(...values);
  const span = Math.max(...values) - least || 1;
  return (value) => (from + ((value - least) / span) * (to - from)).toFixed(1);
}

function ImagePicture({ data }: { readonly data: RawData }) {
  const place = useRef<HTMLCanvasElement>(null);
  const feature = data.fields.find(({ role }) => role === "feature");
  const [height = 1, width = 1, channels = 1] =
    feature?.shape.axes.map(({ size }) => size ?? 1) ?? [];
  useEffect(() => {
    const context = place.current?.getContext("2d");
    if (!context || !feature) return;
    for (let sample = 0; sample < 10; sample++) {
      const image = context.createImageData(width, height);
      for (let pixel = 0; pixel < width * height; pixel++) {
        for (let part = 0; part < 3; part++) {
          const channel = channels >= 3 ? part : 0;
          image.data[pixel * 4 + part] =
            feature.values[(sample * width * height + pixel) * channels + channel] ?? 0;
        }
        image.data[pixel * 4 + 3] = 255;
      }
      context.putImageData(image, (sample % 5) * width, Math.floor(sample / 5) * height);
    }
  }, [feature, width, height, channels]);
  return (
    <canvas
      ref={place}
      className="nl-data-picture is-image"
      width={5 * width}
      height={2 * height}
      aria-hidden="true"
    />
  );
}
