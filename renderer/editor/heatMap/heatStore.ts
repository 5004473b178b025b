import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { type HeatMeasure, type NodeHeat, measureHeat } from "#shared/analysis/measureHeat.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { type StepSize, addValidation, readStepSize } from "#shared/training/memoryNeeds.ts";
import { datasetStore } from "../../state/datasetStore.ts";
import { readFixedBatch } from "#shared/analysis/costs.ts";
import { documentStore, useDocument } from "../../state/documentStore.ts";
import { runStore, useRuns } from "../../state/runStore.ts";
import { measureMemory, measureTimes } from "../../training/observe/measureTimes.ts";

/** Which cost the canvas shows as a heat map; null: none. Belongs to the window, not to the document. */
export const heatStore = createStore<{ readonly measure: ShownMeasure | null }>()(() => ({
  measure: null,
}));

/** What is estimated from the graph, and what was measured in the last run. */
export type ShownMeasure = HeatMeasure | "time" | "memory";

export function setHeatMeasure(measure: ShownMeasure | null): void {
  heatStore.setState({ measure });
}

export function useHeatMeasure(): ShownMeasure | null {
  return useStore(heatStore, (state) => state.measure);
}

type HeatMap = ReadonlyMap<NodeId, NodeHeat>;
const noHeat: HeatMap = new Map();
/** The last map: every node asks for it after an edit, and it costs a walk over all of them. */
let last: {
  readonly nodes: GraphAnalysis["nodes"];
  readonly measure: HeatMeasure;
  readonly step: StepSize;
  readonly heat: HeatMap;
} | null = null;

export function readHeat(): HeatMap {
  const { measure } = heatStore.getState();
  if (measure === null) return noHeat;
  if (measure === "time") return readTimes();
  if (measure === "memory") return readMemory();
  const { analysis, document } = documentStore.getState();
  const { nodes } = analysis;
  const { summary } = datasetStore.getState();
  const size = readStepSize(
    document.training,
    summary?.trainCount ?? null,
    readFixedBatch(analysis),
  );
  const isWhole = documentStore.getState().scope.length === 0;
  const validated = isWhole ? (summary?.validationCount ?? 0) : 0;
  const step = addValidation(size, analysis.totals, validated);
  const isKnown =
    last?.nodes === nodes &&
    last.measure === measure &&
    last.step.batchSize === step.batchSize &&
    last.step.lastBatch === step.lastBatch &&
    last.step.validationBatch === step.validationBatch &&
    last.step.slots === step.slots;
  if (!isKnown || last === null)
    last = { nodes, measure, step, heat: measureHeat(nodes, measure, step) };
  return last.heat;
}

/** Of the run that this window started last; nothing before its times are measured. */
function readTimes(): HeatMap {
  const { kept } = runStore.getState().active?.state.observations ?? { kept: [] };
  const times = kept.findLast((observation) => observation.times !== undefined)?.times;
  if (times === undefined) return noHeat;
  const { graph, scope } = documentStore.getState();
  return measureTimes(times, { scope, graph });
}

/** What layers held in a step of that run. */
function readMemory(): HeatMap {
  const { kept } = runStore.getState().active?.state.observations ?? { kept: [] };
  const memory = kept.findLast((observation) => observation.memory !== undefined)?.memory;
  if (memory === undefined) return noHeat;
  const { graph, scope } = documentStore.getState();
  return measureMemory(memory, { scope, graph });
}

/** The heat of one node; null while no heat map is shown, or where the node costs nothing. */
export function useNodeHeat(id: NodeId): NodeHeat | null {
  const measure = useHeatMeasure();
  // What is measured comes with a run, all else with an edit.
  const isMeasured = measure === "time" || measure === "memory";
  useRuns(({ active }) => (isMeasured ? active?.state.observations : null));
  return useDocument(() => (measure === null ? null : (readHeat().get(id) ?? null)));
}
