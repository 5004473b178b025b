import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { configOf } from "../plans.testkit.ts";
import { runSteps } from "./runners.testkit.ts";
import { findWorkload, makeWorkloadData, type WorkloadId } from "./workloads.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

// 8 samples a batch and a last batch of 3: both sizes are recorded.
const config = configOf({ batchSize: 8, epochs: 7 });
const networks: readonly WorkloadId[] = ["mlp", "lenet", "cnn"];

test.skipIf(!webgpu.ok).each(networks)(
  "replayed steps equal those of tfjs bit for bit: %s",
  { timeout: 120_000 },
  async (id) => {
    const workload = findWorkload(id);
    const data = makeWorkloadData(workload, 27);
    const eager = await runSteps(workload.plan, data, config, { records: false });
    const played = await runSteps(workload.plan, data, config);
    expect(played.counts).toMatchObject({ isRecorded: true, submits: 1, readbacks: 0 });
    expect(played.losses).toHaveLength(28);
    expect(played.sums).toEqual(eager.sums);
    expect(played.weights).toEqual(eager.weights);
  },
);
