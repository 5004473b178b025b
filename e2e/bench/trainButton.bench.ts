import { expect } from "@playwright/test";
import { openTemplate } from "../steps.ts";
import { type Figure, summarise } from "./figure.ts";
import { withWindow } from "./window.ts";

/** From the press of Train to the first step of the first epoch, and from Stop to the end of the run. */
export async function run(): Promise<readonly Figure[]> {
  const starts: number[] = [];
  const stops: number[] = [];
  for (let round = 0; round < 5; round++) {
    await withWindow(async ({ page, address }) => {
      await page.goto(address);
      await openTemplate(page, "MNIST MLP");
      const train = page.getByRole("button", { name: "Train", exact: true });
      await expect(train).toBeEnabled({ timeout: 60_000 });
      // As someone would who has just looked at the graph.
      await page.waitForTimeout(4000);
      const pressed = performance.now();
      await train.click();
      const step = page.getByRole("definition").filter({ hasText: /^\d[\d,]* of \d/ });
      await expect(step).toBeVisible({ timeout: 60_000 });
      starts.push(performance.now() - pressed);
      await page.waitForTimeout(1500);
      const stopped = performance.now();
      await page.getByRole("button", { name: "Stop" }).first().click();
      await expect(train).toBeVisible({ timeout: 60_000 });
      stops.push(performance.now() - stopped);
    });
  }
  return [
    summarise("Train pressed to the first steps shown (MNIST MLP)", "ms", starts, { limit: 3000 }),
    summarise("Stop pressed to the run's end", "ms", stops, { limit: 500 }),
  ];
}
