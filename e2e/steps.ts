import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { type App, testData } from "./app.ts";

/** What a person does in the window, in the words of what they see. */

export const canvasOf = (page: Page): Locator =>
  page.getByRole("application", { name: "Network graph" });

/** A layer on the canvas by the beginning of what it announces, such as "Conv2D" or "Dense, dense_1". */
export const layerOf = (page: Page, label: string): Locator =>
  canvasOf(page).getByRole("group", { name: new RegExp(`^${label}`) });

export async function startEmptyGraph(page: Page): Promise<void> {
  await page.getByRole("button", { name: /New empty graph/ }).click();
  await expect(canvasOf(page)).toBeVisible();
}

export async function openTemplate(page: Page, title: string): Promise<void> {
  await page
    .getByRole("button", { name: new RegExp(title) })
    .first()
    .click();
  await expect(layerOf(page, "Input").first()).toBeVisible();
}

export async function showView(
  page: Page,
  view: "Design" | "Data" | "Runs" | "Code",
): Promise<void> {
  await page.getByRole("radio", { name: view }).click();
}

/** Drags a layer from the palette onto the canvas, `x`/`y` pixels from its top left corner. */
export async function dragLayer(page: Page, title: string, x: number, y: number): Promise<void> {
  const before = await canvasOf(page).getByRole("group").count();
  await page
    .getByRole("complementary", { name: "Layers" })
    .getByRole("button", { name: title, exact: true })
    .dragTo(canvasOf(page), { targetPosition: { x, y } });
  await expect(canvasOf(page).getByRole("group")).toHaveCount(before + 1);
}

/** Pulls a wire from the lower port of one layer to the upper port of another. */
export async function wire(page: Page, source: string, target: string): Promise<void> {
  const before = await page.locator(".react-flow__edge").count();
  await layerOf(page, source)
    .locator(".react-flow__handle.source")
    .dragTo(layerOf(page, target).locator(".react-flow__handle.target"));
  await expect(page.locator(".react-flow__edge")).toHaveCount(before + 1);
}

/** Types into a field and leaves it, as a person would. */
export async function fillField(scope: Page | Locator, name: string, value: string): Promise<void> {
  const field = scope.getByRole("textbox", { name, exact: true });
  await field.fill(value);
  await field.press("Enter");
}

/** Picks an option of a select by its label. */
export async function pickOption(page: Page, name: string, option: string): Promise<void> {
  await page.getByRole("combobox", { name, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

/** In the file dialog: goes to a folder by its path. */
export async function goToFolder(page: Page, folder: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  // Until its first folder is listed the dialog still moves the focus about.
  await expect(dialog.getByRole("listbox", { name: /^Files and folders in [^…]/ })).toBeVisible();
  await page.waitForTimeout(150);
  await dialog.getByRole("textbox", { name: "Path" }).fill(folder);
  await dialog.getByRole("button", { name: "Go" }).click();
  await expect(
    dialog.getByRole("listbox", { name: `Files and folders in ${realpathSync(folder)}` }),
  ).toBeVisible();
}

/** Saves the project for the first time. */
export async function saveAs(page: Page, folder: string, name: string): Promise<void> {
  await page.keyboard.press("Control+s");
  await goToFolder(page, folder);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "File name" }).fill(name);
  await dialog.getByRole("button", { name: "Save here" }).click();
  await expect(page.getByRole("banner").getByRole("status")).toHaveText("Saved");
}

/** MNIST from the data folder, or the drawn digits where there is none. */
export async function bindDigits(page: Page): Promise<"mnist" | "drawn"> {
  await showView(page, "Data");
  if (testData === null) {
    await page.getByRole("button", { name: /^Drawn digits/ }).click();
  } else {
    await page.getByRole("button", { name: /Choose a file or folder/ }).click();
    await goToFolder(page, join(testData, "mnist"));
    await page.getByRole("button", { name: "Use this folder" }).click();
  }
  await page.getByRole("button", { name: /^Fit network/ }).click({ timeout: 60_000 });
  return testData === null ? "drawn" : "mnist";
}

export interface TrainingChoice {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export async function setTraining(page: Page, choice: TrainingChoice): Promise<void> {
  await page.getByRole("button", { name: "Training settings" }).click();
  const settings = page.getByRole("dialog", { name: "Training settings" });
  await fillField(settings, "Epochs", String(choice.epochs));
  await fillField(settings, "Batch size", String(choice.batchSize));
  await fillField(settings, "Learning rate", String(choice.learningRate));
  await page.keyboard.press("Escape");
  await expect(settings).toBeHidden();
}

/** The one in the bar: the panel of runs has another before the first run. */
export const trainButtonOf = (page: Page): Locator =>
  page.getByRole("banner").getByRole("button", { name: "Train", exact: true });

/** Waits until a run is over; returns its last metrics as the Runs view shows them. */
export async function waitForRun(page: Page): Promise<void> {
  await expect(trainButtonOf(page)).toBeVisible({ timeout: 200_000 });
}

/** The last metrics of a run, from its folder: what the product itself keeps. */
export function makeFolder(app: App, name: string): string {
  const folder = join(app.files, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
