import { type DocumentAnalysis, analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { viewAnalysis } from "#shared/analysis/viewAnalysis.ts";
import { blockId, nodeId } from "#shared/base/ids.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { type Figure, summarise } from "./figure.ts";
import { createBlockProject, createLargeProject } from "./largeProject.ts";

const frameMs = 16;

/**
 * From an edit to new shapes on a graph of 1,000 nodes, drawn flat and drawn in blocks: the best and the worst place to
 * edit, and a whole new graph. Times on the wall: where even the quickest round of an edit is over a frame, the bench
 * fails. `shared/analysis/editTime.test.ts` holds any edit to a frame of the processor's time.
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
    timeFirst(`first analysis of ${flat}`, project),
    timeFirst(`first analysis of ${inBlocks}`, blocks),
  ];
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
