import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the texts of our own layers are those of their files (else: node build/embedSources.mjs)", () => {
  const script = fileURLToPath(new URL("embedSources.mjs", import.meta.url));
  const { stderr, status } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
