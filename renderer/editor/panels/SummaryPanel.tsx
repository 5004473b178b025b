import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Rows3 } from "lucide-react";
import { memo, useCallback, useMemo, useState } from "react";
import { useDocument } from "../../state/documentStore.ts";
import { sessionStore, useSession } from "../../state/sessionStore.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { formatCount } from "../../ui/format.ts";
import { Icon } from "../../ui/Icon.tsx";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { formatAdds, formatPlural } from "../formatPlural.ts";
import { revealPath } from "../editDocument.ts";
import { listSummaryRows, sortSummaryRows } from "./summaryRows.ts";
import type { SummaryColumn, SummaryRow } from "./summaryRows.ts";
import "./panels.css";

const columns: readonly {
  readonly id: SummaryColumn;
  readonly title: string;
  readonly isNumber: boolean;
}[] = [
  { id: "order", title: "#", isNumber: true },
  { id: "name", title: "Name", isNumber: false },
  { id: "title", title: "Layer", isNumber: false },
  { id: "outputSize", title: "Output shape", isNumber: false },
  { id: "weights", title: "Weights", isNumber: true },
  { id: "multiplyAdds", title: "Multiply-adds", isNumber: true },
];

const noneOpen: ReadonlySet<string> = new Set();

/** The model as a table, as `model.summary()` prints it; sortable, and a click selects. */
export function SummaryPanel() {
  const document = useDocument((state) => state.document);
  const analysis = useDocument((state) => state.documentAnalysis);
  const [open, setOpen] = useState<ReadonlySet<string>>(noneOpen);
  const [sort, setSort] = useState<{ column: SummaryColumn; isDescending: boolean }>({
    column: "order",
    isDescending: false,
  });
  const rows = useMemo(() => listSummaryRows(document, analysis, open), [document, analysis, open]);
  const sorted = useMemo(() => sortSummaryRows(rows, sort), [rows, sort]);
  const fold = useCallback((id: string) => {
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const { totals } = analysis;
  if (rows.length === 0) {
    return (
      <EmptyState icon={Rows3} title="No layers yet">
        Every layer is listed here with its output shape, weights and cost.
      </EmptyState>
    );
  }
  return (
    <table className="ed-table">
      <thead>
        <tr>
          {columns.map(({ id, title, isNumber }) => (
            <th
              key={id}
              scope="col"
              className={isNumber ? "is-number" : ""}
              aria-sort={
                sort.column !== id ? "none" : sort.isDescending ? "descending" : "ascending"
              }
            >
              <button
                type="button"
                onClick={() =>
                  setSort({ column: id, isDescending: sort.column === id && !sort.isDescending })
                }
              >
                {title === "#" ? <span aria-label="Order">#</span> : title}
                {sort.column === id && (
                  <Icon of={sort.isDescending ? ArrowDown : ArrowUp} size={11} />
                )}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <Row key={row.id} row={row} onFold={row.isBlock ? fold : null} />
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td />
          <th scope="row" colSpan={3}>
            {formatPlural(rows.length, "layer")} · {formatCount(totals.trainableCount)} trained ·{" "}
            {formatCount(totals.paramCount - totals.trainableCount)} not trained
          </th>
          <td className="is-number">{formatCount(totals.paramCount)}</td>
          <td className="is-number">{formatAdds(totals.multiplyAdds)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

const Row = memo(function Row({
  row,
  onFold,
}: {
  readonly row: SummaryRow;
  readonly onFold: ((id: string) => void) | null;
}) {
  const scope = useDocument((state) => state.scope);
  const isSelected = useSession((state) =>
    state.selection.nodes.some((node) => [...scope, node].join("/") === row.id),
  );
  const isOpen = row.inside.length > 0;
  return (
    <tr
      data-selected={isSelected ? "" : undefined}
      data-depth={row.depth > 0 ? row.depth : undefined}
      onClick={() => {
        if (row.depth === scope.length && !row.id.includes("/")) {
          sessionStore.getState().select({ nodes: [row.id] });
        }
      }}
    >
      <td className="is-number is-quiet">{row.place}</td>
      <th scope="row">
        <span className="ed-table-name" style={{ paddingLeft: row.depth * 16 }}>
          {onFold !== null && (
            <button
              type="button"
              className="ed-fold"
              aria-expanded={isOpen}
              aria-label={`${isOpen ? "Fold" : "Unfold"} ${row.name}`}
              onClick={(event) => {
                event.stopPropagation();
                onFold(row.id);
              }}
            >
              <Icon of={isOpen ? ChevronDown : ChevronRight} size={12} />
            </button>
          )}
          <button type="button" className="ed-link" onClick={() => revealPath(row.id)}>
            {row.name}
          </button>
          {row.repeat > 1 && <span className="ed-table-repeat">× {row.repeat}</span>}
        </span>
      </th>
      <td>
        <span className="ed-table-layer">
          <LayerGlyph category={row.category} type={row.type} size={16} /> {row.title}
        </span>
      </td>
      <td className="is-mono">{row.outputShape}</td>
      <td className="is-number">
        {row.weights === null ? "?" : row.weights === 0 ? "–" : formatCount(row.weights)}
      </td>
      <td className="is-number">{row.multiplyAdds === 0 ? "–" : formatAdds(row.multiplyAdds)}</td>
    </tr>
  );
});
