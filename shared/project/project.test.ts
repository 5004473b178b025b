import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeId, noteId, projectId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { buildDocument } from "../document/graph.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { defaultOptimizers } from "../training/config.ts";
import { migrateFile, migrations } from "./migrations.ts";
import { type ProjectIssue, parseProject, peekFileVersion } from "./parseProject.ts";
import { fileVersion } from "./projectFile.ts";
import { serializeProject } from "./serializeProject.ts";

const sample: ProjectDocument = {
  ...buildDocument(
    {
      image: ["input", { shape: [28, 28, 1] }],
      conv: ["conv2d", { filters: 8, kernelSize: [3, 3], activation: "relu" }],
      flat: "flatten",
      head: ["dense", { units: 10, kernelInitializer: { name: "heNormal", seed: 3 } }],
      out: ["output", { metrics: ["accuracy"] }],
    },
    ["image>conv", "conv>flat", "flat>head", "head>out"],
  ),
  id: projectId("project-1"),
  data: {
    source: { kind: "generated", generator: "digits", samples: 500, noise: 0.1, seed: 1 },
    split: { validation: 0.2, seed: 1 },
    scaling: "zeroToOne",
    imageSize: { height: 32, width: 32 },
  },
};
const note = {
  id: noteId("note-1"),
  text: "Two\nlines",
  position: { x: -5, y: 2.5 },
  size: { width: 200, height: 80 },
};

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Lines of the new text that are not in the old one, by position from both ends. */
function countChangedLines(before: string, after: string): number {
  const left = before.split("\n");
  const right = after.split("\n");
  let start = 0;
  while (start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (end < right.length - start && left.at(-1 - end) === right.at(-1 - end)) end++;
  return right.length - start - end;
}

const full = apply(sample, { kind: "addNote", note });

describe("serializeProject", () => {
  it("reads back what it wrote, and writes it again the same", () => {
    const text = serializeProject(full);
    const parsed = parseProject(text);
    expect(parsed).toEqual({ ok: true, value: full });
    if (parsed.ok) expect(serializeProject(parsed.value)).toBe(text);
  });

  it.each<[string, DocumentEdit]>([
    ["an option", { kind: "setParams", node: nodeId("head"), params: { units: 12 } }],
    ["a tuple", { kind: "setParams", node: nodeId("conv"), params: { kernelSize: [5, 5] } }],
    [
      "an initializer",
      {
        kind: "setParams",
        node: nodeId("head"),
        params: { kernelInitializer: { name: "zeros" } },
      },
    ],
    ["a position", { kind: "moveNodes", positions: { [nodeId("flat")]: { x: 40, y: 50 } } }],
    ["a name", { kind: "renameNode", node: nodeId("flat"), name: "vector" }],
    ["a note's text", { kind: "setNote", note: note.id, change: { text: "One line" } }],
    ["a note's place", { kind: "setNote", note: note.id, change: { position: { x: 1, y: 1 } } }],
    ["the epochs", { kind: "setTraining", change: { epochs: 99 } }],
    [
      "the learning rate",
      {
        kind: "setTraining",
        change: { optimizer: { ...defaultOptimizers.adam, learningRate: 0.5 } },
      },
    ],
    [
      "the scaling",
      { kind: "setData", data: full.data === null ? null : { ...full.data, scaling: "none" } },
    ],
    ["the project's name", { kind: "renameProject", name: "Other" }],
  ])("changes one line when %s changes", (_title, edit) => {
    const before = serializeProject(full);
    expect(countChangedLines(before, serializeProject(apply(full, edit)))).toBe(1);
  });

  it("adds one line for one more wire", () => {
    const before = serializeProject(apply(full, { kind: "disconnect", edges: [] }));
    const extra = apply(full, {
      kind: "addNode",
      node: {
        id: nodeId("more"),
        type: "relu",
        name: "more",
        params: {},
        position: { x: 0, y: 0 },
      },
    });
    // A closing brace and comma of the one before belong to it.
    expect(countChangedLines(before, serializeProject(extra))).toBeLessThanOrEqual(8);
  });

  it("writes every wire on a line", () => {
    expect(serializeProject(full)).toContain(
      '{ "id": "image--conv", "source": "image", "target": "conv", "slot": 0 },\n',
    );
  });
});

const text = fc.string({ minLength: 1, maxLength: 30, unit: "binary" });
const id = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,12}$/)
  .filter((value) => value !== "constructor" && value !== "prototype");
