import type { BlockId, NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { makeBlockId } from "../document/makeBlockId.ts";
import { blockTypeOf, findBlockOf } from "../document/blockType.ts";
import { badValue, missingNode, quote } from "../document/editIssues.ts";
import type { DocumentEdit, EditIssue } from "../document/edits.ts";
import { findNode } from "../document/graphQueries.ts";
import type { BlockDefinition, ProjectDocument } from "../document/model.ts";
import { originalOf } from "../document/wiring.ts";
import { findGraph, inGraph } from "./blockEdits.ts";

export interface UnlinkRequest {
  /** Whose graph the instance is in; null: the main graph. */
  readonly scope: BlockId | null;
  readonly node: NodeId;
}

/**
 * Gives an instance a copy of its block, so that changes in there concern no other instance. Blocks inside stay linked;
 * further uses of the same weights follow.
 */
export function unlinkInstance(
  document: ProjectDocument,
  { scope, node: id }: UnlinkRequest,
): Result<{ readonly edit: DocumentEdit; readonly block: BlockId }, EditIssue> {
  const found = findGraph(document, scope);
  if (!found.ok) return found;
  const node = findNode(found.value.graph, id);
  if (node === null) return err(missingNode(id));
  const { type, params } = originalOf(found.value.graph, node);
  const block = findBlockOf(document, type);
  if (block === null) return err(badValue(`${quote(node.name)} is no instance of a block.`));
  const name = nextName(document, block.name);
  const copy: BlockDefinition = { ...block, id: makeBlockId(document.blocks, name), name };
  const edits: readonly DocumentEdit[] = [
    { kind: "addBlock", block: copy },
    inGraph(scope, { kind: "replaceType", node: id, type: blockTypeOf(copy.id), params }),
  ];
  return ok({ edit: { kind: "batch", label: `Unlink ${node.name}`, edits }, block: copy.id });
}

/** `unit` → `unit 2` → `unit 3`. */
function nextName(document: ProjectDocument, name: string): string {
  const taken = new Set(Object.values(document.blocks).map((block) => block.name));
  const stem = name.replace(/ \d{1,9}$/, "").slice(0, 180);
  let number = 2;
  while (taken.has(`${stem} ${number}`)) number++;
  return `${stem} ${number}`;
}
