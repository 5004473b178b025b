import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { findBrowser } from "../../../build/findBrowser.mjs";
import { launchChromium } from "../../app.ts";
import { buildPage } from "./buildBundles.ts";
import type { Order, Outcome } from "./contender.ts";
import type { DeviceLimits } from "./deviceLimits.ts";
import type { Site } from "./runChild.ts";

/** Chromium, a fresh one for each order. */
export async function withChromium<T>(work: (site: Site) => Promise<T>): Promise<T> {
  const found = await findBrowser({ mayInstall: false });
  if (!("path" in found)) throw new Error(found.reason);
  process.env["NETLOOM_BROWSER"] = found.path;
  const { server, address } = await servePage(await buildPage());
  const ask = async (order: Order | "limits"): Promise<unknown> => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.goto(address);
      await page.waitForFunction(() => "measure" in globalThis);
      return await page.evaluate(async (asked): Promise<unknown> => {
        const measure: unknown = Reflect.get(globalThis, "measure");
        if (typeof measure !== "function") throw new Error("The page has no benchmark.");
        return Reflect.apply(measure, undefined, [asked]);
      }, order);
    } finally {
      await browser.close();
    }
  };
  try {
    return await work({
      // Both from page.ts.
      readLimits: async () => (await ask("limits")) as DeviceLimits,
      run: async (order) => (await ask({ ...order, device: "page" })) as Outcome,
    });
  } finally {
    server.close();
  }
}

async function servePage(files: string) {
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1).replace(/[^\w.-]/g, "");
    if (name === "") {
      response.setHeader("content-type", "text/html");
      response.end(
        '<!doctype html><title>Benchmark</title><script type="module" src="page.js"></script>',
      );
      return;
    }
    readFile(join(files, name)).then(
      (bytes) => {
        response.setHeader("content-type", "text/javascript");
        response.end(bytes);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { server, address: `http://localhost:${port}/` };
}
