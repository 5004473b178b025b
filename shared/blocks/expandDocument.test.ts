import { describe, expect, it } from "vitest";
import { nodeId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { type BlockDrawing, type Drawing, drawDocument } from "./blocks.testkit.ts";
import { evaluateVariables } from "./environment.ts";
import { type ExpandedDocument, expandDocument } from "./expandDocument.ts";

const $ = (text: string) => ({ $expr: text });

const unit: BlockDrawing = {
  params: { filters: 4 },
  nodes: {
    in: "blockInput",
    conv: ["conv2d", { filters: $("filters * 2"), padding: "same" }],
    norm: "batchNormalization",
    out: "blockOutput",
  },
  wires: ["in>conv", "conv>norm", "norm>out"],
};
const around = (wires: readonly string[], nodes: Drawing["nodes"]): Drawing => ({
  nodes: {
    image: ["input", { shape: [8, 8, 3] }],
    ...nodes,
    flat: "flatten",
    head: ["dense", { units: 2, activation: "softmax" }],
    out: "output",
  },
  wires: [...wires, "flat>head", "head>out"],
});

function wiresOf({ graph }: ExpandedDocument): readonly string[] {
  return Object.values(graph.edges).map(
    ({ source, target, port, slot }) =>
      `${source}${port === undefined ? "" : `:${port}`}>${target}${slot === 0 ? "" : `:${slot}`}`,
  );
}

function expand(document: ProjectDocument): ExpandedDocument {
  const expanded = expandDocument(document);
  expect(expanded.issues).toEqual([]);
  return expanded;
}

describe("expandDocument", () => {
  it("hands on the very same graph where there is nothing to expand", () => {
    const document = drawDocument(around(["image>flat"], {}), { unit });
    expect(expandDocument(document).graph).toBe(document.graph);
  });

  it("replaces an instance by its graph and joins the wires on both sides", () => {
    const document = drawDocument(
      around(["image>stage", "stage>flat"], { stage: ["block:unit", { filters: 3 }] }),
      { unit },
    );
    const expanded = expand(document);
    expect(Object.keys(expanded.graph.nodes)).toEqual([
      "image",
      "flat",
      "head",
      "out",
      "stage/conv",
      "stage/norm",
    ]);
    expect(wiresOf(expanded)).toEqual([
      "stage/norm>flat",
      "flat>head",
      "head>out",
      "image>stage/conv",
      "stage/conv>stage/norm",
    ]);
    expect(expanded.graph.nodes[nodeId("stage/conv")]).toMatchObject({ params: { filters: 6 } });
  });

  it("chains the copies of a repeated block and counts them in index", () => {
    const document = drawDocument(
      around(["image>stage", "stage>flat"], { stage: ["block:grow", { repeat: 3 }] }),
      {
        grow: {
          nodes: {
            in: "blockInput",
            conv: ["conv2d", { filters: $("4 * (index + 1)") }],
            out: "blockOutput",
          },
          wires: ["in>conv", "conv>out"],
        },
      },
    );
    const expanded = expand(document);
    expect(wiresOf(expanded)).toEqual([
      "stage#3/conv>flat",
      "flat>head",
      "head>out",
      "image>stage#1/conv",
      "stage#1/conv>stage#2/conv",
      "stage#2/conv>stage#3/conv",
    ]);
    const filters = Object.values(expanded.graph.nodes).flatMap(
      ({ params }) => params["filters"] ?? [],
    );
    expect(filters).toEqual([4, 8, 12]);
  });

  it("feeds inputs beyond the outputs to every copy", () => {
    const document = drawDocument(
      {
        nodes: {
          a: ["input", { shape: [4] }],
          b: ["input", { shape: [4] }],
          mix: ["block:mix", { repeat: 2 }],
          out: "output",
        },
        wires: ["a>mix", "b>mix", "mix>out"],
      },
      {
        mix: {
          nodes: { x: "blockInput", y: "blockInput", add: "add", z: "blockOutput" },
          wires: ["x>add", "y>add", "add>z"],
        },
      },
    );
    expect(wiresOf(expand(document))).toEqual([
      "mix#2/add>out",
      "a>mix#1/add",
      "b>mix#1/add:1",
      "mix#1/add>mix#2/add",
      "b>mix#2/add:1",
    ]);
  });

  it("nests blocks, with their parameters computed outside", () => {
    const document = drawDocument(
      around(["image>net", "net>flat"], { net: ["block:stage", { width: $("classes + 1") }] }),
      {
        unit,
        stage: {
          params: { width: 1 },
          nodes: {
            in: "blockInput",
            first: ["block:unit", { filters: $("width") }],
            second: ["block:unit", { filters: $("width * 2") }],
            out: "blockOutput",
          },
          wires: ["in>first", "first>second", "second>out"],
        },
      },
      { classes: 4, more: $("classes * 2") },
    );
    const { nodes } = expand(document).graph;
    const filters = Object.values(nodes).flatMap(({ id, params }) =>
      params["filters"] === undefined ? [] : [[id, params["filters"]]],
    );
    expect(filters).toEqual([
      ["net/first/conv", 10],
      ["net/second/conv", 20],
    ]);
  });

  it("passes by what is muted: layers, blocks, repeated ones", () => {
    const document = drawDocument(
      around(["image>drop", "drop>stage", "stage>flat"], {
        drop: ["dropout", {}, { isMuted: true }],
        stage: ["block:unit", { repeat: 2 }, { isMuted: true }],
      }),
      { unit },
    );
    const expanded = expand(document);
    expect(wiresOf(expanded)).toEqual(["image>flat", "flat>head", "head>out"]);
    expect([...expanded.wires.chains]).toEqual([
      ["stage--flat", ["stage--flat", "drop--stage", "image--drop"]],
    ]);
  });

  it("freezes everything inside a block that isn't trainable", () => {
    const document = drawDocument(
      around(["image>stage", "stage>flat"], { stage: ["block:unit", { trainable: false }] }),
      { unit },
    );
    const { nodes } = expand(document).graph;
    expect(nodes[nodeId("stage/conv")]).toMatchObject({ params: { trainable: false } });
    expect(nodes[nodeId("head")]).toMatchObject({ params: { units: 2 } });
  });

  it("makes nodes and whole blocks other uses of what they share", () => {
    const document = drawDocument(
      {
        nodes: {
          left: ["input", { shape: [8, 8, 3] }],
          right: ["input", { shape: [8, 8, 3] }],
          a: ["block:unit", { filters: 5, repeat: 2 }],
          b: ["block:unit", {}, { shares: "a" }],
          out: "output",
          other: "output",
        },
        wires: ["left>a", "right>b", "a>out", "b>other"],
      },
      { unit },
    );
    const { nodes } = expand(document).graph;
    expect(nodes[nodeId("b#2/conv")]).toMatchObject({
      type: "conv2d",
      params: { filters: 10, padding: "same" },
      shares: "a#2/conv",
    });
    expect(nodes[nodeId("a#2/conv")]).not.toHaveProperty("shares");
  });

  it("takes what an edit doesn't touch from the last expansion", () => {
    const document = drawDocument(
      around(["image>stage", "stage>more", "more>flat"], {
        stage: ["block:unit", { repeat: 5 }],
        more: ["conv2d", { filters: 2 }],
      }),
      { unit },
    );
    const before = expand(document);
    const edited = applyEdit(document, {
      kind: "setParams",
      node: nodeId("more"),
      params: { filters: 3 },
    });
    if (!edited.ok) throw new Error(edited.error.message);
    const after = expandDocument(edited.value, before);
    expect(after.graph.edges).toBe(before.graph.edges);
    const changed = Object.values(after.graph.nodes).filter(
      (node) => node !== before.graph.nodes[node.id],
    );
    expect(changed.map(({ id }) => id)).toEqual(["more"]);
  });
});

const faulty: readonly (readonly [string, ProjectDocument, string, string | null, string])[] = [
  [
    "a block that isn't there",
    drawDocument(around(["image>stage", "stage>flat"], { stage: "block:lost" })),
    "unknown-block",
    "stage",
    "lost",
  ],
  [
    "a block that contains itself",
    drawDocument(around(["image>stage", "stage>flat"], { stage: "block:a" }), {
      a: {
        nodes: { in: "blockInput", again: "block:a", out: "blockOutput" },
        wires: ["in>again", "again>out"],
      },
    }),
    "block-cycle",
    "stage/again",
    "can't contain itself",
  ],
  [
    "an option out of range",
    drawDocument(
      around(["image>stage", "stage>flat"], { stage: ["block:unit", { filters: "x" }] }),
      {
        unit,
      },
    ),
    "bad-parameter",
    "stage",
    "filters must be",
  ],
  [
    "an expression over a name that isn't there",
    drawDocument(
      around(["image>conv", "conv>flat"], { conv: ["conv2d", { filters: $("filtres") }] }),
    ),
    "expression",
    "conv",
    "filtres",
  ],
  [
    "a variable without a value",
    drawDocument(around(["image>flat"], {}), {}, { classes: $("1 +") }),
    "expression",
    null,
    "classes",
  ],
  [
    "variables that are computed from one another",
    drawDocument(around(["image>flat"], {}), {}, { a: $("b + 1"), b: $("a + 1"), c: $("a") }),
    "expression",
    null,
    "a has no value: it is computed from b, which is computed from a again",
  ],
  [
    "a variable computed from itself",
    drawDocument(around(["image>flat"], {}), {}, { a: $("a * 2") }),
    "expression",
    null,
    "computed from itself",
  ],
  [
    "a port that isn't wired",
    drawDocument(around(["stage>flat"], { stage: "block:unit" }), { unit }),
    "missing-input",
    "stage",
    "in of stage",
  ],
  [
    "an endless number of copies",
    drawDocument(
      around(["image>stage", "stage>flat"], { stage: ["block:big", { repeat: 1000 }] }),
      {
        unit,
        big: {
          nodes: { in: "blockInput", inner: ["block:unit", { repeat: 1000 }], out: "blockOutput" },
          wires: ["in>inner", "inner>out"],
        },
      },
    ),
    "too-large",
    "stage",
    "20,000",
  ],
  [
    "a muted layer without anything to pass on",
    drawDocument(around(["drop>flat"], { drop: ["dropout", {}, { isMuted: true }] })),
    "muted",
    "drop",
    "drop is muted",
  ],
  [
    "more outputs than inputs, repeated",
    drawDocument(around(["image>fork", "fork>flat"], { fork: ["block:fork", { repeat: 2 }] }), {
      fork: {
        nodes: { in: "blockInput", a: "relu", b: "relu", x: "blockOutput", y: "blockOutput" },
        wires: ["in>a", "in>b", "a>x", "b>y"],
      },
    }),
    "repeat",
    "fork",
    "2 outputs",
  ],
];

describe.each(faulty)("%s", (_, document, code, node, words) => {
  it("is told and expands nevertheless", () => {
    const { issues } = expandDocument(document);
    expect(issues.map((issue) => [issue.code, issue.node])).toEqual([[code, node]]);
    expect(issues[0]?.message).toContain(words);
  });
});

it("ends where muted layers only pass on what comes back to them", () => {
  const document = drawDocument(
    around(["first>second", "second>first", "second>flat"], {
      first: ["relu", {}, { isMuted: true }],
      second: ["relu", {}, { isMuted: true }],
    }),
  );
  const { issues, silent } = expandDocument(document);
  expect(issues.map(({ code, node }) => [code, node])).toEqual([
    ["cycle", "first"],
    ["cycle", "second"],
  ]);
  expect([...silent]).toEqual(["second"]);
});

it("works out variables in whatever order they stand", () => {
  const { environment, issues } = evaluateVariables([
    { name: "half", value: $("size // 2") },
    { name: "size", value: $("base * 4") },
    { name: "base", value: 8 },
    { name: "typo", value: $("bsae") },
  ]);
  expect([...environment]).toEqual([
    ["half", 16],
    ["size", 32],
    ["base", 8],
  ]);
  expect(issues).toMatchObject([{ variable: "typo", suggestion: { name: "base" } }]);
});

it("doesn't work out one giant after another", () => {
  const giants = Array.from({ length: 500 }, (_, index) => `giant${index}`);
  const document = drawDocument(
    {
      nodes: Object.fromEntries(giants.map((name) => [name, ["block:big", { repeat: 1000 }]])),
      wires: [],
    },
    {
      unit,
      big: {
        nodes: { in: "blockInput", inner: ["block:unit", { repeat: 1000 }], out: "blockOutput" },
        wires: ["in>inner", "inner>out"],
      },
    },
  );
  const started = performance.now();
  const { issues } = expandDocument(document);
  expect(issues.filter(({ code }) => code === "too-large")).toHaveLength(giants.length);
  // A giant takes about 0.2 s: all of them by themselves would take 100.
  expect(performance.now() - started).toBeLessThan(10_000);
});
