import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import * as tf from "@tensorflow/tfjs";
import { expect } from "@playwright/test";
import { root, testData } from "./app.ts";

/** Other people's programs that judge what Netloom exports. */

/** Compiles an exported TypeScript program with `tsc --strict` and runs it by Node; returns what it printed. */
export function runTypeScript(folder: string): string {
  const file = findFile(folder, ".ts");
  if (!existsSync(join(folder, "node_modules"))) {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  placeFewDigits(folder);
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = [
    "--strict",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--skipLibCheck",
    "--types",
    "node",
  ];
  run(process.execPath, [compiler, ...options, file], folder);
  return run(process.execPath, [file.replace(/\.ts$/, ".js")], folder);
}

/** MNIST's files beside the program that reads them, cut to a few images so that it trains in seconds. */
function placeFewDigits(folder: string): void {
  if (testData === null) return;
  const count = 600;
  for (const [name, headerSize, sampleSize] of [
    ["t10k-images-idx3-ubyte.gz", 16, 784],
    ["t10k-labels-idx1-ubyte.gz", 8, 1],
  ] as const) {
    const whole = gunzipSync(readFileSync(join(testData, "mnist", name)));
    const few = Buffer.from(whole.subarray(0, headerSize + count * sampleSize));
    few.writeUInt32BE(count, 4);
    writeFileSync(join(folder, name), gzipSync(few));
  }
}

/** Parses an exported Python program; builds it with Keras too where that is installed. Returns the weight count or null. */
export function checkPython(folder: string): number | null {
  const file = findFile(folder, ".py");
  const parse = `import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read())`;
  run("python3", ["-c", parse, file], folder);
  const keras = findKeras();
  if (keras === null) return null;
  const build = `import sys; sys.path.insert(0, "."); import ${file.replace(/\.py$/, "")} as program; print("weights", program.build_model().count_params())`;
  const output = run(keras, ["-c", build], folder, { KERAS_BACKEND: "jax" });
  return Number(/weights (\d+)/.exec(output)?.[1]);
}

/** Loads exported model files with plain tfjs and returns the share of MNIST's first images that it reads rightly. */
export async function readDigits(
  folder: string,
): Promise<{ weights: number; accuracy: number | null }> {
  const description = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  const shards = description.weightsManifest.flatMap((group: { paths: string[] }) => group.paths);
  const bytes = Buffer.concat(shards.map((path: string) => readFileSync(join(folder, path))));
  await tf.setBackend("cpu");
  const model = await tf.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: description.modelTopology,
        weightSpecs: description.weightsManifest.flatMap(
          (group: { weights: tf.io.WeightsManifestEntry[] }) => group.weights,
        ),
        weightData: bytes.buffer.slice(
          bytes.byteOffset,
          bytes.byteOffset + bytes.length,
        ) as ArrayBuffer,
      }),
  });
  if (testData === null) return { weights: model.countParams(), accuracy: null };
  const count = 500;
  const images = gunzipSync(
    readFileSync(join(testData, "mnist/t10k-images-idx3-ubyte.gz")),
  ).subarray(16);
  const labels = gunzipSync(
    readFileSync(join(testData, "mnist/t10k-labels-idx1-ubyte.gz")),
  ).subarray(8);
  const input = tf.tensor4d(
    Float32Array.from(images.subarray(0, count * 784), (pixel) => pixel / 255),
    [count, 28, 28, 1],
  );
  const predicted = await (model.predict(input) as tf.Tensor).argMax(-1).data();
  const right = predicted.filter((digit, index) => digit === labels[index]).length;
  return { weights: model.countParams(), accuracy: right / count };
}

/** The scalars of an event file as TensorBoard's own reader gives them, or null where it isn't installed. */
export function readTensorBoard(
  bytes: Uint8Array,
): readonly (readonly [tag: string, step: number, wallTime: number, value: number])[] | null {
  const python = findKeras();
  if (python === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "netloom-tensorboard-"));
  const file = join(folder, "events.out.tfevents.1.netloom");
  writeFileSync(file, bytes);
  const referee = join(root, "build/referees/tensorboard_scalars.py");
  const { status, stdout } = spawnSync(python, [referee, file], { encoding: "utf8" });
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) return null;
  return (JSON.parse(stdout) as { scalars: [string, number, number, number][] }).scalars;
}

function findKeras(): string | null {
  const cache = process.env["NETLOOM_CACHE"] ?? join(homedir(), ".cache/netloom");
  const candidates = [
    process.env["NETLOOM_PYTHON"],
    join(cache, "python/bin/python"),
    join(cache, "python/Scripts/python.exe"),
  ];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

function findFile(folder: string, ending: string): string {
  const file = readdirSync(folder).find((name) => name.endsWith(ending));
  expect(file, `a ${ending} file in the export`).toBeDefined();
  return file ?? "";
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): string {
  const outcome = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 180_000,
  });
  expect(outcome.status, `${command} ${args.join(" ")}\n${outcome.stdout}\n${outcome.stderr}`).toBe(
    0,
  );
  return outcome.stdout;
}
