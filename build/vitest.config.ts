import { defineConfig } from "vitest/config";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig({
  root,
  cacheDir: ".cache/vitest",
  test: {
    include: ["{shared,renderer,electron,build,e2e/bench}/**/*.test.{ts,tsx}"],
    environment: "node",
    // Generous: a machine of two cores that does other things takes ten times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
