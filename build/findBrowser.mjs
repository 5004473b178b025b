// Finds a Chromium for the end-to-end tests: one named by the user, Playwright's own, the system's, or, where we may,
// one from the package manager. Prints nothing; returns { path } or { reason }.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "chrome",
];
const fixedPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

function findOnPath() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return fixedPlaces.find((path) => existsSync(path)) ?? null;
}

async function findPlaywrightBrowser() {
  try {
    const { chromium } = await import("@playwright/test");
    const path = chromium.executablePath();
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function installBySystem() {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync("apt-get", ["--version"]).status !== 0) return false;
  const options = {
    stdio: "ignore",
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  try {
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync("apt-get", ["install", "-y", "-qq", "chromium"], options);
    return true;
  } catch {
    return false;
  }
}

function installByPlaywright() {
  const outcome = spawnSync(
    process.execPath,
    ["node_modules/@playwright/test/cli.js", "install", "chromium"],
    {
      stdio: "ignore",
      timeout: 300_000,
    },
  );
  return outcome.status === 0;
}

/** @param {{ mayInstall?: boolean }} options */
export async function findBrowser({ mayInstall = true } = {}) {
  const named = process.env.NETLOOM_BROWSER;
  if (named)
    return existsSync(named)
      ? { path: named }
      : { reason: `NETLOOM_BROWSER names ${named}, which is not there` };
  const found = (await findPlaywrightBrowser()) ?? findOnPath();
  if (found) return { path: found };
  if (mayInstall) {
    if (installBySystem()) {
      const installed = findOnPath();
      if (installed) return { path: installed };
    }
    if (installByPlaywright()) {
      const installed = await findPlaywrightBrowser();
      if (installed) return { path: installed };
    }
  }
  return {
    reason: "no Chromium found and none could be installed; install one or set NETLOOM_BROWSER",
  };
}
