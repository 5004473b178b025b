import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { datasetStore } from "./datasetStore.ts";
import { resolveScope } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** What is known of a document, as a whole and of the graph on screen. */
export interface Analyses {
  readonly modelAnalysis: GraphAnalysis;
  readonly analysis: GraphAnalysis;
}

/** Shapes and problems of a document; what did not change since `previous` is not computed again. */
export function analyse(
  document: ProjectDocument,
  scope: Scope,
  previous: Analyses | null,
): Analyses {
  const data = datasetStore.getState().summary;
  const modelAnalysis = analyzeGraph(document.graph, {
    previous: previous?.modelAnalysis ?? null,
    data,
  });
  const { block } = resolveScope(document, scope);
  return {
    modelAnalysis,
    analysis: block === null ? modelAnalysis : analyzeGraph(block.graph, {}),
  };
}

/** The same knowledge seen from another place. */
export function lookInto(document: ProjectDocument, scope: Scope, known: Analyses): Analyses {
  return analyse(document, scope, known);
}
