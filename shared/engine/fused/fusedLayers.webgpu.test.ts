/** Pooling, normalization and dropout by our kernels against tfjs and our own layers on the processor. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { AlphaDropout } from "../layers/alphaDropout.ts";
import { BatchNormalization } from "../layers/batchNormalization.ts";
import { GlobalPooling } from "../layers/globalPooling.ts";
import { GroupNormalization } from "../layers/groupNormalization.ts";
import { LayerNormalization } from "../layers/layerNormalization.ts";
import { RMSNormalization } from "../layers/rmsNormalization.ts";
import { WindowPooling } from "../layers/windowPooling.ts";
import { prepareRandomLayers } from "../seedLayers.ts";
import { selectBackend } from "../selectBackend.ts";
import { relativeDifference } from "../gradients.testkit.ts";
import { compareLayer, drawValues, type FusedCase } from "./fused.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
const faults: string[] = [];
beforeAll(async () => {
  if (!webgpu.ok) return;
  const backend = await selectBackend("webgpu");
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
});
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

/** More by hand: NETLOOM_ROUNDS=100. */
const rounds = Number(process.env["NETLOOM_ROUNDS"] ?? 6);

const size = (random: Random, most: number) => 1 + random.nextInt(most);

function drawPooling(random: Random): Omit<FusedCase, "title"> {
  const rank = size(random, 2) as 1 | 2;
  const window = Array.from({ length: rank }, () => size(random, 3));
  const options = {
    rank,
    mode: random.next() < 0.6 ? ("max" as const) : ("average" as const),
    poolSize: window,
    strides: random.next() < 0.5 ? window : Array.from({ length: rank }, () => size(random, 3)),
    padding: random.next() < 0.5 ? ("same" as const) : ("valid" as const),
  };
  const sizes = Array.from({ length: rank }, () => 3 + random.nextInt(8));
  return {
    makeLayer: () => new WindowPooling({ ...options }),
    shape: [size(random, 3), ...sizes, size(random, 5)],
    hasTies: true,
  };
}

function drawGlobal(random: Random): Omit<FusedCase, "title"> {
  const rank = size(random, 2) as 1 | 2;
  const mode = random.next() < 0.5 ? ("max" as const) : ("average" as const);
  const keepdims = random.next() < 0.5;
  const sizes = Array.from({ length: rank }, () => size(random, 20));
  return {
    makeLayer: () => new GlobalPooling({ rank, mode, keepdims }),
    shape: [size(random, 3), ...sizes, size(random, 5)],
    // The processor's gradient of a maximum goes to all equal values, ours to the first.
    hasTies: mode === "average",
  };
}

function drawNormalization(random: Random): Omit<FusedCase, "title"> {
  const rank = 2 + random.nextInt(4);
  const shape = [2 + random.nextInt(5), ...Array.from({ length: rank - 1 }, () => size(random, 5))];
  const options = {
    axis: 1 + random.nextInt(rank - 1),
    momentum: 0.8,
    epsilon: 0.01,
    center: random.next() < 0.7,
    scale: random.next() < 0.7,
  };
  return { makeLayer: () => new BatchNormalization({ ...options }), shape };
}

/** Over the last axes of inputs of any rank; a long row now and then. */
function drawRows(random: Random): Omit<FusedCase, "title"> & { readonly axis: number[] } {
  const rank = 2 + random.nextInt(3);
  const shape = Array.from({ length: rank }, () => size(random, 6));
  shape[rank - 1] = random.nextInt(3) === 0 ? 250 + random.nextInt(100) : 2 + random.nextInt(9);
  const axis = Array.from({ length: 1 + random.nextInt(rank - 1) }, (_, index) => -1 - index);
  const options = { epsilon: 0.01, center: random.next() < 0.7, scale: random.next() < 0.7 };
  return { makeLayer: () => new LayerNormalization({ ...options, axis: [...axis] }), shape, axis };
}

function drawRootMeanSquare(random: Random): Omit<FusedCase, "title"> {
  const { shape, axis } = drawRows(random);
  return { makeLayer: () => new RMSNormalization({ axis: [...axis], epsilon: 0.01 }), shape };
}

function drawGroups(random: Random): Omit<FusedCase, "title"> {
  const rank = 2 + random.nextInt(3);
  const axis = 1 + random.nextInt(rank - 1);
  const shape = Array.from({ length: rank }, () => size(random, 7));
  const groups = 1 + random.nextInt(3);
  shape[axis] = groups * (2 + random.nextInt(3));
  const options = {
    groups: random.nextInt(5) === 0 && rank > 2 ? -1 : groups,
    axis: random.next() < 0.5 ? axis - rank : axis,
    epsilon: 0.1,
    center: random.next() < 0.7,
    scale: random.next() < 0.7,
  };
  return { makeLayer: () => new GroupNormalization({ ...options }), shape };
}

const families = {
  "Layer normalization": drawRows,
  "RMS normalization": drawRootMeanSquare,
  "Group normalization": drawGroups,
  Pooling: drawPooling,
  "Global pooling": drawGlobal,
  "Batch normalization": drawNormalization,
};

