import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { defaultOptimizers } from "../../training/config.ts";
import { internalsOf } from "../gpu/internals.ts";
import { selectBackend } from "../selectBackend.ts";
import { createUpdater, type UpdaterConfig } from "./createUpdater.ts";
import { createGpuUpdater } from "./gpuUpdater.ts";
import {
  findDistance,
  makeMaterial,
  runUpdates,
  startUpdates,
  takeStep,
  updateCases,
} from "./updates.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

/** Odd sizes, more variables than one dispatch takes, one large enough for several sums of squares a thread. */
const material = makeMaterial(
  [[3, 5], [7], [1], [4, 2, 3], [129], [1], [33, 17], [64], [65], [130, 50], [2, 2]],
  10,
);
const plain = { clipping: null, accumulation: 1 } as const;

function needBackend(): WebGPUBackend {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
  return backend;
}

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

describe.skipIf(!webgpu.ok)("on WebGPU", () => {
  const wanted: (readonly Float32Array[])[] = [];

  beforeAll(async () => {
    await selectBackend("cpu");
    for (const { config } of updateCases) wanted.push(await runUpdates(config, material));
    await selectBackend("webgpu");
  }, 240_000);

  test.each(updateCases.map(({ title }, index) => [title, index] as const))(
    "%s gives what the processor gives",
    async (_title, index) => {
      const config = updateCases[index]?.config;
      const expected = wanted[index];
      if (!config || !expected) throw new Error("The case is missing.");
      expect(findDistance(expected, material.weights)).toBeGreaterThan(1e-3);
      const found = await runUpdates(config, material);
      expect(findDistance(found, expected)).toBeLessThanOrEqual(1e-6);
    },
  );

  test("slots too large for one buffer have one each", async () => {
    const backend = needBackend();
    const indexes = updateCases.flatMap(({ config }, index) =>
      config.optimizer.name === "sgd" ? [] : [index],
    );
    for (const index of indexes) {
      const { config, title } = updateCases[index] ?? {};
      if (!config) throw new Error("The case is missing.");
      // The largest variable fits once, not twice.
      const found = await runUpdates(config, material, (given, variables) =>
        createGpuUpdater(given, variables, { backend, mostBytes: 4 * 6500 }),
      );
      expect(findDistance(found, wanted[index] ?? []), title).toBeLessThanOrEqual(1e-6);
    }
  }, 240_000);

  test("variables change in place, and reads see it", async () => {
    const config = { ...plain, optimizer: { ...defaultOptimizers.sgd, learningRate: 1 } };
    const { variables, updater } = startUpdates(config, makeMaterial([[2]], 0));
    const [first] = variables;
    if (!first) throw new Error("The variable is missing.");
    const dataId = first.variable.dataId;
    const before = [...(await first.variable.data())];
    for (const stepsDone of [0, 1]) {
      takeStep(updater, config, {
        stepsDone,
        shapes: [[2]],
        gradients: [Float32Array.of(1, 2)],
      });
    }
    expect(first.variable.dataId).toBe(dataId);
    const after = [...(await first.variable.data())];
    expect(after[0]).toBeCloseTo((before[0] ?? 0) - 2, 5);
    expect(after[1]).toBeCloseTo((before[1] ?? 0) - 4, 5);
    updater.dispose();
    first.variable.dispose();
  });

  test("tensors that shared a variable's buffer stay as they were", async () => {
    const shared = tf.tensor1d([1, 2, 3]);
    const variables = [
      { name: "variable0", variable: tf.variable(shared) },
      { name: "variable1", variable: tf.variable(shared) },
    ];
    const config = { ...plain, optimizer: { ...defaultOptimizers.sgd, learningRate: 1 } };
    const { updater } = startUpdatesOf(config, variables);
    const gradients = [Float32Array.of(1, 1, 1), Float32Array.of(2, 2, 2)];
    takeStep(updater, config, { stepsDone: 0, shapes: [[3], [3]], gradients });
    expect([...(await shared.data())]).toEqual([1, 2, 3]);
    expect([...((await variables[0]?.variable.data()) ?? [])]).toEqual([0, 1, 2]);
    expect([...((await variables[1]?.variable.data()) ?? [])]).toEqual([-1, 0, 1]);
    // Weights written back bring a buffer of somebody else.
    variables[0]?.variable.assign(shared);
    takeStep(updater, config, { stepsDone: 1, shapes: [[3], [3]], gradients });
    expect([...(await shared.data())]).toEqual([1, 2, 3]);
    expect([...((await variables[0]?.variable.data()) ?? [])]).toEqual([0, 1, 2]);
    updater.dispose();
    tf.dispose([shared, ...variables.map(({ variable }) => variable)]);
  });

  test("goes on from its slots bit for bit", async () => {
    const picked = updateCases.filter(
      ({ config }) => config.accumulation > 1 || config.optimizer.name === "nadam",
    );
    expect(picked.length).toBeGreaterThan(5);
    for (const { config, title } of picked) {
      const whole = await runUpdates(config, material);
      const first = startUpdates(config, material);
      const step = (updater: typeof first.updater, stepsDone: number) =>
        takeStep(updater, config, {
          stepsDone,
          shapes: material.shapes,
          gradients: material.gradients[stepsDone] ?? [],
        });
      for (let stepsDone = 0; stepsDone < 4; stepsDone++) step(first.updater, stepsDone);
      const slots = await first.updater.readSlots();
      const weights = await readAll(first.variables);
      const second = startUpdates(config, { ...material, weights });
      second.updater.writeSlots(slots);
      for (let stepsDone = 4; stepsDone < 10; stepsDone++) step(second.updater, stepsDone);
      expect(findDistance(await readAll(second.variables), whole), title).toBe(0);
      for (const { updater, variables } of [first, second]) {
        updater.dispose();
        tf.dispose(variables.map(({ variable }) => variable));
      }
    }
  });

  test("a variable without gradient stays as it is", async () => {
    const config = {
      clipping: { kind: "globalNorm", limit: 0.1 },
      accumulation: 1,
      optimizer: { ...defaultOptimizers.adamw, weightDecay: 0.5 },
    } as const;
    const gradients = (material.gradients[0] ?? []).map((values, index) =>
      index === 1 || index === 10 ? null : values,
    );
    const run = async () => {
      const { variables, updater } = startUpdates(config, material);
      takeStep(updater, config, { stepsDone: 0, shapes: material.shapes, gradients });
      const weights = await readAll(variables);
      updater.dispose();
      tf.dispose(variables.map(({ variable }) => variable));
      return weights;
    };
    const found = await run();
    await selectBackend("cpu");
    const expected = await run();
    await selectBackend("webgpu");
    expect([...(found[1] ?? [])]).toEqual([...(material.weights[1] ?? [])]);
    expect(findDistance(found, expected)).toBeLessThanOrEqual(1e-6);
  });

  test("many variables share a dispatch, and norms take one more for all", () => {
    const backend = needBackend();
    const { maxStorageBuffersPerShaderStage: buffers } = backend.device.limits;
    const count = (clipping: UpdaterConfig["clipping"], extraBuffers: number) => {
      const config = { optimizer: defaultOptimizers.adam, clipping, accumulation: 1 };
      const { variables, updater } = startUpdates(config, material);
      const gradients = material.gradients[0] ?? [];
      const step = { shapes: material.shapes, gradients };
      takeStep(updater, config, { stepsDone: 0, ...step });
      // The numbers of the next step submit everything before them.
      takeStep(updater, config, { stepsDone: 1, ...step });
      const { dispatchCountInPass } = internalsOf(backend);
      updater.dispose();
      tf.dispose(variables.map(({ variable }) => variable));
      const groups = Math.ceil(11 / Math.floor((Math.min(16, buffers) - 1 - extraBuffers) / 2));
      return { dispatches: dispatchCountInPass, groups };
    };
    const plainly = count(null, 1);
    expect(plainly.dispatches).toBe(plainly.groups);
    expect(plainly.groups).toBeLessThanOrEqual(4);
    const clipped = count({ kind: "globalNorm", limit: 1 }, 2);
    expect(clipped.dispatches).toBe(2 * clipped.groups + 1);
  });

  test("updates leave no tensors and no state behind", async () => {
    const backend = needBackend();
    const before = { tensors: tf.memory().numTensors, data: backend.numDataIds() };
    for (const { config } of updateCases.slice(0, 4)) await runUpdates(config, material);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(backend.numDataIds()).toBe(before.data);
  });
});

function startUpdatesOf(
  config: Parameters<typeof startUpdates>[0],
  variables: ReturnType<typeof startUpdates>["variables"],
) {
  return { variables, updater: createUpdater(config, variables) };
}

async function readAll(
  variables: ReturnType<typeof startUpdates>["variables"],
): Promise<readonly Float32Array[]> {
  const values = await Promise.all(variables.map(({ variable }) => variable.data()));
  return values.map((value) => Float32Array.from(value));
}
