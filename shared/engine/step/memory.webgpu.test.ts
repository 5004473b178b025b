/** The estimate of memory on an adapter that computes; `memoryOfNetworks.webgpu.test.ts` has many more on none. */
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { countDeviceMemory } from "../gpu/deviceMemory.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { expectEstimate } from "./memory.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
const memory = webgpu.ok ? countDeviceMemory() : null;
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

test.skipIf(!webgpu.ok).each(["mlp", "lstm64", "gru", "convolutional-autoencoder"])(
  "%s takes what it is said to need",
  { timeout: 120_000 },
  async (id) => {
    if (memory) await expectEstimate(id, memory);
  },
);

test.skipIf(!webgpu.ok)("asking for memory gives back what it took", async () => {
  const backend = await selectBackend("webgpu");
  const ask = (bytes: number) => backend.probeMemory?.(bytes);
  if (!memory) throw new Error("This needs WebGPU.");
  // What is kept for later is given back first.
  await ask(4);
  const before = memory.bytes;
  memory.reset();
  expect(await ask(300e6)).toBe(300e6);
  expect(memory.peak - before).toBeGreaterThanOrEqual(300e6);
  expect(memory.bytes).toBe(before);
});