const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value) => value + 0);
const key = fc
  .string({ minLength: 1, maxLength: 12 })
  .filter(
    (value) =>
      !["__proto__", "constructor", "prototype", "$expr"].includes(value) && !/^\d+$/.test(value),
  );
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

const documents = fc
  .record({
    name: text,
    ids: fc.uniqueArray(id, { minLength: 1, maxLength: 8 }),
    names: fc.array(text, { minLength: 8, maxLength: 8 }),
    params: fc.array(fc.dictionary(key, json, { maxKeys: 4, noNullPrototype: true }), {
      minLength: 8,
      maxLength: 8,
    }),
    numbers: fc.array(number, { minLength: 16, maxLength: 16 }),
    wires: fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.nat(9)), { maxLength: 12 }),
  })
  .map(({ name, ids, names, params, numbers, wires }): ProjectDocument => {
    const table = Object.fromEntries(ids.map((key) => [key, "dense"]));
    const { graph } = buildDocument(table);
    const nodes = Object.fromEntries(
      Object.values(graph.nodes).map((node, index) => [
        node.id,
        {
          ...node,
          name: names[index] ?? "",
          // The generator makes plain JSON.
          params: (params[index] ?? {}) as typeof node.params,
          position: { x: numbers[index] ?? 0, y: numbers[index + 8] ?? 0 },
        },
      ]),
    );
    const edges = Object.fromEntries(
      wires.map(([from, to, slot], index) => {
        const source = nodeId(ids[from % ids.length] ?? "");
        const target = nodeId(ids[to % ids.length] ?? "");
        return [`wire-${index}`, { id: `wire-${index}`, source, target, slot }];
      }),
    ) as typeof graph.edges;
    return { ...full, name, graph: { ...full.graph, nodes, edges } };
  });

