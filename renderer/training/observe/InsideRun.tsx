import { useState } from "react";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { Select } from "../../ui/Select.tsx";
import { DiagnosisList } from "./DiagnosisList.tsx";
import { LayerHistory } from "./LayerHistory.tsx";
import { LookInside } from "./LookInside.tsx";
import { useDiagnoses } from "./useDiagnoses.ts";

/** In a run's page: what was diagnosed, any layer of it over time, and what it makes of a sample. */
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
  // A Flatten or pooling that comes first has little to tell.
  const chosen =
    layers.find(({ layer }) => layer === wanted) ??
    layers.find(({ weights }) => weights.length > 0) ??
    layers[0];
  return (
    <section className="nl-inside" aria-label="Inside the network">
      <h3 className="nl-heading">Inside the network</h3>
      {chosen === undefined && (
        <p className="nl-quiet">
          {state.observations.latest?.problem ??
            "The layers were not observed in this run. Switch on “Observe layers” in the training settings."}
        </p>
      )}
      <DiagnosisList runId={run.id} diagnoses={diagnoses} canMend={canMend} />
      <div className="nl-inside-columns">
        {chosen !== undefined && (
          <section aria-label="A layer over the run">
            <h4 className="nl-heading">Over the run</h4>
            <div className="nl-look-field">
              <span aria-hidden>Layer</span>
              <Select
                label="Layer"
                value={chosen.layer}
                options={layers.map(({ layer }) => ({ value: layer, label: layer }))}
                onChange={setWanted}
              />
            </div>
            <LayerHistory
              history={kept.flatMap((observation) =>
                observation.layers.filter(({ layer }) => layer === chosen.layer),
              )}
            />
          </section>
        )}
        <section aria-label="A layer at one sample">
          <h4 className="nl-heading">At one sample</h4>
          {/* The same layer on both sides, where it has pictures. */}
          <LookInside
            run={run}
            state={state}
            wantedLayer={wanted ?? chosen?.layer ?? null}
            onLayer={setWanted}
          />
        </section>
      </div>
    </section>
  );
}
