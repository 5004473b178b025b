import { ArrowUpFromLine, RotateCcw, SquareFunction } from "lucide-react";
import { useState } from "react";
import type { JsonValue } from "#shared/base/json.ts";
import {
  hasExpression,
  readExpressionText,
  resolveValue,
} from "#shared/expressions/resolveParams.ts";
import { specDefault } from "#shared/layers/readParams.ts";
import type { ParamSpec } from "#shared/layers/params.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { currentEnvironment, formatValue, useEnvironment } from "../formulas.ts";
import { isJsonObject } from "./control.ts";
import type { ParamFormProps } from "./control.ts";
import { FormulaControl } from "./FormulaControl.tsx";
import { ParamControl } from "./ParamControl.tsx";
import { describeRange, findValueFault, isSameValue, valueOf, withLabel } from "./paramEdits.ts";

/** One option: its control, or a formula in place of a value, with what can be done about it. */
export function ParamField(props: {
  readonly name: string;
  readonly spec: ParamSpec;
  readonly form: ParamFormProps;
}) {
  const { name, spec, form } = props;
  const environment = useEnvironment();
  const [isWriting, setWriting] = useState(false);
  const values = form.stored.map((stored) => valueOf(spec, stored, name));
  const initial = specDefault(spec);
  const first = values[0] ?? initial;
  const isMixed = values.some((value) => !isSameValue(value, first));
  const isChanged = isMixed || !isSameValue(first, initial);
  const formula = isMixed ? null : readExpressionText(first);
  const isFormula = formula !== null || isWriting;
  const issue = form.issues?.get(name);
  const fault = hasExpression(first) ? findFormulaFault(spec, first) : findValueFault(spec, first);
  const change = (value: JsonValue, isGesture = false) =>
    form.onChange({ name, spec, value, isGesture });
  const isWide =
    spec.kind === "layer" ||
    spec.kind === "layerList" ||
    spec.kind === "enumList" ||
    hasLongChoices(spec);
  const label = labelOf(spec);
  const leaveFormula = () => {
    setWriting(false);
    const resolved = formula === null ? null : resolveValue(first, currentEnvironment());
    const keeps = resolved?.ok === true && findValueFault(spec, resolved.value) === null;
    if (formula !== null) change(keeps ? resolved.value : initial);
  };
  const isReadOnly = form.isReadOnly === true;
  const exposable = form.onExpose !== undefined && !isReadOnly && !isFormula && isSimple(spec);
  return (
    <div className="ed-param" data-param={name} data-changed={isChanged ? "" : undefined}>
      <Field
        label={label}
        help={
          <span>
            {spec.help} <span className="ed-range">{describeRange(spec)}</span>
          </span>
        }
        error={isMixed ? null : issue === undefined ? fault : withLabel(spec, issue)}
        layout={isWide || isFormula ? "stacked" : "row"}
        aside={
          isReadOnly ? null : (
            <>
              {isChanged && (
                <IconButton
                  icon={RotateCcw}
                  label={`Reset ${spec.label.toLowerCase()} to its default`}
                  iconSize={12}
                  className="ed-reset"
                  onClick={() => {
                    setWriting(false);
                    change(initial);
                  }}
                />
              )}
              {!isMixed && (
                <Menu
                  trigger={
                    <IconButton
                      icon={SquareFunction}
                      label={`Formula for ${label.toLowerCase()}`}
                      aria-pressed={isFormula}
                      iconSize={13}
                      className="ed-param-tool"
                    />
                  }
                  entries={[
                    {
                      title: isFormula ? "Give a plain value" : "Compute by a formula",
                      icon: SquareFunction,
                      run: () => (isFormula ? leaveFormula() : setWriting(true)),
                    },
                    ...(exposable
                      ? [
                          {
                            title: `Expose as ${form.exposeAs ?? "a parameter"}`,
                            icon: ArrowUpFromLine,
                            run: () => form.onExpose?.(name),
                          },
                        ]
                      : []),
                  ]}
                />
              )}
            </>
          )
        }
      >
        {(ids) =>
          isReadOnly ? (
            <span id={ids.id} className="ed-param-value">
              {formula === null
                ? formatShown(first)
                : `${formula} = ${formatResolved(first, environment)}`}
            </span>
          ) : isFormula ? (
            <FormulaControl
              ids={ids}
              value={first}
              isNew={isWriting}
              onCommit={(value) => {
                setWriting(false);
                change(value);
              }}
              onClear={leaveFormula}
            />
          ) : (
            <ParamControl
              ids={ids}
              spec={spec}
              value={first}
              isMixed={isMixed}
              onChange={change}
              onGestureEnd={form.onGestureEnd}
            />
          )
        }
      </Field>
    </div>
  );
}

/** "categoricalCrossentropy" and its like are cut off beside a label. */
function hasLongChoices(spec: ParamSpec): boolean {
  return spec.kind === "enum" && spec.options.some((name) => name.length > 16);
}

/** Why a formula gives nothing that the option takes: a sentence; null where it does. */
function findFormulaFault(spec: ParamSpec, value: JsonValue): string | null {
  const resolved = resolveValue(value, currentEnvironment());
  return resolved.ok ? findValueFault(spec, resolved.value) : resolved.error.issue.message;
}

function formatResolved(value: JsonValue, environment: ReturnType<typeof currentEnvironment>) {
  const resolved = resolveValue(value, environment);
  return resolved.ok ? formatValue(resolved.value) : "?";
}

function formatShown(value: JsonValue): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  return isJsonObject(value) && typeof value["name"] === "string"
    ? value["name"]
    : formatValue(value);
}

/** A block's parameter can stand for numbers, switches, texts and lists. */
function isSimple(spec: ParamSpec): boolean {
  return ["int", "float", "bool", "text", "enum", "intList", "intTuple"].includes(spec.kind);
}

/** Under "Initialisation" the word needn't be said again: "Kernel initializer" → "Kernel". */
function labelOf(spec: ParamSpec): string {
  return spec.group === "initialisation" ? spec.label.replace(/ initializer$/, "") : spec.label;
}
