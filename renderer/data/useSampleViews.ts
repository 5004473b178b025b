import { useEffect, useState } from "react";
import type { SampleView } from "#shared/datasets/dataset.ts";
import { useDataset } from "../state/datasetStore.ts";
import { viewSamples } from "./dataClient.ts";

const none: ReadonlyMap<number, SampleView> = new Map();

/** Pictures or rows of the given samples, read by the data worker; empty until they are there. */
export function useSampleViews(samples: readonly number[]): ReadonlyMap<number, SampleView> {
  const summary = useDataset((state) => state.summary);
  const [views, setViews] = useState(none);
  // The list is compared by content: callers make it anew at every render.
  const key = samples.join(" ");
  useEffect(() => {
    let isWanted = true;
    const wanted = key
      .split(" ")
      .filter((text) => text !== "")
      .map(Number)
      .filter((sample) => summary !== null && sample < summary.sampleCount);
    void viewSamples(wanted).then((found) => {
      if (!isWanted) return;
      setViews(new Map(found.map((view, index) => [wanted[index] ?? -1, view])));
    });
    return () => {
      isWanted = false;
    };
  }, [key, summary]);
  return views;
}
