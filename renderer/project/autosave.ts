import { serializeProject } from "#shared/project/serializeProject.ts";
import { readToken } from "../host/token.ts";
import { documentStore, selectIsDirty } from "../state/documentStore.ts";
import { resolveConflict } from "./resolveConflict.ts";
import { keepOpenProject } from "./writeProject.ts";

const quietMs = 500;
const retryMs = 5_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;

/** Keeps every change within a second: in the project's file where it has one, else as a draft. */
export function startAutosave(): void {
  documentStore.subscribe((state, previous) => {
    if (state.document === previous.document || !selectIsDirty(state)) return;
    schedule(quietMs);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flushOnLeaving();
  });
}

/** Writes what is not yet written, now. Resolves when it is. */
export async function flushProject(): Promise<void> {
  clearTimeout(timer);
  if (running !== null) await running;
  await keep();
}

function schedule(delayMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void keep(), delayMs);
}

/** One writer at a time; edits made meanwhile are written in a further round. */
async function keep(): Promise<void> {
  if (running !== null) return running;
  running = keepUntilClean().finally(() => {
    running = null;
  });
  return running;
}

async function keepUntilClean(): Promise<void> {
  for (;;) {
    const state = documentStore.getState();
    if (!selectIsDirty(state) || state.saveState.phase === "conflict") return;
    const outcome = await keepOpenProject();
    if (outcome.kind === "conflict") return void resolveConflict(outcome.problem);
    if (outcome.kind === "failed") return schedule(retryMs);
  }
}

/** The window is closing or hidden: a last draft on a request that outlives the page. Browsers take up to 64 KB so. */
function flushOnLeaving(): void {
  const state = documentStore.getState();
  if (!selectIsDirty(state) || state.saveState.phase === "conflict") return;
  const text = serializeProject(state.document);
  const body = JSON.stringify({ text, handle: state.location?.handle ?? null });
  const token = readToken();
  void fetch(`/api/drafts/${state.document.id}`, {
    method: "PUT",
    body,
    keepalive: body.length < 60_000,
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
  }).catch(() => undefined);
}
