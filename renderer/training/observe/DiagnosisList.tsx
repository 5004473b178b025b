import { X } from "lucide-react";
import { nodeId } from "#shared/base/ids.ts";
import type { Diagnosis } from "#shared/training/diagnose.ts";
import { revealPath } from "../../editor/editDocument.ts";
import { useDocument } from "../../state/documentStore.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { applyDiagnosisFix, planFix } from "./applyDiagnosisFix.ts";
import { dismissDiagnosis } from "./observeStore.ts";
import "./observe.css";

export interface DiagnosisListProps {
  readonly runId: string;
  readonly diagnoses: readonly Diagnosis[];
  /** Whether the run is of the network on screen: only that one can be mended. */
  readonly canMend: boolean;
  /** Where there is little room: what is wrong in three lines, what to do when unfolded. */
  readonly isFolded?: boolean;
}

/** What is wrong with a run and what to do about it. */
export function DiagnosisList({ runId, diagnoses, canMend, isFolded }: DiagnosisListProps) {
  if (diagnoses.length === 0) return null;
  return (
    <ul className="nl-diagnoses" aria-label="Diagnoses">
      {diagnoses.map((diagnosis) => {
        const { code, message } = diagnosis;
        const remedy = <Remedy diagnosis={diagnosis} canMend={canMend} />;
        return (
          <li key={code}>
            {isFolded === true ? (
              <details>
                <summary title={message}>
                  <span>{message}</span>
                </summary>
                {remedy}
              </details>
            ) : (
              <div>
                <p>{message}</p>
                {remedy}
              </div>
            )}
            <IconButton
              icon={X}
              label="Dismiss"
              iconSize={13}
              onClick={() => dismissDiagnosis(runId, code)}
            />
          </li>
        );
      })}
    </ul>
  );
}

function Remedy(props: { readonly diagnosis: Diagnosis; readonly canMend: boolean }) {
  const { remedy, fix, layers } = props.diagnosis;
  const document = useDocument((state) => state.document);
  return (
    <>
      <p className="nl-quiet">{remedy}</p>
      {props.canMend && (
        <div className="nl-diagnosis-buttons">
          {fix !== null && planFix(document, fix) !== null && (
            <Button size="small" onClick={() => applyDiagnosisFix(document, fix)}>
              {fix.title}
            </Button>
          )}
          {layers.slice(0, 3).map(({ layer, node }) => (
            <Button key={node} size="small" tone="quiet" onClick={() => revealPath(nodeId(node))}>
              Show {layer}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}
