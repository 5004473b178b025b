import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { layerOf, openTemplate, showView } from "../steps.ts";

/** What axe finds serious or critical, in words; nothing is excused. */
async function findFaults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ appOptions: { colorScheme } });

    test("axe finds nothing serious on any screen", async ({ app }) => {
      const { page } = app;
      const faults: Record<string, readonly string[]> = {};
      const check = async (screen: string) => {
        // Fades count as low contrast while they last.
        await page.waitForTimeout(400);
        faults[screen] = await findFaults(page);
      };
      await expect(page.getByRole("button", { name: /LeNet-5/ })).toBeVisible();
      await check("start");
      await openTemplate(page, "LeNet-5");
      await check("design, nothing selected");
      await layerOf(page, "Conv2D").first().click();
      await check("design, a layer selected");
      await page.getByRole("tab", { name: "About" }).click();
      await check("design, about a layer");
      await page.getByRole("tab", { name: "Summary" }).click();
      await check("design, summary");
      await layerOf(page, "Flatten").click();
      await page.keyboard.press("Delete");
      await page.getByRole("tab", { name: /^Problems/ }).click();
      await check("design, with problems");
      await page.keyboard.press("Control+z");
      await page.keyboard.press("Control+k");
      await check("commands");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Training settings" }).click();
      await check("training settings");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Export", exact: true }).click();
      await check("export");
      await page.keyboard.press("Escape");
      await showView(page, "Data");
      await expect(page.getByRole("button", { name: /^Fit network/ })).toBeVisible();
      await check("data");
      await showView(page, "Runs");
      await check("runs, none yet");
      await showView(page, "Code");
      await expect(page.locator(".monaco-editor").first()).toBeVisible({ timeout: 60_000 });
      await check("code");
      await page.keyboard.press("F1");
      await check("help");
      expect(Object.entries(faults).filter(([, found]) => found.length > 0)).toEqual([]);
    });
  });
}
