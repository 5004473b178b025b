import { type DocumentAnalysis, analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { viewAnalysis } from "#shared/analysis/viewAnalysis.ts";
import { blockId, nodeId } from "#shared/base/ids.ts";
import { createRandom } from "#shared/base/random.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { type Figure, summarise } from "./figure.ts";
import { createBlockProject, createLargeProject } from "./largeProject.ts";

const frameMs = 16;

/**
 * From an edit to new shapes on a graph of 1,000 nodes, drawn flat and drawn in blocks: the best and the worst place to
 * edit, edits at random, and a whole new graph. Where even the quickest round of an edit is over a frame, the bench fails.
 */
export async function run(): Promise<readonly Figure[]> {
  const project = createLargeProject(1000);
  const blocks = createBlockProject();
  const last = nodeId(Object.keys(project.graph.nodes).at(-2) ?? "");
  const setParam =
    (node: string, params: (round: number) => Record<string, number | number[]>) =>
    (round: number): DocumentEdit => ({
      kind: "setParams",
      node: nodeId(node),
      params: params(round),
    });
  const shape = (round: number) => ({ shape: [32 + (round % 2), 32, 3] });
  const flat = `${countLayers(project)} nodes`;
  const inBlocks = `${countLayers(blocks)} layers in blocks`;
  const edits = [
    timeEdits(
      `edit at the end of ${flat} (new units of the last Dense)`,
      project,
      setParam(last, (round) => ({ units: 10 + (round % 2) })),
    ),
    timeEdits(
      `edit at the start of ${flat} (every shape changes)`,
      project,
      setParam("node-0", shape),
    ),
    timeEdits(
      `edit at the end of ${inBlocks}`,
      blocks,
      setParam("head", (round) => ({ units: 10 + (round % 2) })),
    ),
    timeEdits(
      `edit at the start of ${inBlocks} (every shape changes)`,
      blocks,
      setParam("image", shape),
    ),
    timeEdits(
      `edit inside the definition of ${inBlocks} (every copy changes)`,
      blocks,
      (round) => ({
        kind: "inBlock",
        block: blockId("unit"),
        edit: {
          kind: "setParams",
          node: nodeId("conv"),
          params: { kernelSize: round % 2 === 0 ? [3, 3] : [5, 5] },
        },
      }),
    ),
    timeEdits(`new wires among ${inBlocks} (a stage muted and back)`, blocks, (round) => ({
      kind: "setMuted",
      nodes: [nodeId("stage-4")],
      isMuted: round % 2 === 0,
    })),
  ];
  const slow = edits.find(({ min }) => min > frameMs);
  if (slow !== undefined) {
    throw new Error(`${slow.label} takes ${slow.min.toFixed(1)} ms at best, more than a frame.`);
  }
  return [
    ...edits,
    timeAnyEdits(`random edits of ${flat}, also such that break it`, project),
    timeFirst(`first analysis of ${flat}`, project),
    timeFirst(`first analysis of ${inBlocks}`, blocks),
  ];
}

/** Muting, removing, renaming, moving and changing layers anywhere, one after the other. */
function timeAnyEdits(label: string, project: ProjectDocument): Figure {
  const random = createRandom("edits");
  let document = project;
  let analysis = analyse(document, null);
  const times: number[] = [];
  for (let round = 0; round < 120; round++) {
    const ids = Object.keys(document.graph.nodes);
    const node = nodeId(ids[random.nextInt(ids.length)] ?? "");
    const edits: readonly DocumentEdit[] = [
      { kind: "setMuted", nodes: [node], isMuted: random.nextInt(2) === 0 },
      { kind: "setParams", node, params: { filters: 8 + random.nextInt(9) } },
      { kind: "removeNodes", nodes: [node], heal: random.nextInt(2) === 0 },
      { kind: "renameNode", node, name: `renamed ${round}` },
      { kind: "moveNodes", positions: { [node]: { x: random.nextInt(900), y: 0 } } },
    ];
    const edit = edits[round % edits.length];
    if (edit === undefined) continue;
    const start = performance.now();
    const edited = applyEdit(document, edit);
    // Some can't be carried out, such as muting an input.
    if (!edited.ok) continue;
    document = edited.value;
    analysis = analyse(document, analysis);
    if (round >= 20) times.push(performance.now() - start);
  }
  return summarise(label, "ms", times, { limit: frameMs });
}

function countLayers(document: ProjectDocument): number {
  return Object.keys(analyzeDocument(document).expanded.graph.nodes).length;
}

function timeFirst(label: string, project: ProjectDocument): Figure {
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now();
    analyse(project, null);
    return performance.now() - start;
  });
  return summarise(label, "ms", times);
}

function analyse(document: ProjectDocument, previous: DocumentAnalysis | null): DocumentAnalysis {
  const analysis = analyzeDocument(document, { previous });
  viewAnalysis(analysis, []);
  return analysis;
}

function timeEdits(
  label: string,
  project: ProjectDocument,
  makeEdit: (round: number) => DocumentEdit,
): Figure {
  let document = project;
  let analysis = analyse(document, null);
  const times: number[] = [];
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    const edited = applyEdit(document, makeEdit(round));
    if (!edited.ok) throw new Error(edited.error.message);
    document = edited.value;
    analysis = analyse(document, analysis);
    // The first rounds warm up the compiler.
    if (round >= 10) times.push(performance.now() - start);
  }
  const errors = analysis.diagnostics.filter((entry) => entry.severity === "error");
  if (errors.length > 0) throw new Error(`The graph should fit: ${errors[0]?.message}`);
  return summarise(label, "ms", times, { limit: frameMs });
}