describe("any document", () => {
  it("comes back from its text as it was, in the same order", () => {
    fc.assert(
      fc.property(documents, (document) => {
        const parsed = parseProject(serializeProject(document));
        expect(parsed).toEqual({ ok: true, value: document });
        if (!parsed.ok) return;
        expect(JSON.stringify(parsed.value)).toBe(JSON.stringify(document));
      }),
      { numRuns: 200 },
    );
  });

  it("is refused with a place or read, whatever the text", () => {
    const good = serializeProject(full);
    const damaged = fc
      .tuple(fc.nat(good.length), fc.nat(5), fc.string({ maxLength: 3 }))
      .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string(), fc.json()), (candidate) => {
        const parsed = parseProject(candidate);
        if (parsed.ok) return;
        expect(parsed.error.length).toBeGreaterThan(0);
        for (const issue of parsed.error) expect(issue.message).toMatch(/\S/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("parseProject", () => {
  const good = serializeProject(full);
  const replace = (from: string | RegExp, to: string) => {
    const changed = good.replace(from, to);
    if (changed === good) throw new Error(`nothing to replace: ${String(from)}`);
    return changed;
  };
  const lineOf = (part: string) => good.slice(0, good.indexOf(part)).split("\n").length;

  it.each<[string, string, Partial<ProjectIssue>]>([
    ["an empty file", "", { code: "not-json", line: 1, column: 1 }],
    ["other JSON", '{"name":"x"}', { code: "not-netloom" }],
    ["a picture", "\u0089PNG\r\n", { code: "not-json", line: 1 }],
    [
      "a missing comma",
      replace('"type": "flatten",', '"type": "flatten"'),
      { code: "not-json", line: lineOf('"type": "flatten"') + 1 },
    ],
    ["a file cut short", good.slice(0, 300), { code: "not-json" }],
    ["a newer version", replace('"version": 3', '"version": 4'), { code: "newer-version" }],
    [
      "a version that never was",
      replace('"version": 3', '"version": 0'),
      { code: "bad-value", path: "version" },
    ],
    [
      "a prototype key in options",
      replace('"units": 10', '"__proto__": { "units": 10 }'),
      { code: "forbidden-key", line: lineOf('"units": 10') },
    ],
    [
      "options nested without end",
      replace('"units": 10', `"units": ${"[".repeat(60)}${"]".repeat(60)}`),
      { code: "bad-value", message: expect.stringContaining("nested more than 40 levels deep") },
    ],
    [
      "a constructor at the top",
      replace('"version": 3,', '"version": 3, "constructor": {},'),
      { code: "forbidden-key" },
    ],
    [
      "an expression that is no text",
      replace('"units": 10', '"units": { "$expr": 3 }'),
      { code: "bad-value", path: "models.main.nodes[3].params" },
    ],
    [
      "a property of nobody",
      replace('"version": 3,', '"version": 3, "colour": "red",'),
      { code: "bad-value" },
    ],
    [
      "a position that is no pair",
      replace('"position": [0, 164]', '"position": [0]'),
      { code: "bad-value", path: "models.main.nodes[2].position", line: lineOf("[0, 164]") },
    ],
    [
      "two layers with one id",
      replace('"id": "flat"', '"id": "conv"'),
      { code: "bad-value", path: "models.main.nodes[2].id" },
    ],
    [
      "a wire from nowhere",
      replace('"source": "conv"', '"source": "gone"'),
      { code: "bad-value", path: "models.main.edges[1].source", line: lineOf('"conv--flat"') },
    ],
    [
      "an id that would change the order",
      replace('"id": "flat"', '"id": "7"'),
      { code: "bad-value", path: "models.main.nodes[2].id" },
    ],
    [
      "a path where a handle belongs",
      replace(
        /"source": \{[^}]*\}/,
        '"source": { "kind": "idx", "handle": "/etc/passwd", "label": "x", "images": "a", "labels": null }',
      ),
      { code: "bad-value", path: "data.source.handle" },
    ],
    ["an infinite number", replace('"epochs": 10', '"epochs": 1e999'), { code: "bad-value" }],
  ])("refuses %s and says where", (_title, candidate, issue) => {
    const parsed = parseProject(candidate);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error[0]).toMatchObject(issue);
  });

  it("keeps layers of a type that it doesn't know", () => {
    const parsed = parseProject(replace('"type": "flatten"', '"type": "hyperCube"'));
    expect(parsed.ok).toBe(true);
    if (parsed.ok) expect(serializeProject(parsed.value)).toContain('"type": "hyperCube"');
  });

  it("reads a byte order mark and Windows line ends", () => {
    expect(parseProject(`\uFEFF${good.replaceAll("\n", "\r\n")}`)).toEqual({
      ok: true,
      value: full,
    });
  });

  it("refuses nesting that would exhaust the stack", () => {
    const deep = replace('"units": 10', `"units": ${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    expect(parseProject(deep).ok).toBe(false);
    expect(parseProject("[".repeat(100_000)).ok).toBe(false);
  });

  it("tells a file's version without reading the rest", () => {
    expect(peekFileVersion('{"format":"netloom","version":7,"what":1}')).toBe(7);
    expect(peekFileVersion('{"format":"other","version":7}')).toBeNull();
    expect(peekFileVersion("{")).toBeNull();
  });
});

describe("migrations", () => {
  it("lead from version to version up to the present one", () => {
    const steps = [
      { from: 2, title: "b to c", migrate: (file: object) => ({ ...file, c: 3 }) },
      { from: 1, title: "a to b", migrate: (file: object) => ({ ...file, b: 2 }) },
    ];
    expect(migrateFile({ version: 1, a: 1 }, { to: 3, migrations: steps })).toEqual({
      version: 3,
      a: 1,
      b: 2,
      c: 3,
    });
    expect(migrateFile({ version: 0 }, { to: 3, migrations: steps })).toBeNull();
  });

  it("are complete", () => {
    expect(migrations.map((step) => step.from)).toEqual(
      Array.from({ length: fileVersion - 1 }, (_, index) => index + 1),
    );
  });
});
