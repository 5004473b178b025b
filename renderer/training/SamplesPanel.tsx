import { Images } from "lucide-react";
import { useDataset } from "../state/datasetStore.ts";
import { useRuns } from "../state/runStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { SamplePicture } from "./SamplePicture.tsx";
import { SamplePredictions } from "./SamplePredictions.tsx";
import "./training.css";

/** Samples with predictions after a run; before, the samples alone. */
export function SamplesPanel() {
  const predictions = useRuns((state) => state.active?.state.report?.samples ?? null);
  const snapshot = useRuns((state) => state.active?.info.snapshot ?? "");
  const samples = useDataset((state) => state.preview?.samples ?? null);
  if (predictions !== null && predictions.length > 0) {
    return (
      <div className="nl-samples">
        <SamplePredictions samples={predictions} snapshot={snapshot} />
      </div>
    );
  }
  if (samples === null) {
    return (
      <EmptyState
        icon={Images}
        title="No data yet"
        actions={
          <Button onClick={() => sessionStore.getState().showView("data")}>Choose data</Button>
        }
      >
        Samples appear here once the project has data, and after a run with what the network says of
        them.
      </EmptyState>
    );
  }
  return (
    <div className="nl-samples">
      <p className="nl-quiet">
        Some samples of the data. After a run, the network’s predictions stand beside them.
      </p>
      <ul className="nl-prediction-grid">
        {samples.map(({ sample, view }) => (
          <li key={sample} className="nl-prediction">
            <SamplePicture view={view} />
            <small>{view.target}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
