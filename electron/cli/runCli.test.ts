import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runInfoSchema } from "#shared/host/contract.ts";
import type { CliIo } from "./io.ts";
import { runCli } from "./runCli.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "netloom-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const testData = process.env["NETLOOM_TEST_DATA"] ?? path.join(root, "../shared/data");

interface Answer {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

async function run(argv: readonly string[], onError?: (text: string) => void): Promise<Answer> {
  let out = "";
  let error = "";
  const io: CliIo = {
    cwd: folder,
    templatesFolder: path.join(root, "templates"),
    version: "1.2.3",
    isTerminal: false,
    writeOut(text) {
      out += text;
    },
    writeError(text) {
      error += text;
      onError?.(text);
    },
    onInterrupt(listener) {
      interrupt = listener;
      return () => {
        interrupt = null;
      };
    },
  };
  const exitCode = await runCli(argv, io);
  return { exitCode, out, error };
}
let interrupt: (() => void) | null = null;

/** With --json there is exactly one line on standard output, one object. */
async function runJson(
  ...words: (string | readonly string[])[]
): Promise<{ json: Json; exitCode: number; error: string }> {
  const { out, exitCode, error } = await run([...words.flat(), "--json"]);
  expect(out.endsWith("\n") && out.indexOf("\n") === out.length - 1).toBe(true);
  return { json: JSON.parse(out) as Json, exitCode, error };
}
// Answers are compared with expected values field by field.
type Json = Record<string, unknown>;

const table = (rows: readonly string[]) => ["a,b,kind", ...rows, ""].join("\n");
/** Two kinds of points that a line separates. */
const easyRows = Array.from({ length: 60 }, (_, index) => {
  const side = index % 2;
  return `${side + 0.1 * Math.sin(index)},${(index % 7) / 7},${side ? "right" : "left"}`;
});

async function write(name: string, text: string): Promise<string> {
  await writeFile(path.join(folder, name), text);
  return name;
}

/** A project of our own: two features, two kinds. */
async function writeProject(change: (text: string) => string = (text) => text): Promise<string> {
  const template = await readFile(path.join(root, "templates/mlp-iris/project.netloom"), "utf8");
  const own = template
    .replace('"shape": [4]', '"shape": [2]')
    .replace(/"units": 3\b/, '"units": 2')
    .replace(/"epochs": \d+/, '"epochs": 8');
  return write("own.netloom", change(own));
}

test.each([
  [["--version"], 0, /^1\.2\.3\n$/, /^$/],
  [["help"], 0, /Usage: netloom COMMAND/, /^$/],
  [["help", "train"], 0, /--batch-size N/, /^$/],
  [["train", "--help"], 0, /--batch-size N/, /^$/],
  [[], 2, /^$/, /Usage: netloom COMMAND/],
  [["trian"], 2, /^$/, /no command "trian".*train/],
  [["help", "trian"], 2, /^$/, /no command "trian"/],
  [["check"], 2, /^$/, /takes PROJECT; given: none/],
  [["check", "a", "b"], 2, /^$/, /takes PROJECT; given: a b/],
  [["check", "mlp-iris", "--sed", "1"], 2, /^$/, /Unknown option '--sed'/],
  [
    ["train", "mlp-iris", "--epochs", "0"],
    2,
    /^$/,
    /--epochs must be a whole number of at least 1/,
  ],
  [["train", "mlp-iris", "--epochs", "2.5"], 2, /^$/, /--epochs must be a whole number/],
  [["train", "mlp-iris", "--backend", "gpu"], 2, /^$/, /--backend must be one of: webgpu, cpu/],
  [["check", ""], 2, /^$/, /takes PROJECT; given: none/],
  [
    ["train", "mlp-iris", "--epochs", "--seed"],
    2,
    /^$/,
    /^netloom: --epochs needs a value after it/,
  ],
  [["train", "mlp-iris", "--seed", "-1"], 2, /^$/, /^netloom: --seed needs a value.*--seed=VALUE/],
  [["train", "mlp-iris", "--out"], 2, /^$/, /^netloom: --out needs a value after it/],
  [["train", "mlp-iris", "--seed", "4294967296"], 2, /^$/, /--seed must be .* at most 4294967295/],
  [["train", "mlp-iris", "--learning-rate", "1e9"], 2, /^$/, /--learning-rate .* at most 1000/],
  [["train", "mlp-iris", "--data", ""], 2, /^$/, /--data needs a value/],
  [["evaluate", "mlp-iris"], 2, /^$/, /needs --run/],
  [["export", "mlp-iris", "--out", "x"], 2, /^$/, /needs --to/],
  [["export", "mlp-iris", "--to", "onnx", "--out", "x"], 2, /^$/, /--to must be one of/],
  [["export", "mlp-iris", "--to", "keras"], 2, /^$/, /needs --out/],
  [["check", "missing.netloom"], 1, /^$/, /missing\.netloom can't be read: it does not exist/],
  [["check", "no-such-template"], 1, /^$/, /no file and no template.*mlp-iris/],
] as const)("netloom %j exits with %i", async (argv, exitCode, out, error) => {
  const answer = await run(argv);
  expect(answer.exitCode).toBe(exitCode);
  expect(answer.out).toMatch(out);
  expect(answer.error).toMatch(error);
});

test("summary counts what the template is known for", async () => {
  const { json, exitCode } = await runJson("summary", "lecture-cnn");
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    totalParams: 93_322,
    trainableParams: 93_322,
    nonTrainableParams: 0,
  });
  expect(json["layers"]).toContainEqual(
    expect.objectContaining({ type: "conv2d", outputShape: [null, 26, 26, 32], paramCount: 320 }),
  );
});

