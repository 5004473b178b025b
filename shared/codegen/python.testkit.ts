/** Runs Python for tests: the system's interpreter to parse, Netloom's own environment where Keras is needed. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Values } from "../layers/example.testkit.ts";

export interface RefereeCase {
  /** Printed code that defines `build_model()`. */
  readonly source: string;
  readonly weights: readonly Values[];
  readonly inputs: readonly (Values & { readonly dtype?: string })[];
}

export type RefereeResult =
  | {
      readonly shape: readonly (number | null)[];
      readonly paramCount: number;
      readonly trainableCount: number;
      readonly values: readonly number[];
    }
  | { readonly error: string };

const referee = fileURLToPath(new URL("../../build/referees/keras_referee.py", import.meta.url));

/** The interpreter with Keras, or null: then comparisons are skipped. */
export function findKerasPython(): string | null {
  const cache = process.env["NETLOOM_CACHE"] ?? join(homedir(), ".cache", "netloom");
  const python = process.env["NETLOOM_PYTHON"] ?? join(cache, "python", "bin", "python");
  if (!process.env["NETLOOM_PYTHON"] && !existsSync(python)) return null;
  const check = spawnSync(python, [
    "-c",
    "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('keras', 'jax'))))",
  ]);
  return check.status === 0 ? python : null;
}

/** `python3`, or null where the machine has none. */
export function findPlainPython(): string | null {
  return spawnSync("python3", ["--version"]).status === 0 ? "python3" : null;
}

/** The error Python's parser reports, or null where the source is valid. */
export function parsePython(python: string, source: string): string | null {
  const result = spawnSync(python, ["-c", "import ast, sys; ast.parse(sys.stdin.buffer.read())"], {
    input: source,
    encoding: "utf8",
  });
  return result.status === 0 ? null : result.stderr;
}

/** Everything in one process: importing Keras takes seconds. */
export function askKeras(python: string, cases: readonly RefereeCase[]): readonly RefereeResult[] {
  const output = execFileSync(python, [referee], {
    input: JSON.stringify({ cases }),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, KERAS_BACKEND: process.env["KB"] ?? "jax" },
  });
  // The referee's own format, written beside this file's types.
  return (JSON.parse(output) as { results: RefereeResult[] }).results;
}
