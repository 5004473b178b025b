/**
 * The sweep over gradients at length: `node build/sweep.mjs --cases 2000 [--from 0] [--log FILE]`. In fresh processes of
 * some hundred cases, because an emulated adapter keeps every program it has compiled; a process that grows beyond its
 * share or stays too long with one case is ended, the case told, and the next one tried.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "2000" },
    from: { type: "string", default: "0" },
    chunk: { type: "string", default: "250" },
    gigabytes: { type: "string", default: "6" },
    minutes: { type: "string", default: "3" },
    log: { type: "string", default: ".cache/sweep.log" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = Number(values.cases);
const bytes = Number(values.gigabytes) * 2 ** 30;
const patience = Number(values.minutes) * 60_000;
rmSync(values.log, { force: true });
mkdirSync(dirname(values.log), { recursive: true });

const ended = [];
let from = Number(values.from);
let tried = 0;
while (tried < wanted) {
  const before = readLog().length;
  const reason = await runChunk(from, Math.min(Number(values.chunk), wanted - tried));
  const lines = readLog().slice(before);
  const numbers = lines.map((line) => /^(\d+):/u.exec(line)?.[1]).filter(Boolean);
  if (numbers.length === 0) throw new Error("No case was tried: run the test alone to see why.");
  tried += numbers.length;
  from = Number(numbers.at(-1)) + 1;
  if (reason !== null) ended.push(`${lines.findLast((line) => /^\d+:/u.test(line))}: ${reason}`);
  const complaints = readLog().filter((line) => line.startsWith("  "));
  console.log(`${tried} cases tried, up to ${from - 1}: ${complaints.length} complaints`);
}
const all = [...readLog().filter((line) => line.startsWith("  ")), ...ended];
for (const line of all) console.log(line);
process.exitCode = all.length === 0 ? 0 : 1;

function readLog() {
  if (!existsSync(values.log)) return [];
  return readFileSync(values.log, "utf8").split("\n").filter(Boolean);
}

/** Why the process was ended; null where it came to its end. */
function runChunk(first, count) {
  const child = spawn(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--config",
      "build/vitest.config.ts",
      "shared/engine/gradientSweep.webgpu.test.ts",
    ],
    {
      cwd: root,
      stdio: "ignore",
      detached: true,
      env: {
        ...process.env,
        NETLOOM_SWEEP: String(count),
        NETLOOM_SWEEP_FROM: String(first),
        NETLOOM_SWEEP_LOG: values.log,
      },
    },
  );
  let length = readLog().length;
  let since = Date.now();
  let reason = null;
  const watch = setInterval(() => {
    const now = readLog().length;
    if (now !== length) [length, since] = [now, Date.now()];
    if (measureGroup(child.pid) > bytes) reason = `more than ${values.gigabytes} GB`;
    else if (Date.now() - since > patience) reason = `more than ${values.minutes} minutes`;
    if (reason !== null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, 500);
  return new Promise((resolve) => {
    child.on("exit", () => {
      clearInterval(watch);
      resolve(reason);
    });
  });
}

/** Bytes in memory of all processes of the group; Linux alone tells them. */
function measureGroup(group) {
  if (!existsSync("/proc/self/stat")) return 0;
  let pages = 0;
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/u.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[2]) === group) pages += Number(fields[21]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return pages * 4096;
}
