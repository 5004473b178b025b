import type { GraphNode } from "#shared/document/model.ts";
import { documentStore } from "../../state/documentStore.ts";
import { editDocument } from "../editDocument.ts";
import type { ParamChange } from "./control.ts";
import { buildParamEdit } from "./paramEdits.ts";

/** Sets an option of the given layers; the steps of a drag on a number are one undo step. */
export function changeParam(nodes: readonly GraphNode[], change: ParamChange): void {
  const { name, spec, isGesture } = change;
  const [node] = nodes;
  const of = nodes.length === 1 ? (node?.name ?? "") : `${nodes.length} layers`;
  editDocument(buildParamEdit(nodes, change), {
    label: `set ${spec.label.toLowerCase()} of ${of}`,
    ...(isGesture ? { mergeKey: `param:${nodes.map(({ id }) => id).join(",")}:${name}` } : {}),
  });
}

export function endGesture(): void {
  documentStore.getState().sealStep();
}
