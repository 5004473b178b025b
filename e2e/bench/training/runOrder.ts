import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { launchChromium, root } from "../../app.ts";
import { findBrowser } from "../../../build/findBrowser.mjs";
import type { Order, Outcome } from "./contender.ts";
import type { DeviceLimits } from "./deviceLimits.ts";

const folder = join(root, ".cache/bench");

/** Bundles what runs in fresh processes: `npm` packages stay imports in Node, and go into the page's one file. */
export async function buildChild(): Promise<string> {
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: "error",
    build: {
      ssr: true,
      outDir: join(folder, "node"),
      emptyOutDir: true,
      minify: false,
      target: "node20",
      rolldownOptions: {
        input: { child: join(root, "e2e/bench/training/child.ts") },
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  });
  return join(folder, "node/child.js");
}

async function buildPage(): Promise<string> {
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: "error",
    build: {
      outDir: join(folder, "page"),
      emptyOutDir: true,
      minify: false,
      target: "es2023",
      rolldownOptions: {
        input: { page: join(root, "e2e/bench/training/page.ts") },
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  });
  return join(folder, "page");
}

/** One order in one fresh Node process. Throws with what the process said where it failed. */
export async function runOrder(child: string, order: Order): Promise<Outcome> {
  // Written by child.ts.
  return (await runChild(child, order)) as Outcome;
}

export interface NodeDevice extends DeviceLimits {
  readonly device: string;
  readonly isSoftware: boolean;
}

/** What the device of these processes can do at best. */
export async function readLimits(child: string): Promise<NodeDevice> {
  return (await runChild(child, "limits")) as NodeDevice; // Written by child.ts.
}

function runChild(child: string, order: Order | "limits"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, JSON.stringify(order)], { cwd: root });
    let said = "";
    let complained = "";
    running.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    running.stderr.on("data", (chunk: Buffer) => (complained += chunk.toString()));
    running.on("error", reject);
    running.on("close", (code) => {
      const last = said.trim().split("\n").at(-1) ?? "";
      if (code === 0 && last.startsWith("{")) resolve(JSON.parse(last));
      else reject(new Error(complained.slice(-600) || `ended with ${code}`));
    });
  });
}

/** Orders in Chromium, each in a fresh browser. */
export async function withChromium<T>(
  work: (run: (order: Order) => Promise<Outcome>) => Promise<T>,
): Promise<T> {
  const found = await findBrowser({ mayInstall: false });
  if (!("path" in found)) throw new Error(found.reason);
  process.env["NETLOOM_BROWSER"] = found.path;
  const files = await buildPage();
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
  try {
    return await work(async (order) => {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(0);
        await page.goto(`http://localhost:${port}/`);
        await page.waitForFunction(() => "measure" in globalThis);
        return await page.evaluate(async (asked) => {
          const measure: unknown = Reflect.get(globalThis, "measure");
          if (typeof measure !== "function") throw new Error("The page has no benchmark.");
          return (await Reflect.apply(measure, undefined, [asked])) as Outcome; // From page.ts.
        }, order);
      } finally {
        await browser.close();
      }
    });
  } finally {
    server.close();
  }
}
