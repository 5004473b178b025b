import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { memo, useMemo } from "react";
import type { Diagnostic, Fix } from "#shared/analysis/types.ts";
import { selectDiagnostics, useDocument } from "../../state/documentStore.ts";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { shortenFixTitle } from "../canvas/ProblemBubble.tsx";
import { describePath } from "../blocks/describePath.ts";
import { editDocument, revealPath } from "../editDocument.ts";
import { formatPlural } from "../formatPlural.ts";
import { applyFix } from "../layerActions.ts";
import "./panels.css";

const groups: readonly {
  readonly severity: Diagnostic["severity"];
  readonly noun: string;
  readonly icon: LucideIcon;
}[] = [
  { severity: "error", noun: "error", icon: CircleAlert },
  { severity: "warning", noun: "warning", icon: TriangleAlert },
  { severity: "info", noun: "hint", icon: Info },
];

/** Every mistake with its place and repair; a click goes to the layer. */
export function ProblemsPanel() {
  const diagnostics = useDocument(selectDiagnostics);
  const isEmpty = useDocument((state) => Object.keys(state.document.graph.nodes).length === 0);
  const hasData = useDocument((state) => state.document.data !== null);
  if (diagnostics.length === 0 || isEmpty) {
    return (
      <EmptyState
        icon={CircleCheck}
        title={isEmpty ? "Nothing to check yet" : "No problems: every shape fits"}
      >
        {isEmpty
          ? "Mistakes in the graph are listed here as you draw, each with its repair."
          : hasData
            ? "Train when you are ready."
            : "Choose data, then train."}
      </EmptyState>
    );
  }
  return (
    <div className="ed-problems">
      {groups.map(({ severity, noun, icon }) => {
        const members = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
        return members.length === 0 ? null : (
          <section key={severity} aria-label={formatPlural(members.length, noun)}>
            <h3 className="ed-problems-heading" data-severity={severity}>
              <Icon of={icon} size={13} /> {formatPlural(members.length, noun)}
            </h3>
            <ul>
              {members.map((diagnostic, index) => (
                <ProblemRow
                  key={`${diagnostic.code} ${diagnostic.nodes.join(" ")} ${index}`}
                  diagnostic={diagnostic}
                  sameKind={members}
                />
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

const ProblemRow = memo(function ProblemRow(props: {
  readonly diagnostic: Diagnostic;
  readonly sameKind: readonly Diagnostic[];
}) {
  const { diagnostic, sameKind } = props;
  const [node] = diagnostic.nodes;
  const place = useDocument((state) =>
    node === undefined ? "Model" : describePath(state.document, node),
  );
  const allOfKind = useMemo(() => findAllOfKind(diagnostic, sameKind), [diagnostic, sameKind]);
  return (
    <li className="ed-problem">
      <button
        type="button"
        className="ed-problem-main"
        disabled={node === undefined}
        onClick={() => {
          if (node !== undefined) revealPath(node, diagnostic.param);
        }}
      >
        <b>{place}</b>
        <span>{diagnostic.message}</span>
      </button>
      <span className="ed-problem-fixes">
        {diagnostic.fixes.slice(0, 3).map((fix) => (
          <Button key={fix.title} size="small" title={fix.title} onClick={() => applyFix(fix)}>
            {shortenFixTitle(fix.title)}
          </Button>
        ))}
        {allOfKind !== null && (
          <Button size="small" tone="quiet" onClick={() => applyAll(allOfKind)}>
            {allOfKind.title}
          </Button>
        )}
      </span>
    </li>
  );
});

interface FixOfAll {
  readonly title: string;
  readonly fixes: readonly Fix[];
}

/** The first repair of every problem with this code, offered once, at the first of them. */
function findAllOfKind(diagnostic: Diagnostic, all: readonly Diagnostic[]): FixOfAll | null {
  const [fix] = diagnostic.fixes;
  const same = all.filter(
    (other) => other.code === diagnostic.code && other.fixes[0]?.title === fix?.title,
  );
  if (fix === undefined || same.length < 2 || same[0] !== diagnostic) return null;
  return {
    title: `${fix.title}: all ${same.length}`,
    fixes: same.flatMap((other) => other.fixes.slice(0, 1)),
  };
}

/** One undo step. Where the repairs get in each other's way, the first that can be made is made and the rest told anew. */
function applyAll({ title, fixes }: FixOfAll): void {
  editDocument(
    { kind: "batch", label: title, edits: fixes.map((fix) => fix.edit) },
    { label: title, say: `Done: ${title}`, isWhole: true },
  );
}