test("summary tells costs and shows blocks as a tree, or flat", async () => {
  const { json } = await runJson("summary", "siamese-twin");
  expect(json).toMatchObject({ totalParams: 56_129, multiplyAdds: 1_412_288 });
  expect(json["layers"]).toContainEqual(
    expect.objectContaining({
      id: "twin/conv_1",
      path: ["twin", "conv_1"],
      paramCount: 160,
      multiplyAdds: 26 * 26 * 9 * 16,
      activationBytes: 26 * 26 * 16 * 4,
    }),
  );
  expect(json["tree"]).toContainEqual(
    expect.objectContaining({ id: "same_twin", paramCount: 0, sharedWith: "twin" }),
  );
  const tree = await run(["summary", "siamese-twin"]);
  expect(tree.out).toMatch(/^twin +block:/m);
  expect(tree.out).toMatch(/^ {2}conv_1 +conv2d/m);
  const flat = await run(["summary", "siamese-twin", "--flat"]);
  expect(flat.out).toMatch(/^twin › conv_1 +conv2d/m);
  expect(flat.out).not.toContain("block:");
});

test("templates lists ids and sizes", async () => {
  const { json } = await runJson("templates");
  expect(json["templates"]).toContainEqual(
    expect.objectContaining({ id: "mnist-mlp", paramCount: 101_770 }),
  );
});

test("check passes a good project and lists the mistakes of a bad one", async () => {
  expect(await runJson("check", "mlp-iris")).toMatchObject({ exitCode: 0 });
  const bad = await writeProject((text) =>
    text.replace('"activation": "relu"', '"activation": "rellu"'),
  );
  const { json, exitCode } = await runJson("check", bad);
  expect(exitCode).toBe(1);
  expect(json["diagnostics"]).toContainEqual(
    expect.objectContaining({ code: "bad-parameter", severity: "error", nodes: ["dense-1"] }),
  );
});

test.each([
  ["text that is no JSON", "nonsense"],
  ["another program's file", '{"format":"other"}'],
  ["half a file", '{"format":"netloom","version":1,'],
])("%s is refused with a diagnostic", async (_name, text) => {
  const { json, exitCode } = await runJson("check", await write("broken.netloom", text));
  expect(exitCode).toBe(1);
  expect(json["diagnostics"]).toContainEqual(
    expect.objectContaining({ code: "project", severity: "error", file: "broken.netloom" }),
  );
});

test.each([
  ["a missing file", null, "data-missing", /does not exist/],
  ["ragged rows", table([...easyRows.slice(0, 20), "1,2"]), "data-ragged", /./],
  ["an empty file", "", "data-empty", /./],
])("data with %s is refused with a diagnostic", async (_name, text, code, message) => {
  const project = await writeProject();
  if (text !== null) await write("points.csv", text);
  const { json, exitCode } = await runJson("train", project, "--data", "points.csv");
  expect(exitCode).toBe(1);
  const [issue] = json["diagnostics"] as readonly { code: string; message: string }[];
  expect(issue?.code).toBe(code);
  expect(issue?.message).toMatch(message);
  expect(existsSync(path.join(folder, "netloom-runs"))).toBe(false);
});

