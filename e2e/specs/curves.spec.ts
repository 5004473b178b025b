import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { readTensorBoard } from "../referees.ts";
import {
  openTemplate,
  pickOption,
  setTraining,
  showView,
  waitForRun,
  trainButtonOf,
} from "../steps.ts";

/** A short run of the small network for flowers. */
async function trainIris(page: Page, learningRate: number): Promise<void> {
  await setTraining(page, { epochs: 8, batchSize: 16, learningRate });
  await trainButtonOf(page).click();
  await expect(trainButtonOf(page)).toBeHidden();
  await waitForRun(page);
}

async function findFaults(page: Page): Promise<readonly string[]> {
  // Fades count as low contrast while they last.
  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

/** The file that a press hands to the browser's downloads. */
async function download(page: Page, press: () => Promise<void>) {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

async function saveChart(page: Page, chart: string, entry: string) {
  return await download(page, async () => {
    await page.getByRole("button", { name: `Save ${chart}`, exact: true }).click();
    await page.getByRole("menuitem", { name: entry }).click();
  });
}

/** Columns of a table by their header; nothing in it needs quotes. */
function readTable(bytes: Buffer): ReadonlyMap<string, readonly string[]> {
  const [header = [], ...rows] = bytes
    .toString("utf8")
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
  return new Map(header.map((name, column) => [name, rows.map((row) => row[column] ?? "")]));
}

const plotOf = (page: Page, title: string): Locator =>
  page.getByRole("group", { name: new RegExp(`^${title}\\.`) });

test("curves are smoothed, spaced by logarithm, zoomed, compared and saved", async ({ app }, {
  project,
}) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await trainIris(page, 0.02);
  await trainIris(page, 0.003);
  await showView(page, "Runs");
  const loss = plotOf(page, "loss by epoch");
  await expect(loss).toBeVisible();

  // Values under the pointer and the arrow keys.
  await loss.focus();
  await page.keyboard.press("End");
  await expect(page.getByText("epoch 8", { exact: true }).first()).toBeVisible();

  // Zoom by keys, by dragging, and back.
  const reset = page.getByRole("button", { name: "Show all of loss by epoch" });
  await page.keyboard.press("+");
  await expect(reset).toBeVisible();
  await page.keyboard.press("0");
  await expect(reset).toBeHidden();
  const over = loss.locator(".u-over");
  const box = await over.boundingBox();
  if (box === null) throw new Error("The chart has no plot.");
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(reset).toBeVisible();
  if (project.name === "browser") {
    const part = await saveChart(page, "loss by epoch", "Save as table (CSV)");
    const epochs = (readTable(part.bytes).get("epoch") ?? []).map(Number);
    expect(epochs.length).toBeGreaterThan(0);
    expect(Math.min(...epochs)).toBeGreaterThanOrEqual(1.9);
    expect(Math.max(...epochs)).toBeLessThanOrEqual(4.1);
  }
  await over.dblclick();
  await expect(reset).toBeHidden();

  // The wheel zooms where the chart has the focus.
  await page.mouse.wheel(0, -300);
  await expect(reset).toBeVisible();
  await page.getByRole("button", { name: "Show all", exact: true }).click();

  const logarithm = page.getByRole("button", { name: "Logarithmic scale, loss by epoch" });
  await logarithm.click();
  await expect(logarithm).toHaveAttribute("aria-pressed", "true");

  const smoothing = page.getByRole("slider", { name: /Smoothing/ });
  await smoothing.fill("0.6");
  await expect(page.getByTitle("As measured").filter({ visible: true }).first()).toBeVisible();

  await page.getByRole("checkbox", { name: "Compare run 1" }).check();
  const comparison = page.getByRole("region", { name: "Comparison of runs" });
  await expect(comparison.getByRole("columnheader", { name: /learning rate/ })).toBeVisible();
  await expect(comparison.getByRole("cell", { name: "0.003" })).toBeVisible();

  if (project.name === "browser") await checkSavedFiles(page);
  await page.getByRole("radio", { name: "Mean and range" }).click();
  await expect(page.getByText("mean loss of 2 runs")).toBeVisible();
});

async function checkSavedFiles(page: Page): Promise<void> {
  const table = await saveChart(page, "loss by epoch", "Save as table (CSV)");
  expect(table.name).toBe("Run-2-loss-by-epoch.csv");
  const columns = readTable(table.bytes);
  expect([...columns.keys()]).toEqual([
    "epoch",
    "loss (measured)",
    "loss",
    "validation (measured)",
    "validation",
    "run 1 (measured)",
    "run 1",
  ]);
  // Smoothing starts at the first measured value and is debiased as TensorBoard's.
  const values = (name: string) =>
    (columns.get(name) ?? []).filter((cell) => cell !== "").map(Number);
  const measured = values("validation (measured)");
  expect(measured).toHaveLength(8);
  let [mean, share] = [0, 0];
  const expected = measured.map((value) => {
    mean = 0.6 * mean + 0.4 * value;
    share = 0.6 * share + 0.4;
    return mean / share;
  });
  values("validation").forEach((value, index) =>
    expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 10),
  );

  const picture = await saveChart(page, "loss by epoch", "Save as picture (PNG)");
  expect(picture.name).toBe("Run-2-loss-by-epoch.png");
  expect(picture.bytes.subarray(1, 4).toString()).toBe("PNG");
  const [width, height] = [picture.bytes.readUInt32BE(16), picture.bytes.readUInt32BE(20)];
  expect(width).toBeGreaterThan(300);
  expect(height).toBeGreaterThan(150);

  await page.getByRole("button", { name: "Export curves" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  const board = await download(page, () =>
    dialog.getByRole("button", { name: /^Download events\.out\.tfevents/ }).click(),
  );
  expect(board.bytes.includes("brain.Event:2")).toBe(true);
  expect(board.bytes.includes("loss/validation")).toBe(true);
  const epochs = await download(page, () =>
    dialog.getByRole("button", { name: "Download epochs.csv" }).click(),
  );
  const validation = (readTable(epochs.bytes).get("valLoss") ?? []).map(Number);
  expect(validation).toEqual(measured);
  const scalars = readTensorBoard(board.bytes);
  if (scalars !== null) {
    const read = scalars.filter(([tag]) => tag === "loss/validation").map(([, , , value]) => value);
    expect(read).toEqual(validation.map((value) => Math.fround(value)));
  }
  await page.keyboard.press("Escape");
}

test("settings of the training are edits like others", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await page.getByRole("button", { name: "Training settings" }).click();
  const settings = page.getByRole("dialog", { name: "Training settings" });
  await pickOption(page, "Optimizer", "AdamW");
  await settings.getByText("AdamW and gradients").click();
  await expect(settings.getByRole("textbox", { name: "Weight decay" })).toHaveValue("0.004");
  await pickOption(page, "Clipping", "All together");
  await expect(settings.getByRole("textbox", { name: "Clipping limit" })).toHaveValue("1");
  await settings.getByText("Learning-rate schedule").click();
  await pickOption(page, "Schedule", "Cosine");
  await expect(
    settings.getByRole("img", { name: /^Learning rate from .* over 60 epochs/ }),
  ).toBeVisible();

  await settings.getByText("Samples and chance").click();
  await pickOption(page, "Class weights", "Given here");
  const weights = settings.getByRole("textbox", { name: "Weights", exact: true });
  await weights.fill("1, 2");
  await weights.press("Enter");
  await expect(settings.getByRole("alert")).toHaveText(/has 3 classes; here are 2 numbers/);
  await weights.fill("1, 2, 3");
  await weights.press("Enter");
  await expect(settings.getByRole("alert")).toHaveCount(0);

  await page.keyboard.press("Escape");
  // Four edits were made to the clipping, the schedule and the weights; each is a step of its own.
  for (let step = 0; step < 3; step++) await page.keyboard.press("Control+z");
  await page.getByRole("button", { name: "Training settings" }).click();
  await expect(page.getByRole("combobox", { name: "Schedule" })).toHaveText(/Constant/);
  await expect(page.getByRole("combobox", { name: "Clipping" })).toHaveText(/All together/);
});

test("a learning rate is found, used and taken back", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  const openSettings = () => page.getByRole("button", { name: "Training settings" }).click();
  await openSettings();
  const rate = page.getByRole("textbox", { name: "Learning rate" });
  await expect(rate).toHaveValue("0.005");
  await page.getByRole("button", { name: "Find a learning rate" }).click();
  const dialog = page.getByRole("dialog", { name: "Find a learning rate" });
  const use = dialog.locator(".is-primary");
  await expect(use).toHaveText(/^Use 0\.\d+$/, { timeout: 60_000 });
  await expect(dialog.getByRole("status")).toHaveText(/^Try a learning rate of/);
  await expect(dialog.getByRole("img", { name: /is suggested/ })).toBeVisible();
  const wanted = (await use.textContent())?.replace("Use ", "") ?? "";
  expect(Number(wanted)).toBeGreaterThan(1e-5);
  expect(Number(wanted)).toBeLessThan(1);
  await dialog.getByRole("button", { name: "Search again" }).click();
  await expect(dialog.getByRole("button", { name: "Stop searching" })).toBeVisible();
  await expect(use).toHaveText(`Use ${wanted}`, { timeout: 60_000 });
  await use.click();
  await expect(dialog).toBeHidden();
  await openSettings();
  await expect(rate).toHaveValue(wanted);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+z");
  await openSettings();
  await expect(rate).toHaveValue("0.005");
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ appOptions: { colorScheme } });

    test("axe finds nothing serious about curves and settings", async ({ app }) => {
      const { page } = app;
      const faults: Record<string, readonly string[]> = {};
      await openTemplate(page, "Iris MLP");
      await page.getByRole("button", { name: "Training settings" }).click();
      const settings = page.getByRole("dialog", { name: "Training settings" });
      for (const summary of await settings.locator("summary").all()) await summary.click();
      await pickOption(page, "Schedule", "Warm-up");
      faults["settings, all sections"] = await findFaults(page);
      await pickOption(page, "Schedule", "Constant");
      await page.keyboard.press("Escape");
      await trainIris(page, 0.02);
      await page.getByRole("button", { name: "How curves are drawn" }).click();
      faults["curves in the dock"] = await findFaults(page);
      await page.keyboard.press("Escape");
      await trainIris(page, 0.01);
      await showView(page, "Runs");
      await page.getByRole("checkbox", { name: "Compare run 1" }).check();
      await page.getByRole("slider", { name: /Smoothing/ }).fill("0.8");
      await page.getByRole("button", { name: "Logarithmic scale, loss by epoch" }).click();
      faults["runs compared"] = await findFaults(page);
      await page.getByRole("button", { name: "Export curves" }).click();
      faults["export of curves"] = await findFaults(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Training settings" }).click();
      await page.getByRole("button", { name: "Find a learning rate" }).click();
      await expect(page.getByRole("dialog").getByText(/^Try a learning rate of/)).toBeVisible({
        timeout: 60_000,
      });
      faults["learning rate found"] = await findFaults(page);
      expect(Object.entries(faults).filter(([, found]) => found.length > 0)).toEqual([]);
    });
  });
}
