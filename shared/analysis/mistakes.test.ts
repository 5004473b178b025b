import { describe, expect, it } from "vitest";
import { drawDocument } from "../blocks/blocks.testkit.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { type AnalyzeDocumentOptions, analyzeDocument } from "./analyzeDocument.ts";
import { blockMistakes } from "./blockMistakes.testkit.ts";
import { drawingMistakes } from "./drawingMistakes.testkit.ts";
import { layerMistakes } from "./layerMistakes.testkit.ts";
import type { Mistake } from "./mistake.testkit.ts";
import { settingMistakes } from "./settingMistakes.testkit.ts";
import { shapeMistakes } from "./shapeMistakes.testkit.ts";
import type { Diagnostic, Fix } from "./types.ts";
import { viewAnalysis } from "./viewAnalysis.ts";

const mistakes = [
  ...shapeMistakes,
  ...settingMistakes,
  ...layerMistakes,
  ...blockMistakes,
  ...drawingMistakes,
];

function build({ blocks, variables = [], ...main }: Mistake): ProjectDocument {
  return {
    ...drawDocument(main, blocks),
    variables: variables.map(([name, value]) => ({ name, value })),
  };
}

const optionsOf = ({ data }: Mistake): AnalyzeDocumentOptions =>
  data === undefined ? {} : { data };

const findIn = (document: ProjectDocument, mistake: Mistake): Diagnostic | undefined =>
  analyzeDocument(document, optionsOf(mistake)).diagnostics.find(
    ({ code }) => code === mistake.code,
  );

/** Whether a fix leaves no error, and nothing of what it was for. */
function mends(document: ProjectDocument, mistake: Mistake, fix: Fix): boolean {
  const fixed = applyEdit(document, fix.edit);
  if (!fixed.ok) throw new Error(`${fix.title}: ${fixed.error.message}`);
  const { diagnostics } = analyzeDocument(fixed.value, optionsOf(mistake));
  return diagnostics.every(({ severity, code }) => severity !== "error" && code !== mistake.code);
}

describe.each(mistakes.map((mistake) => [mistake.title, mistake] as const))("%s", (_, mistake) => {
  const document = build(mistake);
  const found = findIn(document, mistake);

  it("is found and told in the user's words", () => {
    const { diagnostics } = analyzeDocument(document, optionsOf(mistake));
    expect(diagnostics.map(({ code }) => code)).toContain(mistake.code);
    expect(found?.severity).toBe(mistake.severity ?? "error");
    for (const words of mistake.says) expect(found?.message).toContain(words);
    expect(found?.message).toMatch(/[.!]$/);
    expect(found?.message).not.toMatch(/[\uE000\uE001]|undefined|NaN/);
  });

  it("is blamed on where it was made", () => {
    expect(found?.nodes[0] ?? null).toBe(mistake.blamed);
  });

  it(mistake.fix === null ? "has no ready fix" : "is gone after its first fix", () => {
    expect(found?.fixes[0]?.title ?? null).toBe(mistake.fix);
    const [fix] = found?.fixes ?? [];
    if (fix !== undefined) expect(mends(document, mistake, fix)).toBe(true);
  });

  it("offers only fixes that can be applied", () => {
    for (const { fixes } of analyzeDocument(document, optionsOf(mistake)).diagnostics) {
      for (const fix of fixes) {
        const applied = applyEdit(document, fix.edit);
        expect(applied.ok ? null : `${fix.title}: ${applied.error.message}`).toBeNull();
      }
    }
  });

  it("is shown on a node of the main graph", () => {
    const analysis = analyzeDocument(document, optionsOf(mistake));
    for (const { nodes, edges } of viewAnalysis(analysis, []).diagnostics) {
      for (const id of nodes) expect(Object.keys(document.graph.nodes)).toContain(id);
      for (const id of edges) expect(Object.keys(document.graph.edges)).toContain(id);
    }
  });
});

describe("the corpus", () => {
  const isBlamedRight = (mistake: Mistake) =>
    (findIn(build(mistake), mistake)?.nodes[0] ?? null) === mistake.blamed;
  const isMended = (mistake: Mistake) => {
    const document = build(mistake);
    const fixes = findIn(document, mistake)?.fixes ?? [];
    return fixes.some((fix) => mends(document, mistake, fix));
  };
  const total = mistakes.length;
  const blamed = mistakes.filter(isBlamedRight).length;
  const mended = mistakes.filter(isMended).length;
  const percent = (count: number) => `${((100 * count) / total).toFixed(1)} %`;

  it(`has at least 80 mistakes of every kind: ${total}`, () => {
    expect(total).toBeGreaterThanOrEqual(80);
    expect(new Set(mistakes.map(({ title }) => title)).size).toBe(total);
    expect(new Set(mistakes.map(({ code }) => code)).size).toBeGreaterThanOrEqual(29);
  });

  it(`is blamed on the right place in at least 95 of 100: ${blamed} of ${total}, ${percent(blamed)}`, () => {
    expect(blamed / total).toBeGreaterThanOrEqual(0.95);
  });

  it(`has a fix that makes the graph valid in at least 80 of 100: ${mended} of ${total}, ${percent(mended)}`, () => {
    expect(mended / total).toBeGreaterThanOrEqual(0.8);
  });
});
