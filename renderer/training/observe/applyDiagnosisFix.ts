import { nodeId } from "#shared/base/ids.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import type { DiagnosisFix } from "#shared/training/diagnose.ts";
import { editDocument } from "../../editor/editDocument.ts";

/** The remedy as one edit of the document; null where the document has no place for it any more. */
export function planFix(document: ProjectDocument, fix: DiagnosisFix): DocumentEdit | null {
  if (fix.kind === "training") return { kind: "setTraining", change: fix.change };
  const edits = fix.nodes.flatMap((id): readonly DocumentEdit[] => {
    const node = document.graph.nodes[nodeId(id)];
    const type = node === undefined ? null : findNodeType(document, node.type);
    const hasOption = type !== null && Object.hasOwn(type.params, "activation");
    if (node === undefined || !hasOption || node.shares !== undefined) return [];
    return [{ kind: "setParams", node: node.id, params: { activation: fix.activation } }];
  });
  return edits.length === 0 ? null : { kind: "batch", label: fix.title, edits };
}

export function applyDiagnosisFix(document: ProjectDocument, fix: DiagnosisFix): boolean {
  const edit = planFix(document, fix);
  if (edit === null) return false;
  return editDocument(edit, {
    label: fix.title,
    say: `${fix.title}. It counts from the next run on.`,
    isWhole: true,
  });
}
