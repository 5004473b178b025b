import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { z } from "#shared/base/schema.ts";

/** How curves are drawn, in every chart alike; remembered between starts. */
const chartSettingsSchema = z.object({
  axis: z.enum(["epoch", "step", "time"]).catch("epoch"),
  /** 0: as measured; below 1. */
  smoothing: z.number().min(0).max(0.999).catch(0),
  /** Whether the smallest and largest values around each pixel are shaded. */
  isRangeShown: z.boolean().catch(true),
  /** Several runs: a line each, or their mean and what they span. */
  comparison: z.enum(["lines", "range"]).catch("lines"),
  /** Metrics whose values are spaced by their logarithm. */
  logarithmic: z.array(z.string()).catch([]),
});
export type ChartSettings = Readonly<z.infer<typeof chartSettingsSchema>>;

const storageKey = "netloom.charts";

const chartSettingsStore = createStore<ChartSettings>()(() =>
  chartSettingsSchema.parse(readStored()),
);

export function useChartSettings(): ChartSettings {
  return useStore(chartSettingsStore);
}

export function changeChartSettings(change: Partial<ChartSettings>): void {
  chartSettingsStore.setState(change);
  try {
    localStorage.setItem(storageKey, JSON.stringify(chartSettingsStore.getState()));
  } catch {
    // A full or forbidden storage only costs the memory of settings.
  }
}

export function setLogarithmic(metric: string, isLogarithmic: boolean): void {
  const others = chartSettingsStore.getState().logarithmic.filter((name) => name !== metric);
  changeChartSettings({ logarithmic: isLogarithmic ? [...others, metric] : others });
}

function readStored(): unknown {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? "{}");
  } catch {
    return {};
  }
}
