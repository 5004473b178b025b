/** Recurrent sequences by kernels of our own against tfjs's step by step on the CPU, over drawn shapes and options. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { useDirectPrograms } from "../directKernels.ts";
import { selectBackend } from "../selectBackend.ts";
import { computeRnn, differ, drawRnnCase, type RnnCase, rnnKinds } from "./rnn.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
const faults: string[] = [];
if (webgpu.ok) {
  const backend = await selectBackend("webgpu");
  backend.onFault(({ message }) => faults.push(message));
  // Otherwise small tensors are computed in JavaScript.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
}
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

async function compare(case_: RnnCase): Promise<void> {
  await tf.setBackend("cpu");
  const expected = await computeRnn(case_, false);
  await tf.setBackend("webgpu");
  const got = await computeRnn(case_, true);
  expect(faults.splice(0)).toEqual([]);
  expect(got.outputs.length).toBe(expected.outputs.length);
  expected.outputs.forEach((output, at) =>
    expect(
      differ(output, got.outputs[at] ?? new Float32Array()),
      `output ${at}: ${case_.title}`,
    ).toBeLessThan(1e-4),
  );
  for (const [name, gradient] of expected.gradients)
    expect(
      differ(gradient, got.gradients.get(name) ?? new Float32Array()),
      `${name}: ${case_.title}`,
    ).toBeLessThan(1e-4);
}

describe.skipIf(!webgpu.ok)("recurrent sequences by kernels of our own", () => {
  describe.each([
    ["for an emulated adapter", true],
    ["for a GPU", false],
  ])("%s", (_name, isDirect) => {
    beforeAll(() => useDirectPrograms(isDirect));
    test.each(Array.from({ length: 8 }, (_unused, block) => block * 20))(
      "agree with tfjs on the CPU: shapes and options from %i",
      { timeout: 480_000 },
      async (start) => {
        for (let at = 0; at < 20; at++)
          await compare(drawRnnCase(start + at + (isDirect ? 0 : 1000)));
      },
    );
  });

  test("gives the same bits again", async () => {
    await tf.setBackend("webgpu");
    for (const [at, kind] of rnnKinds.entries()) {
      const drawn = drawRnnCase(at, { kind, units: 16 });
      for (const isDirect of [true, false]) {
        useDirectPrograms(isDirect);
        const first = await computeRnn(drawn, true);
        const second = await computeRnn(drawn, true);
        expect(second).toEqual(first);
      }
    }
  });

  test.each(rnnKinds)("takes several units to an invocation: %s", async (kind) => {
    for (const isDirect of [true, false]) {
      useDirectPrograms(isDirect);
      await compare(drawRnnCase(5, { kind, units: 272, batch: 2, time: 3 }));
    }
  });
});
