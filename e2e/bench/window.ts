import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { launchChromium, serve } from "../app.ts";
import { findBrowser } from "../../build/findBrowser.mjs";

/** A window on the built application, with folders of its own; closed and cleaned up afterwards. */
export async function withWindow<T>(
  work: (window: {
    readonly page: Page;
    readonly address: string;
    readonly files: string;
  }) => Promise<T>,
  options: { readonly hasGpu?: boolean } = {},
): Promise<T> {
  const found = await findBrowser({ mayInstall: false });
  if (!("path" in found)) throw new Error(found.reason);
  process.env["NETLOOM_BROWSER"] = found.path;
  const home = mkdtempSync(join(tmpdir(), "netloom-bench-"));
  const files = mkdtempSync(join(tmpdir(), "netloom-bench-files-"));
  const { server, address } = await serve(home, files);
  const browser = await launchChromium(options);
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    return await work({ page: await context.newPage(), address, files });
  } finally {
    await browser.close();
    server.kill("SIGKILL");
    for (const folder of [home, files]) rmSync(folder, { recursive: true, force: true });
  }
}