test("a run goes on where it was, and says what can't be changed of it", async () => {
  const options = ["--backend", "cpu"];
  const whole = await runJson("train", "mlp-iris", "--epochs", "3", "--out", "whole", ...options);
  await runJson("train", "mlp-iris", "--epochs", "1", "--out", "run", ...options);
  const resumed = await runJson("train", "--resume", "run", "--epochs", "3", ...options);
  expect(resumed.json).toMatchObject({ epochs: 3, metrics: whole.json["metrics"] });
  const refusals = [
    [["--resume", "run"], 1, /has done its 3 epochs.*--epochs 6/],
    [["--resume", "run", "--seed", "2"], 2, /--seed can't be changed/],
    [["--resume", "run", "mlp-iris"], 2, /takes no arguments with --resume/],
    [["--resume", "nowhere"], 1, /holds no run/],
    [["mlp-iris", "--checkpoint-every", "soon"], 2, /steps \(200\) or of minutes \(5m\)/],
  ] as const;
  for (const [words, exitCode, message] of refusals) {
    const refused = await run(["train", ...words, ...options]);
    expect(refused.exitCode).toBe(exitCode);
    expect(refused.error).toMatch(message);
  }
});

test("a run is trained, kept, evaluated, used and exported", async () => {
  const project = await writeProject();
  await write("points.csv", table(easyRows));
  const { json, exitCode, error } = await runJson(
    "train own.netloom --data points.csv --epochs 12 --seed 3 --learning-rate 0.05".split(" "),
    "--backend cpu --out run".split(" "),
  );
  expect(error).not.toMatch(/TensorFlow/);
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ backend: "cpu", epochs: 12, reason: "finished", seed: 3 });
  expect(json["runDir"]).toBe(path.join(folder, "run"));
  expect(Object.keys(json["metrics"] as Json)).toEqual([
    "loss",
    "accuracy",
    "valLoss",
    "valAccuracy",
  ]);
  expect((json["metrics"] as Json)["valAccuracy"]).toBe(1);
  expect(json["baselines"]).toMatchObject([{ name: "majority-class" }]);
  const events = error
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(events[0]).toBe("started");
  expect(events.slice(-2)).toEqual(["ended", "checkpoint"]);

  const kept = (await readdir(path.join(folder, "run"))).toSorted();
  expect(kept).toEqual([
    "group1-shard1of1.bin",
    "latest.checkpoint",
    "metrics.jsonl",
    "model.json",
    "preparation.json",
    "run.json",
  ]);
  const info = runInfoSchema.parse(
    JSON.parse(await readFile(path.join(folder, "run/run.json"), "utf8")),
  );
  expect(info).toMatchObject({ id: json["runId"], status: "finished", epochs: 12, backend: "cpu" });
  expect(info.snapshot).toContain("points.csv");
  expect(await readFile(path.join(folder, "run/metrics.jsonl"), "utf8")).toBe(error);

  const again = await runJson("train", project, "--data", "points.csv", "--out", "run");
  expect(again).toMatchObject({ exitCode: 1 });
  expect(again.error).toMatch(/holds a run already/);

  const use = ["--run", "run", "--data", "points.csv", "--backend", "cpu"];
  const evaluated = await runJson("evaluate", project, ...use);
  expect(evaluated.json["metrics"]).toEqual({
    loss: expect.closeTo((json["metrics"] as Json)["valLoss"] as number, 5),
    accuracy: 1,
  });
  const predicted = await runJson("predict", project, ...use, "--limit", "2");
  expect(predicted.json["predictions"]).toMatchObject([
    { sample: 0, outputs: [{ label: "left" }] },
    { sample: 1, outputs: [{ label: "right" }] },
  ]);

  const exported = await runJson("export", project, "--to", "tfjs", "--run", "run", "--out", "out");
  expect(exported.json).toMatchObject({
    isTrained: true,
    files: ["model.json", "group1-shard1of1.bin", "preparation.json"],
  });
  expect(await readFile(path.join(folder, "out/preparation.json"), "utf8")).toBe(
    await readFile(path.join(folder, "run/preparation.json"), "utf8"),
  );
  expect(await readFile(path.join(folder, "out/model.json"))).toEqual(
    await readFile(path.join(folder, "run/model.json")),
  );
  const twice = await runJson("export", project, "--to", "tfjs", "--run", "run", "--out", "out");
  expect(twice).toMatchObject({ exitCode: 1 });
  expect(twice.error).toMatch(/has model\.json, group1-shard1of1\.bin, .* already.*--force/);
  expect(
    await runJson("export", project, "--to", "tfjs", "--run", "run", "--out", "out", "--force"),
  ).toMatchObject({ exitCode: 0 });

  const curves = ["--run", "run", "--out", "curves"];
  const board = await runJson("export", project, "--to", "tensorboard", ...curves);
  expect(board.json["files"]).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d+\.run-/)]);
  const tables = await runJson("export", project, "--to", "csv", ...curves);
  expect(tables.json["files"]).toEqual(["steps.csv", "epochs.csv"]);
  const lines = (await readFile(path.join(folder, "curves/epochs.csv"), "utf8")).trim();
  expect(lines.split("\r\n")).toHaveLength(1 + 12);
  expect(await runJson("export", project, "--to", "csv", "--out", "none")).toMatchObject({
    exitCode: 2,
    error: expect.stringMatching(/needs --run/),
  });

  const other = await runJson("evaluate", "mlp-iris", "--run", "run", "--backend", "cpu");
  expect(other.exitCode).toBe(1);
  expect(other.error).toMatch(/run is not a run of mlp-iris/);
  await rm(path.join(folder, "run/group1-shard1of1.bin"));
  const broken = await runJson("evaluate", project, ...use);
  expect(broken.error).toMatch(/group1-shard1of1\.bin.*is missing/);
});

