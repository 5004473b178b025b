import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { defaultOptimizers } from "../../training/config.ts";
import { internalsOf } from "../gpu/internals.ts";
import { selectBackend } from "../selectBackend.ts";
import {
  makeScaledMaterial,
  runScaledUpdates,
  scaledCases,
  type ScaledRun,
} from "./scaling.testkit.ts";
import { findDistance, startUpdates, takeStep } from "./updates.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

const material = makeScaledMaterial();

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

describe.skipIf(!webgpu.ok)("loss scaling on WebGPU", () => {
  const wanted: ScaledRun[] = [];

  beforeAll(async () => {
    await selectBackend("cpu");
    for (const each of scaledCases) wanted.push(await runScaledUpdates(each, material));
    await selectBackend("webgpu");
  }, 240_000);

  test.each(scaledCases.map((each, index) => [each.title, index] as const))(
    "%s gives what the processor gives, and goes on from its slots",
    async (_title, index) => {
      const [scaled, expected] = [scaledCases[index], wanted[index]];
      if (!scaled || !expected) throw new Error("The case is missing.");
      const found = await runScaledUpdates(scaled, material);
      expect(found.scales).toEqual(expected.scales);
      expect(new Set(found.scales).size).toBe(3);
      expect(findDistance(expected.weights, material.weights)).toBeGreaterThan(1e-3);
      expect(findDistance(found.weights, expected.weights)).toBeLessThanOrEqual(1e-6);
      expect(await runScaledUpdates(scaled, material, { interrupt: 6 })).toEqual(found);
    },
  );

  test("a gradient that is not finite is found wherever it is, and changes nothing", async () => {
    const config = {
      optimizer: { ...defaultOptimizers.momentum, weightDecay: 0.1 },
      clipping: { kind: "globalNorm", limit: 1 },
      accumulation: 2,
      precision: "mixed",
    } as const;
    const shapes = [[64 * 8192 + 77], [3], [1], [70]];
    const size = (shape: readonly number[]) => shape[0] ?? 0;
    const weights = shapes.map((shape) => new Float32Array(size(shape)).fill(0.5));
    const { variables, updater } = startUpdates(config, { shapes, weights, gradients: [] });
    const places = [
      [0, 0],
      [0, 64 * 8192 + 76],
      [1, 2],
      [2, 0],
      [3, 69],
    ] as const;
    for (const [step, [variable, at]] of places.entries()) {
      const gradients = shapes.map((shape) => new Float32Array(size(shape)).fill(1));
      const [spoilt] = gradients.slice(variable);
      if (spoilt) spoilt[at] = [Infinity, -Infinity, Number.NaN][step % 3] ?? 0;
      takeStep(updater, config, { stepsDone: step, shapes, gradients });
    }
    // Not compared as lists: to print how half a million numbers differ takes minutes.
    for (const { variable } of variables)
      expect((await variable.data()).every((value) => value === 0.5)).toBe(true);
    const slots = await updater.readSlots();
    expect(slots.get("lossScaling")?.values[0]).toBe(2 ** (15 - places.length));
    const rest = [...slots].filter(([name]) => name !== "lossScaling");
    expect(rest).toHaveLength(8);
    expect(rest.every(([, { values }]) => values.every((value) => value === 0))).toBe(true);
    updater.dispose();
    tf.dispose(variables.map(({ variable }) => variable));
  });

  test("costs a dispatch for each group of variables and one more", () => {
    const backend = tf.backend();
    if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
    const count = (precision: "float32" | "mixed") => {
      const config = {
        optimizer: defaultOptimizers.adam,
        clipping: null,
        accumulation: 1,
        precision,
      };
      const { variables, updater } = startUpdates(config, material);
      const gradients = material.gradients[1] ?? [];
      const step = { shapes: material.shapes, gradients };
      takeStep(updater, config, { stepsDone: 0, ...step });
      // The numbers of the next step submit everything before them.
      takeStep(updater, config, { stepsDone: 1, ...step });
      const { dispatchCountInPass } = internalsOf(backend);
      updater.dispose();
      tf.dispose(variables.map(({ variable }) => variable));
      return dispatchCountInPass;
    };
    const plain = count("float32");
    // Four variables; a device with few buffers takes them in more than one dispatch.
    const buffers = Math.min(16, backend.device.limits.maxStorageBuffersPerShaderStage);
    const groups = Math.ceil(4 / Math.floor((buffers - 3) / 2));
    expect(count("mixed")).toBe(2 * groups + 1);
    expect(plain).toBeLessThanOrEqual(groups);
  });

  test("leaves no tensors behind", async () => {
    const backend = tf.backend();
    if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
    const before = { tensors: tf.memory().numTensors, data: backend.numDataIds() };
    for (const each of scaledCases.slice(-4)) await runScaledUpdates(each, material);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(backend.numDataIds()).toBe(before.data);
  });
});
