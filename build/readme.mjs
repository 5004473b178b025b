// `npm run readme`: writes the README's tables anew from what was measured last: the layers from `.cache/vitest.json`
// (`npm test -- unit`), the benchmarks from `.cache/bench.json` (`npm run bench`), what runs are diagnosed as from `.cache/diagnoses.jsonl`
// (`node build/diagnoses.mjs`), training from `.cache/train-*.json` (`npm run bench -- train`), the templates from the command line.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeTrainingTable, round } from "./trainingTable.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
let readme = readFileSync("README.md", "utf8");

replacePart("templates", makeTemplateTable());
replacePart("layers", existsSync(".cache/vitest.json") ? run("build/layerTable.mjs", []) : null);
replacePart("diagnoses", existsSync(".cache/diagnoses.jsonl") ? makeDiagnosisTable() : null);
replacePart("bench", existsSync(".cache/bench.json") ? makeBenchTable() : null);
replacePart("training", makeTrainingTable(".cache"));
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
