import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { openTemplate, pickOption, setTraining, showView, trainButtonOf } from "../steps.ts";

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
  const detail = again.getByRole("region", { name: "Run 1" });
  await expect(detail).toContainText("Interrupted");
  await expect(detail.getByRole("button", { name: "Resume" })).toBeEnabled();
  // The dock offers it, too: there is where somebody looks who comes back to the network.
  await showView(again, "Design");
  await again.getByRole("tab", { name: "Run", exact: true }).click();
  await again.getByRole("button", { name: /^Resume run 1 \(epoch \d+ of 60\)$/ }).click();
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

test("leaving the page while it trains asks; what a reload broke off is resumed from the dock", async ({
  app,
}, { project }) => {
  test.skip(project.name !== "browser", "the desktop shell asks with a dialog of its own");
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await startLongRun(page, 400);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
  // The draft, not the template, which is listed sooner.
  await page.getByRole("button", { name: /Iris.*Draft/ }).click();
  await page.getByRole("tab", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: /^Resume run 1 \(epoch \d+ of 400\)$/ }).click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("running");
  await expect.poll(async () => (await readRuns(page))[0]?.kinds).toContain("recovered");
  await page.getByRole("button", { name: "Stop" }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("stopped");
  await expect(trainButtonOf(page)).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("Continue the newest run");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("running");
  await page.keyboard.press("Control+.");
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("stopped");
});

/** Flowers of two kinds, the more apart the wider. */
function makeTable(width: number): string {
  const rows = Array.from({ length: 60 }, (_, row) => {
    const kind = row % 3;
    return [5 + kind * width, 3 + (row % 5) / 10, 1 + kind, 0.2 + (row % 7) / 10, `kind ${kind}`];
  });
  return ["a,b,c,d,species", ...rows.map((row) => row.join(","))].join("\n");
}

test("a run whose data have changed since is refused, and stays as good as it was", async ({
  app,
}) => {
  const { page } = app;
  const file = join(app.files, "flowers.csv");
  writeFileSync(file, makeTable(1));
  await openTemplate(page, "Iris MLP");
  await showView(page, "Data");
  await page.getByRole("button", { name: "Replace…" }).click();
  await page.getByRole("menuitem", { name: "Choose a file or folder…" }).click();
  const chooser = page.getByRole("dialog");
  await chooser.getByRole("textbox", { name: "Path" }).fill(file);
  await chooser.getByRole("button", { name: "Go" }).click();
  await expect(chooser).toBeHidden();
  await showView(page, "Design");
  await page.getByRole("button", { name: "Training settings" }).click();
  await page.getByText("Learning-rate schedule").click();
  await pickOption(page, "Schedule", "Cosine");
  await page.keyboard.press("Escape");
  await setTraining(page, { epochs: 3, batchSize: 16, learningRate: 0.01 });
  await trainButtonOf(page).click();
  await expectFinished(page);
  await showView(page, "Runs");
  await expect.poll(async () => (await readRuns(page))[0]?.hasCheckpoint).toBe(true);
  const before = await readRuns(page);

  writeFileSync(file, makeTable(2));
  const detail = page.getByRole("region", { name: "Run 1" });
  const proceed = detail.getByRole("button", { name: "Continue training" });
  await proceed.click();
  const question = page.getByRole("dialog", { name: "Continue run 1" });
  await question.getByRole("textbox").fill("2");
  await expect(question.getByRole("status")).toHaveText(
    /^Its schedule \(cosine\) spans the run and is stretched over all 5 epochs: the learning rate goes on at 0\.00\d+, where it had come to 0\.00\d+\.$/,
  );
  await question.getByRole("button", { name: "Continue" }).click();
  const refusal = page.getByRole("alert").filter({ hasText: "Run 1 stays as it was." });
  await expect(refusal).toContainText(/on other data.* Start a new run instead\./);
  await expect(detail.locator("header")).toContainText("Finished");
  await expect(proceed).toBeEnabled();
  expect(await readRuns(page)).toEqual(before);
  // It covers no button of the run.
  const [said, header] = [
    await refusal.boundingBox(),
    await detail.locator("header").boundingBox(),
  ];
  expect(said?.y ?? 0).toBeGreaterThan((header?.y ?? 0) + (header?.height ?? 0));

  // With its data as they were it goes on.
  writeFileSync(file, makeTable(1));
  await proceed.click();
  await question.getByRole("textbox").fill("2");
  await question.getByRole("button", { name: "Continue" }).click();
  await expect.poll(async () => (await readRuns(page))[0]?.losses.length).toBe(5);
  await expectFinished(page);
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

/** The training worker that answers, in a loop that never ends. */
async function hang(page: Page): Promise<void> {
  const workers = page.workers().filter((candidate) => /trainingWorker/.test(candidate.url()));
  await workers.at(-1)?.evaluate(() => {
    setTimeout(() => {
      for (;;);
    });
  });
}

test("a worker that hangs is replaced, and its run goes on by itself", async ({
  app,
}, testInfo) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await startLongRun(page, 200);
  // Until it is known how long its work takes.
  await expect
    .poll(async () => (await readRuns(page))[0]?.losses.length ?? 0, { timeout: 60_000 })
    .toBeGreaterThan(5);
  await hang(page);
  const hungMs = Date.now();
  await expect
    .poll(async () => (await readRuns(page))[0]?.kinds, { timeout: 30_000 })
    .toContain("recovered");
  testInfo.annotations.push({ type: "replaced", description: `${Date.now() - hungMs} ms` });
  const told = /Recovered\. The training did not answer any more and was restarted/;
  await expect(page.getByText(told).first()).toBeVisible();
  await expectFinished(page);
  const [run] = await readRuns(page);
  expect(run?.losses).toHaveLength(200);
});

test("Stop does not wait for a worker that hangs, and what it kept can be continued", async ({
  app,
}, testInfo) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await startLongRun(page, 400);
  await hang(page);
  const pressedMs = Date.now();
  await page.getByRole("button", { name: "Stop" }).first().click();
  await expect(trainButtonOf(page)).toBeVisible();
  testInfo.annotations.push({ type: "over", description: `${Date.now() - pressedMs} ms` });
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("stopped");
  await page.getByRole("button", { name: "Continue training" }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.kinds).toContain("recovered");
  await page.getByRole("button", { name: "Stop" }).first().click();
  await expect.poll(async () => (await readRuns(page))[0]?.status).toBe("stopped");
});
