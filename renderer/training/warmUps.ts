import { compileDocument } from "#shared/compiler/compileDocument.ts";
import { effectiveBatchSize } from "#shared/training/config.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { isBusy } from "./trainingClient.ts";
import { makeWarmUpKey } from "./warmUpKey.ts";
import { listenToWorkers, postToWorker } from "./workerHandle.ts";

/** Starts the backend early and, whenever the graph becomes valid, compiles its kernels. Returns the way to end that. */
export function startWarmUps(): () => void {
  postToWorker({ kind: "warmUp", backend: "auto" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let warmed = "";
  const warmUp = () => {
    if (isBusy()) return;
    const { document, documentAnalysis } = documentStore.getState();
    const plan = compileDocument(document, documentAnalysis);
    if (!plan.ok) return;
    const { training } = document;
    const { summary } = datasetStore.getState();
    // A full batch, or one larger than the data, is known only with them.
    const batchSize = effectiveBatchSize(training, summary?.trainCount ?? training.batchSize);
    const config = { ...training, batchSize };
    const key = makeWarmUpKey(plan.value, config);
    if (key === warmed) return;
    warmed = key;
    postToWorker({ kind: "warmUp", backend: "auto", model: { plan: plan.value, config } });
  };
  const stopListening = listenToWorkers({
    onEnded() {
      warmed = "";
      clearTimeout(timer);
      // Not at once: a run that goes on by itself comes first, and compiles for itself.
      timer = setTimeout(() => {
        if (isBusy()) return;
        postToWorker({ kind: "warmUp", backend: "auto" });
        warmUp();
      }, 200);
    },
  });
  const unsubscribe = documentStore.subscribe((state, before) => {
    const isSame =
      state.documentAnalysis === before.documentAnalysis &&
      state.document.training === before.document.training;
    if (isSame) return;
    clearTimeout(timer);
    // Once editing rests; compiling takes the processor for a moment.
    timer = setTimeout(warmUp, 1500);
  });
  return () => {
    clearTimeout(timer);
    stopListening();
    unsubscribe();
  };
}