test("a run reads other files as it read its own", async () => {
  const project = await writeProject();
  await write("points.csv", table(easyRows));
  await runJson(
    "train own.netloom --data points.csv --epochs 12 --learning-rate 0.05".split(" "),
    "--backend cpu --out run".split(" "),
  );
  const use = async (command: string, text: string, ...more: string[]) => {
    await write("other.csv", text);
    const words = "--run run --data other.csv --backend cpu".split(" ");
    return runJson(command, project, ...words, ...more);
  };
  // One class, right of all that training saw, and the columns the other way round: fitted anew, all would be wrong.
  const right = Array.from({ length: 10 }, (_, index) => `right,${index / 10},${1 + index}`);
  const turned = ["kind,b,a", ...right].join("\n");
  const evaluated = await use("evaluate", turned, "--part", "all");
  expect(evaluated.json).toMatchObject({ samples: 10, metrics: { accuracy: 1 } });
  expect(evaluated.json["confusion"]).toEqual({
    classes: ["left", "right"],
    counts: [
      [0, 0],
      [0, 10],
    ],
  });
  const blind = await use("predict", "b,a\n0.5,1\n0.5,-0.1\n");
  expect(blind.json["predictions"]).toMatchObject([
    { outputs: [{ label: "right" }] },
    { outputs: [{ label: "left" }] },
  ]);

  const measured = await use("evaluate", "b,a\n0.5,1\n0.5,-0.1\n");
  expect(measured).toMatchObject({ exitCode: 1 });
  const messageOf = ({ json }: { json: Json }) =>
    (json["diagnostics"] as readonly { message: string }[])[0]?.message;
  expect(messageOf(measured)).toMatch(/no column "kind", which tells what is right/);
  const unknown = await use("evaluate", `${turned}\nmiddle,0,0.5`);
  expect(messageOf(unknown)).toMatch(/line 12, column "kind": the model knows no class "middle"/);

  await write("run/preparation.json", "{}");
  expect((await use("predict", turned)).error).toMatch(
    /preparation\.json can't be read: at format/,
  );
  await rm(path.join(folder, "run/preparation.json"));
  expect((await use("predict", turned)).error).toMatch(/run has no preparation\.json/);
});

test("the same seed gives the same metrics", async () => {
  const train = (out: string, seed: string) =>
    runJson("train", "mlp-iris", "--epochs", "2", "--backend", "cpu", "--seed", seed, "--out", out);
  const first = await train("a", "1");
  expect((await train("b", "1")).json["metrics"]).toEqual(first.json["metrics"]);
  expect((await train("c", "2")).json["metrics"]).not.toEqual(first.json["metrics"]);
});

test("Ctrl-C ends a run cleanly and keeps its weights", async () => {
  const answer = await run(
    ["train", "mlp-iris", "--epochs", "500", "--backend", "cpu", "--out", "run", "--json"],
    (text) => {
      if (text.includes('"epoch":2')) interrupt?.();
    },
  );
  expect(answer.exitCode).toBe(0);
  expect(JSON.parse(answer.out)).toMatchObject({ reason: "stopped" });
  expect(existsSync(path.join(folder, "run/model.json"))).toBe(true);
});

test.each([
  ["typescript", /\.ts$/],
  ["keras", /\.py$/],
])("exports %s that names every layer", async (to, ending) => {
  const { json, exitCode } = await runJson("export", "mlp-iris", "--to", to, "--out", "code");
  expect(exitCode).toBe(0);
  const names = json["files"] as readonly string[];
  const texts = await Promise.all(
    names
      .filter((name) => ending.test(name))
      .map((name) => readFile(path.join(folder, "code", name), "utf8")),
  );
  expect(texts.join("\n")).toMatch(/hidden_1/);
});

