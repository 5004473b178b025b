import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const names = {
  ours: "Netloom",
  stockFit: "tfjs `fit`",
  stockLoop: "tfjs loop",
  jax: "jax-js, jitted",
  cpu: "tfjs on the CPU",
};

/**
 * README's tables of training, from what was measured last: counts (`npm run bench -- train --counts`, once more with
 * `--contender stockFit`), times on SwiftShader in Node (`npm run bench -- train`), and a line for every other device. null where
 * counts or SwiftShader's times are missing.
 */
export function makeTrainingTable(folder) {
  const ours = readJson(folder, "train-counts-ours.json");
  const stock = readJson(folder, "train-counts-stockFit.json");
  const reports = existsSync(folder) ? listReports(folder) : [];
  const main = reports.find(isMain);
  if (!ours || !stock || !main) return null;
  const others = reports.filter((report) => !isMain(report));
  return [...tellCounts(ours, stock), ...tellTimes(main), ...tellOthers(others)].join("\n");
}

function listReports(folder) {
  return readdirSync(folder)
    .filter((file) => /^train-(?!counts).*(?<!\.partial)\.json$/.test(file))
    .map((file) => readJson(folder, file));
}

function isMain({ limits, runtime }) {
  return /swiftshader/i.test(limits.device) && runtime === "Node";
}

function tellCounts(ours, stock) {
  const lines = ours.workloads.map((row) => {
    const other = stock.workloads.find(({ id }) => id === row.id);
    const tell = (name, show) => `${other ? show(other[name]) : "–"} → ${show(row[name])}`;
    const whole = (value) => Math.round(value).toLocaleString("en");
    return `| ${row.id} | ${tell("dispatches", whole)} | ${tell("submits", whole)} | ${tell("uploadBytes", whole)} | ${tell("cpuMs", round)} |`;
  });
  return [
    "A steady step at batch 32 with Adam and accuracy, stock `model.fit` → Netloom; processor time on a device that computes nothing:",
    "",
    "| network | dispatches | submits | bytes uploaded | processor ms |",
    "|---|---:|---:|---:|---:|",
    ...lines,
    "",
  ];
}

function tellTimes({ limits, rows, means }) {
  const lines = rows.map(({ title, batchSize, referees, results, overLimit }) => {
    const { ours } = results;
    const tell = (contender) => {
      const result = results[contender];
      if (result === undefined) return "–";
      const { median } = result.stepMs;
      return result.isScored
        ? `${round(median)} (${round(median / ours.stepMs.median)}×)`
        : `no score: losses ${tellApart(result.lossesApart)} apart`;
    };
    const own = ours.isScored ? round(ours.stepMs.median) : "no score";
    const apart = `${tellApart(ours.lossesApart)} from ${referees.map((name) => names[name]).join(" and ")}`;
    return `| ${title} | ${batchSize} | ${own} | ${tell("stockFit")} | ${tell("stockLoop")} | ${tell("jax")} | ${apart} | ${round(overLimit)}× |`;
  });
  const [fit, loop, jax] = [means.stockFit, means.stockLoop, means.jax].map(tellMean);
  return [
    `Milliseconds a step on ${limits.device}, each in a fresh process from the same weights on the same batches; in brackets, how many times Netloom's:`,
    "",
    `| network | batch | ${names.ours} | ${names.stockFit} | ${names.stockLoop} | ${names.jax} | 20 losses, relative | over the device's limit |`,
    "|---|---:|---:|---:|---:|---:|---|---:|",
    ...lines,
    `| geometric mean of those with a score | | | ${fit} | ${loop} | ${jax} | | |`,
    "",
    `Losses more than 1e-4 apart get no score. The device's limit is the least time that a step's arithmetic at ${round(limits.peakFlops / 1e9)} GFLOP/s, or its unavoidable memory traffic at ${round(limits.copyBytes / 1e9)} GB/s where that takes longer, and its dispatches at ${round(1000 * limits.emptyDispatchMs)} µs each need, all three measured on this device: 1× can't be beaten.`,
  ];
}

/** Batches differ with the device, so only ratios are told, and our own times. */
function tellOthers(reports) {
  if (reports.length === 0) return [];
  const lines = reports.map(({ limits, runtime, rows, means }) => {
    const steps = rows.map(
      ({ workload, batchSize, results }) =>
        `${workload} ${round(results.ours?.stepMs.median ?? Number.NaN)} (${batchSize})`,
    );
    return `| ${limits.device}, ${runtime} | ${tellMean(means.stockFit)} | ${tellMean(means.jax)} | ${steps.join(", ")} |`;
  });
  return [
    "",
    "The same elsewhere, geometric means over Netloom's step:",
    "",
    `| device | ${names.stockFit} | ${names.jax} | Netloom, ms a step (batch) |`,
    "|---|---:|---:|---|",
    ...lines,
  ];
}

function tellMean({ ratio, networks }) {
  return networks === 0 ? "–" : `${round(ratio)}× (${networks})`;
}

/** JSON has no NaN: null is also what could not be compared. */
function tellApart(apart) {
  return apart === null ? "not compared" : apart.toExponential(0);
}

function readJson(folder, file) {
  const place = path.join(folder, file);
  return existsSync(place) ? JSON.parse(readFileSync(place, "utf8")) : null;
}

export function round(value) {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(2)));
}
