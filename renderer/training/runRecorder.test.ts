import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runId } from "#shared/base/ids.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { runStore } from "../state/runStore.ts";
import { toastStore } from "../ui/toastStore.ts";
import { createRunRecorder } from "./runRecorder.ts";

const id = runId("run-test-1");
const info: RunInfo = {
  id,
  projectId: "project",
  projectName: "Project",
  number: 1,
  startedMs: 0,
  status: "running",
  message: "",
  backend: "",
  epochs: 0,
  metrics: {},
  snapshot: "",
};
const started: RunEvent = {
  kind: "started",
  runId: id,
  atMs: 0,
  backend: "cpu",
  device: "JavaScript",
  epochs: 1,
  stepsPerEpoch: 1,
  sampleCount: 1,
};
const epoch: RunEvent = {
  kind: "epoch",
  epoch: 1,
  metrics: { loss: 0.5 },
  elapsedMs: 1,
  isBest: true,
};
const ended: RunEvent = {
  kind: "ended",
  reason: "finished",
  message: "Finished 1 epoch.",
  epochs: 1,
  metrics: { loss: 0.5 },
  elapsedMs: 1,
  hasWeights: true,
};

/** A host on the other side of `fetch` that notes what comes, and what the store showed at that moment. */
let calls: string[] = [];
let status = 200;
beforeEach(() => {
  calls = [];
  status = 200;
  toastStore.setState({ toasts: [] });
  runStore.getState().clear();
  runStore.getState().begin(info);
  vi.stubGlobal("fetch", async (url: string, request: RequestInit) => {
    const phase = runStore.getState().active?.state.phase;
    calls.push(`${request.method} ${url.replace(`/api/runs/${id}`, "")} while ${phase}`);
    const answer = status === 200 ? {} : { code: "disk-full", message: "The disk is full." };
    return new Response(JSON.stringify(answer), { status });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function record(): void {
  const recorder = createRunRecorder(id);
  recorder.recordEvent(started);
  recorder.recordEvent(epoch);
  recorder.recordFiles([{ name: "model.json", bytes: new ArrayBuffer(2) }]);
  recorder.recordEvent(ended);
}
const untilEnded = () =>
  vi.waitFor(() => expect(runStore.getState().active?.state.phase).toBe("ended"));

test("the host has events and weights before the store shows them", async () => {
  record();
  await untilEnded();
  expect(calls).toEqual([
    "POST /events while waiting",
    "PATCH  while waiting",
    "POST /events while running",
    "PATCH  while running",
    "PUT /files/model.json while running",
    "POST /events while running",
    "PATCH  while running",
  ]);
  expect(runStore.getState().runs[0]).toMatchObject({
    status: "finished",
    message: "Finished 1 epoch.",
    backend: "cpu",
    epochs: 1,
    metrics: { loss: 0.5 },
  });
});

test("a host that can't write is told of once, and the run goes on", async () => {
  status = 507;
  record();
  await untilEnded();
  expect(toastStore.getState().toasts.map((toast) => toast.message)).toEqual([
    "The run can't be recorded: The disk is full.",
  ]);
});

test("a released run is shown as ended until its own end comes, and hears what it tells meanwhile", () => {
  const store = runStore.getState();
  const stopped = { ...ended, reason: "stopped", message: "Saving." } as const;
  store.receive(id, started);
  store.release(id, stopped);
  expect(runStore.getState().active?.state).toMatchObject({ phase: "ended", ended: stopped });
  expect(runStore.getState().active?.info).toMatchObject({ status: "stopped", message: "Saving." });
  store.receive(id, epoch);
  expect(runStore.getState().active?.state.epochs).toHaveLength(1);
  expect(runStore.getState().active?.state).toMatchObject({ phase: "ended", ended: stopped });
  const last = { ...stopped, message: "Stopped after 1 of 2 epochs." };
  store.receive(id, last);
  expect(runStore.getState().active).toMatchObject({ released: null, state: { ended: last } });
});
