import { beforeEach, describe, expect, it } from "vitest";
import { edgeId } from "#shared/base/ids.ts";
import { proposeGenerated } from "#shared/datasets/generatorCatalogue.ts";
import { createProject } from "#shared/document/createProject.ts";
import { makeNode } from "#shared/document/makeNode.ts";
import { clearDataset, datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { runStore } from "../state/runStore.ts";
import { deviceStore } from "./deviceStore.ts";
import { findObstacle, isTraining } from "./runQueries.ts";

const edit = (change: Parameters<ReturnType<typeof documentStore.getState>["edit"]>[0]) =>
  documentStore.getState().edit(change);

function drawNetwork(): void {
  let previous: ReturnType<typeof makeNode> | null = null;
  for (const [type, params] of [
    ["input", { shape: [2] }],
    ["dense", { units: 2, activation: "softmax" }],
    ["output", { loss: "categoricalCrossentropy" }],
  ] as const) {
    const { graph } = documentStore.getState().document;
    const node = makeNode(graph, type, { x: 0, y: 0 }, params);
    edit({ kind: "addNode", node });
    if (previous !== null) {
      edit({
        kind: "connect",
        id: edgeId(`edge-${node.id}`),
        source: previous.id,
        target: node.id,
      });
    }
    previous = node;
  }
}

const listErrors = () =>
  documentStore.getState().modelAnalysis.diagnostics.filter(({ severity }) => severity === "error");

beforeEach(() => {
  documentStore.getState().load(createProject("Test"), null);
  clearDataset();
  runStore.getState().clear();
});

describe("findObstacle", () => {
  it("asks for a network, then for data, then lets the run begin", () => {
    expect(findObstacle()?.kind).toBe("emptyGraph");
    drawNetwork();
    expect(findObstacle()?.kind).toBe("noData");
    edit({ kind: "setData", data: proposeGenerated("moons") });
    expect(findObstacle()).toBeNull();
  });

  it("names the problem where there is one", () => {
    drawNetwork();
    const dense = Object.values(documentStore.getState().document.graph.nodes)[1];
    if (dense === undefined) throw new Error("no layer");
    edit({ kind: "setParams", node: dense.id, params: { units: -1 } });
    const [first, ...more] = listErrors();
    expect(more).toEqual([]);
    expect(findObstacle()).toEqual({ kind: "problems", message: first?.message });
  });

  it("counts the problems where there are several", () => {
    for (let index = 0; index < 2; index++) {
      const { graph } = documentStore.getState().document;
      edit({ kind: "addNode", node: makeNode(graph, "dense", { x: 0, y: 0 }) });
    }
    expect(findObstacle()).toMatchObject({
      kind: "problems",
      message: expect.stringContaining(`Mend the ${listErrors().length} problems first`),
    });
  });

  it("says what is wrong with data that could not be read", () => {
    drawNetwork();
    edit({ kind: "setData", data: proposeGenerated("moons") });
    datasetStore.setState({
      phase: "failed",
      issues: [{ code: "missing", message: "moons.csv is gone." }],
    });
    expect(findObstacle()).toEqual({ kind: "badData", message: "moons.csv is gone." });
  });

  it("says why there is no mixed precision on this device, and not where nobody knows", () => {
    drawNetwork();
    edit({ kind: "setData", data: proposeGenerated("moons") });
    edit({ kind: "setTraining", change: { precision: "mixed" } });
    expect(findObstacle()).toBeNull();
    const gpu = { backend: "webgpu", device: "Old GPU" } as const;
    const tell = (hasHalf: boolean) => deviceStore.setState({ device: { ...gpu, hasHalf } });
    tell(true);
    expect(findObstacle()).toBeNull();
    tell(false);
    expect(findObstacle()).toEqual({
      kind: "precision",
      message: expect.stringMatching(/Old GPU.* Choose 32 bits/),
    });
    edit({ kind: "setTraining", change: { precision: "float32" } });
    expect(findObstacle()).toBeNull();
    deviceStore.setState({ device: null });
  });

  it("waits for the run under way to end", () => {
    runStore.getState().begin({
      id: "run-1",
      projectId: "p",
      projectName: "p",
      number: 1,
      startedMs: 0,
      status: "running",
      message: "",
      backend: "",
      epochs: 0,
      metrics: {},
      snapshot: "",
    });
    expect(isTraining()).toBe(true);
    expect(findObstacle()?.kind).toBe("run");
    runStore.getState().receive("run-1", {
      kind: "ended",
      reason: "stopped",
      message: "",
      epochs: 0,
      metrics: {},
      elapsedMs: 0,
      hasWeights: false,
    });
    expect(isTraining()).toBe(false);
  });
});
