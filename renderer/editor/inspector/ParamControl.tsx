import { assertNever } from "#shared/base/assertNever.ts";
import { NumberField } from "../../ui/NumberField.tsx";
import { Select } from "../../ui/Select.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { TextField } from "../../ui/TextField.tsx";
import type { ControlProps } from "./control.ts";
import { EnumListControl } from "./EnumListControl.tsx";
import { InnerLayerControl } from "./InnerLayerControl.tsx";
import { InnerLayerListControl } from "./InnerLayerListControl.tsx";
import { IntListControl } from "./IntListControl.tsx";
import { IntTupleControl } from "./IntTupleControl.tsx";
import { NamedConfigControl } from "./NamedConfigControl.tsx";

/** The control for a kind of option. */
export function ParamControl(props: ControlProps) {
  const { ids, spec, value, isMixed, onChange, onGestureEnd } = props;
  const mixedHint = isMixed ? "mixed" : undefined;
  switch (spec.kind) {
    case "int":
    case "float":
      return (
        <NumberField
          {...ids}
          value={typeof value === "number" && !isMixed ? value : null}
          min={spec.min}
          max={spec.max}
          isInteger={spec.kind === "int"}
          isNullable={spec.nullable === true || isMixed}
          unit={spec.unit}
          placeholder={mixedHint ?? "none"}
          onCommit={(next, { isGesture }) => {
            if (next !== null || spec.nullable === true) onChange(next, isGesture);
          }}
          onGestureEnd={onGestureEnd}
        />
      );
    case "bool":
      return (
        <>
          <Switch
            id={ids.id}
            describedBy={ids.describedBy}
            isOn={value === true}
            onChange={onChange}
          />
          <span className="ed-switch-word">
            {isMixed ? "mixed" : value === true ? "on" : "off"}
          </span>
        </>
      );
    case "enum": {
      const none = spec.nullable === true ? [{ value: "", label: "none" }] : [];
      const mixed = isMixed ? [{ value: "\u0001mixed", label: "mixed" }] : [];
      return (
        <Select
          {...ids}
          value={isMixed ? "\u0001mixed" : typeof value === "string" ? value : ""}
          options={[...mixed, ...none, ...spec.options.map((option) => ({ value: option }))]}
          onChange={(chosen) => {
            if (chosen !== "\u0001mixed") onChange(chosen === "" ? null : chosen);
          }}
        />
      );
    }
    case "text":
      return (
        <TextField
          {...ids}
          value={typeof value === "string" && !isMixed ? value : ""}
          placeholder={mixedHint ?? "automatic"}
          maxLength={spec.maxLength ?? 200}
          spellCheck={false}
          onCommit={(text) => onChange(text)}
        />
      );
    case "enumList":
      return <EnumListControl {...props} spec={spec} />;
    case "intTuple":
      return <IntTupleControl {...props} spec={spec} />;
    case "intList":
      return <IntListControl {...props} spec={spec} />;
    case "initializer":
      return <NamedConfigControl {...props} kind={spec.kind} names={spec.options ?? null} />;
    case "regularizer":
    case "constraint":
      return <NamedConfigControl {...props} kind={spec.kind} names={null} />;
    case "layer":
      return <InnerLayerControl {...props} spec={spec} />;
    case "layerList":
      return <InnerLayerListControl {...props} spec={spec} />;
    default:
      return assertNever(spec);
  }
}
