import { expect, type Page } from "@playwright/test";
import { trainButtonOf } from "../../steps.ts";
import { withWindow } from "../window.ts";
import type { StoppedNetwork } from "./networks.ts";
import { startsWithStep, type Stops } from "./stops.ts";

/** How long a person may have to wait for anything here, on a busy machine. */
const patienceMs = 120_000;

/** Stops pressed in the window, each at a moment of its own after Train; then the last run is continued. */
export async function stopInWindow(
  network: StoppedNetwork,
  { delaysMs, hasGpu }: { readonly delaysMs: readonly number[]; readonly hasGpu: boolean },
): Promise<Stops> {
  return withWindow(
    async ({ page, address }) => {
      await page.goto(address);
      await dropProject(page, network);
      const timesMs: number[] = [];
      let kept = 0;
      let nothingToKeep = 0;
      for (const [index, delayMs] of delaysMs.entries()) {
        await expect(trainButtonOf(page)).toBeEnabled({ timeout: patienceMs });
        await trainButtonOf(page).click();
        await expect(stopButtonOf(page)).toBeVisible({ timeout: patienceMs });
        if (startsWithStep(index)) await expect(stepOf(page)).toBeVisible({ timeout: patienceMs });
        await page.waitForTimeout(delayMs);
        timesMs.push(await pressStop(page));
        const end = await readEnd(page);
        if (end.hasWeights) kept++;
        else if (!end.hasStepped) nothingToKeep++;
      }
      const isContinued = kept === 0 || (await continueLast(page));
      return { timesMs, kept, nothingToKeep, isContinued };
    },
    { hasGpu },
  );
}

/** "3 of 50", once the first step was done. */
const stepOf = (page: Page) => page.getByRole("definition").filter({ hasText: /^\d[\d,]* of \d/ });

/** As a file from a folder's window; without the dialog, which this is not about. */
async function dropProject(page: Page, { id, text }: StoppedNetwork): Promise<void> {
  const start = page.getByRole("button", { name: /New empty graph/ });
  await expect(start).toBeVisible({ timeout: patienceMs });
  await start.evaluate(
    (target, [name, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content ?? ""], name ?? ""));
      const options = { dataTransfer, bubbles: true, cancelable: true };
      target.dispatchEvent(new DragEvent("dragover", options));
      target.dispatchEvent(new DragEvent("drop", options));
    },
    [`${id}.netloom`, text],
  );
}

const stopButtonOf = (page: Page) =>
  page.getByRole("banner").getByRole("button", { name: "Stop training" });

/** Milliseconds until Train can be pressed again, as the page itself sees it. */
function pressStop(page: Page): Promise<number> {
  return stopButtonOf(page).evaluate((button: HTMLElement) => {
    const banner = button.closest("header") ?? document.body;
    return new Promise<number>((resolve) => {
      const pressedMs = performance.now();
      const observer = new MutationObserver(() => {
        if (banner.querySelector(".nl-train-start") === null) return;
        observer.disconnect();
        resolve(performance.now() - pressedMs);
      });
      observer.observe(document.body, { childList: true, subtree: true });
      button.click();
    });
  });
}

interface TellEnd {
  readonly hasWeights: boolean;
  readonly hasStepped: boolean;
}

/** What the newest run's folder says, once all of it is written. */
async function readEnd(page: Page): Promise<TellEnd> {
  const read = () =>
    page.evaluate(async () => {
      const token = Object.values(sessionStorage).find((value) => /^[\w-]{20,}$/.test(value)) ?? "";
      const headers = { authorization: `Bearer ${token}` };
      const ask = async (route: string) => (await fetch(`/api${route}`, { headers })).json();
      const [newest] = await ask("/runs");
      const { info, events } = await ask(`/runs/${newest.id}`);
      const ended = events.findLast((event: { kind: string }) => event.kind === "ended");
      if (info.status !== "stopped" || ended === undefined) return null;
      const hasStepped = events.some((event: { kind: string }) => event.kind === "step");
      const isComplete = !ended.hasWeights || Boolean(info.checkpoint);
      return isComplete ? { hasWeights: Boolean(ended.hasWeights), hasStepped } : null;
    });
  let end: TellEnd | null = null;
  await expect.poll(async () => (end = await read()), { timeout: patienceMs }).not.toBeNull();
  if (end === null) throw new Error("The run has no end.");
  return end;
}

async function continueLast(page: Page): Promise<boolean> {
  const goOn = page.getByRole("button", { name: "Continue training" }).first();
  if (!(await goOn.isVisible())) return false;
  await goOn.click();
  await expect(stopButtonOf(page)).toBeVisible({ timeout: patienceMs });
  const text = page.getByRole("progressbar", { name: "Training" });
  await expect(text).toContainText(/epoch/, { timeout: patienceMs });
  await pressStop(page);
  return true;
}
