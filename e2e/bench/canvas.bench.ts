import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { canvasOf, fillField, goToFolder } from "../steps.ts";
import { type Figure, summarise } from "./figure.ts";
import { createLargeProject } from "./largeProject.ts";
import { withWindow } from "./window.ts";

/** Panning, zooming and editing with 1,000 nodes on the canvas, in frames as the page itself sees them. */
export async function run(): Promise<readonly Figure[]> {
  return withWindow(async ({ page, address, files }) => {
    writeFileSync(join(files, "large.netloom"), serializeProject(createLargeProject(1000)));
    await page.goto(address);
    await page.getByRole("button", { name: /^Open/ }).click();
    await goToFolder(page, files);
    await page.getByRole("option", { name: /large/ }).dblclick();
    await expect(page.getByRole("contentinfo")).toContainText("1001 nodes");
    const box = await canvasOf(page).boundingBox();
    if (box === null) throw new Error("There is no canvas.");
    const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.getByRole("button", { name: "Fit", exact: true }).click();
    await page.waitForTimeout(1000);
    const farPan = await measureFrames(page, () => pan(page, centre));
    await page.getByRole("button", { name: /set to 100 %/ }).click();
    await page.waitForTimeout(1000);
    const nearPan = await measureFrames(page, () => pan(page, centre));
    const zoom = await measureFrames(page, async () => {
      await page.mouse.move(centre.x, centre.y);
      for (let step = 0; step < 30; step++) {
        await page.keyboard.down("Control");
        await page.mouse.wheel(0, step < 15 ? 60 : -60);
        await page.keyboard.up("Control");
        await page.waitForTimeout(16);
      }
    });
    const promise = { limit: 30, isHigherBetter: true };
    return [
      summarise("pan, all 1,001 nodes in sight", "frames/s", farPan, promise),
      summarise("pan at 100 %", "frames/s", nearPan, promise),
      summarise("zoom in and out", "frames/s", zoom, promise),
      summarise("edit of a layer to its new shape on screen", "ms", await timeEdits(page)),
    ];
  });
}

async function pan(page: Page, centre: { x: number; y: number }): Promise<void> {
  await page.mouse.move(centre.x + 350, centre.y + 200);
  for (let step = 0; step < 60; step++) {
    await page.mouse.wheel(step < 30 ? 12 : -12, step < 30 ? 20 : -20);
    await page.waitForTimeout(16);
  }
}

/** Frames per second of every quarter second during `work`. */
async function measureFrames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(globalThis, { benchFrames: frames, benchIsOn: true });
    const tick = (now: number) => {
      frames.push(now);
      if (Reflect.get(globalThis, "benchIsOn")) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await work();
  const frames = await page.evaluate((): number[] => {
    Object.assign(globalThis, { benchIsOn: false });
    return Reflect.get(globalThis, "benchFrames");
  });
  const first = frames[0] ?? 0;
  const last = frames.at(-1) ?? 0;
  const rates: number[] = [];
  for (let from = first; from + 250 <= last; from += 250) {
    rates.push(frames.filter((time) => time >= from && time < from + 250).length * 4);
  }
  return rates;
}

/** From the key press to the next frame drawn after the change, as the page's clock sees it. */
async function timeEdits(page: Page): Promise<number[]> {
  await page
    .getByRole("group", { name: /^Conv2D/ })
    .first()
    .click();
  const times: number[] = [];
  for (let round = 0; round < 12; round++) {
    await page.evaluate(() => {
      addEventListener(
        "keydown",
        () => {
          const start = performance.now();
          requestAnimationFrame(() =>
            setTimeout(() => Object.assign(globalThis, { benchEdit: performance.now() - start })),
          );
        },
        { once: true, capture: true },
      );
    });
    const field = page.getByRole("textbox", { name: "Filters", exact: true });
    await field.focus();
    await fillField(page, "Filters", String(16 + (round % 2)));
    await page.waitForFunction(() => Reflect.has(globalThis, "benchEdit"));
    times.push(await page.evaluate((): number => Reflect.get(globalThis, "benchEdit")));
    await page.evaluate(() => Reflect.deleteProperty(globalThis, "benchEdit"));
  }
  return times;
}
