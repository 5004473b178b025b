import type { EdgeId, NodeId } from "../base/ids.ts";
import { type Remedy, joinWords, upperFirst } from "./fixContext.ts";
import type { Diagnostic, DiagnosticCode } from "./types.ts";

export interface Finding {
  readonly code: DiagnosticCode;
  readonly severity?: Diagnostic["severity"];
  /** What is the matter, without the remedy, which is added from the fixes. */
  readonly message: string;
  readonly nodes: readonly NodeId[];
  readonly edges?: readonly EdgeId[];
  readonly param?: string;
  readonly remedies?: readonly Remedy[];
  /** What to do where there is no fix to press. */
  readonly advice?: string;
}

/** A diagnostic whose sentence ends with what to do: "… Insert Flatten or insert GlobalAveragePooling2D." */
export function tellDiagnostic(finding: Finding): Diagnostic {
  const { remedies = [], param } = finding;
  const words = remedies.slice(0, 2).map((remedy) => remedy.short);
  const advice =
    words.length > 0 ? `${upperFirst(joinWords(words, "or"))}.` : (finding.advice ?? "");
  return {
    code: finding.code,
    severity: finding.severity ?? "error",
    message: advice === "" ? finding.message : `${finding.message} ${advice}`,
    nodes: finding.nodes,
    edges: finding.edges ?? [],
    ...(param === undefined ? {} : { param }),
    fixes: remedies,
  };
}
