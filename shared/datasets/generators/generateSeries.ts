import type { Random } from "../../base/random.ts";
import type { RawData } from "../rawData.ts";
import { makeWindows } from "../rawData.ts";

/** A sine of period 25 with a slower one on top; windows of 24 steps, target the next value. */
export function generateSine(samples: number, noise: number, random: Random): RawData {
  const phase = 2 * Math.PI * random.next();
  const series = fillSeries(samples + 24, (step) => {
    const clean =
      Math.sin((2 * Math.PI * step) / 25 + phase) +
      0.4 * Math.sin((2 * Math.PI * step) / 61 + 2 * phase);
    return clean + noise * random.nextNormal();
  });
  return makeWindows("Sine series", series, { steps: 24, horizon: 1, target: "next" });
}

/** Months with growth and a season that grows with it, like ticket sales; windows of 12, target the next month. */
export function generateSeasonal(samples: number, noise: number, random: Random): RawData {
  const months = samples + 12;
  const season = [0.9, 0.87, 1, 0.98, 0.98, 1.1, 1.23, 1.22, 1.06, 0.92, 0.81, 0.92];
  const series = fillSeries(months, (month) => {
    const trend = 110 + (380 * month) / Math.max(144, months);
    return trend * (season[month % 12] ?? 1) * (1 + noise * random.nextNormal());
  });
  return makeWindows("Seasonal months", series, { steps: 12, horizon: 1, target: "next" });
}

/** A price-like walk: drifting trend, slow waves, small shocks; windows of 60 days, target the next day. */
export function generateTrend(samples: number, noise: number, random: Random): RawData {
  let drift = 0.05;
  let level = 100;
  const series = fillSeries(samples + 60, (day) => {
    drift = 0.97 * drift + 0.03 * (0.06 + 0.25 * random.nextNormal());
    level = Math.max(10, level + drift + 0.35 * Math.sin((2 * Math.PI * day) / 90));
    return level + noise * random.nextNormal();
  });
  return makeWindows("Trend windows", series, { steps: 60, horizon: 1, target: "next" });
}

/** Five sensors over 10 steps; the target at each step is a running, weighted sum that a network can learn step by step. */
export function generateSensorSteps(samples: number, noise: number, random: Random): RawData {
  const steps = 10;
  const sensors = 5;
  const features = new Float32Array(samples * steps * sensors);
  const targets = new Float32Array(samples * steps);
  const weights = [0.8, -0.5, 0.3, 0.6, -0.2];
  for (let row = 0; row < samples * steps; row++) {
    let sum = 0;
    for (let sensor = 0; sensor < sensors; sensor++) {
      const value = random.nextNormal();
      features[row * sensors + sensor] = value;
      sum += (weights[sensor] ?? 0) * value;
    }
    targets[row] = Math.tanh(sum) + 0.3 * sum * sum + noise * random.nextNormal();
  }
  const rowGroups = (width: number) =>
    Array.from({ length: steps * width }, (_, column) => column % width);
  const time = { name: "time", size: steps };
  return {
    kind: "sequence",
    label: "Sensor steps",
    sampleCount: samples,
    isChronological: false,
    fields: [
      {
        name: "sequence",
        role: "feature",
        shape: { dtype: "float32", axes: [time, { name: "features", size: sensors }] },
        classes: null,
        values: features,
        width: steps * sensors,
        rows: 1,
        firstRow: 0,
        scaling: { kind: "columns", group: rowGroups(sensors) },
      },
      {
        name: "reading",
        role: "target",
        shape: { dtype: "float32", axes: [time, { name: "features", size: 1 }] },
        classes: null,
        values: targets,
        width: steps,
        rows: 1,
        firstRow: 0,
        scaling: { kind: "columns", group: rowGroups(1) },
      },
    ],
  };
}

function fillSeries(length: number, value: (step: number) => number): Float32Array {
  const series = new Float32Array(length);
  for (let step = 0; step < length; step++) series[step] = value(step);
  return series;
}
