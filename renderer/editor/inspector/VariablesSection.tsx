import { Plus, SquareFunction, X } from "lucide-react";
import { useState } from "react";
import type { JsonValue } from "#shared/base/json.ts";
import { evaluateVariables } from "#shared/blocks/environment.ts";
import type { ProjectVariable } from "#shared/document/model.ts";
import { makeExpression, readExpressionText } from "#shared/expressions/resolveParams.ts";
import { documentStore, useDocument } from "../../state/documentStore.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { showToast } from "../../ui/toastStore.ts";
import { findVariableNameFault, removeVariable, renameVariable } from "../blocks/nameEdits.ts";
import { tellFormulas } from "../blocks/tellFormulas.ts";
import { editDocument } from "../editDocument.ts";
import { formatValue } from "../formulas.ts";

/** Values with names, for formulas anywhere in the project. */
export function VariablesSection() {
  const variables = useDocument((state) => state.document.variables);
  const { environment, issues } = evaluateVariables(variables);
  const set = (next: readonly ProjectVariable[], label: string) =>
    editDocument({ kind: "setVariables", variables: next }, { label });
  return (
    <section aria-label="Variables">
      <h3 className="ed-section">
        Variables <span>{variables.length}</span>
      </h3>
      {variables.length === 0 && (
        <p className="ed-inspector-text is-quiet">
          Give a number a name, such as imageSize, and use it in formulas of any option.
        </p>
      )}
      <ul className="ed-variables">
        {variables.map((variable, index) => (
          <Row
            key={`${index} ${variable.name}`}
            variable={variable}
            value={environment.get(variable.name)}
            fault={issues.find((issue) => issue.variable === variable.name)?.message}
            onRename={(name) => rename(variable.name, name)}
            onChange={(value) =>
              set(replaceAt(variables, index, { ...variable, value }), `Change ${variable.name}`)
            }
            onRemove={() => remove(variable.name)}
          />
        ))}
      </ul>
      <div className="ed-arrange">
        <Button
          size="small"
          icon={Plus}
          onClick={() =>
            set([...variables, { name: freeName(variables), value: 1 }], "Add a variable")
          }
        >
          Add a variable
        </Button>
      </div>
    </section>
  );
}

/** Formulas follow. */
function rename(from: string, to: string): void {
  if (to === from) return;
  const { document } = documentStore.getState();
  const fault = findVariableNameFault(document, { from, to });
  if (fault !== null) {
    showToast({ tone: "warning", message: fault });
    return;
  }
  editDocument(renameVariable(document, { from, to }), { label: `Rename ${from}`, isWhole: true });
}

function remove(name: string): void {
  const { edit, formulas } = removeVariable(documentStore.getState().document, name);
  const isDone = editDocument(edit, { label: `Remove the variable ${name}`, isWhole: true });
  if (!isDone || formulas === 0) return;
  showToast({ tone: "info", message: `${name} removed; ${tellFormulas(formulas, "value")}.` });
}

function Row(props: {
  readonly variable: ProjectVariable;
  readonly value: JsonValue | undefined;
  readonly fault: string | undefined;
  readonly onRename: (name: string) => void;
  readonly onChange: (value: JsonValue) => void;
  readonly onRemove: () => void;
}) {
  const { variable, value, fault } = props;
  const formula = readExpressionText(variable.value);
  const [isWriting, setWriting] = useState(false);
  const isFormula = formula !== null || isWriting;
  return (
    <li>
      <TextField
        label={`Name of the variable ${variable.name}`}
        value={variable.name}
        spellCheck={false}
        onCommit={(name) => props.onRename(name.trim())}
      />
      <span aria-hidden="true">=</span>
      <TextField
        label={isFormula ? `Formula of ${variable.name}` : `Value of ${variable.name}`}
        value={formula ?? formatPlain(variable.value)}
        spellCheck={false}
        isInvalid={fault !== undefined}
        onCommit={(text) => {
          setWriting(false);
          props.onChange(isFormula ? makeExpression(text.trim()) : readPlain(text));
        }}
      />
      <IconButton
        icon={SquareFunction}
        iconSize={13}
        aria-pressed={isFormula}
        label={
          isFormula
            ? `Give ${variable.name} a plain value`
            : `Compute ${variable.name} by a formula`
        }
        onClick={() => {
          if (formula !== null) props.onChange(value ?? 1);
          else setWriting(!isWriting);
        }}
      />
      <IconButton
        icon={X}
        iconSize={13}
        label={`Remove ${variable.name}`}
        onClick={props.onRemove}
      />
      {formula !== null && fault === undefined && value !== undefined && (
        <output>= {formatValue(value)}</output>
      )}
      {fault !== undefined && <span className="nl-field-error">{fault}</span>}
    </li>
  );
}

/** `64`, `[3, 3]`, `true`; anything else is a text. */
function readPlain(text: string): JsonValue {
  const trimmed = text.trim();
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  const list = /^\[(.*)\]$/.exec(trimmed)?.[1];
  const numbers = list?.split(",").map((part) => Number(part.trim()));
  return numbers !== undefined && list?.trim() !== "" && !numbers.some(Number.isNaN)
    ? numbers
    : trimmed;
}

function formatPlain(value: JsonValue): string {
  return typeof value === "string" ? value : formatValue(value);
}

function freeName(variables: readonly ProjectVariable[]): string {
  const taken = new Set(variables.map(({ name }) => name));
  const usual = ["imageSize", "classes", "filters", "units"].find((name) => !taken.has(name));
  if (usual !== undefined) return usual;
  let number = 1;
  while (taken.has(`value${number}`)) number++;
  return `value${number}`;
}

function replaceAt<T>(list: readonly T[], at: number, entry: T): readonly T[] {
  return list.map((other, index) => (index === at ? entry : other));
}
