import { z } from "../base/schema.ts";
import type { BlockId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { variablesSchema } from "../document/blockSchemas.ts";
import { blocksBelow } from "../document/blockUses.ts";
import { blockIdSchema } from "../document/documentSchemas.ts";
import { missingBlock } from "../document/editIssues.ts";
import type { DocumentEdit, EditIssue } from "../document/edits.ts";
import { importBlocks } from "../document/importBlocks.ts";
import type { BlockDefinition, ProjectDocument, ProjectVariable } from "../document/model.ts";
import { listNeededVariables } from "../document/neededVariables.ts";
import { blockListSchema } from "../project/blockList.ts";
import type { Migration } from "../project/migrations.ts";
import { printBlock } from "../project/printGraph.ts";
import { printInline, printList, printObject } from "../project/printJson.ts";
import { type FileKind, type ProjectIssue, readFile } from "../project/readFile.ts";

/**
 * A block by itself, with all that it needs: the blocks in it, and the project's variables that its expressions use.
 * The version counts the shape of this file, apart from that of projects.
 */
export interface BlockFile {
  readonly block: BlockId;
  /** The block itself among them. */
  readonly blocks: readonly BlockDefinition[];
  readonly variables: readonly ProjectVariable[];
}

const blockFileFormat = "netloom-block";
export const blockFileVersion = 1;

/** In order, and for ever: files in people's folders are never rewritten. The next adds `{ from: 1, … }` here. */
export const blockMigrations: readonly Migration[] = [];

const blockFileSchema = z
  .strictObject({
    format: z.literal(blockFileFormat),
    version: z.literal(blockFileVersion),
    block: blockIdSchema,
    variables: variablesSchema,
    blocks: blockListSchema,
  })
  .transform(({ block, variables, blocks }, context): BlockFile => {
    if (!blocks.some(({ id }) => id === block)) {
      const message = `names no block of the file: "${block}"`;
      context.addIssue({ code: "custom", path: ["block"], message });
    }
    return { block, variables, blocks };
  });

const blockKind: FileKind<BlockFile> = {
  format: blockFileFormat,
  noun: "block",
  version: blockFileVersion,
  migrations: blockMigrations,
  schema: blockFileSchema,
  maxLength: 16_000_000,
};

export function serializeBlock(document: ProjectDocument, id: BlockId): Result<string, EditIssue> {
  const block = Object.hasOwn(document.blocks, id) ? document.blocks[id] : undefined;
  if (block === undefined) return err(missingBlock(id));
  const below = blocksBelow(document.blocks, [block.graph]);
  const blocks = Object.values(document.blocks).filter(
    (other) => other.id === id || below.has(other.id),
  );
  const text = printObject(0, [
    ["format", printInline(blockFileFormat)],
    ["version", printInline(blockFileVersion)],
    ["block", printInline(id)],
    [
      "variables",
      printList(
        1,
        listNeededVariables(document, { blocks }).map(({ name, value }) =>
          printInline({ name, value }),
        ),
      ),
    ],
    [
      "blocks",
      printList(
        1,
        blocks.map((other) => printBlock(2, other)),
      ),
    ],
  ]);
  return ok(`${text}\n`);
}

/** Reads a text that may be anything. The issue is the first one, and says where in the file it is. */
export function parseBlock(text: string): Result<BlockFile, ProjectIssue> {
  const read = readFile(text, blockKind);
  if (read.ok) return read;
  return err(read.error[0] ?? { code: "bad-value", message: "The file can't be read." });
}

/** Adds a file's blocks to a project, and the variables that it lacks; `block` is what the main one is called there. */
export function importBlock(
  document: ProjectDocument,
  file: BlockFile,
): { readonly edit: DocumentEdit; readonly block: BlockId } {
  const { edits, ids } = importBlocks(document, file.blocks);
  const known = new Set(document.variables.map(({ name }) => name));
  const missing = file.variables.filter(({ name }) => !known.has(name));
  const variables: readonly DocumentEdit[] =
    missing.length === 0
      ? []
      : [{ kind: "setVariables", variables: [...document.variables, ...missing] }];
  const name = file.blocks.find(({ id }) => id === file.block)?.name ?? file.block;
  return {
    edit: { kind: "batch", label: `Insert the block ${name}`, edits: [...variables, ...edits] },
    block: ids.get(file.block) ?? file.block,
  };
}