const airline = path.join(testData, "csv/airline-passengers.csv");
test.skipIf(!existsSync(airline))(
  "windows over a series of real months are compared with the last value, in its own unit",
  async () => {
    const { json, exitCode } = await runJson(
      ["train", "airline-lstm", "--data", airline],
      "--epochs 1 --backend cpu".split(" "),
    );
    expect(exitCode).toBe(0);
    expect(json["baselines"]).toMatchObject([
      { name: "mean" },
      { name: "last-value", metrics: { rmse: expect.closeTo(50.95, 1) } },
    ]);
    expect((json["metrics"] as Json)["valRmse"]).toBeGreaterThan(20);
  },
);

test.each([
  [["--version"], 0, { version: "1.2.3" }],
  [["help"], 0, { help: expect.stringMatching(/Usage: netloom COMMAND/) }],
  [["help", "train"], 0, { help: expect.stringMatching(/--batch-size N/) }],
  [["train", "--help"], 0, { help: expect.stringMatching(/--batch-size N/) }],
  [["help", "trian"], 2, { error: expect.stringMatching(/no command "trian"/) }],
  [[], 2, { error: expect.stringMatching(/command is missing/) }],
])("%j answers with one JSON object, too", async (words, exitCode, expected) => {
  expect(await runJson(words)).toMatchObject({ exitCode, json: expected });
});

test("--json may come first", async () => {
  const { out, exitCode } = await run(["--json", "check", "mlp-iris"]);
  expect({ out, exitCode }).toEqual({ out: '{"diagnostics":[]}\n', exitCode: 0 });
});

test("a folder with several tables says which was read", async () => {
  await write("small.csv", table(easyRows.slice(0, 10)));
  await write("large.csv", table(easyRows));
  const { error } = await runJson("check", await writeProject(), "--data", ".");
  expect(JSON.parse(error)).toEqual({
    kind: "note",
    message: "The folder holds 1 more table; the largest is used. Read: large.csv.",
  });
});

test("a run of a model that uses layers twice is evaluated, used and exported", async () => {
  const source = path.join(root, "templates/siamese-twin/project.netloom");
  const text = await readFile(source, "utf8");
  await write("twin.netloom", text.replace('"samples": 2000', '"samples": 60'));
  await runJson("train twin.netloom --epochs 1 --backend cpu --out run".split(" "));
  const evaluated = await runJson("evaluate twin.netloom --run run --backend cpu".split(" "));
  expect(evaluated).toMatchObject({ exitCode: 0, json: { metrics: { loss: expect.any(Number) } } });
  for (const words of [
    "predict twin.netloom --run run --limit 2 --backend cpu",
    "export twin.netloom --to tfjs --run run --out out",
  ]) {
    expect((await runJson(words.split(" "))).exitCode).toBe(0);
  }
});

test("a run of another project is not exported as this one's", async () => {
  const train = ["train", "mlp-iris", "--epochs", "1", "--backend", "cpu", "--out", "run"];
  await runJson(train);
  const { exitCode, error } = await runJson(
    "export mnist-mlp --to tfjs --run run --out out".split(" "),
  );
  expect(exitCode).toBe(1);
  expect(error).toMatch(/is not a run of MNIST MLP: it has 243 weights/);
  expect(existsSync(path.join(folder, "out"))).toBe(false);
});

test("a model without a run is not written over; a replaced run's weights go", async () => {
  const train = ["train", "mlp-iris", "--epochs", "1", "--backend", "cpu", "--out", "out"];
  await runJson("export", "mlp-iris", "--to", "tfjs", "--out", "out");
  const refused = await runJson(train);
  expect(refused.exitCode).toBe(1);
  expect(refused.error).toMatch(/out holds a model already/);
  const heldAtFirst: boolean[] = [];
  await run([...train, "--force", "--json"], () => {
    heldAtFirst.push(existsSync(path.join(folder, "out/model.json")));
  });
  expect(heldAtFirst[0]).toBe(false);
  expect(existsSync(path.join(folder, "out/model.json"))).toBe(true);
});

test("exported model files carry the layers that stock tfjs lacks", async () => {
  const own = await runJson("export", "edge-detection", "--to", "tfjs", "--out", "own");
  expect(own.json["files"]).toContain("netloomLayers.js");
  expect(await readFile(path.join(folder, "own/netloomLayers.js"), "utf8")).toContain(
    "class FixedFilter extends tf.layers.Layer",
  );
  const stock = await runJson("export", "mlp-iris", "--to", "tfjs", "--out", "stock");
  expect(stock.json["files"]).not.toContain("netloomLayers.js");
});
