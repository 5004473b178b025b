import { useEffect, useRef, useState } from "react";
import type { JsonValue } from "#shared/base/json.ts";
import { makeExpression, readExpressionText } from "#shared/expressions/resolveParams.ts";
import type { FieldIds } from "../../ui/Field.tsx";
import { describeFormula, useEnvironment } from "../formulas.ts";

/** A formula with what it comes to; while it is written, the names that it may use are at hand. */
export function FormulaControl(props: {
  readonly ids: FieldIds;
  readonly value: JsonValue;
  readonly onCommit: (value: JsonValue) => void;
  /** Just asked for: takes the focus. */
  readonly isNew: boolean;
  /** Emptied: back to a plain value. */
  readonly onClear: () => void;
}) {
  const { ids, value, onCommit, onClear } = props;
  const environment = useEnvironment();
  const [draft, setDraft] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { isNew } = props;
  useEffect(() => {
    if (!isNew) return;
    // The menu that asked for it gives the focus back to its button first.
    const timer = setTimeout(() => field.current?.focus(), 50);
    return () => clearTimeout(timer);
  }, [isNew]);
  const stored = readExpressionText(value) ?? "";
  const text = draft ?? stored;
  const result = describeFormula(makeExpression(text), environment);
  const commit = () => {
    const written = draft?.trim() ?? stored;
    if (written === "") onClear();
    else if (written !== stored) onCommit(makeExpression(written));
    setDraft(null);
  };
  const insert = (name: string) => {
    const input = field.current;
    if (input === null) return;
    const at = input.selectionStart ?? text.length;
    const start = /[A-Za-z_][A-Za-z0-9_]*$/.exec(text.slice(0, at))?.index ?? at;
    const next = text.slice(0, start) + name + text.slice(input.selectionEnd ?? at);
    setDraft(next);
    const caret = start + name.length;
    requestAnimationFrame(() => input.setSelectionRange(caret, caret));
  };
  const names = listNamesFor(text, [...environment.keys()]);
  return (
    <div className="ed-formula" data-fault={result.isFault ? "" : undefined}>
      <span className="ed-formula-line">
        <span className="ed-formula-sign" aria-hidden="true">
          ƒ
        </span>
        <input
          ref={field}
          type="text"
          className="nl-input"
          id={ids.id}
          aria-describedby={ids.describedBy}
          aria-invalid={result.isFault || undefined}
          spellCheck={false}
          autoComplete="off"
          maxLength={2000}
          placeholder="a formula, such as filters * 4"
          value={text}
          onChange={(event) => setDraft(event.target.value)}
          onFocus={() => setDraft(stored)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") commit();
            if (event.key === "Tab" && !event.shiftKey && isCompletable(text, names)) {
              event.preventDefault();
              insert(names[0] ?? "");
            }
            if (event.key === "Escape" && draft !== null && draft !== stored) {
              event.stopPropagation();
              setDraft(stored);
            }
          }}
        />
        {!result.isFault && text !== "" && <output htmlFor={ids.id}>= {result.text}</output>}
      </span>
      {draft !== null && draft !== stored && text !== "" && result.isFault && (
        <span className="ed-formula-issue">{result.text}</span>
      )}
      {draft !== null && names.length > 0 && (
        <span className="ed-formula-names">
          {names.map((name) => (
            <button
              key={name}
              type="button"
              tabIndex={-1}
              // Keeps the focus in the field.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => insert(name)}
            >
              {name}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}

/** The names that go on from what is being typed; all of them before anything is. */
function listNamesFor(text: string, names: readonly string[]): readonly string[] {
  const begun = /[A-Za-z_][A-Za-z0-9_]*$/.exec(text)?.[0].toLowerCase() ?? "";
  return names.filter((name) => name.toLowerCase().startsWith(begun)).slice(0, 12);
}

function isCompletable(text: string, names: readonly string[]): boolean {
  const begun = /[A-Za-z_][A-Za-z0-9_]*$/.exec(text)?.[0] ?? "";
  return begun !== "" && names.length > 0 && !names.includes(begun);
}
