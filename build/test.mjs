// `npm test`: every suite in turn, one line each for what ran and what was skipped and why, and a closing line
// `N passed, N failed, N skipped`. `npm test -- unit e2e` runs only the named suites.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findBrowser } from "./findBrowser.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
mkdirSync(".cache", { recursive: true });
const bin = (name) => `node_modules/${name}`;
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command with its output shown; resolves to its exit status. */
function runCommand(args, { env = {}, isQuiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", isQuiet ? "pipe" : "inherit", isQuiet ? "pipe" : "inherit"],
      env: { ...process.env, ...env },
    });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.on("close", (status) => resolve({ status: status ?? 1, output }));
  });
}

function report(suite, { passed = 0, failed = 0, skipped = 0 }, note = "") {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(
    `[${suite}] ${passed} passed, ${failed} failed, ${skipped} skipped${note ? ` (${note})` : ""}`,
  );
}

/** A tool that only says yes or no counts as one test. */
async function runTool(suite, args) {
  const { status, output } = await runCommand(args, { isQuiet: true });
  if (status !== 0) console.log(output);
  report(suite, status === 0 ? { passed: 1 } : { failed: 1 });
}

/** `suites` of Vitest's JSON report, counted. */
function countVitest(file) {
  if (!existsSync(file)) return { failed: 1 };
  const result = JSON.parse(readFileSync(file, "utf8"));
  const brokenFiles = result.testResults.filter(
    (entry) => entry.status === "failed" && entry.assertionResults.length === 0,
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + brokenFiles.length,
    skipped: result.numPendingTests + (result.numTodoTests ?? 0),
    reasons: result.testResults
      .flatMap((entry) => entry.assertionResults)
      .filter((test) => test.status !== "passed" && test.status !== "failed")
      .map((test) => test.fullName),
  };
}

async function runUnit(env) {
  const file = ".cache/vitest.json";
  rmSync(file, { force: true });
  const { status } = await runCommand(
    [
      bin("vitest/vitest.mjs"),
      "run",
      "--config",
      "build/vitest.config.ts",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    { env },
  );
  const counts = countVitest(file);
  if (status !== 0 && !counts.failed) counts.failed = 1;
  report("unit and contract", counts, listReasons(counts.reasons));
}

/** What was skipped and why, in one line. */
function listReasons(reasons = []) {
  const unique = [...new Set(reasons)];
  if (unique.length === 0) return "";
  return `skipped: ${unique.slice(0, 6).join("; ")}${unique.length > 6 ? "; …" : ""}`;
}

function collectSkips(suite) {
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests
      .filter((test) => test.status === "skipped")
      .flatMap((test) => test.annotations.map(({ description }) => description ?? spec.title)),
  );
  return [...own, ...(suite.suites ?? []).flatMap(collectSkips)];
}

function countPlaywright(file) {
  if (!existsSync(file)) return { failed: 1 };
  const { stats, errors, suites } = JSON.parse(readFileSync(file, "utf8"));
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + (errors?.length ?? 0),
    skipped: stats.skipped,
    flaky: stats.flaky,
    reasons: suites.flatMap(collectSkips),
  };
}

async function runEndToEnd(env) {
  const browser = await findBrowser();
  if (!browser.path) {
    report("end to end", { skipped: 1 }, browser.reason);
    return;
  }
  const build = await runCommand(["build/build.mjs"], { isQuiet: true });
  if (build.status !== 0) {
    console.log(build.output);
    report("end to end", { failed: 1 }, "the build failed");
    return;
  }
  const file = ".cache/playwright.json";
  rmSync(file, { force: true });
  const { status } = await runCommand(
    [
      bin("@playwright/test/cli.js"),
      "test",
      "--config",
      "e2e/playwright.config.ts",
      "--project=browser",
      "--project=electron",
    ],
    {
      env: { ...env, NETLOOM_BROWSER: browser.path, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
    },
  );
  const counts = countPlaywright(file);
  if (status !== 0 && !counts.failed) counts.failed = 1;
  report(
    "end to end",
    counts,
    [
      `in ${browser.path}`,
      listReasons(counts.reasons),
      counts.flaky ? `${counts.flaky} passed on a second try` : "",
    ]
      .filter(Boolean)
      .join("; "),
  );
}

const env = {};
const suites = {
  typecheck: () =>
    runTool("typecheck", [bin("typescript/bin/tsc"), "--build", "build/tsconfig.json"]),
  lint: () => runTool("lint", [bin("oxlint/bin/oxlint"), "--type-aware", "--deny-warnings"]),
  format: () => runTool("format", [bin("oxfmt/bin/oxfmt"), "--check"]),
  unused: () => runTool("unused code", [bin("knip/bin/knip.js"), "--no-progress"]),
  python: async () => {
    // Only sets up; the tests that use it skip themselves where it is missing.
    const { output } = await runCommand(["build/referees/setupPython.mjs"], { isQuiet: true });
    console.log(`[python referee] ${output.trim().split("\n").at(-1)}`);
  },
  browser: async () => {
    // SwiftShader, which runs WebGPU where there is no GPU, comes with the browser: find it before the unit tests.
    const browser = await findBrowser();
    console.log(`[browser] ${browser.path ?? browser.reason}`);
  },
  unit: () => runUnit(env),
  e2e: () => runEndToEnd(env),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(
    `Unknown suite ${unknown.join(", ")}. There are: ${Object.keys(suites).join(", ")}.`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(suites)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
