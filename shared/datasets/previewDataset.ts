import { countValues } from "../layers/shape.ts";
import type { DataBinding } from "./binding.ts";
import type { Dataset } from "./dataset.ts";
import { createColumnProfiler } from "./profileColumns.ts";
import type { CsvRow } from "./readCsv.ts";
import type {
  DataPreview,
  FieldRange,
  Scatter,
  Series,
  ShownSample,
  TablePreview,
} from "./preview.ts";

const shownSamples = 96;
const scatterPoints = 3000;
const profiledRows = 3000;
const seriesPoints = 1500;

/** What the Data view shows of an opened data set, small enough to post to the window. */
export function previewDataset(dataset: Dataset, elapsedMs: number): DataPreview {
  const heldOut = new Set(dataset.validation);
  const samples = chooseSamples(dataset).map((sample): ShownSample => ({
    sample,
    isTraining: !heldOut.has(sample),
    view: dataset.describe(sample),
  }));
  return {
    samples,
    scatter: makeScatter(dataset, heldOut),
    series: makeSeries(dataset),
    ranges: dataset.summary.fields.map(({ name }) => measureRange(dataset, name)),
    elapsedMs,
  };
}

/** Classes take turns, so that a grid of images shows each of them; series are shown in the order of time. */
function chooseSamples(dataset: Dataset): readonly number[] {
  const { summary } = dataset;
  const all = [...dataset.train, ...dataset.validation];
  if (summary.kind === "sequence") {
    const every = Math.max(1, Math.floor(all.length / shownSamples));
    return all
      .toSorted((a, b) => a - b)
      .filter((_, index) => index % every === 0)
      .slice(0, shownSamples);
  }
  const target = summary.fields.find(
    ({ role, classes, shape }) => role === "target" && classes && shape.axes.length === 0,
  );
  if (!target) return all.slice(0, shownSamples);
  const candidates = Uint32Array.from(all.slice(0, 5000));
  const byClass: number[][] = [];
  for (const [index, classNumber] of dataset.gather(target.name, candidates).entries()) {
    (byClass[classNumber] ??= []).push(candidates[index] ?? 0);
  }
  const chosen: number[] = [];
  for (let turn = 0; chosen.length < shownSamples && turn < shownSamples; turn++) {
    for (const members of byClass) {
      const sample = members?.[turn];
      if (sample !== undefined && chosen.length < shownSamples) chosen.push(sample);
    }
  }
  return chosen;
}

function makeScatter(dataset: Dataset, heldOut: ReadonlySet<number>): Scatter | null {
  const features = dataset.summary.fields.filter(({ role }) => role === "feature");
  const [feature] = features;
  if (!feature || features.length > 1 || feature.shape.axes.length !== 1) return null;
  if (countValues(feature.shape) !== 2 || dataset.summary.kind !== "table") return null;
  const samples = Uint32Array.from(
    [...dataset.train, ...dataset.validation].slice(0, scatterPoints),
  );
  const values = dataset.gather(feature.name, samples);
  const target = dataset.summary.fields.find(({ role, classes }) => role === "target" && classes);
  return {
    x: Float32Array.from(samples, (_, index) => values[2 * index] ?? 0),
    y: Float32Array.from(samples, (_, index) => values[2 * index + 1] ?? 0),
    classes: target ? Int32Array.from(dataset.gather(target.name, samples)) : null,
    isHeldOut: Uint8Array.from(samples, (sample) => Number(heldOut.has(sample))),
  };
}

function makeSeries(dataset: Dataset): Series | null {
  const { summary, train, validation } = dataset;
  const target = summary.fields.find(({ role, classes }) => role === "target" && !classes);
  const isInOrder = train.every((sample, index) => sample === index);
  if (summary.kind !== "sequence" || !target || countValues(target.shape) !== 1 || !isInOrder) {
    return null;
  }
  const every = Math.max(1, Math.ceil(summary.sampleCount / seriesPoints));
  const samples = Uint32Array.from([...train, ...validation].filter((_, i) => i % every === 0));
  return {
    values: dataset.unscaleTarget(
      target.name,
      Float32Array.from(dataset.gather(target.name, samples)),
    ),
    heldOutFrom: Math.ceil(train.length / every),
  };
}

function measureRange(dataset: Dataset, field: string): FieldRange {
  let min = Infinity;
  let max = -Infinity;
  for (const value of dataset.gather(field, dataset.train.slice(0, 512))) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { field, min, max };
}

/** A generated table looks like a file: columns `x1`, `x2` … and the target. null for images and series. */
export function previewGenerated({ source }: DataBinding, dataset: Dataset): TablePreview | null {
  const { summary } = dataset;
  if (source.kind !== "generated" || summary.kind !== "table") return null;
  const names = summary.fields.flatMap(({ name, role, shape }) => {
    const count = role === "target" ? 1 : (countValues(shape) ?? 1);
    if (role === "target") return [name];
    const stem = name === "features" ? "x" : `${name} `;
    return Array.from({ length: count }, (_, index) => `${stem}${index + 1}`);
  });
  const profilers = names.map(() => createColumnProfiler(","));
  const rows: CsvRow[] = [];
  const count = Math.min(summary.sampleCount, profiledRows);
  for (let sample = 0; sample < count; sample++) {
    const view = dataset.describe(sample);
    if (view.kind !== "row") return null;
    const cells = [...view.cells, view.target];
    if (rows.length < 50) rows.push({ line: sample + 1, cells });
    for (const [index, profiler] of profilers.entries())
      profiler.add(cells[index] ?? "", sample + 1);
  }
  return {
    columns: profilers.map((profiler, index) => profiler.finish(names[index] ?? "")),
    rows,
    bytes: null,
  };
}
