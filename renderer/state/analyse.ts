import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import type { DocumentAnalysis } from "#shared/analysis/analyzeDocument.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import { viewAnalysis } from "#shared/analysis/viewAnalysis.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { datasetStore } from "./datasetStore.ts";
import type { Scope } from "./scope.ts";

/** What is known of a document, as a whole and of the graph on screen. */
export interface Analyses {
  readonly documentAnalysis: DocumentAnalysis;
  /** As the main graph sees it. */
  readonly modelAnalysis: GraphAnalysis;
  /** As the graph of the scope sees it. */
  readonly analysis: GraphAnalysis;
}

/** Shapes and problems of a document; what did not change since `previous` is not computed again. */
export function analyse(
  document: ProjectDocument,
  scope: Scope,
  previous: Pick<Analyses, "documentAnalysis"> | null,
): Analyses {
  const { summary } = datasetStore.getState();
  // Bound, but not read yet or not readable: nothing can be said about it here. The data view tells why.
  const isUnknown = summary === null && document.data !== null;
  const documentAnalysis = analyzeDocument(document, {
    previous: previous?.documentAnalysis ?? null,
    ...(isUnknown ? {} : { data: summary }),
  });
  return lookInto(documentAnalysis, scope);
}

/** The same knowledge as another graph sees it. */
export function lookInto(documentAnalysis: DocumentAnalysis, scope: Scope): Analyses {
  const modelAnalysis = viewAnalysis(documentAnalysis, []);
  const analysis = scope.length === 0 ? modelAnalysis : viewAnalysis(documentAnalysis, scope);
  return { documentAnalysis, modelAnalysis, analysis };
}
