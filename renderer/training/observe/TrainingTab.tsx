import type { NodeId } from "#shared/base/ids.ts";
import { useDocument } from "../../state/documentStore.ts";
import { useRuns } from "../../state/runStore.ts";
import { DiagnosisList } from "./DiagnosisList.tsx";
import { findDiagnosesAt, findObserved, pathOfNode } from "./findObserved.ts";
import { LayerHistory } from "./LayerHistory.tsx";
import { useObserve } from "./observeStore.ts";
import { useActiveDiagnoses } from "./useDiagnoses.ts";

/** In the inspector: the selected layer in the run of this window. */
export function TrainingTab({ node }: { readonly node: NodeId }) {
  const active = useRuns((state) => state.active);
  const isOn = useObserve((state) => state.isOn);
  const path = pathOfNode(
    useDocument((state) => state.scope),
    node,
  );
  const diagnoses = findDiagnosesAt(useActiveDiagnoses(), path);
  if (active === null) {
    return (
      <p className="ed-inspector-text">
        Press Train to see what this layer gives, how its gradients and weights lie, and how far
        each step moves them.
      </p>
    );
  }
  const { kept } = active.state.observations;
  const history = kept.flatMap((observation) => findObserved(observation, path) ?? []);
  if (history.length === 0) {
    const problem = kept.findLast((observation) => observation.problem !== undefined)?.problem;
    const isOver = active.state.phase === "ended";
    return (
      <p className="ed-inspector-text">
        {problem ??
          (kept.length > 0
            ? "This node computes nothing of its own, or was not in the network when the run started."
            : !isOn
              ? "Layers are not observed: switch on “Observe layers” in the training settings, then train again."
              : isOver
                ? "Run this long enough for a first look inside: none was taken before the run ended."
                : "The first look inside comes after the first step.")}
      </p>
    );
  }
  return (
    <div className="nl-training-tab">
      <p className="nl-quiet">
        Run {active.info.number}, {history.length === 1 ? "one look" : `${history.length} looks`}{" "}
        inside.
      </p>
      <DiagnosisList runId={active.info.id} diagnoses={diagnoses} canMend />
      <LayerHistory history={history} />
    </div>
  );
}
