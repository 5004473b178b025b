import { expect } from "@playwright/test";
import { type Figure, summarise } from "./figure.ts";
import { withWindow } from "./window.ts";

/** From navigation to a start screen that can be used, each time in a fresh window with an empty cache. */
export async function run(): Promise<readonly Figure[]> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    await withWindow(async ({ page, address }) => {
      const start = performance.now();
      await page.goto(address);
      await expect(page.getByRole("button", { name: /LeNet-5/ })).toBeVisible();
      times.push(performance.now() - start);
    });
  }
  return [summarise("cold start to a usable start screen", "ms", times, { limit: 2000 })];
}