const large: readonly FusedCase[] = [
  {
    title: "statistics of many pixels far from zero",
    makeLayer: () => new BatchNormalization({}),
    shape: [16, 24, 24, 5],
  },
  {
    title: "tfjs's own batch normalization",
    makeLayer: () => tf.layers.batchNormalization({ momentum: 0.9 }),
    shape: [5, 3, 3, 4],
  },
  {
    title: "tfjs's own layer normalization",
    makeLayer: () => tf.layers.layerNormalization({ axis: [2, 3] }),
    shape: [3, 4, 5, 6],
  },
  {
    title: "rows of many values",
    makeLayer: () => new LayerNormalization({}),
    shape: [5, 3, 700],
  },
  {
    title: "many rows",
    makeLayer: () => new LayerNormalization({}),
    shape: [9, 50, 12],
  },
  {
    title: "groups of many pixels",
    makeLayer: () => new GroupNormalization({ groups: 2 }),
    shape: [3, 12, 13, 6],
  },
  {
    title: "tfjs's own pooling",
    makeLayer: () => tf.layers.maxPooling2d({ poolSize: 2 }),
    shape: [3, 8, 8, 5],
  },
  {
    title: "tfjs's own average along time",
    makeLayer: () => tf.layers.averagePooling1d({ poolSize: 2 }),
    shape: [3, 9, 5],
  },
  {
    title: "tfjs's own global pooling",
    makeLayer: () => tf.layers.globalAveragePooling2d({}),
    shape: [3, 18, 18, 5],
  },
];

describe.skipIf(!webgpu.ok)("layers on WebGPU agree with the processor", () => {
  test.each(Object.entries(families))("%s over drawn settings", async (name, draw) => {
    const complaints: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const each = draw(createRandom(`${name} ${round}`));
      const config = each.makeLayer().getConfig();
      const told = JSON.stringify(config, [
        "poolSize",
        "strides",
        "padding",
        "mode",
        "axis",
        "groups",
        "center",
        "scale",
      ]);
      const complaint = await compareLayer({
        ...each,
        title: `${name} ${round} ${JSON.stringify(each.shape)} ${told}`,
      });
      if (complaint !== "") complaints.push(complaint);
    }
    expect(complaints).toEqual([]);
    expect(faults.splice(0)).toEqual([]);
  });

  test.each(large)("$title", async (each) => {
    expect(await compareLayer(each)).toBe("");
    expect(faults.splice(0)).toEqual([]);
  });
});

describe.skipIf(!webgpu.ok)("layers that draw", () => {
  let counter = 0;
  const layers = {
    Dropout: () => tf.layers.dropout({ rate: 0.4 }),
    "Dropout of whole channels": () =>
      tf.layers.dropout({ rate: 0.4, noiseShape: [null as never, 1, null as never] }),
    GaussianNoise: () => tf.layers.gaussianNoise({ stddev: 0.5 }),
    GaussianDropout: () => tf.layers.gaussianDropout({ rate: 0.3 }),
    AlphaDropout: () => new AlphaDropout({ rate: 0.3, name: `alpha${counter++}` }),
  };

  test.each(Object.entries(layers))(
    "%s draws the same on both backends, other numbers at the next step and in the next layer",
    async (_name, makeLayer) => {
      const runs: Float32Array[][] = [];
      for (const backend of ["cpu", "webgpu"]) {
        await tf.setBackend(backend);
        const input = tf.input({ shape: [7, 3] });
        const [first, second] = [makeLayer(), makeLayer()];
        const outputs = [first.apply(input), second.apply(input)] as tf.SymbolicTensor[];
        const model = tf.model({ inputs: input, outputs });
        const setStep = prepareRandomLayers(model, 9);
        const x = tf.tensor(drawValues(createRandom("x"), 84), [4, 7, 3]);
        const run = (layer: tf.layers.Layer) => (given: tf.Tensor) => {
          const y = layer.apply(given, { training: true });
          if (y instanceof tf.Tensor) return y;
          throw new Error("No tensor.");
        };
        const found: Float32Array[] = [];
        for (const step of [0, 1, 0]) {
          setStep(step);
          const y = run(first)(x);
          const other = run(second)(x);
          // The gradient draws the mask anew.
          const grad = tf.grad((given: tf.Tensor) => run(first)(given).square());
          setStep(step);
          const slope = grad(x);
          for (const tensor of [y, other, slope])
            found.push(Float32Array.from(await tensor.data()));
        }
        runs.push(found);
      }
      const [processor = [], device = []] = runs;
      for (const [index, values] of device.entries())
        // Logarithms and cosines of an emulated adapter are good to some 1e-4.
        expect(relativeDifference(values, processor[index] ?? new Float32Array())).toBeLessThan(
          2e-3,
        );
      const [first, second, , next, , , again] = device;
      expect(first).not.toEqual(second);
      expect(first).not.toEqual(next);
      expect(first).toEqual(again);
      expect(faults.splice(0)).toEqual([]);
    },
  );
});
