import type { BlockId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { issue, missingBlock, quote } from "./editIssues.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import type { BlockDefinition, ProjectDocument } from "./model.ts";

type DocumentResult = Result<ProjectDocument, EditIssue>;

export function findBlock(document: ProjectDocument, id: BlockId): BlockDefinition | null {
  return Object.hasOwn(document.blocks, id) ? (document.blocks[id] ?? null) : null;
}

export function withBlock(document: ProjectDocument, block: BlockDefinition): ProjectDocument {
  return { ...document, blocks: { ...document.blocks, [block.id]: block } };
}

export function addBlock(document: ProjectDocument, block: BlockDefinition): DocumentResult {
  if (findBlock(document, block.id) !== null)
    return err(issue("duplicate-id", `There is already a block with the id ${quote(block.id)}.`));
  return ok(withBlock(document, block));
}

export function setBlock(
  document: ProjectDocument,
  edit: Extract<DocumentEdit, { kind: "setBlock" }>,
): DocumentResult {
  const block = findBlock(document, edit.block);
  if (block === null) return err(missingBlock(edit.block));
  return ok(withBlock(document, { ...block, ...edit.change }));
}

export function removeBlock(document: ProjectDocument, id: BlockId): DocumentResult {
  if (findBlock(document, id) === null) return err(missingBlock(id));
  const blocks = { ...document.blocks };
  delete blocks[id];
  return ok({ ...document, blocks });
}
