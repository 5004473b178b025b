import type { DatasetSummary } from "../datasets/dataset.ts";
import { type ExpandedDocument, expandDocument } from "../blocks/expandDocument.ts";
import { plainName } from "../blocks/flatIds.ts";
import type { ProjectDocument } from "../document/model.ts";
import { examineGraph } from "./analyzeGraph.ts";
import { describeIssue } from "./describeIssue.ts";
import { type EditMapper, createEditMapper } from "./mapEdit.ts";
import { proposeOuterFixes } from "./proposeOuterFixes.ts";
import { tellDiagnostics } from "./tellPlaces.ts";
import type { Diagnostic, Fix, GraphAnalysis } from "./types.ts";

export interface DocumentAnalysis {
  readonly expanded: ExpandedDocument;
  /** Of the flat graph, keyed by path. Its diagnostics and their fixes are those of paths: read the others. */
  readonly flat: GraphAnalysis;
  /** On paths; sentences with marks (see `flatIds.ts`); fixes are edits of the document. */
  readonly findings: readonly Diagnostic[];
  /** As seen from the main graph: on paths, in plain sentences, each kind of fault once per block instance. */
  readonly diagnostics: readonly Diagnostic[];
  readonly totals: GraphAnalysis["totals"];
}

export interface AnalyzeDocumentOptions {
  /** The last analysis of the document before an edit: what has not changed is taken from it. */
  readonly previous?: DocumentAnalysis | null;
  /** What the bound data offers; null: no data is bound; absent: don't look at the data. */
  readonly data?: DatasetSummary | null;
}

/** Faults whose fixes are worked out: nobody mends more one by one, and each costs time. */
const maxMended = 40;

/**
 * Shapes, weights, cost and everything wrong with a document, blocks and all. Never throws; with the last analysis, an
 * edit costs what it touches. `viewAnalysis` gives it as one of the drawn graphs sees it.
 */
export function analyzeDocument(
  document: ProjectDocument,
  options: AnalyzeDocumentOptions = {},
): DocumentAnalysis {
  const previous = options.previous ?? null;
  const expanded = expandDocument(document, previous?.expanded ?? null);
  const { analysis: flat, context } = examineGraph(expanded.graph, {
    previous: previous?.flat ?? null,
    silent: expanded.silent,
    ...(options.data === undefined ? {} : { data: options.data }),
  });
  const issues = expanded.issues.map((issue) => describeIssue(context, expanded, issue));
  const all = sortBySeverity([...issues, ...flat.diagnostics]);
  const isAsDrawn = expanded.graph === document.graph;
  const findings = isAsDrawn ? all : mapFixes(expanded, all);
  const diagnostics = isAsDrawn ? findings : tellDiagnostics(expanded, findings, []);
  return { expanded, flat, findings, diagnostics, totals: flat.totals };
}

/** Fixes as edits of the drawn graphs; those that can't be drawn are left out. */
function mapFixes(
  expanded: ExpandedDocument,
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const mapEdit = createEditMapper(expanded);
  let left = maxMended;
  return diagnostics.map((diagnostic) => {
    if (left-- <= 0) return { ...diagnostic, fixes: [] };
    const { unmute, repeatLess } = proposeOuterFixes(expanded, diagnostic);
    const fixes = [...unmute, ...diagnostic.fixes, ...repeatLess];
    return { ...diagnostic, fixes: fixes.flatMap((fix) => mapFix(fix, mapEdit)) };
  });
}

function mapFix({ title, edit }: Fix, mapEdit: EditMapper): readonly Fix[] {
  const mapped = mapEdit(edit);
  if (mapped === null) return [];
  const { everywhere, removed } = mapped;
  // All layers of a block are the block.
  const said =
    removed === undefined || plainName(title) === `Remove ${removed}` ? title : `Remove ${removed}`;
  return [
    {
      title:
        everywhere.length === 0 ? said : `${plainName(said)} in every ${everywhere.join(" and ")}`,
      edit: mapped.edit,
    },
  ];
}

const rank = { error: 0, warning: 1, info: 2 } as const;

function sortBySeverity(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((left, right) => rank[left.severity] - rank[right.severity]);
}
