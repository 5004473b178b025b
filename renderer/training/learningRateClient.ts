import { err, type Result } from "#shared/base/result.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { SearchPoint, SearchResult } from "#shared/training/learningRateSearch.ts";
import { readToken } from "../host/token.ts";
import { documentStore } from "../state/documentStore.ts";
import { whyNotTrain } from "./runQueries.ts";
import { busy, isBusy } from "./trainingClient.ts";
import { listenToWorkers, postToWorker } from "./workerHandle.ts";

/** The one search for a learning rate that is under way. */
interface Search {
  readonly id: string;
  readonly onPoints: (points: readonly SearchPoint[]) => void;
  readonly end: (outcome: Result<SearchResult, string>) => void;
}

let search: Search | null = null;

/** Searches on the document as it is now; nothing of it changes. The error is a sentence. Training ends a search. */
export function searchLearningRate(onPoints: Search["onPoints"]): {
  readonly outcome: Promise<Result<SearchResult, string>>;
  cancel(): void;
} {
  const { document, documentAnalysis } = documentStore.getState();
  const obstacle = isBusy() ? busy : search ? "A search is under way." : whyNotTrain();
  const plan = compileDocument(document, documentAnalysis);
  const failed = (message: string) => ({ outcome: Promise.resolve(err(message)), cancel() {} });
  if (obstacle !== null || document.data === null) return failed(obstacle ?? "Bind data first.");
  if (!plan.ok) return failed(plan.error[0]?.message ?? "The model has mistakes.");
  const searchId = crypto.randomUUID();
  const outcome = new Promise<Result<SearchResult, string>>((resolve) => {
    search = { id: searchId, onPoints, end: resolve };
  });
  postToWorker({
    kind: "findLearningRate",
    searchId,
    plan: plan.value,
    data: document.data,
    config: document.training,
    host: { baseUrl: location.origin, token: readToken() },
    backend: "auto",
  });
  return { outcome, cancel: () => postToWorker({ kind: "cancelSearch", searchId }) };
}

function endSearch(searchId: string | undefined, outcome: Result<SearchResult, string>): void {
  if (search === null || search.id !== searchId) return;
  const ended = search;
  search = null;
  ended.end(outcome);
}

listenToWorkers({
  onMessage(message) {
    if (message.kind === "searchPoints" && message.searchId === search?.id) {
      search.onPoints(message.points);
    }
    if (message.kind === "searchEnded") endSearch(message.searchId, message.outcome);
  },
  onEnded: () =>
    endSearch(search?.id, err("The search ended because the training worker had to be replaced.")),
});
