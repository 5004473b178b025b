import type { JsonObject, JsonValue } from "#shared/base/json.ts";
import type { LayerParam, ParamSpecs } from "#shared/layers/params.ts";
import { specDefault } from "#shared/layers/readParams.ts";
import { findInnerLayer } from "#shared/layers/registry.ts";
import { Select } from "../../ui/Select.tsx";
import { useContext } from "react";
import { FormContext, isJsonObject } from "./control.ts";
import type { ControlProps } from "./control.ts";
import { isSameValue } from "./paramEdits.ts";

/** The layer inside Bidirectional or TimeDistributed: its type, then its own options. */
export function InnerLayerControl(props: ControlProps<LayerParam>) {
  const { ids, spec, value, onChange, onGestureEnd } = props;
  const renderForm = useContext(FormContext);
  const inner = isJsonObject(value) ? value : null;
  const type = typeof inner?.["type"] === "string" ? inner["type"] : spec.default.type;
  const stored: JsonObject = isJsonObject(inner?.["params"] ?? null)
    ? // Just checked; the lookup has to be repeated because an index access isn't narrowed.
      (inner?.["params"] as JsonObject)
    : {};
  const definition = findInnerLayer(type);
  const specs: ParamSpecs = definition?.params ?? {};
  const setOption = (name: string, next: JsonValue, isGesture: boolean) => {
    const { [name]: _old, ...rest } = stored;
    const initial = specs[name];
    const isDefault = initial !== undefined && isSameValue(next, specDefault(initial));
    onChange({ type, params: isDefault ? rest : { ...rest, [name]: next } }, isGesture);
  };
  return (
    <div className="ed-inner">
      <Select
        {...ids}
        value={type}
        options={spec.options.map((option) => ({
          value: option,
          label: findInnerLayer(option)?.title ?? option,
        }))}
        onChange={(chosen) => onChange({ type: chosen, params: {} })}
      />
      {renderForm?.({
        specs,
        stored: [stored],
        onChange: (change) => setOption(change.name, change.value, change.isGesture),
        onGestureEnd,
      })}
    </div>
  );
}
