import { appendFile, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { pageHeader } from "#shared/host/contract.ts";
import { makeFullDisk, makeHost } from "./host.testkit.ts";

const run = {
  id: "run-1",
  projectId: "p-1",
  projectName: "digits",
  number: 1,
  startedMs: 1_000,
  status: "running",
  message: "",
  backend: "cpu",
  epochs: 3,
  metrics: {},
  snapshot: "{}\n",
};
const step = { kind: "step", epoch: 1, step: 1, metrics: { loss: 2.5 } };
const epoch = { kind: "epoch", epoch: 1, metrics: { loss: 2, valLoss: 2.1 } };

describe("a run", () => {
  it("keeps its events in order, its changes and its files across a restart", async () => {
    const fixture = await makeHost();
    expect((await fixture.send("POST", "/runs", run)).status).toBe(200);
    await fixture.send("POST", "/runs/run-1/events", [step, epoch]);
    await fixture.send("POST", "/runs/run-1/events", [{ kind: "paused", elapsedMs: 9 }]);
    await fixture.send("PATCH", "/runs/run-1", { status: "finished", metrics: { loss: 2 } });
    await fixture.send("PUT", "/runs/run-1/files/weights.bin", new Uint8Array([1, 2, 3]));
    const again = await fixture.restart();
    expect((await again.send("GET", "/runs/run-1")).body).toEqual({
      info: { ...run, status: "finished", metrics: { loss: 2 } },
      events: [step, epoch, { kind: "paused", elapsedMs: 9 }],
    });
    expect((await again.send("GET", "/runs/run-1/files")).body).toEqual([
      { name: "weights.bin", size: 3 },
    ]);
    const bytes = await again.raw("GET", "/api/runs/run-1/files/weights.bin");
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  });

  it("keeps its identity and snapshot whatever a change says", async () => {
    const { send } = await makeHost();
    await send("POST", "/runs", run);
    await send("PATCH", "/runs/run-1", { id: "run-2", projectId: "p-2", snapshot: "", epochs: 9 });
    expect((await send("GET", "/runs/run-1")).body).toMatchObject({
      info: { ...run, epochs: 9 },
    });
  });

  it("is never overwritten by another of the same id", async () => {
    const { send } = await makeHost();
    await send("POST", "/runs", run);
    expect((await send("POST", "/runs", { ...run, epochs: 1 })).status).toBe(409);
    expect((await send("GET", "/runs/run-1")).body).toMatchObject({ info: { epochs: 3 } });
  });

  it("left running by a crash is shown as interrupted", async () => {
    const fixture = await makeHost();
    await fixture.send("POST", "/runs", run);
    expect((await fixture.send("GET", "/runs/run-1")).body).toMatchObject({
      info: { status: "running" },
    });
    const again = await fixture.restart();
    expect((await again.send("GET", "/runs/run-1")).body).toMatchObject({
      info: { status: "interrupted" },
    });
    expect((await again.send("GET", "/runs?project=p-1")).body).toMatchObject([
      { status: "interrupted" },
    ]);
  });

  it("is shown as interrupted once its page was closed or reloaded", async () => {
    const { send, raw } = await makeHost();
    const openPage = async (name: string) => {
      const headers = { [pageHeader]: name };
      const reader = (await raw("GET", "/api/events", { headers })).body?.getReader();
      await reader?.read();
      return reader;
    };
    const report = (name: string, route: string, body: unknown) =>
      raw("POST", `/api${route}`, { headers: { [pageHeader]: name }, body: JSON.stringify(body) });
    const training = await openPage("training");
    await report("training", "/runs", run);
    const other = await openPage("other");
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "running" }]);
    await training?.cancel();
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "interrupted" }]);
    // The last that the page said before it went comes after it.
    await report("training", "/runs/run-1/events", [step]);
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "interrupted" }]);
    // A page whose connection broke comes back under its own name.
    const back = await openPage("training");
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "running" }]);
    await back?.cancel();
    await report("other", "/runs/run-1/events", [step]);
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "running" }]);
    await other?.cancel();
  });

  it("that has long been silent is shown as interrupted, until it reports again", async () => {
    let timeMs = 0;
    const { send } = await makeHost({ nowMs: () => timeMs });
    await send("POST", "/runs", run);
    timeMs += 3_600_000;
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "interrupted" }]);
    await send("POST", "/runs/run-1/events", [step]);
    expect((await send("GET", "/runs")).body).toMatchObject([{ status: "running" }]);
  });

  it("reads past a line that a crash cut short and appends after it", async () => {
    const { send, data } = await makeHost();
    await send("POST", "/runs", run);
    await send("POST", "/runs/run-1/events", [step]);
    await appendFile(path.join(data, "runs/run-1/metrics.jsonl"), '{"kind":"ep');
    await send("POST", "/runs/run-1/events", [epoch]);
    expect((await send("GET", "/runs/run-1")).body).toMatchObject({ events: [step, epoch] });
  });

  it("says so when its events no longer fit on the disk, and goes on afterwards", async () => {
    let isFull = false;
    const { send } = await makeHost({ openForWriting: makeFullDisk(() => isFull) });
    await send("POST", "/runs", run);
    isFull = true;
    expect((await send("POST", "/runs/run-1/events", [step])).status).toBe(507);
    const weights = new Uint8Array([1]);
    expect((await send("PUT", "/runs/run-1/files/weights.bin", weights)).status).toBe(507);
    isFull = false;
    expect((await send("POST", "/runs/run-1/events", [epoch])).status).toBe(200);
    expect((await send("GET", "/runs/run-1")).body).toMatchObject({ events: [epoch] });
    expect((await send("GET", "/runs/run-1/files")).body).toEqual([]);
  });

  it("keeps every event of simultaneous reports on a line of its own", async () => {
    const { send, data } = await makeHost();
    await send("POST", "/runs", run);
    const reports = Array.from({ length: 20 }, (_, index) => [{ ...step, step: index }]);
    await Promise.all(reports.map((events) => send("POST", "/runs/run-1/events", events)));
    const text = await readFile(path.join(data, "runs/run-1/metrics.jsonl"), "utf8");
    const steps = text
      .trim()
      .split("\n")
      .map((line) => Object(JSON.parse(line)).step);
    expect(steps.toSorted((left, right) => left - right)).toEqual(reports.map((_, index) => index));
  });

  it("disappears with everything it had", async () => {
    const { send, data } = await makeHost();
    await send("POST", "/runs", run);
    expect((await send("DELETE", "/runs/run-1")).status).toBe(200);
    expect(await readdir(path.join(data, "runs"))).toEqual([]);
    for (const [method, route, body] of [
      ["GET", "/runs/run-1", undefined],
      ["GET", "/runs/run-1/files", undefined],
      ["DELETE", "/runs/run-1", undefined],
      ["PATCH", "/runs/run-1", {}],
      ["POST", "/runs/run-1/events", [step]],
      ["PUT", "/runs/run-1/files/a.bin", new Uint8Array([1])],
    ] as const) {
      expect((await send(method, route, body)).status).toBe(404);
    }
  });

  it("is listed newest first and by project", async () => {
    const { send } = await makeHost();
    await send("POST", "/runs", run);
    await send("POST", "/runs", { ...run, id: "run-2", startedMs: 2_000 });
    await send("POST", "/runs", { ...run, id: "run-3", projectId: "p-2" });
    expect((await send("GET", "/runs?project=p-1")).body).toMatchObject([
      { id: "run-2" },
      { id: "run-1" },
    ]);
  });
});
