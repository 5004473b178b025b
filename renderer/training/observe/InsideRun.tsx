import { useState } from "react";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { Select } from "../../ui/Select.tsx";
import { DiagnosisList } from "./DiagnosisList.tsx";
import { LayerHistory } from "./LayerHistory.tsx";
import { useDiagnoses } from "./useDiagnoses.ts";

/** In a run's page: what was diagnosed, and any layer of it over time. */
export function InsideRun(props: {
  readonly run: RunInfo;
  readonly state: RunState;
  readonly canMend: boolean;
}) {
  const { run, state, canMend } = props;
  const diagnoses = useDiagnoses(run, state);
  const [wanted, setWanted] = useState<string | null>(null);
  const { kept } = state.observations;
  const layers = kept.at(-1)?.layers ?? [];
  const chosen = layers.find(({ layer }) => layer === wanted) ?? layers[0];
  if (chosen === undefined && diagnoses.length === 0) return null;
  return (
    <section className="nl-inside" aria-label="Inside the network">
      <h3 className="nl-heading">Inside the network</h3>
      <DiagnosisList runId={run.id} diagnoses={diagnoses} canMend={canMend} />
      {chosen !== undefined && (
        <>
          <Select
            label="Layer"
            value={chosen.layer}
            options={layers.map(({ layer }) => ({ value: layer, label: layer }))}
            onChange={setWanted}
          />
          <LayerHistory
            history={kept.flatMap((observation) =>
              observation.layers.filter(({ layer }) => layer === chosen.layer),
            )}
          />
        </>
      )}
    </section>
  );
}
