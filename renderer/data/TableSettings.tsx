import type { CsvSource, MissingCells } from "#shared/datasets/binding.ts";
import { Field } from "../ui/Field.tsx";
import { Select } from "../ui/Select.tsx";
import { Switch } from "../ui/Switch.tsx";
import { TextField } from "../ui/TextField.tsx";
import { rereadTable } from "./chooseData.ts";
import { changeData } from "./editData.ts";

const delimiters = [
  { value: ",", label: "comma" },
  { value: ";", label: "semicolon" },
  { value: "\t", label: "tab" },
  { value: "|", label: "bar" },
  { value: " ", label: "space" },
];

/** How the file's text becomes cells, and what empty cells mean. */
export function TableSettings({ source }: { readonly source: CsvSource }) {
  const missing: MissingCells = source.missing ?? { texts: [], rows: "fill" };
  const setMissing = (change: Partial<MissingCells>): void =>
    changeData(
      (data) =>
        data.source.kind === "csv"
          ? { ...data, source: { ...data.source, missing: { ...missing, ...change } } }
          : data,
      { label: "change what counts as missing" },
    );
  return (
    <>
      <Field label="Delimiter" help="Changing it reads the file anew and guesses the columns.">
        {({ id }) => (
          <Select
            id={id}
            value={source.delimiter}
            options={delimiters}
            onChange={(delimiter) => void rereadTable({ delimiter, hasHeader: source.hasHeader })}
          />
        )}
      </Field>
      <Field
        label="Header row"
        help="The first row names the columns. Changing it reads the file anew."
      >
        {({ id }) => (
          <Switch
            id={id}
            isOn={source.hasHeader}
            onChange={(hasHeader) => void rereadTable({ delimiter: source.delimiter, hasHeader })}
          />
        )}
      </Field>
      <Field
        label="Also missing"
        help="Texts that mean “no value”, with spaces between. Empty cells always do."
      >
        {({ id }) => (
          <TextField
            id={id}
            value={missing.texts.join(" ")}
            placeholder="? NA"
            onCommit={(text) =>
              setMissing({ texts: [...new Set(text.split(/\s+/).filter((word) => word !== ""))] })
            }
          />
        )}
      </Field>
      {source.window === null && (
        <Field label="Missing cells" help="A missing target always leaves its row out.">
          {({ id }) => (
            <Select
              id={id}
              value={missing.rows}
              options={[
                { value: "fill", label: "Fill with the mean" },
                { value: "drop", label: "Leave rows out" },
              ]}
              onChange={(rows) => {
                if (rows === "fill" || rows === "drop") setMissing({ rows });
              }}
            />
          )}
        </Field>
      )}
    </>
  );
}
