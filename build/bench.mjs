// `npm run bench [-- NAME …] [--json]`: runs the benchmarks of e2e/bench. Figures are medians with their range; where
// there is a peer, it runs in turn with ours. Prints a table, or one JSON object with --json. For `train` also:
// --counts (what a step costs instead of how long it takes; --contender stockFit for tfjs), --chromium, --workload ID,
// --windows N (five), --resume (go on where the last run on the device was cut).
import { readdirSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, platform } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { buildTarget } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const known = readdirSync("e2e/bench")
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.replace(".bench.ts", ""));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    counts: { type: "boolean", default: false },
    chromium: { type: "boolean", default: false },
    contender: { type: "string" },
    workload: { type: "string", multiple: true, default: [] },
    windows: { type: "string", default: "5" },
    resume: { type: "boolean", default: false },
  },
});
const options = {
  workloads: values.workload,
  chromium: values.chromium,
  windows: Number(values.windows),
  isResumed: values.resume,
};
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  process.exit(2);
}

if (values.counts) {
  const { module } = await runnerImport("./e2e/bench/train.bench.ts", {
    configFile: false,
    logLevel: "error",
  });
  const workloads = await module.count(options, values.contender);
  // The README's table needs all of them.
  if (values.workload.length === 0) {
    mkdirSync(".cache", { recursive: true });
    writeFileSync(
      `.cache/train-counts-${values.contender ?? "ours"}.json`,
      `${JSON.stringify({ workloads }, null, 2)}\n`,
    );
  }
  if (values.json) console.log(JSON.stringify({ workloads }));
  else console.table(workloads);
  process.exit(0);
}

// Windows and commands are measured as they are now, not as they were built some time.
for (const target of ["renderer", "browser", "cli"]) await buildTarget(target);

const results = [];
for (const name of positionals.length > 0 ? positionals : known) {
  if (!values.json) console.log(`${name} …`);
  const { module } = await runnerImport(`./e2e/bench/${name}.bench.ts`, {
    configFile: false,
    logLevel: "error",
  });
  const figures = await module.run(options);
  results.push({ name, figures });
  if (!values.json) {
    for (const figure of figures) {
      const range = `${format(figure.min)} – ${format(figure.max)}`;
      const limit =
        figure.limit === undefined
          ? ""
          : `  limit ${figure.limit} ${isMet(figure) ? "met" : "MISSED"}`;
      console.log(
        `  ${figure.label.padEnd(56)} ${format(figure.median).padStart(9)} ${figure.unit}  (${range})${limit}`,
      );
    }
  }
}
const summary = {
  machine: {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    platform: platform(),
    node: process.version,
  },
  results,
};
mkdirSync(".cache", { recursive: true });
writeFileSync(".cache/bench.json", `${JSON.stringify(summary, null, 2)}\n`);
if (values.json) console.log(JSON.stringify(summary));
process.exit(0);

function isMet({ median, limit, isHigherBetter }) {
  return isHigherBetter ? median >= limit : median <= limit;
}

function format(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
