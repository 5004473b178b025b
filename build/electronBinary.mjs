import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { spawn } from "node:child_process";
import { root } from "./targets.mjs";

const packageFolder = path.join(root, "node_modules/electron");

/** The Electron executable's path if it is on this machine, else null. Never downloads, so tests may ask freely. */
export function findElectronBinary() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  let name = null;
  try {
    name = readFileSync(path.join(packageFolder, "path.txt"), "utf8").trim();
  } catch {
    // The package's own download has not run.
  }
  const candidate =
    override === undefined
      ? name === null
        ? null
        : path.join(packageFolder, "dist", name)
      : path.join(override, name ?? "electron");
  return candidate !== null && existsSync(candidate) ? candidate : null;
}

/** Why Electron's own download can't run here, in words; null where it can be tried. */
export function whyNoElectronDownload() {
  if (!existsSync(path.join(packageFolder, "install.js")))
    return "the package `electron` is not installed";
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 12))
    return `Electron's download needs Node 22.12 or newer, this is ${process.versions.node}`;
  return null;
}

/**
 * Lets the `electron` package fetch its binary, as its own command would. Gives up after `timeoutMs`, for machines
 * without a network. Returns the executable's path or null.
 */
export async function downloadElectronBinary({ timeoutMs }) {
  const child = spawn(process.execPath, [path.join(packageFolder, "install.js")], {
    stdio: "ignore",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  await new Promise((resolve) => child.on("error", resolve).on("exit", resolve));
  clearTimeout(timer);
  return findElectronBinary();
}
