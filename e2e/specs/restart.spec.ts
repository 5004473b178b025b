import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { openTemplate, setTraining, showView, trainButtonOf } from "../steps.ts";

interface ToldRun {
  readonly status: string;
  readonly hasCheckpoint: boolean;
  readonly kinds: readonly string[];
  /** Losses by epoch, the last told one where an epoch was told twice. */
  readonly losses: readonly (readonly [number, number])[];
}

/** Runs as their folders tell them, newest first, read through the host as the application does. */
async function readRuns(page: Page): Promise<readonly ToldRun[]> {
  return page.evaluate(async () => {
    const token = Object.values(sessionStorage).find((value) => /^[\w-]{20,}$/.test(value)) ?? "";
    const headers = { authorization: `Bearer ${token}` };
    const ask = async (route: string) => (await fetch(`/api${route}`, { headers })).json();
    const runs: { id: string }[] = await ask("/runs");
    return Promise.all(
      runs.map(async ({ id }) => {
        const { info, events } = await ask(`/runs/${id}`);
        const losses = new Map<number, number>();
        for (const event of events) {
          if (event.kind === "epoch") losses.set(event.epoch, event.metrics.loss);
        }
        return {
          status: info.status,
          hasCheckpoint: Boolean(info.checkpoint),
          kinds: events.map((event: { kind: string }) => event.kind),
          losses: [...losses],
        };
      }),
    );
  });
}

async function startLongRun(page: Page, epochs: number): Promise<void> {
  await setTraining(page, { epochs, batchSize: 16, learningRate: 0.002 });
  await trainButtonOf(page).click();
  await expect
    .poll(async () => (await readRuns(page))[0]?.hasCheckpoint, { timeout: 60_000 })
    .toBe(true);
}

async function expectFinished(page: Page): Promise<void> {
  await expect
    .poll(async () => (await readRuns(page))[0]?.status, { timeout: 200_000 })
    .toBe("finished");
}

test("a run that a crash broke off is resumed, and its curve goes on", async ({ app }) => {
  const { page } = app;
  const epochs = 60;
  await openTemplate(page, "Iris MLP");
  await startLongRun(page, epochs);
  await expect(page).toHaveTitle(/^\d+ % · Iris/);

  const again = await app.restart();
  await again.getByRole("button", { name: /Iris/ }).first().click();
  await expect(again.getByText(/Run 1 was interrupted in epoch \d+/)).toBeVisible();
  await showView(again, "Runs");
  await expect(again.getByRole("region", { name: "Run 1" })).toContainText("Interrupted");
  await again
    .getByRole("region", { name: "Run 1" })
    .getByRole("button", { name: "Resume" })
    .click();
  await expectFinished(again);
  const [resumed] = await readRuns(again);
  expect(resumed?.kinds.filter((kind) => kind === "recovered")).toHaveLength(1);
  expect(resumed?.losses).toHaveLength(epochs);

  // The same seed, left alone: the same curve.
  await again.getByRole("button", { name: "Train", exact: true }).first().click();
  await expect.poll(async () => (await readRuns(again)).length).toBe(2);
  await expectFinished(again);
  const [whole] = await readRuns(again);
  expect(whole?.losses).toHaveLength(epochs);
  for (const [index, [epoch, loss]] of (whole?.losses ?? []).entries()) {
    expect(resumed?.losses[index]?.[0]).toBe(epoch);
    expect(Math.abs((resumed?.losses[index]?.[1] ?? NaN) - loss)).toBeLessThan(1e-6);
  }
});

test("a worker that crashes leaves a run that can be resumed; Stop and Continue, too", async ({
  app,
}) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await startLongRun(page, 400);
  const [worker] = page.workers().filter((candidate) => /trainingWorker/.test(candidate.url()));
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error("boom");
    });
  });
  const panel = page.getByRole("status").filter({ hasText: "Failed" });
  await expect(panel).toContainText("The training worker crashed");
  await page.getByRole("button", { name: "Resume", exact: true }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("running");
  await expect.poll(async () => (await readRuns(page))[0]?.kinds).toContain("recovered");

  await page.getByRole("button", { name: "Stop" }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("stopped");
  await page.getByRole("button", { name: "Continue training" }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("running");
  await page.getByRole("button", { name: "Stop" }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("stopped");
  expect(await readRuns(page)).toHaveLength(1);
});

test("a GPU process that is killed brings a new device, and training goes on by itself", async ({
  app,
}, testInfo) => {
  test.skip(testInfo.project.name !== "browser", "kills by Chromium's own protocol");
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await startLongRun(page, 200);
  const session = await page.context().browser()?.newBrowserCDPSession();
  await session?.send("Browser.crashGpuProcess");
  const crashedMs = Date.now();
  await expect
    .poll(async () => (await readRuns(page))[0]?.kinds, { timeout: 10_000 })
    .toContain("recovered");
  testInfo.annotations.push({ type: "recovery", description: `${Date.now() - crashedMs} ms` });
  await expect(page.getByText(/The GPU device was lost. Training goes on/).first()).toBeVisible();
  await expectFinished(page);
  const [run] = await readRuns(page);
  expect(run?.losses).toHaveLength(200);
});
