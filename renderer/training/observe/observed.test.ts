import { expect, test } from "vitest";
import { nodeId } from "#shared/base/ids.ts";
import { emptyGraph } from "#shared/document/model.ts";
import type { Diagnosis } from "#shared/training/diagnose.ts";
import type {
  LayerObservation,
  Observation,
  TensorStatistics,
} from "#shared/training/observations.ts";
import { addObservation, maxObservations, noObservations } from "#shared/training/observations.ts";
import { findDiagnosesAt, findObserved, pathOfNode } from "./findObserved.ts";
import { layOutStrip } from "./layOutStrip.ts";
import { measureMemory, measureTimes } from "./measureTimes.ts";

function statisticsOf(low: number, high: number, shares: readonly number[]): TensorStatistics {
  return {
    count: 10,
    mean: 0,
    deviation: 1,
    norm: 1,
    low,
    high,
    zeroShare: 0,
    notFinite: 0,
    histogram: { low, high, shares },
  };
}

function layerAt(node: string): LayerObservation {
  return {
    layer: node.replaceAll(/\W/g, "_"),
    node,
    function: "other",
    isOutput: false,
    activation: statisticsOf(0, 1, [1000]),
    deadShare: null,
    saturatedShare: null,
    weights: [],
  };
}

function observationOf(nodes: readonly string[], step = 1): Observation {
  return {
    epoch: 1,
    step,
    loss: 1,
    layers: nodes.map(layerAt),
    inputs: [],
    outputs: [],
    costMs: 1,
  };
}

test("a layer is found by its place, a block by what it gives, a repeated one by its first copy", () => {
  const observation = observationOf(["conv", "stage#1/a", "stage#1/b", "stage#2/a", "stage#2/b"]);
  expect(findObserved(observation, "conv")?.node).toBe("conv");
  expect(findObserved(observation, "stage")?.node).toBe("stage#2/b");
  expect(findObserved(observation, pathOfNode(["stage"], nodeId("a")))?.node).toBe("stage#1/a");
  expect(findObserved(observation, "input")).toBeNull();
});

test("a diagnosis stands at its layer and at the blocks around it", () => {
  const diagnosis: Diagnosis = {
    code: "dead-relu",
    layers: [{ layer: "a", node: "stage#2/a" }],
    message: "",
    remedy: "",
    fix: null,
    confidence: 1,
  };
  expect(findDiagnosesAt([diagnosis], "stage/a")).toHaveLength(1);
  expect(findDiagnosesAt([diagnosis], "stage")).toHaveLength(1);
  expect(findDiagnosesAt([diagnosis], "stage/b")).toHaveLength(0);
  expect(findDiagnosesAt([diagnosis], "sta")).toHaveLength(0);
});

test("histograms of different bounds share one axis, the highest values on top", () => {
  const strip = layOutStrip([statisticsOf(0, 1, [1000, 0]), statisticsOf(0, 2, [0, 1000])], 4);
  expect([strip.low, strip.high]).toEqual([0, 2]);
  const column = (index: number) => [0, 1, 2, 3].map((row) => strip.levels[row * 2 + index]);
  expect(column(0)).toEqual([0, 0, 0, 1]);
  expect(column(1)).toEqual([1, 1, 0, 0]);
});

test("a block's time is that of all layers inside, in all copies", () => {
  const node = (id: string) => ({
    id: nodeId(id),
    type: "dense",
    name: id,
    params: {},
    position: { x: 0, y: 0 },
  });
  const graph = {
    ...emptyGraph,
    nodes: Object.fromEntries(["conv", "stage", "input"].map((id) => [id, node(id)])),
  };
  const times = [
    { node: "conv", elapsedMs: 1 },
    { node: "stage#1/a", elapsedMs: 1 },
    { node: "stage#2/a", elapsedMs: 2 },
  ];
  const heat = measureTimes(times, { scope: [], graph });
  expect(heat.get(nodeId("stage"))).toEqual({ value: 3, share: 0.75, level: 1 });
  expect(heat.get(nodeId("conv"))?.share).toBe(0.25);
  expect(heat.has(nodeId("input"))).toBe(false);
  const held = [
    { node: "stage#1/a", bytes: 30 },
    { node: "conv", bytes: 10 },
  ];
  expect(measureMemory(held, { scope: [], graph }).get(nodeId("stage"))).toEqual({
    value: 30,
    share: 0.75,
    level: 1,
  });
});

test("a long history is thinned, but keeps the latest and the one with times", () => {
  let history = addObservation(noObservations, {
    ...observationOf([], 0),
    times: [{ node: "a", elapsedMs: 1 }],
    memory: [{ node: "a", bytes: 4 }],
  });
  for (let step = 1; step <= 500; step++)
    history = addObservation(history, observationOf([], step));
  expect(history.kept.length).toBeLessThanOrEqual(maxObservations + 1);
  expect(history.latest?.step).toBe(500);
  expect(history.kept.filter(({ times }) => times !== undefined)).toHaveLength(1);
  expect(history.kept.filter(({ memory }) => memory !== undefined)).toHaveLength(1);
  const steps = history.kept.map(({ step }) => step);
  expect(steps).toEqual(steps.toSorted((left, right) => left - right));
});
