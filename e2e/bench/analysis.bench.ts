import { nodeId } from "#shared/base/ids.ts";
import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { type Figure, summarise } from "./figure.ts";
import { createLargeProject } from "./largeProject.ts";

const frameMs = 16;

/** From an edit to new shapes on a graph of 1,000 nodes: the best and the worst place to edit, and a whole new graph. */
export async function run(): Promise<readonly Figure[]> {
  const project = createLargeProject(1000);
  const count = Object.keys(project.graph.nodes).length;
  const nodes = Object.keys(project.graph.nodes);
  const last = nodeId(nodes.at(-2) ?? "");
  return [
    summarise(
      `edit at the end of ${count} nodes (new units of the last Dense)`,
      "ms",
      timeEdits(project, (round) => ({
        kind: "setParams",
        node: last,
        params: { units: 10 + (round % 2) },
      })),
      { limit: frameMs },
    ),
    summarise(
      `edit at the start of ${count} nodes (every shape changes)`,
      "ms",
      timeEdits(project, (round) => ({
        kind: "setParams",
        node: nodeId("node-0"),
        params: { shape: [32 + (round % 2), 32, 3] },
      })),
      { limit: frameMs },
    ),
    summarise(
      `first analysis of ${count} nodes`,
      "ms",
      Array.from({ length: 20 }, () => {
        const start = performance.now();
        analyzeGraph(project.graph);
        return performance.now() - start;
      }),
    ),
  ];
}

function timeEdits(project: ProjectDocument, makeEdit: (round: number) => DocumentEdit): number[] {
  let document = project;
  let analysis = analyzeGraph(document.graph);
  const times: number[] = [];
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    const edited = applyEdit(document, makeEdit(round));
    if (!edited.ok) throw new Error(edited.error.message);
    document = edited.value;
    analysis = analyzeGraph(document.graph, { previous: analysis });
    // The first rounds warm up the compiler.
    if (round >= 10) times.push(performance.now() - start);
  }
  const errors = analysis.diagnostics.filter((entry) => entry.severity === "error");
  if (errors.length > 0) throw new Error(`The graph should fit: ${errors[0]?.message}`);
  return times;
}
