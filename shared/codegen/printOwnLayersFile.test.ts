/** Plain tfjs, without any of our code, loads a model with layers of our own through the file that exports carry. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { buildModel } from "../engine/buildModel.ts";
import { saveModelFiles } from "../engine/modelFiles.ts";
import { runModel } from "../engine/runModel.ts";
import { readWeights } from "../engine/snapshots.ts";
import { printOwnLayersFile } from "./printOwnLayersFile.ts";
import { makePlan, scriptCases } from "./scripts.testkit.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const loader = `
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import "./netloomLayers.js";
const file = (name) => readFileSync(new URL(name, import.meta.url));
const fetchFunc = async (path) => {
  const isJson = path.endsWith("json");
  const type = isJson ? "application/json" : "application/octet-stream";
  return new Response(file("./" + path.split("/").at(-1)), { headers: { "content-type": type } });
};
const model = await tf.loadLayersModel(tf.io.http("http://models.invalid/model.json", { fetchFunc }));
const inputs = model.inputs.map(({ shape }) => tf.fill([2, ...shape.slice(1)], 0.3));
const output = model.predict(inputs.length === 1 ? inputs[0] : inputs);
console.log("\\n" + JSON.stringify([...output.dataSync()]));
`;

test("plain tfjs loads a model with layers of our own", async () => {
  const plan = scriptCases.find(({ plan: { name } }) => name === "twins")?.plan;
  if (plan === undefined) throw new Error("no plan");
  const model = buildModel(plan, { seed: 4 });
  const files = saveModelFiles(model, await readWeights(model));
  const [json] = files;
  const own = printOwnLayersFile(new TextDecoder().decode(json?.bytes));
  expect(own?.name).toBe("netloomLayers.js");
  const folder = fileURLToPath(new URL("../../.cache/codegen/plainTfjs", import.meta.url));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, "netloomLayers.js"), own?.text ?? "");
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(folder, "load.js"), loader);
  const printed = execFileSync(process.execPath, [join(folder, "load.js")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const values: unknown = JSON.parse(printed.trim().split("\n").at(-1) ?? "");
  const expected = tf.tidy(() => {
    const inputs = plan.inputs.map(({ shape }) =>
      tf.fill([2, ...shape.axes.map(({ size }) => size ?? 1)], 0.3),
    );
    return [...(runModel(model, inputs, { training: false })[0]?.dataSync() ?? [])];
  });
  model.dispose();
  expect(expected.length).toBe(8);
  expect(values).toEqual(expected.map((value) => expect.closeTo(value, 6)));
}, 240_000);

test("a model of stock layers needs no file of classes", async () => {
  const plan = makePlan(
    "stock",
    { x: [3] },
    [["y", "dense", { units: 2 }, ["x"]]],
    [{ source: "y" }],
  );
  const model = buildModel(plan, { seed: 1 });
  const [json] = saveModelFiles(model, await readWeights(model));
  model.dispose();
  expect(printOwnLayersFile(new TextDecoder().decode(json?.bytes))).toBeNull();
});
