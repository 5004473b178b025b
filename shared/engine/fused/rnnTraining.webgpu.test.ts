/** Training with recurrent layers: the losses of tfjs's own steps, in few dispatches; and the templates that have some. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { analyzeDocument } from "../../analysis/analyzeDocument.ts";
import { createRandom } from "../../base/random.ts";
import { compileDocument } from "../../compiler/compileDocument.ts";
import { openDataset } from "../../datasets/openDataset.ts";
import { parseProject } from "../../project/parseProject.ts";
import { buildModel } from "../buildModel.ts";
import { createTrainingControl } from "../control.ts";
import { caseOfChain } from "../gradients.testkit.ts";
import { testRun } from "../plans.testkit.ts";
import { runModel } from "../runModel.ts";
import { selectBackend } from "../selectBackend.ts";
import { trainModel } from "../train.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
beforeAll(async () => {
  // It loads the patches of gradients, which the CPU needs, too.
  if (webgpu.ok) await selectBackend("webgpu");
});
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

/** `count` losses of training on the same numbers. */
async function trainSteps(
  backend: "cpu" | "webgpu",
  { plan, time }: { readonly plan: ReturnType<typeof caseOfChain>["plan"]; readonly time: number },
  count: number,
): Promise<readonly number[]> {
  await selectBackend(backend);
  const model = buildModel(plan, { seed: 5 });
  const random = createRandom("series");
  const fill = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () =>
        random.nextNormal(),
      ),
      shape,
    );
  const x = fill([16, time, 2]);
  const y = fill([16, 1]);
  const optimizer = tf.train.adam(0.01);
  const losses: number[] = [];
  for (let step = 0; step < count; step++) {
    const loss = optimizer.minimize(() => {
      const [prediction] = runModel(model, [x], { training: true });
      if (prediction === undefined) throw new Error("The model gave nothing.");
      return tf.losses.meanSquaredError(y, prediction).asScalar();
    }, true);
    if (loss === null) throw new Error("There is no loss.");
    losses.push((await loss.data())[0] ?? Number.NaN);
    loss.dispose();
  }
  tf.dispose([x, y]);
  optimizer.dispose();
  model.dispose();
  return losses;
}

const chains = [
  ["lstm", { units: 16 }],
  ["gru", { units: 16 }],
  ["gru", { units: 16, resetAfter: false }],
  ["simpleRnn", { units: 16 }],
  ["bidirectional", { layer: { type: "lstm", params: { units: 8 } } }],
] as const;

describe.skipIf(!webgpu.ok)("training with recurrent layers on WebGPU", () => {
  test.each(chains)("20 steps have the losses of the CPU: %s %j", async (type, params) => {
    const { plan } = caseOfChain(type, { sizes: [12, 2] }, [
      [type, params],
      ["dense", { units: 1 }],
    ]);
    const expected = await trainSteps("cpu", { plan, time: 12 }, 20);
    const got = await trainSteps("webgpu", { plan, time: 12 }, 20);
    for (const [at, loss] of expected.entries())
      expect(Math.abs((got[at] ?? Number.NaN) - loss) / loss, `step ${at + 1}`).toBeLessThan(1e-4);
    expect(expected.at(-1)).toBeLessThan(expected[0] ?? 0);
    expect(await trainSteps("webgpu", { plan, time: 12 }, 20)).toEqual(got);
  });

  test("a sequence takes as many dispatches as a single step", async () => {
    const counts: number[] = [];
    for (const time of [2, 60]) {
      const { plan } = caseOfChain("count", { sizes: [time, 2] }, [
        ["lstm", { units: 8, returnSequences: true }],
        ["lstm", { units: 8 }],
        ["dense", { units: 1 }],
      ]);
      await trainSteps("webgpu", { plan, time }, 1);
      counts.push(await countDispatches(() => trainSteps("webgpu", { plan, time }, 1)));
    }
    expect(counts[0]).toBeGreaterThan(10);
    expect(counts[1]).toBe(counts[0]);
  });

  test.each([
    "airline-lstm",
    "text-lstm",
    "bidirectional-rnn",
    "many-to-many",
    "seq2seq-attention",
    "seq2seq-teacher-forcing",
  ])("trains as on the CPU: %s", { timeout: 480_000 }, async (id) => {
    const expected = await trainTemplate(id, "cpu");
    const got = await trainTemplate(id, "webgpu");
    expect(got.length).toBe(expected.length);
    for (const [at, loss] of expected.entries())
      expect(Math.abs((got[at] ?? Number.NaN) - loss) / loss, `epoch ${at + 1}`).toBeLessThan(1e-3);
    expect(got.at(-1)).toBeLessThan(got[0] ?? 0);
  });
});

/** The losses of three short epochs. */
async function trainTemplate(id: string, name: "cpu" | "webgpu"): Promise<readonly number[]> {
  const file = fileURLToPath(new URL(`../../../templates/${id}/project.netloom`, import.meta.url));
  const parsed = parseProject(readFileSync(file, "utf8"));
  if (!parsed.ok || parsed.value.data === null) throw new Error(`${id} can't be read.`);
  const document = parsed.value;
  const { data } = parsed.value;
  const source =
    data.source.kind === "generated"
      ? { ...data.source, samples: Math.min(data.source.samples, 80) }
      : data.source;
  const opened = await openDataset(
    { ...data, source },
    { openSource: () => Promise.reject(new Error("a template's data are generated")) },
  );
  if (!opened.ok) throw new Error(opened.error[0]?.message);
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) throw new Error(`${id} can't be compiled.`);
  const backend = await selectBackend(name);
  const losses: number[] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan: plan.value,
    dataset: opened.value,
    config: { ...document.training, epochs: 3 },
    backend,
    control: createTrainingControl(),
    onEvent: (event) => {
      if (event.kind === "epoch") losses.push(event.metrics["loss"] ?? Number.NaN);
    },
  });
  expect(ended).toMatchObject({ reason: "finished" });
  return losses;
}

/** How often a compute pass dispatches while something runs. */
async function countDispatches(run: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups");
  await run();
  const count = spy.mock.calls.length;
  spy.mockRestore();
  return count;
}
