import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * The import wall and the strictness rules, seen to fail: a miniature repository in which every file breaks one rule,
 * checked with the project's own configuration. Each file's first line says which complaint it must draw.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const fixtures = join(root, "build/fixtures/walls");
// Outside the repository, whose ignore lists would hide the files from the linter.
const copy = mkdtempSync(join(tmpdir(), "netloom-walls-"));

interface BrokenFile {
  readonly file: string;
  readonly tool: string;
  readonly complaint: string;
}

function listBrokenFiles(): readonly BrokenFile[] {
  return readdirSync(fixtures, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const expected = /^\/\/ expect (\w+): (\S+)/.exec(readFileSync(join(fixtures, file), "utf8"));
      return expected ? [{ file, tool: expected[1] ?? "", complaint: expected[2] ?? "" }] : [];
    });
}

function run(script: string, args: readonly string[]): string {
  const outcome = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: copy,
    encoding: "utf8",
  });
  return outcome.stdout + outcome.stderr;
}

describe("the import wall", () => {
  const brokenFiles = listBrokenFiles();
  let complaints: Record<string, string>;

  beforeAll(() => {
    cpSync(fixtures, copy, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
    for (const file of [
      ".oxlintrc.json",
      "build/tsconfig.base.json",
      "shared/tsconfig.json",
      "shared/engine/tsconfig.json",
      "shared/base/universal.d.ts",
      "renderer/tsconfig.json",
      "electron/tsconfig.json",
    ]) {
      if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file));
    }
    complaints = {
      lint: run("oxlint/bin/oxlint", ["--type-aware", "--format=unix"]),
      tsc: ["shared", "electron", "renderer"]
        .map((project) =>
          run("typescript/bin/tsc", [
            "--build",
            "--force",
            "--pretty",
            "false",
            `${project}/tsconfig.json`,
          ]),
        )
        .join("\n"),
    };
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("has a fixture for every kind of rule", () => {
    expect(brokenFiles.length).toBeGreaterThanOrEqual(18);
  });

  it.each(brokenFiles)("refuses $file ($complaint)", ({ file, tool, complaint }) => {
    const lines = (complaints[tool] ?? "").split("\n").filter((line) => line.includes(file));
    expect(lines.join("\n")).toContain(complaint);
  });
});
