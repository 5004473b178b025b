#!/usr/bin/env node
// The `netloom` command: bundles the command line when its sources changed, then runs it in this process.
// Says nothing of its own on standard output, which belongs to the command's answer.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = path.join(root, "dist/cli/main.js");

// A packaged application has the bundle but no sources.
if (existsSync(path.join(root, "electron/cli/main.ts"))) {
  try {
    const { buildTarget } = await import("./bundle.mjs");
    await buildTarget("cli");
  } catch (error) {
    const isMissing = error?.code === "ERR_MODULE_NOT_FOUND";
    console.error(
      isMissing
        ? "netloom: its packages are not installed. Run `npm ci` in the project's folder first."
        : `netloom: the command line could not be built.\n${error?.message ?? error}`,
    );
    process.exit(1);
  }
}

const { main } = await import(pathToFileURL(bundle).href);
const exitCode = await main(process.argv.slice(2));
// The GPU library keeps the process alive: leave as soon as everything is written.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
