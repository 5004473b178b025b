import { RotateCcw } from "lucide-react";
import type { JsonValue } from "#shared/base/json.ts";
import { specDefault } from "#shared/layers/readParams.ts";
import type { ParamSpec, ParamSpecs, StoredParams } from "#shared/layers/params.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { FormContext } from "./control.ts";
import type { ParamFormProps } from "./control.ts";
import { ParamControl } from "./ParamControl.tsx";
import { describeRange, findValueFault, isSameValue, valueOf, withLabel } from "./paramEdits.ts";

const groupTitles = [
  { group: "main", title: null },
  { group: "initialisation", title: "Initialisation" },
  { group: "regularisation", title: "Regularisation" },
  { group: "advanced", title: "More" },
] as const;

const renderForm = (props: ParamFormProps) => <ParamForm {...props} />;

/** One field for every option of a layer, made from the layer's definition. */
export function ParamForm(props: ParamFormProps) {
  const shown = Object.entries(props.specs).filter(([, spec]) =>
    props.stored.every((stored) => spec.isShown?.(withDefaults(props.specs, stored)) ?? true),
  );
  return (
    <FormContext.Provider value={renderForm}>
      {groupTitles.map(({ group, title }) => {
        const fields = shown.filter(([, spec]) => (spec.group ?? "main") === group);
        if (fields.length === 0) return null;
        const controls = fields.map(([name, spec]) => (
          <ParamField key={name} name={name} spec={spec} form={props} />
        ));
        if (title === null || group === "initialisation") {
          return (
            <section key={group} className="ed-params" aria-label={title ?? "Properties"}>
              {title !== null && <h3 className="ed-section">{title}</h3>}
              {controls}
            </section>
          );
        }
        const changed = fields.filter(([name]) =>
          props.stored.some((stored) => Object.hasOwn(stored, name)),
        );
        return (
          <details key={group} className="ed-params" open={changed.length > 0}>
            <summary className="ed-section">
              {title}
              <span>{changed.length > 0 ? `${changed.length} set` : fields.length}</span>
            </summary>
            {controls}
          </details>
        );
      })}
    </FormContext.Provider>
  );
}

function ParamField(props: {
  readonly name: string;
  readonly spec: ParamSpec;
  readonly form: ParamFormProps;
}) {
  const { name, spec, form } = props;
  const values = form.stored.map((stored) => valueOf(spec, stored, name));
  const first = values[0] ?? specDefault(spec);
  const isMixed = values.some((value) => !isSameValue(value, first));
  const isChanged = isMixed || !isSameValue(first, specDefault(spec));
  const issue = form.issues?.get(name);
  const fault = findValueFault(spec, first);
  const change = (value: JsonValue, isGesture = false) =>
    form.onChange({ name, spec, value, isGesture });
  const isWide = spec.kind === "layer" || spec.kind === "enumList";
  return (
    <div className="ed-param" data-param={name} data-changed={isChanged ? "" : undefined}>
      <Field
        label={labelOf(spec)}
        help={
          <span>
            {spec.help} <span className="ed-range">{describeRange(spec)}</span>
          </span>
        }
        error={isMixed ? null : issue === undefined ? fault : withLabel(spec, issue)}
        layout={isWide ? "stacked" : "row"}
        aside={
          isChanged ? (
            <IconButton
              icon={RotateCcw}
              label={`Reset ${spec.label.toLowerCase()} to its default`}
              iconSize={12}
              className="ed-reset"
              onClick={() => change(specDefault(spec))}
            />
          ) : null
        }
      >
        {(ids) => (
          <ParamControl
            ids={ids}
            spec={spec}
            value={first}
            isMixed={isMixed}
            onChange={change}
            onGestureEnd={form.onGestureEnd}
          />
        )}
      </Field>
    </div>
  );
}

function withDefaults(
  specs: ParamSpecs,
  stored: StoredParams,
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, valueOf(spec, stored, name)]),
  );
}

/** Under "Initialisation" the word needn't be said again: "Kernel initializer" → "Kernel". */
function labelOf(spec: ParamSpec): string {
  return spec.group === "initialisation" ? spec.label.replace(/ initializer$/, "") : spec.label;
}
