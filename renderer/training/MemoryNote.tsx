import { useMemo } from "react";
import { useDataset } from "../state/datasetStore.ts";
import { documentStore, useDocument } from "../state/documentStore.ts";
import { Button } from "../ui/Button.tsx";
import { changeTraining } from "./changeTraining.ts";
import { useDevice } from "./deviceStore.ts";
import { describeMemory, type MemoryNote as Note } from "./memoryQueries.ts";

/** What training will take of the device; null where nothing can be said yet. */
export function useMemoryNote(): Note | null {
  const training = useDocument((state) => state.document.training);
  const analysis = useDocument((state) => state.documentAnalysis);
  const summary = useDataset((state) => state.summary);
  const device = useDevice();
  const tensor = device?.maxTensorBytes ?? null;
  return useMemo(() => {
    // Read here, not subscribed to: where layers stand makes no difference, and compiling takes a moment.
    const { document } = documentStore.getState();
    // No browser tells how much memory a GPU has.
    const limits = { total: null, tensor };
    return describeMemory({ ...document, training }, analysis, { summary, limits });
  }, [training, analysis, summary, tensor]);
}

/** Among the settings: how much memory, and where it doesn't fit, the way out. */
export function MemoryNote() {
  const note = useMemoryNote();
  if (note === null) return null;
  const { text, largestBatch } = note;
  if (largestBatch === null) {
    return <p className="nl-quiet nl-memory-note">{keepUnits(text)}</p>;
  }
  return (
    <p className="nl-run-message nl-memory-note" role="status">
      {keepUnits(text)}
      {largestBatch > 0 && (
        <Button
          size="small"
          onClick={() => changeTraining({ batching: "mini-batch", batchSize: largestBatch })}
        >
          Use a batch of {largestBatch}
        </Button>
      )}
    </p>
  );
}

/** No line break between a number and its unit. */
function keepUnits(text: string): string {
  return text.replaceAll(/(\d) (?=bytes|[kMGT]?B)/g, "$1\u00A0");
}
