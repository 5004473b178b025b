/** MultiHeadAttention by our kernels on WebGPU against its own operations on the processor, over drawn sizes and masks. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { readExample } from "../../layers/example.testkit.ts";
import { findLayer } from "../../layers/registry.ts";
import { useDirectPrograms } from "../directKernels.ts";
import {
  caseOfExample,
  computeGradients,
  relativeDifference,
  type GradientCase,
} from "../gradients.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { fusedMultiHeadAttention } from "./attention.ts";
import { MultiHeadAttention } from "../layers/multiHeadAttention.ts";

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

/** More by hand: NETLOOM_ROUNDS=12. */
const rounds = Number(process.env["NETLOOM_ROUNDS"] ?? 2);

function drawCase(random: Random, round: number): GradientCase {
  const size = (most: number) => 1 + random.nextInt(most);
  // Longer than a tile, and than what one invocation goes through alone, now and then.
  const [queries, keys] = round % 4 === 1 ? [37, 290] : [size(20), size(20)];
  const [width, valueWidth] = [size(7), size(40)];
  const hasKey = random.next() < 0.5;
  const hasMask = hasKey && random.next() < 0.5;
  const params = {
    numHeads: size(4),
    keyDim: size(round % 3 === 0 ? 70 : 9),
    ...(random.next() < 0.5 ? { valueDim: size(20) } : {}),
    ...(random.next() < 0.5 ? { dropout: 0.3 } : {}),
    ...(random.next() < 0.3 ? { useBias: false } : {}),
    ...(random.next() < 0.4 ? { useCausalMask: true } : {}),
    ...(random.next() < 0.3 ? { slidingWindow: 3 } : {}),
    ...(random.next() < 0.3 ? { returnAttentionScores: true } : {}),
  };
  const definition = findLayer("multiHeadAttention");
  if (definition === null) throw new Error("MultiHeadAttention is gone.");
  const inputs = [
    [queries, width],
    [keys, valueWidth],
    ...(hasKey ? [[keys, size(9)]] : []),
    ...(hasMask ? [[queries, keys]] : []),
  ];
  const read = readExample(definition, { params, inputs, output: [], weightCount: 0 });
  const title = `round ${round}: ${JSON.stringify(params)} ${JSON.stringify(inputs)}`;
  return { ...caseOfExample(read), title, batch: size(3) };
}

describe.skipIf(!webgpu.ok)("MultiHeadAttention on WebGPU", () => {
  test("agrees with the processor, the same bits at every run", { timeout: 600_000 }, async () => {
    const complaints: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const read = drawCase(createRandom(`attention ${round}`), round);
      await tf.setBackend("cpu");
      const expected = await computeGradients(read);
      for (const isDirect of [true, false]) {
        await tf.setBackend("webgpu");
        useDirectPrograms(isDirect);
        const got = await computeGradients(read);
        const again = await computeGradients(read);
        const all = [{ name: "output", values: got.output }, ...got.gradients];
        const wanted = [expected.output, ...expected.gradients.map(({ values }) => values)];
        const repeated = [again.output, ...again.gradients.map(({ values }) => values)];
        for (const [index, { name, values }] of all.entries()) {
          const other = wanted[index] ?? new Float32Array();
          // What shifts all scores of a query alike changes no weight: rounding is all that is left.
          const isNothing = name.endsWith("key/bias");
          const difference = isNothing
            ? Math.max(...values.map(Math.abs), ...other.map(Math.abs))
            : relativeDifference(values, other);
          if (!(difference < 5e-4))
            complaints.push(
              `${read.title} ${isDirect ? "direct" : "tiled"} ${name}: ${difference}`,
            );
          if (values.some((value, at) => !Object.is(value, repeated[index]?.[at])))
            complaints.push(`${read.title} ${name}: other bits when run again`);
        }
      }
    }
    expect(complaints).toEqual([]);
    expect(faults.splice(0)).toEqual([]);
  });

  test.each([
    ["a gate", { useGate: true }, [2, 3, 4]],
    ["a penalty on what projections give", { activityRegularizer: "l1l2" }, [2, 3, 4]],
    ["two axes of steps", {}, [2, 3, 3, 4]],
  ] as const)("leaves to the layer what it does not know: %s", async (_title, options, shape) => {
    await tf.setBackend("webgpu");
    const args = { numHeads: 2, keyDim: 3, name: "attention", ...options };
    const layer = new MultiHeadAttention(
      args as ConstructorParameters<typeof MultiHeadAttention>[0],
    );
    const x = tf.ones([...shape]);
    layer.build([x.shape, x.shape]);
    const call = { layer, inputs: [x, x], training: true, masks: [null, null] };
    expect(fusedMultiHeadAttention(call)).toBeNull();
    x.dispose();
    tf.dispose(layer.weights.map((weight) => weight.read()));
  });
});
