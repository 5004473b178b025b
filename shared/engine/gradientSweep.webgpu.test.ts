/**
 * Gradients on WebGPU over random sizes and options of every layer, in three ways: with the kernels of our own as a real
 * GPU runs them, as an emulated adapter does, and with tfjs's own where the layers are not fused. The CPU backend is the
 * referee; where it differs, finite differences say which is wrong. `NETLOOM_SWEEP=250` tries that many cases,
 * `NETLOOM_SWEEP_FROM` starts elsewhere, `NETLOOM_SWEEP_LOG` names a file to tell of them: `build/sweep.mjs` does thousands.
 */
import { appendFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "../../electron/services/nodeWebgpu.ts";
import { useDirectPrograms } from "./directKernels.ts";
import { useFusedLayers } from "./fused/fusedLayers.ts";
import { drawGradientCase } from "./gradientSweep.testkit.ts";
import {
  compareSlopes,
  computeGradients,
  relativeDifference,
  type GradientCase,
  type GradientRun,
} from "./gradients.testkit.ts";
import { selectBackend } from "./selectBackend.ts";

const webgpu = await installNodeWebgpu();
const faults: string[] = [];
if (webgpu.ok) {
  const backend = await selectBackend("webgpu");
  // Otherwise small tensors are computed in JavaScript and most kernels are never run.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
} else console.warn(`Skipped: ${webgpu.error.message}`);
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const wanted = Number(process.env["NETLOOM_SWEEP"] ?? "40");
/** Where each case is written before it is tried, for those that take the process down. */
const log = process.env["NETLOOM_SWEEP_LOG"];
const first = Number(process.env["NETLOOM_SWEEP_FROM"] ?? "0");

test.skipIf(!webgpu.ok)(
  `gradients on WebGPU agree with the CPU backend in ${wanted} random cases`,
  { timeout: 3_600_000 },
  async () => {
    const complaints: string[] = [];
    let tried = 0;
    for (let number = first; tried < wanted; number++) {
      const read = drawGradientCase(number);
      if (read === null) continue;
      tried++;
      if (log !== undefined) appendFileSync(log, `${read.title}\n`);
      const found = await tryCase(read);
      if (log !== undefined) for (const line of found) appendFileSync(log, `  ${line}\n`);
      complaints.push(...found);
    }
    expect(complaints).toEqual([]);
  },
);

/** Layers that are fused run kernels of our own, tiled for GPUs or direct for emulated ones. */
const ways = [
  { name: "tiled", isDirect: false, isFused: true },
  { name: "direct", isDirect: true, isFused: true },
  { name: "not fused", isDirect: false, isFused: false },
].filter(({ name }) => (process.env["NETLOOM_SWEEP_WAYS"] ?? name).includes(name));

async function tryCase(read: GradientCase): Promise<readonly string[]> {
  const complaints: string[] = [];
  await tf.setBackend("cpu");
  const expected = await attempt(read);
  for (const { name, isDirect, isFused } of ways) {
    await tf.setBackend("webgpu");
    useDirectPrograms(isDirect);
    useFusedLayers(isFused);
    const got = await attempt(read);
    const told = faults.splice(0);
    const where = `${read.title}, ${name}`;
    if (told.length > 0) complaints.push(`${where}: ${told[0]?.slice(0, 300)}`);
    if (typeof expected === "string" || typeof got === "string") {
      // A constant output, such as that of a ReLU cut off at 0, has no gradient to tell of.
      if (
        typeof expected === "string" &&
        expected.startsWith("Cannot find a connection") &&
        (got === expected ||
          (typeof got !== "string" &&
            got.gradients.every(({ values }) => findLargest(values) === 0)))
      )
        continue;
      if (typeof got === "string" && typeof expected !== "string")
        complaints.push(`${where}: WebGPU throws ${got}`);
      else if (typeof expected === "string")
        complaints.push(`${where}: the CPU throws ${expected}`);
      continue;
    }
    complaints.push(...(await compareRuns(read, { got, expected, where })));
  }
  return complaints;
}

async function attempt(read: GradientCase): Promise<GradientRun | string> {
  try {
    return await computeGradients(read);
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 300) : String(error);
  } finally {
    // What a throw left behind.
    tf.disposeVariables();
  }
}

async function compareRuns(
  read: GradientCase,
  {
    got,
    expected,
    where,
  }: {
    readonly got: GradientRun;
    readonly expected: GradientRun;
    readonly where: string;
  },
): Promise<readonly string[]> {
  const complaints: string[] = [];
  if (!(relativeDifference(got.output, expected.output) < 1e-3))
    complaints.push(`${where}: output ${told(got.output, expected.output)}`);
  const largest = Math.max(...expected.gradients.map(({ values }) => findLargest(values)));
  for (const [index, { name, values }] of got.gradients.entries()) {
    const other = expected.gradients[index]?.values ?? new Float32Array();
    if (relativeDifference(values, other) < 1e-3) continue;
    // Zero but for rounding, as that of attention's key bias, which shifts all scores of a query alike.
    const noise = 1e-6 * largest;
    if (findLargest(values) < noise && findLargest(other) < noise) continue;
    await tf.setBackend("cpu");
    const slope = compareSlopes(read, got.gradients)[index];
    const isRight = slope?.measured.some(
      (measured) => Math.abs(measured - slope.told) / Math.max(slope.scale, 1e-2) < 0.03,
    );
    const verdict = isRight === true ? "finite differences side with WebGPU" : "WebGPU is wrong";
    if (isRight !== true) complaints.push(`${where}: ${name} ${told(values, other)}; ${verdict}`);
  }
  return complaints;
}

function findLargest(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

function told(values: Float32Array, expected: Float32Array): string {
  return `off by ${relativeDifference(values, expected).toPrecision(2)}: ${values.slice(0, 3).join(", ")} for ${expected.slice(0, 3).join(", ")}`;
}
