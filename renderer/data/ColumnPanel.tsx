import { useEffect, useRef } from "react";
import type { CsvColumn, DataBinding } from "#shared/datasets/binding.ts";
import { changeColumn } from "#shared/datasets/diagnoseData.ts";
import type { ColumnProfile } from "#shared/datasets/profileColumns.ts";
import { Field } from "../ui/Field.tsx";
import { formatCount, formatNumber } from "../ui/format.ts";
import { Select } from "../ui/Select.tsx";
import { TextField } from "../ui/TextField.tsx";
import { changeData } from "./editData.ts";
import { Bars } from "./Bars.tsx";

/** One column's figures, and what the project makes of it. */
export function ColumnPanel({
  binding,
  profile,
}: {
  readonly binding: DataBinding;
  readonly profile: ColumnProfile;
}) {
  const { source } = binding;
  const place = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // A column chosen in the table shows its figures, wherever this panel was scrolled to.
    if (!isFirst.current) place.current?.scrollIntoView({ block: "nearest" });
    isFirst.current = false;
  }, [profile.name]);
  const column =
    source.kind === "csv" ? source.columns.find(({ name }) => name === profile.name) : undefined;
  return (
    <section ref={place} className="nl-data-section" aria-labelledby="nl-data-column">
      <h2 id="nl-data-column" className="nl-heading">
        Column: <span className="nl-data-plain">{profile.name}</span>
      </h2>
      {column !== undefined && <ColumnSettings column={column} />}
      <Figures profile={profile} />
    </section>
  );
}

function ColumnSettings({ column }: { readonly column: CsvColumn }) {
  const change = (part: Partial<Omit<CsvColumn, "name">>): void =>
    changeData((binding) => changeColumn(binding, column.name, part), {
      label: `change ${column.name}`,
    });
  return (
    <>
      <Field label="Role" help="Features go into the network; the target is what it learns to say.">
        {({ id }) => (
          <Select
            id={id}
            value={column.role}
            options={[
              { value: "feature", label: "Feature" },
              { value: "target", label: "Target" },
              { value: "ignore", label: "Ignore" },
            ]}
            onChange={(role) => {
              if (role === "feature" || role === "target" || role === "ignore") change({ role });
            }}
          />
        )}
      </Field>
      <Field
        label="Read as"
        help="A category among the features becomes one input per kind; as target, one class per kind."
      >
        {({ id }) => (
          <Select
            id={id}
            value={column.kind}
            options={[
              { value: "numeric", label: "Numbers" },
              { value: "categorical", label: "Categories" },
            ]}
            onChange={(kind) => {
              if (kind === "numeric" || kind === "categorical") change({ kind });
            }}
          />
        )}
      </Field>
      {column.role !== "ignore" && (
        <Field
          label={column.role === "target" ? "Target name" : "Input field"}
          help={
            column.role === "target"
              ? "The name that Output nodes use; empty takes the column’s."
              : "Columns with the same field go into the network together; empty is the common field."
          }
        >
          {({ id }) => (
            <TextField
              id={id}
              value={column.field}
              placeholder={column.role === "target" ? column.name : "features"}
              maxLength={200}
              onCommit={(field) => change({ field: field.trim() })}
            />
          )}
        </Field>
      )}
    </>
  );
}

function Figures({ profile }: { readonly profile: ColumnProfile }) {
  const { numbers, emptyCount, distinctCount, categories, textCount } = profile;
  const isMostlyText = textCount > 0 && profile.numberCount < textCount;
  return (
    <>
      <dl className="nl-data-figures">
        {numbers !== null && (
          <>
            <dt>Mean ± deviation</dt>
            <dd>
              {formatNumber(numbers.mean)} ± {formatNumber(numbers.deviation)}
            </dd>
            <dt>Range</dt>
            <dd>
              {formatNumber(numbers.min)} … {formatNumber(numbers.max)}
            </dd>
          </>
        )}
        <dt>Different values</dt>
        <dd>{distinctCount > 2000 ? "over 2,000" : formatCount(distinctCount)}</dd>
        <dt>Empty cells</dt>
        <dd>{formatCount(emptyCount)}</dd>
      </dl>
      {(isMostlyText || distinctCount <= 8) &&
        distinctCount <= profile.rowCount / 2 &&
        categories.length > 0 && (
          <Bars
            label={`Most frequent values of ${profile.name}`}
            rows={categories.slice(0, 8).map(({ text, count }) => ({ name: text, count }))}
          />
        )}
    </>
  );
}
