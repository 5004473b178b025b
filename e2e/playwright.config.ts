import { defineConfig } from "@playwright/test";

/**
 * The same specs on two shells: `browser` (the loopback server in Chromium with WebGPU, by SwiftShader where there is no
 * GPU) and `electron`, which skips itself with the reason where no Electron binary can be had.
 */
export default defineConfig({
  outputDir: "../test-results",
  // Generous: a machine that does other things takes ten times as long.
  timeout: 600_000,
  expect: { timeout: 30_000 },
  // WebGPU on the CPU needs the cores for itself.
  workers: 1,
  fullyParallel: false,
  retries: process.env["CI"] ? 1 : 0,
  reporter: [["list"], ["json", { outputFile: "../.cache/playwright.json" }]],
  use: { trace: "off", screenshot: "only-on-failure", actionTimeout: 30_000 },
  projects: [
    { name: "browser", testDir: "./specs" },
    { name: "electron", testDir: "./specs" },
    // Takes pictures, judges nothing: `npm run screenshots`.
    { name: "screens", testDir: "./screens", timeout: 600_000 },
  ],
});
