import { X } from "lucide-react";
import { useDataset } from "../../state/datasetStore.ts";
import { documentStore, useDocument } from "../../state/documentStore.ts";
import { IconButton } from "../../ui/Button.tsx";
import { useRuns } from "../../state/runStore.ts";
import { Select } from "../../ui/Select.tsx";
import { canvasStore } from "../canvasStore.ts";
import { selectNodes } from "../editDocument.ts";
import { formatHeat, formatShare } from "./HeatTint.tsx";
import { readHeat, setHeatMeasure, type ShownMeasure, useHeatMeasure } from "./heatStore.ts";
import "./heatMap.css";

const measures = [
  { value: "weights", label: "Weights" },
  { value: "multiplyAdds", label: "Multiply-adds" },
  { value: "activations", label: "Activation memory" },
  { value: "training", label: "Training memory" },
  { value: "time", label: "Measured time" },
  { value: "memory", label: "Measured memory" },
] as const satisfies readonly { value: ShownMeasure; label: string }[];

/** Says what the colours mean, and which layers cost most. */
export function HeatLegend() {
  const measure = useHeatMeasure();
  // Rendered again whenever costs change.
  useDocument((state) => state.analysis.nodes);
  useDocument((state) => state.document.training);
  useDataset(({ summary }) => summary);
  useRuns(({ active }) => active?.state.observations);
  if (measure === null) return null;
  const { nodes } = documentStore.getState().graph;
  const dearest = [...readHeat()]
    .toSorted(([, left], [, right]) => right.value - left.value)
    .slice(0, 3);
  return (
    <section className="ed-heat-legend" aria-label="Cost heat map">
      <header>
        <Select
          label="What the colours show"
          value={measure}
          options={measures}
          onChange={(chosen) =>
            setHeatMeasure(measures.find(({ value }) => value === chosen)?.value ?? measure)
          }
        />
        <IconButton
          icon={X}
          label="Hide the cost heat map"
          shortcut="H"
          iconSize={14}
          onClick={() => setHeatMeasure(null)}
        />
      </header>
      {dearest.length === 0 ? (
        <p>
          {measure === "time"
            ? "Press Train: each layer is timed once, a few seconds into the run, where layers are observed and the device has timestamps."
            : measure === "memory"
              ? "Press Train: what each layer holds is measured at the first look inside, where layers are observed."
              : "No layer here has a known cost of this kind yet."}
        </p>
      ) : (
        <ol>
          {dearest.map(([id, heat]) => (
            <li key={id}>
              <button
                type="button"
                onClick={() => {
                  selectNodes([id]);
                  canvasStore.getState().handle?.reveal(id);
                }}
              >
                <span>{nodes[id]?.name ?? id}</span>
                <span>{formatHeat(measure, heat.value)}</span>
                <strong>{formatShare(heat.share)}</strong>
              </button>
            </li>
          ))}
        </ol>
      )}
      <div className="ed-heat-scale" aria-hidden="true">
        <span>nothing</span>
        <i />
        <span>most</span>
      </div>
    </section>
  );
}
