import type { JsonValue } from "#shared/base/json.ts";
import type { ParamSpecs, StoredParams } from "#shared/layers/params.ts";
import { useResolver } from "../formulas.ts";
import { FormContext } from "./control.ts";
import type { ParamFormProps } from "./control.ts";
import { ParamField } from "./ParamField.tsx";
import { valueOf } from "./paramEdits.ts";

const groupTitles = [
  { group: "main", title: null },
  { group: "initialisation", title: "Initialisation" },
  { group: "regularisation", title: "Regularisation" },
  { group: "advanced", title: "More" },
] as const;

const renderForm = (props: ParamFormProps) => <ParamForm {...props} />;

/** One field for every option of a layer, made from the layer's definition. */
export function ParamForm(props: ParamFormProps) {
  const resolve = useResolver();
  const shown = Object.entries(props.specs).filter(([, spec]) =>
    props.stored.every(
      (stored) => spec.isShown?.(withDefaults(props.specs, resolve(stored))) ?? true,
    ),
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

function withDefaults(
  specs: ParamSpecs,
  stored: StoredParams,
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, valueOf(spec, stored, name)]),
  );
}
