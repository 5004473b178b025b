import { describe, expect, it } from "vitest";
import { applyEdit } from "../document/applyEdit.ts";
import { createProject } from "../document/createProject.ts";
import { buildGraph } from "../document/graph.testkit.ts";
import type { ModelGraph, ProjectDocument } from "../document/model.ts";
import { type AnalyzeOptions, analyzeGraph } from "./analyzeGraph.ts";
import type { Mistake } from "./mistake.testkit.ts";
import { settingMistakes } from "./settingMistakes.testkit.ts";
import { shapeMistakes } from "./shapeMistakes.testkit.ts";

const mistakes = [...shapeMistakes, ...settingMistakes];

function build(mistake: Mistake): ModelGraph {
  const graph = buildGraph(mistake.nodes, mistake.wires);
  if (mistake.code !== "duplicate-name") return graph;
  const nodes = Object.fromEntries(
    Object.values(graph.nodes).map((node) => [
      node.id,
      node.type === "output" ? { ...node, name: "row" } : node,
    ]),
  );
  return { ...graph, nodes };
}

const optionsOf = ({ data }: Mistake): AnalyzeOptions => (data === undefined ? {} : { data });

describe.each(mistakes.map((mistake) => [mistake.title, mistake] as const))("%s", (_, mistake) => {
  const graph = build(mistake);
  const document: ProjectDocument = { ...createProject("Test"), graph };
  const { diagnostics } = analyzeGraph(graph, optionsOf(mistake));
  const found = diagnostics.find(({ code }) => code === mistake.code);

  it("is found, blamed and told", () => {
    expect(diagnostics.map(({ code }) => code)).toContain(mistake.code);
    expect(found?.severity).toBe(mistake.severity ?? "error");
    expect(found?.nodes[0] ?? null).toBe(mistake.blamed);
    for (const words of mistake.says) expect(found?.message).toContain(words);
    expect(found?.message).toMatch(/[.!]$/);
  });

  it(mistake.fix === null ? "has no ready fix" : "is gone after its first fix", () => {
    expect(found?.fixes[0]?.title ?? null).toBe(mistake.fix);
    const [fix] = found?.fixes ?? [];
    if (fix === undefined) return;
    const fixed = applyEdit(document, fix.edit);
    if (!fixed.ok) throw new Error(fixed.error.message);
    const after = analyzeGraph(fixed.value.graph, optionsOf(mistake)).diagnostics;
    expect(after.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(after.map(({ code }) => code)).not.toContain(mistake.code);
  });

  it("offers only fixes that can be applied", () => {
    for (const { fixes } of diagnostics) {
      for (const fix of fixes) {
        const applied = applyEdit(document, fix.edit);
        expect(applied.ok ? null : `${fix.title}: ${applied.error.message}`).toBeNull();
      }
    }
  });
});

it("covers every kind of diagnostic that a graph can have", () => {
  const codes = new Set(mistakes.map(({ code }) => code));
  expect(mistakes.length).toBeGreaterThanOrEqual(30);
  expect(codes.size).toBe(22);
});
