import { useState } from "react";
import type { IntListParam } from "#shared/layers/params.ts";
import { classNames } from "../../ui/classNames.ts";
import { isJsonList } from "./control.ts";
import type { ControlProps } from "./control.ts";
import { findValueFault, formatIntList, readIntList } from "./paramEdits.ts";

/** A list of sizes as text: `28 × 28 × 1`. What can't be read stays in the field with the reason; the value stays. */
export function IntListControl({
  ids,
  spec,
  value,
  isMixed,
  onChange,
}: ControlProps<IntListParam>) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = isMixed ? "" : isJsonList(value) ? formatIntList(value) : "";
  const fault = draft === null ? null : faultOf(draft, spec);
  const commit = () => {
    if (draft === null || fault !== null) return;
    const values = readIntList(draft);
    if (values !== null && draft !== shown) onChange(values);
    setDraft(null);
  };
  const faultId = `${ids.id}-fault`;
  return (
    <span className="nl-number">
      <input
        id={ids.id}
        type="text"
        className="nl-input is-mono"
        autoComplete="off"
        spellCheck={false}
        placeholder={isMixed ? "mixed" : "28 × 28 × 1"}
        aria-describedby={classNames(ids.describedBy, fault !== null && faultId)}
        aria-invalid={fault !== null || undefined}
        value={draft ?? shown}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          else if (event.key === "Escape" && draft !== null) {
            event.stopPropagation();
            setDraft(null);
          }
        }}
      />
      {fault !== null && (
        <span id={faultId} role="alert" className="nl-number-problem">
          {fault}
        </span>
      )}
    </span>
  );
}

function faultOf(text: string, spec: IntListParam): string | null {
  const values = readIntList(text);
  return values === null
    ? "Write whole numbers, such as 28, 28, 1."
    : findValueFault(spec, [...values]);
}
