import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, root, test } from "../app.ts";
import { layerOf, openTemplate, setTraining, showView, waitForRun, wire } from "../steps.ts";

const folder = process.env["NETLOOM_SCREENS"] ?? join(root, "test-results/screens");

/** Pictures of every screen in both themes, for the README and for looking at. */
for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ appOptions: { colorScheme } });
    test(`pictures of every screen, ${colorScheme}`, async ({ app }) => {
      mkdirSync(folder, { recursive: true });
      const { page } = app;
      const picture = async (name: string) => {
        await page.waitForTimeout(600);
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
      };
      await expect(page.getByRole("button", { name: /LeNet-5/ })).toBeVisible();
      await picture("start");
      await openTemplate(page, "GoogLeNet");
      await layerOf(page, "Block Inception module").first().dblclick();
      await expect(layerOf(page, "BlockInput").first()).toBeVisible();
      await picture("block");
      await page.getByRole("button", { name: "Start screen" }).click();
      await openTemplate(page, "ResNet-50");
      await layerOf(page, "Block Residual stage").nth(1).click();
      await page.keyboard.press("h");
      await page.getByRole("tab", { name: "Summary" }).click();
      await picture("blocks");
      await page.getByRole("tab", { name: "Problems" }).click();
      await page.keyboard.press("h");
      await page.getByRole("button", { name: "Start screen" }).click();
      await openTemplate(page, "MNIST MLP");
      await setTraining(page, { epochs: 6, batchSize: 64, learningRate: 0.002 });
      const train = page.getByRole("button", { name: "Train", exact: true });
      await expect(train).toBeEnabled({ timeout: 60_000 });
      await train.click();
      await expect(page.getByRole("definition").filter({ hasText: "of 50" })).toBeVisible({
        timeout: 60_000,
      });
      await expect(page.getByText(/epoch 4 of 6/).first()).toBeVisible({ timeout: 200_000 });
      await layerOf(page, "Dense").first().click();
      await picture("workspace");
      await waitForRun(page);
      await showView(page, "Runs");
      await picture("runs");
      await showView(page, "Data");
      await expect(page.getByRole("button", { name: /^Fit network/ })).toBeEnabled();
      await picture("data");
      await showView(page, "Code");
      await expect(page.locator(".monaco-editor").first()).toBeVisible({ timeout: 60_000 });
      await picture("code");
      await page.getByRole("button", { name: "Start screen" }).click();
      await openTemplate(page, "Lecture CNN");
      await layerOf(page, "Flatten").click();
      await page.keyboard.press("Delete");
      await wire(page, "Conv2D, conv_3", "Dense, hidden");
      await picture("mistake");
      await page.keyboard.press("Control+k");
      await picture("commands");
    });
  });
}
