import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockId, nodeId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { richDocument as rich } from "../document/blocks.testkit.ts";
import { createProject } from "../document/createProject.ts";
import type { DocumentEdit } from "../document/edits.ts";
import type { ProjectDocument } from "../document/model.ts";
import { type BlockFile, importBlock, parseBlock, serializeBlock } from "./blockFile.ts";
import { blockFileVersion, blockMigrations } from "./blockFile.ts";

const stage = blockId("stage");
const unit = blockId("unit");

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function write(document: ProjectDocument, id = stage): string {
  const text = serializeBlock(document, id);
  if (!text.ok) throw new Error(text.error.message);
  return text.value;
}

function read(text: string): BlockFile {
  const file = parseBlock(text);
  if (!file.ok) throw new Error(file.error.message);
  return file.value;
}

/** A project whose inner block computes with a variable. */
const withVariable = apply(rich, {
  kind: "inBlock",
  block: unit,
  edit: {
    kind: "setParams",
    node: nodeId("conv"),
    params: { strides: [{ $expr: "classes // 10" }, 1] },
  },
});
const good = write(withVariable);

describe("block files", () => {
  it("carry the blocks within and the variables that these use", () => {
    const file = read(good);
    expect(file.block).toBe("stage");
    expect(file.blocks).toEqual(Object.values(withVariable.blocks));
    expect(file.variables.map(({ name }) => name)).toEqual(["imageSize", "classes"]);
    expect(read(write(rich, unit)).blocks.map(({ id }) => id)).toEqual(["unit"]);
  });

  it("bring a block into another project, where it is written as it was", () => {
    const empty = createProject("Empty");
    const { edit, block } = importBlock(empty, read(good));
    const after = apply(empty, edit);
    expect(write(after, block)).toBe(good);
  });

  it("use what is there already, and give new ids to what isn't the same", () => {
    const again = importBlock(withVariable, read(good));
    expect(again.block).toBe("stage");
    expect(apply(withVariable, again.edit)).toBe(withVariable);
    const renamed = apply(withVariable, {
      kind: "inBlock",
      block: unit,
      edit: { kind: "renameNode", node: nodeId("conv"), name: "other" },
    });
    const { edit, block } = importBlock(renamed, read(good));
    const after = apply(renamed, edit);
    expect(block).toBe("stage-2");
    expect(Object.keys(after.blocks)).toEqual(["unit", "stage", "unit-2", "stage-2"]);
    expect(after.blocks[blockId("stage-2")]?.graph.nodes[nodeId("first")]?.type).toBe(
      "block:unit-2",
    );
    expect(after.blocks[unit]).toBe(renamed.blocks[unit]);
  });

  it("keep a project's own variables", () => {
    const start = apply(createProject("Other"), {
      kind: "setVariables",
      variables: [{ name: "imageSize", value: 99 }],
    });
    const after = apply(start, importBlock(start, read(good)).edit);
    expect(after.variables).toEqual([
      { name: "imageSize", value: 99 },
      { name: "classes", value: { $expr: "imageSize // 3" } },
    ]);
  });

  it("aren't made of blocks that are gone", () => {
    expect(serializeBlock(rich, blockId("zz"))).toMatchObject({ error: { code: "missing-block" } });
  });

  it("of version 1 are read, and written as they were", () => {
    const path = fileURLToPath(new URL("fixtures/version-1.netloom-block", import.meta.url));
    const text = readFileSync(path, "utf8");
    const empty = createProject("Empty");
    const { edit, block } = importBlock(empty, read(text));
    expect(write(apply(empty, edit), block)).toBe(text);
  });

  it("have a migration from each version to the next", () => {
    expect(blockMigrations.map((step) => step.from)).toEqual(
      Array.from({ length: blockFileVersion - 1 }, (_, index) => index + 1),
    );
  });

  it.each<[string, string, object]>([
    ["plain text", "hello", { code: "not-json", line: 1 }],
    ["a project", '{ "format": "netloom", "version": 2 }', { code: "not-netloom" }],
    [
      "a newer version",
      good.replace('"version": 1', '"version": 2'),
      { code: "newer-version", message: expect.stringContaining("This block was written") },
    ],
    [
      "a file without its block",
      good.replace('"block": "stage"', '"block": "zz"'),
      { code: "bad-value", path: "block" },
    ],
    [
      "a block that contains itself",
      good.replace('"type": "add"', '"type": "block:stage"'),
      { code: "bad-value", message: expect.stringContaining("contains itself") },
    ],
    [
      "a prototype key",
      good.replace('"padding": "same"', '"__proto__": "same"'),
      { code: "forbidden-key" },
    ],
  ])("refuse %s and say where", (_title, text, issue) => {
    expect(text).not.toBe(good);
    expect(parseBlock(text)).toMatchObject({ ok: false, error: issue });
  });

  it("never make the reader throw, whatever is in them", () => {
    const damaged = fc
      .tuple(fc.nat(good.length), fc.nat(8), fc.string({ maxLength: 3 }))
      .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string(), fc.json()), (text) => {
        const parsed = parseBlock(text);
        if (!parsed.ok) expect(parsed.error.message).toMatch(/\S/);
        else applyEdit(rich, importBlock(rich, parsed.value).edit);
      }),
      { numRuns: 300 },
    );
  });
});
