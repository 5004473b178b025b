import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { type BlockDrawing, drawDocument } from "../blocks/blocks.testkit.ts";
import { analyzeDocument } from "./analyzeDocument.ts";
import { defaultOptimizers, defaultTraining, type TrainingConfig } from "../training/config.ts";
import { readStepSize } from "../training/memoryNeeds.ts";
import { countTrainingBytes } from "./costs.ts";
import { flattenRows, listLayers } from "./listLayers.ts";

const unit: BlockDrawing = {
  nodes: {
    in: "blockInput",
    conv: ["conv2d", { filters: 4, kernelSize: [3, 3], padding: "same", useBias: false }],
    norm: "batchNormalization",
    out: "blockOutput",
  },
  wires: ["in>conv", "conv>norm", "norm>out"],
};
const document = drawDocument(
  {
    nodes: {
      image: ["input", { shape: [8, 8, 4] }],
      units: ["block:unit", { repeat: 2 }],
      frozen: ["block:unit", { trainable: false }],
      again: ["block:unit", {}, { shares: "frozen" }],
      flat: "flatten",
      head: ["dense", { units: 3, activation: "softmax" }],
      out: "output",
    },
    wires: ["image>units", "units>frozen", "frozen>again", "again>flat", "flat>head", "head>out"],
  },
  { unit },
);

// By hand: kernel 3·3·4·4 = 144, gamma, beta, mean and variance 4 each; 8·8 places of 144 multiply-adds; 256 values.
const one = { paramCount: 160, multiplyAdds: 9216, activationBytes: 2 * 1024 };

describe("costs", () => {
  const analysis = analyzeDocument(document);
  const rows = listLayers(analysis);
  const row = (id: string) => rows.find((entry) => entry.id === id);

  it("are summed for blocks and their copies", () => {
    expect(row("units")).toMatchObject({
      paramCount: 2 * one.paramCount,
      trainableCount: 2 * 152,
      multiplyAdds: 2 * one.multiplyAdds,
      activationBytes: 2 * one.activationBytes,
    });
    expect(row("units")?.children).toHaveLength(2);
    expect(row("units")?.children?.[1]).toMatchObject({ id: "units#2", path: ["units 2"], ...one });
  });

  it("count frozen weights as not trainable, and shared ones once, but what they compute each time", () => {
    expect(row("frozen")).toMatchObject({ ...one, trainableCount: 0 });
    expect(row("again")).toMatchObject({ ...one, paramCount: 0, sharedWith: "frozen" });
  });

  it("of the model are those of its layers", () => {
    const head = 256 * 3;
    const activations = 1024 + 4 * one.activationBytes + 1024 + 12;
    expect(analysis.totals).toEqual({
      paramCount: 3 * one.paramCount + head + 3,
      trainableCount: 2 * 152 + head + 3,
      multiplyAdds: 4 * one.multiplyAdds + head,
      activationBytes: activations,
      // The image, once; each value of convolutions and normalizations and its gradient; scores, and what compares them.
      stepBytes: 1024 + 2 * 4 * one.activationBytes + 4 * 11 + 3 * 12,
    });
  });

  const costs = { paramCount: 10, trainableCount: 6, activationBytes: 100, stepBytes: 250 };

  it("of training are weights, gradients, two slots, and what a step holds of the whole batch", () => {
    const step = { batchSize: 8, lastBatch: 0, validationBatch: 0, slots: 2 };
    expect(countTrainingBytes(costs, step)).toBe(4 * 10 + 4 * 6 + 2 * 4 * 6 + 8 * 250);
    // A last batch of three is recorded by itself.
    expect(countTrainingBytes(costs, { ...step, lastBatch: 3 })).toBe(
      4 * 10 + 4 * 4 * 6 + 11 * 250,
    );
    expect(countTrainingBytes({ ...costs, stepBytes: null }, step)).toBeNull();
    const { batchSize } = document.training;
    // A view of the numbers before it; three scores, each with its gradient and what its softmax keeps.
    expect(row("flat")?.trainingBytes).toBe(0);
    expect(row("head")?.trainingBytes).toBe(4 * 4 * (256 * 3 + 3) + 4 * 11 * batchSize);
  });

  it("of training go by the optimizer's slots and the way of batching", () => {
    const read = (change: Partial<TrainingConfig>, sampleCount: number | null) =>
      readStepSize({ ...defaultTraining, ...change }, sampleCount);
    expect(read({}, null)).toEqual({ batchSize: 32, lastBatch: 0, validationBatch: 0, slots: 2 });
    expect(read({ optimizer: defaultOptimizers.sgd }, 20)).toEqual({
      batchSize: 20,
      lastBatch: 0,
      validationBatch: 0,
      slots: 0,
    });
    expect(read({}, 100).lastBatch).toBe(4);
    expect(readStepSize(defaultTraining, 100, 7)).toMatchObject({ batchSize: 7, lastBatch: 0 });
    expect(read({ batching: "stochastic", accumulation: 4 }, 20)).toEqual({
      batchSize: 1,
      lastBatch: 0,
      validationBatch: 0,
      slots: 3,
    });
    expect(read({ batching: "full-batch" }, 500).batchSize).toBe(500);
    expect(read({ batching: "full-batch" }, null).batchSize).toBeNull();
    expect(
      countTrainingBytes(costs, { batchSize: null, lastBatch: 0, validationBatch: 0, slots: 0 }),
    ).toBeNull();
    expect(
      countTrainingBytes(costs, { batchSize: 1, lastBatch: 0, validationBatch: 0, slots: 0 }),
    ).toBe(4 * 10 + 4 * 6 + 250);
  });

  it("are not known where a size isn't", () => {
    const open = drawDocument({
      nodes: {
        series: ["input", { shape: [null, 3] }],
        memory: ["lstm", { units: 2 }],
        out: "output",
      },
      wires: ["series>memory", "memory>out"],
    });
    expect(analyzeDocument(open).totals).toMatchObject({
      paramCount: 4 * (3 + 2 + 1) * 2,
      multiplyAdds: null,
      activationBytes: null,
    });
  });

  it("are listed flat with whole paths, in topological order", () => {
    const names = flattenRows(rows).map(({ path }) => path.join(" › "));
    expect(names).toEqual([
      "image",
      "units 1 › conv",
      "units 1 › norm",
      "units 2 › conv",
      "units 2 › norm",
      "frozen › conv",
      "frozen › norm",
      "again › conv",
      "again › norm",
      "flat",
      "head",
    ]);
    expect(flattenRows(rows).every(({ id }) => analysis.flat.nodes[nodeId(id)] !== undefined)).toBe(
      true,
    );
  });
});
