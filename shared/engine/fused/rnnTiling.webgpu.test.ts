/** Every way to share the work of a recurrent sequence, on shapes small enough to compute by any of them. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, expect, test, vi } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { selectBackend } from "../selectBackend.ts";
import { computeRnn, differ, drawRnnCase, rnnKinds } from "./rnn.testkit.ts";
import type { RnnTiling } from "./rnnShape.ts";

// Otherwise states that fit into no workgroup's memory need layers that take minutes on the CPU.
const forced: { tiling: RnnTiling | null } = vi.hoisted(() => ({ tiling: null }));
vi.mock("./rnnShape.ts", async (load) => {
  const real = await load<typeof import("./rnnShape.ts")>();
  const chooseRnnTiling: typeof real.chooseRnnTiling = (...given) =>
    forced.tiling ?? real.chooseRnnTiling(...given);
  return { ...real, chooseRnnTiling };
});

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
if (webgpu.ok) {
  await selectBackend("webgpu");
  // Otherwise small tensors are computed in JavaScript.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
}
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const tilings: readonly RnnTiling[] = [
  { lanes: 1, threads: 32, samples: 1, isShared: false },
  { lanes: 4, threads: 4, samples: 1, isShared: false },
  { lanes: 1, threads: 5, samples: 3, isShared: true },
  { lanes: 4, threads: 2, samples: 2, isShared: true },
  { lanes: 4, threads: 16, samples: 8, isShared: true },
];

test.skipIf(!webgpu.ok).each(rnnKinds)(
  "all tilings compute the same: %s",
  { timeout: 240_000 },
  async (kind) => {
    for (const [at, tiling] of tilings.entries()) {
      const drawn = drawRnnCase(500 + at, { kind, units: 16 });
      await tf.setBackend("cpu");
      const expected = await computeRnn(drawn, false);
      await tf.setBackend("webgpu");
      forced.tiling = tiling;
      const got = await computeRnn(drawn, true);
      forced.tiling = null;
      for (const [name, gradient] of expected.gradients)
        expect(
          differ(gradient, got.gradients.get(name) ?? new Float32Array()),
          `${name}: ${JSON.stringify(tiling)} ${drawn.title}`,
        ).toBeLessThan(1e-4);
      for (const [port, output] of expected.outputs.entries())
        expect(differ(output, got.outputs[port] ?? new Float32Array())).toBeLessThan(1e-4);
    }
  },
);
