import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { checkPython, readDigits, runTypeScript } from "../referees.ts";
import {
  bindDigits,
  canvasOf,
  dragLayer,
  fillField,
  goToFolder,
  layerOf,
  makeFolder,
  pickOption,
  saveAs,
  setTraining,
  showView,
  startEmptyGraph,
  waitForRun,
  wire,
  trainButtonOf,
} from "../steps.ts";

/** 28×28×1 → Conv2D 8·5×5 stride 2 → MaxPooling2D → Flatten → Dense 10: 208 + 2,890 weights. */
const weightCount = 3098;

test("a small CNN is drawn by mouse, trained on digits, exported, saved and reopened", async ({
  app,
}) => {
  const { page } = app;
  await test.step("draw", async () => {
    await startEmptyGraph(page);
    const layers = ["Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Output"];
    for (const [index, title] of layers.entries())
      await dragLayer(page, title, 300, 40 + 90 * index);
    for (const [index, title] of layers.slice(1).entries())
      await wire(page, layers[index] ?? "", title);
    await layerOf(page, "Conv2D").click();
    await fillField(page, "Filters", "8");
    for (const side of ["height", "width"]) {
      await fillField(page, `Kernel size, ${side}`, "5");
      await fillField(page, `Strides, ${side}`, "2");
    }
    await pickOption(page, "Activation", "relu");
  });

  await test.step("bind data, which sets shapes and units", async () => {
    await bindDigits(page);
    await showView(page, "Design");
    await expect(layerOf(page, "Input")).toHaveAccessibleName(/height 28 × width 28 × channels 1/);
    await expect(layerOf(page, "Dense")).toHaveAccessibleName(/features 10/);
    await expect(page.getByRole("contentinfo")).toContainText("3,098 weights");
    await expect(page.getByRole("contentinfo")).toContainText("No problems");
  });

  await test.step("train past 90 %", async () => {
    await setTraining(page, { epochs: 3, batchSize: 50, learningRate: 0.005 });
    await trainButtonOf(page).click();
    await expect(page.getByRole("button", { name: "Pause" }).first()).toBeVisible();
    await waitForRun(page);
    const run = await readNewestRun(page);
    expect(run.status).toBe("finished");
    expect(run.backend).toBe("webgpu");
    const losses = run.epochs.map((epoch) => epoch["loss"] ?? Number.NaN);
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan((losses[0] ?? 0) * 0.8);
    expect(run.metrics["valAccuracy"]).toBeGreaterThan(0.9);
    await showView(page, "Runs");
    await expect(page.getByRole("region", { name: "Run 1" })).toContainText("Finished");
    await expect(page.getByRole("region", { name: "Confusion matrix" })).toBeVisible();
  });

  await test.step("export, and have others judge it", async () => {
    const typescript = await exportAs(page, /^TypeScript/, makeFolder(app, "ts"));
    const keras = await exportAs(page, /^Keras/, makeFolder(app, "py"));
    const model = await exportAs(page, /^Trained model/, makeFolder(app, "model"));
    expect(runTypeScript(typescript)).toMatch(/loss/i);
    expect([weightCount, null]).toContain(checkPython(keras));
    const { weights, accuracy } = await readDigits(model);
    expect(weights).toBe(weightCount);
    if (accuracy !== null) expect(accuracy).toBeGreaterThan(0.88);
  });

  await test.step("save, crash, reopen", async () => {
    await showView(page, "Design");
    await saveAs(page, makeFolder(app, "projects"), "small-cnn");
    expect(readdirSync(join(app.files, "projects"))).toContain("small-cnn.netloom");
    const before = await canvasOf(page).ariaSnapshot();

    const again = await app.restart();
    await again.getByRole("button", { name: /^small-cnn/ }).click();
    await expect(layerOf(again, "Conv2D")).toBeVisible();
    await expect(again.getByRole("contentinfo")).toContainText("3,098 weights");
    expect(await canvasOf(again).ariaSnapshot()).toBe(before);
    await layerOf(again, "Conv2D").click();
    await expect(again.getByRole("textbox", { name: "Filters" })).toHaveValue("8");
    await showView(again, "Runs");
    await expect(again.getByRole("region", { name: "Run 1" })).toContainText("Finished");
  });
});

interface NewestRun {
  readonly status: string;
  readonly backend: string;
  readonly metrics: Record<string, number>;
  readonly epochs: readonly Record<string, number>[];
}

/** The newest run as its folder tells it, read through the host like the application does. */
async function readNewestRun(page: Page): Promise<NewestRun> {
  const { info, events } = await page.evaluate(async () => {
    const token = Object.values(sessionStorage).find((value) => /^[\w-]{20,}$/.test(value)) ?? "";
    const get = async (path: string) =>
      (await fetch(`/api${path}`, { headers: { authorization: `Bearer ${token}` } })).json();
    const [newest] = await get("/runs");
    return get(`/runs/${newest.id}`);
  });
  return {
    status: info.status,
    backend: info.backend,
    metrics: info.metrics,
    epochs: events
      .filter((event: { kind: string }) => event.kind === "epoch")
      .map((event: { metrics: Record<string, number> }) => event.metrics),
  };
}

/** Exports into a new folder inside `parent`; returns where it went. */
async function exportAs(page: Page, what: RegExp, parent: string): Promise<string> {
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("radio", { name: what }).check();
  await dialog.getByRole("button", { name: /Export into a folder/ }).click();
  await goToFolder(page, parent);
  await page.getByRole("button", { name: /this folder/ }).click();
  await expect.poll(() => readdirSync(parent)).toHaveLength(1);
  await expect(page.getByRole("dialog")).toBeHidden();
  const [folder] = readdirSync(parent);
  expect(folder).toBeDefined();
  return join(parent, folder ?? "");
}
