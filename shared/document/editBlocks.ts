import type { BlockId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { blockSchema } from "./blockSchemas.ts";
import { blocksBelow, listBlockUses } from "./blockUses.ts";
import { areSameJson } from "./checkJson.ts";
import { checkPlace, findFormulaFault } from "./checkParts.ts";
import { findSchemaFault } from "./documentSchemas.ts";
import { badValue, issue, missingBlock, quote } from "./editIssues.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { findGraphFault } from "./graphFaults.ts";
import { listNodes } from "./graphQueries.ts";
import { movePorts } from "./movePorts.ts";
import type { BlockDefinition, ModelGraph, ProjectDocument } from "./model.ts";
import type { GraphScope } from "./wiring.ts";

type DocumentResult = Result<ProjectDocument, EditIssue>;

function findBlock(document: Pick<ProjectDocument, "blocks">, id: BlockId): BlockDefinition | null {
  return Object.hasOwn(document.blocks, id) ? (document.blocks[id] ?? null) : null;
}

function withBlock(document: ProjectDocument, block: BlockDefinition): ProjectDocument {
  return { ...document, blocks: { ...document.blocks, [block.id]: block } };
}

export function addBlock(document: ProjectDocument, block: BlockDefinition): DocumentResult {
  if (findBlock(document, block.id) !== null)
    return err(issue("duplicate-id", `There is already a block with the id ${quote(block.id)}.`));
  const fault = findSchemaFault(blockSchema, block) ?? findGraphFault(block.graph);
  if (fault !== null)
    return err(badValue(`The block ${quote(block.name)} is not valid: ${fault}.`));
  const added = withBlock(document, block);
  const scope = { blocks: added.blocks, block: block.id };
  for (const node of listNodes(block.graph)) {
    const misplaced = checkPlace(scope, node.type, node.name);
    if (misplaced !== null) return err(misplaced);
  }
  const cycle = findCycleThrough(added, block.id);
  return cycle === null ? ok(added) : err(cycle);
}

/** Applies an edit to the graph of a block; wires at its instances follow their ports. */
export function editBlockGraph(
  document: ProjectDocument,
  id: BlockId,
  edit: (scope: GraphScope, graph: ModelGraph) => Result<ModelGraph, EditIssue>,
): DocumentResult {
  const block = findBlock(document, id);
  if (block === null) return err(missingBlock(id));
  const graph = edit({ blocks: document.blocks, block: id }, block.graph);
  if (!graph.ok) return graph;
  if (graph.value === block.graph) return ok(document);
  const edited = withBlock(document, { ...block, graph: graph.value });
  const cycle = graph.value.nodes === block.graph.nodes ? null : findCycleThrough(edited, id);
  return cycle === null ? ok(movePorts(edited, { block: id, before: block.graph })) : err(cycle);
}

export function setBlock(
  document: ProjectDocument,
  edit: Extract<DocumentEdit, { kind: "setBlock" }>,
): DocumentResult {
  const block = findBlock(document, edit.block);
  if (block === null) return err(missingBlock(edit.block));
  const { name = block.name, summary = block.summary, params = block.params } = edit.change;
  const changed: BlockDefinition = { ...block, name: name.trim(), summary, params };
  const fault = findSchemaFault(blockSchema, changed);
  if (fault !== null)
    return err(badValue(`The block ${quote(block.name)} is not valid: ${fault}.`));
  for (const { name: param, default: value } of params) {
    const formula = findFormulaFault(value);
    if (formula !== null) return err(badValue(`The default of ${quote(param)} ${formula}`));
  }
  const isSame =
    changed.name === block.name && summary === block.summary && areSameJson(params, block.params);
  return ok(isSame ? document : withBlock(document, changed));
}

export function removeBlock(document: ProjectDocument, id: BlockId): DocumentResult {
  const block = findBlock(document, id);
  if (block === null) return err(missingBlock(id));
  const uses = listBlockUses(document, id);
  if (uses.length > 0) {
    const count = uses.reduce((sum, use) => sum + use.count, 0);
    const places = uses.map((use) =>
      use.block === null
        ? "the main graph"
        : quote(findBlock(document, use.block)?.name ?? use.block),
    );
    const where = [places.slice(0, 3).join(", "), ...(places.length > 3 ? ["…"] : [])].join(", ");
    const times = count === 1 ? "once" : `${count} times`;
    return err(
      issue(
        "block-in-use",
        `${quote(block.name)} is used ${times} in ${where}. Remove or unpack it there first.`,
      ),
    );
  }
  const blocks = { ...document.blocks };
  delete blocks[id];
  return ok({ ...document, blocks });
}

function findCycleThrough(document: ProjectDocument, id: BlockId): EditIssue | null {
  const block = findBlock(document, id);
  if (block === null || !blocksBelow(document.blocks, [block.graph]).has(id)) return null;
  const culprit = Object.values(document.blocks).find(
    (other) =>
      other.id !== id &&
      blocksBelow(document.blocks, [block.graph]).has(other.id) &&
      blocksBelow(document.blocks, [other.graph]).has(id),
  );
  return issue(
    "block-cycle",
    culprit === undefined
      ? `The block ${quote(block.name)} can't contain itself.`
      : `${quote(culprit.name)} can't stand inside ${quote(block.name)}, because it contains ${quote(block.name)}.`,
  );
}
