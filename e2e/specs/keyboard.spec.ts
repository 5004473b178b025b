import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { canvasOf, layerOf, waitForRun } from "../steps.ts";

/** Runs a command by name through the palette, as someone without a mouse does. */
async function command(page: Page, name: string): Promise<void> {
  await page.keyboard.press("Control+k");
  const search = page.getByRole("combobox", { name: /command/i });
  await expect(search).toBeFocused();
  await page.keyboard.type(name);
  await expect(page.getByRole("option").first()).toContainText(name);
  await page.keyboard.press("Enter");
  await expect(search).toBeHidden();
}

/** `/`, the layer's name, Enter: adds it behind the selection and wires it. */
async function addLayer(page: Page, title: string): Promise<void> {
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search layers" })).toBeFocused();
  await page.keyboard.type(title);
  await page.keyboard.press("Enter");
  await expect(layerOf(page, title)).toBeVisible();
  await page.keyboard.press("Escape");
}

/** Tabs forward until the named field has the focus; types its value. */
async function typeIntoField(page: Page, name: string, value: string): Promise<void> {
  const field = page.getByRole("textbox", { name, exact: true });
  for (let presses = 0; presses < 60; presses++) {
    if (await field.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(field).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(value);
  await page.keyboard.press("Enter");
}

test("a small CNN is built, bound and trained with the keyboard alone", async ({ app }) => {
  const { page } = app;
  await expect(page.getByRole("button", { name: /New empty graph/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("New empty graph");
  await page.keyboard.press("Enter");
  await expect(canvasOf(page)).toBeVisible();

  for (const title of ["Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Output"]) {
    await addLayer(page, title);
  }
  await expect(page.locator(".react-flow__edge")).toHaveCount(5);

  await command(page, "Drawn digits");
  await expect(page.getByRole("button", { name: /^Fit network/ })).toBeEnabled();
  await command(page, "Fit network to this data");
  await command(page, "Go to the graph");
  await expect(layerOf(page, "Dense")).toHaveAccessibleName(/features 10/);

  // Arrows walk along the wires: from wherever the focus is, up to the Input and one down to Conv2D.
  await layerOf(page, "Output").focus();
  for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowUp");
  await expect(layerOf(page, "Conv2D")).toBeFocused();
  await page.keyboard.press("Enter");
  await typeIntoField(page, "Filters", "4");
  await typeIntoField(page, "Strides, height", "2");
  await typeIntoField(page, "Strides, width", "2");
  await expect(page.getByRole("contentinfo")).toContainText("No problems");

  await command(page, "Training settings");
  await typeIntoField(page, "Epochs", "1");
  await typeIntoField(page, "Batch size", "100");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("button", { name: "Pause" }).first()).toBeVisible();
  await waitForRun(page);
  await expect(page.getByRole("tab", { name: "Run 1" })).toBeVisible();
});

test("everything is undone and redone by keyboard", async ({ app }) => {
  const { page } = app;
  await page.getByRole("button", { name: /New empty graph/ }).click();
  await expect(canvasOf(page)).toBeVisible();
  for (const title of ["Input", "Dense", "Output"]) await addLayer(page, title);
  await canvasOf(page)
    .getByRole("group", { name: /^Dense/ })
    .focus();
  await page.keyboard.press("Control+d");
  await expect(layerOf(page, "Dense")).toHaveCount(2);
  await page.keyboard.press("Delete");
  await expect(layerOf(page, "Dense")).toHaveCount(1);
  for (let step = 0; step < 2; step++) await page.keyboard.press("Control+z");
  await expect(layerOf(page, "Dense")).toHaveCount(1);
  for (let step = 0; step < 3; step++) await page.keyboard.press("Control+z");
  await expect(canvasOf(page).getByRole("group")).toHaveCount(0);
  for (let step = 0; step < 5; step++) await page.keyboard.press("Control+Shift+z");
  await expect(layerOf(page, "Dense")).toHaveCount(1);
  await expect(page.locator(".react-flow__edge")).toHaveCount(2);
});
