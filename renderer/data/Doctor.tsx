import { useMemo } from "react";
import { CircleCheck } from "lucide-react";
import type { DataBinding } from "#shared/datasets/binding.ts";
import { diagnoseData, type DataAction, type DataRemark } from "#shared/datasets/diagnoseData.ts";
import { fileHandle } from "#shared/base/ids.ts";
import { useDataset } from "../state/datasetStore.ts";
import { Icon } from "../ui/Icon.tsx";
import { bindChosen, chooseData } from "./chooseData.ts";
import { changeData } from "./editData.ts";

/** What is wrong with the data or worth knowing, each with its repair where there is a simple one. */
export function Doctor({
  binding,
  onShowColumn,
}: {
  readonly binding: DataBinding;
  readonly onShowColumn: (column: string) => void;
}) {
  const read = useDataset((state) => state.binding);
  const phase = useDataset((state) => state.phase);
  const summary = useDataset((state) => state.summary);
  const table = useDataset((state) => state.table);
  const issues = useDataset((state) => state.issues);
  const remarks = useMemo(
    () =>
      read === null
        ? []
        : diagnoseData({ binding: read, summary, columns: table?.columns ?? [], issues }),
    [read, summary, table, issues],
  );
  // While newer settings are read, remarks speak of older ones: they stay in sight but can't be acted on.
  const isStale = phase === "loading" || read !== binding;
  return (
    <section className="nl-data-section" aria-labelledby="nl-data-doctor">
      <h2 id="nl-data-doctor" className="nl-heading">
        Data doctor
        <span>
          {remarks.length === 0
            ? ""
            : `${remarks.length} ${remarks.length === 1 ? "remark" : "remarks"}`}
        </span>
      </h2>
      {remarks.length === 0 && phase === "ready" && (
        <p className="nl-data-healthy">
          <Icon of={CircleCheck} /> Nothing to remark.
        </p>
      )}
      <ul className="nl-data-remarks" aria-live="polite">
        {remarks.map((remark) => (
          <Remark key={remark.id} remark={remark} isStale={isStale} onShowColumn={onShowColumn} />
        ))}
      </ul>
    </section>
  );
}

function Remark(props: {
  readonly remark: DataRemark;
  readonly isStale: boolean;
  readonly onShowColumn: (column: string) => void;
}) {
  const { remark, isStale, onShowColumn } = props;
  const { column } = remark;
  return (
    <li className="nl-data-remark" data-severity={remark.severity}>
      <p>
        <span className="nl-visually-hidden">{severityWords[remark.severity]}: </span>
        <b>{remark.title}</b> {remark.text}
      </p>
      {(remark.actions.length > 0 || column !== undefined) && (
        <div className="nl-data-remark-actions">
          {remark.actions.map((action) => (
            <button
              key={action.title}
              type="button"
              className="nl-data-link"
              disabled={isStale}
              onClick={() => runAction(action)}
            >
              {action.title}
            </button>
          ))}
          {column !== undefined && (
            <button type="button" className="nl-data-link" onClick={() => onShowColumn(column)}>
              Show column
            </button>
          )}
        </div>
      )}
    </li>
  );
}

const severityWords = { error: "Problem", warning: "Warning", info: "Note" } as const;

function runAction(action: DataAction): void {
  switch (action.kind) {
    case "rebind":
      changeData(() => action.binding, { label: action.title.toLowerCase() });
      return;
    case "choose":
      void chooseData();
      return;
    case "reread":
      changeData(
        (binding) => {
          const { source } = binding;
          if (source.kind === "csv" && source.handle !== null) {
            void bindChosen(
              { handle: fileHandle(source.handle), label: source.label },
              { csv: { file: source.file }, isFresh: true },
            );
          }
          return binding;
        },
        { label: action.title },
      );
  }
}
