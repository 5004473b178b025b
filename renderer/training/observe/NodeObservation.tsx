import { TriangleAlert } from "lucide-react";
import type { NodeId } from "#shared/base/ids.ts";
import { useDocument } from "../../state/documentStore.ts";
import { useRuns } from "../../state/runStore.ts";
import { formatNumber } from "../../ui/format.ts";
import { Icon } from "../../ui/Icon.tsx";
import { findDiagnosesAt, findObserved, pathOfNode } from "./findObserved.ts";
import { MiniHistogram } from "./MiniHistogram.tsx";
import { useActiveDiagnoses } from "./useDiagnoses.ts";
import "./observe.css";

/** At a node while a run goes on: the distribution of what it gives, and a sign where something is diagnosed. */
export function NodeObservation({ node }: { readonly node: NodeId }) {
  const scope = useDocument((state) => state.scope);
  const path = pathOfNode(scope, node);
  const layer = useRuns(({ active }) => {
    const latest = active?.state.observations.latest ?? null;
    return latest === null || latest.problem !== undefined ? null : findObserved(latest, path);
  });
  const diagnoses = findDiagnosesAt(useActiveDiagnoses(), path);
  if (layer === null && diagnoses.length === 0) return null;
  const { activation } = layer ?? {};
  return (
    <div className="nl-node-observed">
      {diagnoses.length > 0 && (
        <span
          className="nl-node-diagnosed"
          title={diagnoses.map(({ message }) => message).join("\n")}
        >
          <Icon of={TriangleAlert} size={12} />
          <span className="nl-visually-hidden">{diagnoses.map(({ message }) => message)}</span>
        </span>
      )}
      {activation !== undefined && (
        <span
          title={`Activations, what this layer gives: ${formatNumber(activation.mean)} ± ${formatNumber(activation.deviation)}.\nGradients of its weights are in the inspector, under Training.`}
        >
          <MiniHistogram histogram={activation.histogram} />
        </span>
      )}
    </div>
  );
}
