import { ArrowDown, ArrowUp, X } from "lucide-react";
import { blockParamSpecs } from "#shared/blocks/nodeType.ts";
import type { BlockDefinition, BlockParam } from "#shared/document/model.ts";
import { documentStore } from "../../state/documentStore.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { Select } from "../../ui/Select.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { showToast } from "../../ui/toastStore.ts";
import { editDocument } from "../editDocument.ts";
import { ParamControl } from "../inspector/ParamControl.tsx";
import { findParamNameFault, removeParam, renameParam } from "./nameEdits.ts";
import { changeKind, changeLimit, changeParamOf, moveParam } from "./paramEdits.ts";
import { tellFormulas } from "./tellFormulas.ts";

const kinds = [
  { value: "int", label: "whole number" },
  { value: "float", label: "number" },
  { value: "bool", label: "on or off" },
  { value: "text", label: "text" },
  { value: "intList", label: "list of whole numbers" },
] as const satisfies readonly { value: BlockParam["kind"]; label: string }[];

/** One parameter of a block: folded its name and default, open all there is to say of it. */
export function BlockParamRow(props: {
  readonly block: BlockDefinition;
  readonly param: BlockParam;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}) {
  const { block, param } = props;
  const { name } = param;
  const set = (change: Partial<BlockParam>) =>
    editDocument(changeParamOf(block, name, change), { label: `Change the parameter ${name}` });
  const limit = (key: "min" | "max", value: number | null) =>
    editDocument(changeLimit(block, name, { key, value }), {
      label: `Change the parameter ${name}`,
    });
  const remove = () => {
    const { edit, formulas } = removeParam(documentStore.getState().document, block, name);
    const say =
      formulas === 0 ? `${name} removed` : `${name} removed; ${tellFormulas(formulas, "default")}`;
    const isDone = editDocument(edit, {
      label: `Remove the parameter ${name}`,
      say,
      isWhole: true,
    });
    if (isDone && formulas > 0) showToast({ tone: "info", message: `${say}.` });
  };
  const spec = blockParamSpecs(block)[name];
  const isNumber = param.kind === "int" || param.kind === "float";
  return (
    <div className="ed-block-param-row">
      <details className="ed-block-param">
        <summary>
          <code>{name}</code>
          <span>= {JSON.stringify(param.default)}</span>
        </summary>
        <Field label="Name" help="As formulas use it: letters, digits and _.">
          {(ids) => (
            <TextField
              {...ids}
              value={name}
              spellCheck={false}
              onCommit={(text) => rename(block, name, text.trim())}
            />
          )}
        </Field>
        <Field label="Kind">
          {(ids) => (
            <Select
              {...ids}
              value={param.kind}
              options={kinds}
              onChange={(chosen) => {
                const kind = kinds.find(({ value }) => value === chosen)?.value ?? param.kind;
                editDocument(
                  {
                    kind: "setBlock",
                    block: block.id,
                    change: {
                      params: block.params.map((other) =>
                        other.name === name ? changeKind(other, kind) : other,
                      ),
                    },
                  },
                  { label: `Change the parameter ${name}` },
                );
              }}
            />
          )}
        </Field>
        {spec !== undefined && (
          <Field label="Default" help="What instances have that don’t set it.">
            {(ids) => (
              <ParamControl
                ids={ids}
                spec={spec}
                value={param.default}
                isMixed={false}
                onChange={(value) => set({ default: value })}
                onGestureEnd={() => documentStore.getState().sealStep()}
              />
            )}
          </Field>
        )}
        {isNumber && (
          <>
            <Limit label="Least" value={param.min} onCommit={(value) => limit("min", value)} />
            <Limit label="Most" value={param.max} onCommit={(value) => limit("max", value)} />
          </>
        )}
        {param.kind === "text" && (
          <Field label="Choices" help="Separated by commas; none: any text.">
            {(ids) => (
              <TextField
                {...ids}
                value={(param.options ?? []).join(", ")}
                spellCheck={false}
                onCommit={(text) => set({ options: readChoices(text) })}
              />
            )}
          </Field>
        )}
        <Field label="Label" help="What the form calls it; empty: its name.">
          {(ids) => (
            <TextField
              {...ids}
              value={param.label}
              onCommit={(label) => set({ label: label.trim() })}
            />
          )}
        </Field>
        <Field label="Help" layout="stacked">
          {(ids) => (
            <TextField
              {...ids}
              value={param.help}
              onCommit={(help) => set({ help: help.trim() })}
            />
          )}
        </Field>
      </details>
      <span className="ed-block-param-tools">
        <IconButton
          icon={ArrowUp}
          iconSize={12}
          label={`Move ${name} up`}
          disabled={props.isFirst}
          onClick={() => editDocument(moveParam(block, name, -1), { label: "Reorder parameters" })}
        />
        <IconButton
          icon={ArrowDown}
          iconSize={12}
          label={`Move ${name} down`}
          disabled={props.isLast}
          onClick={() => editDocument(moveParam(block, name, 1), { label: "Reorder parameters" })}
        />
        <IconButton icon={X} iconSize={12} label={`Remove ${name}`} onClick={remove} />
      </span>
    </div>
  );
}

function Limit(props: {
  readonly label: string;
  readonly value: number | undefined;
  readonly onCommit: (value: number | null) => void;
}) {
  return (
    <Field label={props.label}>
      {(ids) => (
        <NumberField
          {...ids}
          value={props.value ?? null}
          min={undefined}
          max={undefined}
          unit={undefined}
          isInteger={false}
          isNullable
          placeholder="any"
          onCommit={(value) => props.onCommit(value)}
          onGestureEnd={() => documentStore.getState().sealStep()}
        />
      )}
    </Field>
  );
}

function readChoices(text: string): readonly string[] {
  return [...new Set(text.split(",").map((part) => part.trim()))].filter((part) => part !== "");
}

function rename(block: BlockDefinition, from: string, to: string): void {
  if (to === from) return;
  const { document } = documentStore.getState();
  const fault = findParamNameFault(document, block, { from, to });
  if (fault !== null) {
    showToast({ tone: "warning", message: fault });
    return;
  }
  const edit = renameParam(document, block, { from, to });
  documentStore.getState().edit(edit, { label: `rename the parameter ${from}`, isWhole: true });
}
