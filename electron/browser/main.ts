import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createHost } from "../services/createHost.ts";
import { findDataFolder } from "../services/dataFolder.ts";
import { makeTokenCheck } from "./guardRequests.ts";
import { openWindow } from "./openBrowser.ts";
import { formatAddress, serveHost } from "./serveHost.ts";

declare const __NETLOOM_VERSION__: string;

// dist/browser/main.js: two folders below the application's.
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The browser shell: serves Netloom on loopback until it is told to end. */
async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: "0" },
      "no-open": { type: "boolean", default: false },
    },
  });
  // Fixed by the environment for development and tests.
  const token = process.env["NETLOOM_TOKEN"] || randomBytes(24).toString("base64url");
  const host = await createHost({
    dataFolder: findDataFolder({
      platform: process.platform,
      homeFolder: homedir(),
      environment: process.env,
    }),
    templatesFolder: path.join(root, "templates"),
    rendererFolder: path.join(root, "dist/renderer"),
    version: __NETLOOM_VERSION__,
    shell: "browser",
    authorize: makeTokenCheck(token),
  });
  const served = await serveHost((request) => host.fetch(request), Number(values.port));
  if (!served.ok) {
    console.error(served.error);
    host.close();
    process.exitCode = 1;
    return;
  }
  for (const file of positionals) {
    const chosen = await host.choosePath(path.resolve(file), "open-project");
    if (chosen.ok) host.emit({ kind: "openProject", handle: chosen.value.handle });
    else console.error(chosen.error.message);
  }

  let isClosing = false;
  async function close() {
    // A second Ctrl-C doesn't wait.
    if (isClosing) process.exit(0);
    isClosing = true;
    host.close();
    if (served.ok) await served.value.close();
    process.exit(0);
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void close());
  }
  const address = formatAddress(served.value.port, token);
  const isOpened = !values["no-open"] && openWindow(address);
  console.log(`Netloom is at ${address}`);
  console.log(
    isOpened ? "A window opens. Ctrl-C ends it." : "Open it in a browser. Ctrl-C ends it.",
  );
}

await run();
