import { useEffect, useRef } from "react";
import { ChevronDown } from "lucide-react";
import type { CsvColumn, CsvSource, DataBinding } from "#shared/datasets/binding.ts";
import { changeColumn } from "#shared/datasets/diagnoseData.ts";
import { isMissingText } from "#shared/datasets/missingTexts.ts";
import { parseNumber } from "#shared/datasets/parseNumber.ts";
import type { TablePreview } from "#shared/datasets/preview.ts";
import type { ColumnProfile } from "#shared/datasets/profileColumns.ts";
import { classNames } from "../ui/classNames.ts";
import { formatCount } from "../ui/format.ts";
import { Icon } from "../ui/Icon.tsx";
import { Menu, type MenuEntry } from "../ui/Menu.tsx";
import { ColumnHistogram } from "./ColumnHistogram.tsx";
import { changeData } from "./editData.ts";

export interface ColumnsTableProps {
  readonly binding: DataBinding;
  readonly table: TablePreview;
  readonly selected: string | null;
  readonly onSelect: (column: string) => void;
}

/** The first rows under a head that says what each column is and how its values are spread. */
export function ColumnsTable({ binding, table, selected, onSelect }: ColumnsTableProps) {
  const source = binding.source.kind === "csv" ? binding.source : null;
  return (
    <div className="nl-data-table-place">
      <table className="nl-data-table">
        <caption className="nl-visually-hidden">
          The first {table.rows.length} rows. Choose a column’s name to see its figures.
        </caption>
        <thead>
          <tr>
            <th scope="col" className="nl-data-line-number">
              <span className="nl-visually-hidden">Line</span>
            </th>
            {table.columns.map((profile, index) => {
              // A generated table ends with its target.
              const role = index === table.columns.length - 1 ? "target" : "feature";
              const column = source?.columns[index] ?? {
                name: profile.name,
                role,
                field: "",
                kind: profile.numberCount > 0 ? "numeric" : "categorical",
              };
              return (
                <ColumnHead
                  key={profile.name}
                  column={column}
                  profile={profile}
                  isEditable={source !== null}
                  isSelected={selected === profile.name}
                  onSelect={() => onSelect(profile.name)}
                />
              );
            })}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={row.line} data-gap={isAfterGap(table.rows, index) ? "" : undefined}>
              <td className="nl-data-line-number">{row.line}</td>
              {row.cells.map((text, column) => (
                <td
                  // Cells have no identity beyond their column.
                  key={column}
                  className={classNames(markCell(text, column, source), columnTone(column, source))}
                >
                  {text === "" ? <span className="nl-data-none">empty</span> : text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows from further down, shown for what is wrong in them. */
function isAfterGap(rows: TablePreview["rows"], index: number): boolean {
  const before = rows[index - 1];
  const row = rows[index];
  return index >= 50 && before !== undefined && row !== undefined && row.line > before.line + 1;
}

function columnTone(index: number, source: CsvSource | null): string {
  return source?.columns[index]?.role === "ignore" ? "is-ignored" : "";
}

function markCell(text: string, index: number, source: CsvSource | null): string {
  const column = source?.columns[index];
  if (!source || !column || column.role === "ignore") return "";
  if (text === "" || source.missing?.texts.includes(text) === true) return "is-missing";
  if (column.kind === "categorical") return isMissingText(text) ? "is-bad" : "";
  return parseNumber(text, source.delimiter) === null ? "is-bad" : "";
}

function ColumnHead(props: {
  readonly column: CsvColumn;
  readonly profile: ColumnProfile;
  readonly isEditable: boolean;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}) {
  const { column, profile, isEditable, isSelected, onSelect } = props;
  const kind =
    column.kind === "numeric"
      ? "number"
      : `${profile.distinctCount > 2000 ? "many" : formatCount(profile.distinctCount)} kinds`;
  const place = useRef<HTMLTableCellElement>(null);
  useEffect(() => {
    // Chosen from elsewhere, such as the data doctor: bring it into view.
    if (isSelected) place.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isSelected]);
  const words = column.role === "ignore" ? "ignored" : `${column.role} · ${kind}`;
  return (
    <th ref={place} scope="col" data-role={column.role} data-selected={isSelected ? "" : undefined}>
      <button
        type="button"
        className="nl-data-column-name"
        aria-pressed={isSelected}
        title={column.name}
        onClick={onSelect}
      >
        {column.name}
      </button>
      {isEditable ? (
        <Menu
          trigger={
            <button
              type="button"
              className="nl-data-role"
              aria-label={`${column.name}: ${words}. Change`}
            >
              {words}
              <Icon of={ChevronDown} size={11} />
            </button>
          }
          entries={columnMenu(column)}
        />
      ) : (
        <span className="nl-data-role">{words}</span>
      )}
      <ColumnHistogram profile={profile} isTarget={column.role === "target"} />
    </th>
  );
}

function columnMenu(column: CsvColumn): readonly MenuEntry[] {
  const entry = (title: string, change: Partial<Omit<CsvColumn, "name">>, isNow: boolean) => ({
    title,
    isDisabled: isNow,
    run: () =>
      changeData((binding) => changeColumn(binding, column.name, change), {
        label: `change ${column.name}`,
      }),
  });
  return [
    entry("Feature: goes into the network", { role: "feature" }, column.role === "feature"),
    entry("Target: to be predicted", { role: "target" }, column.role === "target"),
    entry("Ignore", { role: "ignore" }, column.role === "ignore"),
    "separator",
    entry("Read as numbers", { kind: "numeric" }, column.kind === "numeric"),
    entry("Read as categories", { kind: "categorical" }, column.kind === "categorical"),
  ];
}
