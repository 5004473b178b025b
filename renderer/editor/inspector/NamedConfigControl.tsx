import type { JsonValue } from "#shared/base/json.ts";
import { findNamedConfig, namedTable } from "#shared/layers/namedConfigs.ts";
import type { NamedKind, NamedOption } from "#shared/layers/namedConfigs.ts";
import { NumberField } from "../../ui/NumberField.tsx";
import { Select } from "../../ui/Select.tsx";
import { isJsonObject } from "./control.ts";
import type { ControlProps } from "./control.ts";

const mixedValue = "\u0001mixed";

/** An initializer, regularizer or constraint by name, with the options that it takes underneath. */
export function NamedConfigControl(
  props: ControlProps & { readonly kind: NamedKind; readonly names: readonly string[] | null },
) {
  const { ids, value, kind, isMixed, onChange, onGestureEnd } = props;
  const config = isJsonObject(value) && !isMixed ? value : null;
  const name = typeof config?.["name"] === "string" ? config["name"] : "";
  const spec = findNamedConfig(kind, name);
  const names = props.names ?? Object.keys(namedTable(kind));
  const none = kind === "initializer" ? [] : [{ value: "", label: "none" }];
  const mixed = isMixed ? [{ value: mixedValue, label: "mixed" }] : [];
  return (
    <div className="ed-named">
      <Select
        {...ids}
        value={isMixed ? mixedValue : name}
        options={[...mixed, ...none, ...names.map((option) => ({ value: option }))]}
        onChange={(chosen) => {
          if (chosen !== mixedValue) onChange(chosen === "" ? null : { name: chosen });
        }}
      />
      {spec !== null &&
        Object.entries(spec.options).map(([option, optionSpec]) => (
          <label key={option} className="ed-suboption">
            <span>{optionSpec.label}</span>
            <OptionControl
              spec={optionSpec}
              value={config?.[option] ?? optionSpec.default}
              onChange={(next, isGesture) =>
                onChange({ ...config, name, [option]: next }, isGesture)
              }
              onGestureEnd={onGestureEnd}
            />
          </label>
        ))}
    </div>
  );
}

function OptionControl(props: {
  readonly spec: NamedOption;
  readonly value: JsonValue;
  readonly onChange: (value: JsonValue, isGesture?: boolean) => void;
  readonly onGestureEnd: () => void;
}) {
  const { spec, value, onChange, onGestureEnd } = props;
  if (spec.kind === "enum") {
    return (
      <Select
        label={spec.label}
        value={typeof value === "string" ? value : ""}
        options={(spec.options ?? []).map((option) => ({ value: option }))}
        onChange={onChange}
      />
    );
  }
  return (
    <NumberField
      label={spec.label}
      value={typeof value === "number" ? value : null}
      min={spec.min}
      max={spec.max}
      isInteger={spec.kind === "int"}
      isNullable={spec.nullable === true}
      placeholder="none"
      onCommit={(next, { isGesture }) => onChange(next, isGesture)}
      onGestureEnd={onGestureEnd}
    />
  );
}
