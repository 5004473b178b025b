// `npm run readme`: writes the README's tables anew from what was measured last: the layers from `.cache/vitest.json`
// (`npm test -- unit`), the benchmarks from `.cache/bench.json` (`npm run bench`), what runs are diagnosed as from `.cache/diagnoses.jsonl`
// (`node build/diagnoses.mjs`), the templates from the command line.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
let readme = readFileSync("README.md", "utf8");

replacePart("templates", makeTemplateTable());
replacePart("layers", existsSync(".cache/vitest.json") ? run("build/layerTable.mjs", []) : null);
replacePart("diagnoses", existsSync(".cache/diagnoses.jsonl") ? makeDiagnosisTable() : null);
replacePart("bench", existsSync(".cache/bench.json") ? makeBenchTable() : null);
replacePart("training", makeTrainingTable());
writeFileSync("README.md", readme);

/** Leaves the part as it is where nothing was measured. */
function replacePart(name, text) {
  if (text === null) return console.log(`${name}: nothing measured, left as it is`);
  const pattern = new RegExp(`(<!-- ${name}:begin -->\n)[^]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(readme)) throw new Error(`README.md has no part for ${name}.`);
  readme = readme.replace(pattern, (_, begin, end) => `${begin}${text.trim()}\n${end}`);
}

function run(script, args) {
  const outcome = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  if (outcome.status !== 0) throw new Error(`${script}: ${outcome.stderr}`);
  return outcome.stdout;
}

function makeTemplateTable() {
  const { templates } = JSON.parse(run("build/netloom.mjs", ["templates", "--json"]));
  const rows = templates.map(
    ({ id, title, summary, paramCount }) =>
      `| \`${id}\` | ${title} | ${summary} | ${paramCount.toLocaleString("en")} |`,
  );
  return ["| id | title | what it is | weights |", "|---|---|---|---:|", ...rows].join("\n");
}

function makeDiagnosisTable() {
  const rows = readFileSync(".cache/diagnoses.jsonl", "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const lines = rows.map(({ kind, code, title, right, of }) =>
    kind === "pathology"
      ? `| ${title} | \`${code}\` | ${right} of ${of} |`
      : `| healthy: ${title} | nothing | ${right} of ${of} |`,
  );
  return ["| run | what must be told | right |", "|---|---|---:|", ...lines].join("\n");
}

function makeBenchTable() {
  const { results, machine } = JSON.parse(readFileSync(".cache/bench.json", "utf8"));
  // Training has a table of its own.
  const others = results.filter(({ name }) => name !== "train");
  if (others.length === 0) return null;
  const rows = others.flatMap(({ figures }) =>
    figures.map(({ label, unit, median, min, max, limit, isHigherBetter }) => {
      const promise = limit === undefined ? "" : `${isHigherBetter ? "≥" : "≤"} ${limit}`;
      return `| ${label} | ${unit} | ${round(median)} | ${round(min)}–${round(max)} | ${promise} |`;
    }),
  );
  return [
    `Measured on: ${machine.cores} cores, ${machine.platform}, Node ${machine.node}.`,
    "",
    "| what | unit | median | range | promise |",
    "|---|---|---:|---|---|",
    ...rows,
  ].join("\n");
}

/** What a step costs (`npm run bench -- train --counts`, once more with `--contender stockFit`) and how long it takes. */
function makeTrainingTable() {
  const [ours, stock] = ["ours", "stockFit"].map((contender) =>
    readJson(`.cache/train-counts-${contender}.json`),
  );
  const timed = readJson(".cache/bench.json")?.results.find(({ name }) => name === "train")?.rows;
  if (!ours || !stock || !timed) return null;
  const counts = ours.workloads.map((row) => {
    const other = stock.workloads.find(({ id }) => id === row.id);
    const tell = (name, show) => `${other ? show(other[name]) : "–"} → ${show(row[name])}`;
    const whole = (value) => Math.round(value).toLocaleString("en");
    return `| ${row.id} | ${tell("dispatches", whole)} | ${tell("submits", whole)} | ${tell("uploadBytes", whole)} | ${tell("cpuMs", round)} |`;
  });
  const times = timed.rows.map(({ title, batchSize, stepMs, lossesApart, overLimit }) => {
    const { ours: own, stockFit, stockLoop, jax } = stepMs;
    const tell = (ms) => (ms === undefined ? "–" : `${round(ms)} (${round(ms / own)}×)`);
    const apart = lossesApart === null ? "–" : lossesApart.toExponential(0);
    const limit = overLimit === undefined ? "–" : `${round(overLimit)}×`;
    return `| ${title} | ${batchSize} | ${round(own)} | ${tell(stockFit)} | ${tell(stockLoop)} | ${tell(jax)} | ${apart} | ${limit} |`;
  });
  return [
    "A steady step at batch 32 with Adam and accuracy, stock `model.fit` → Netloom; processor time on a device that computes nothing:",
    "",
    "| network | dispatches | submits | bytes uploaded | processor ms |",
    "|---|---:|---:|---:|---:|",
    ...counts,
    "",
    `Milliseconds a step on ${timed.device}, each in a fresh process from the same weights on the same batches; in brackets, how many times Netloom's:`,
    "",
    "| network | batch | Netloom | tfjs `fit` | tfjs loop | jax-js, jitted | losses apart from `fit` | over the device's limit |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    ...times,
  ].join("\n");
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

function round(value) {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(2)));
}
