import { useId, type ReactNode } from "react";
import { CircleHelp } from "lucide-react";
import { classNames } from "./classNames.ts";
import { Icon } from "./Icon.tsx";
import { Tooltip } from "./Tooltip.tsx";
import "./field.css";

export interface FieldIds {
  /** For the control. */
  readonly id: string;
  /** For the control's `aria-describedby`: help and error. */
  readonly describedBy: string;
}

export interface FieldProps {
  readonly label: string;
  /** What it does, its unit, when to change it. */
  readonly help?: ReactNode;
  readonly error?: string | null;
  /** Beside the control, such as a reset button. */
  readonly aside?: ReactNode;
  readonly layout?: "row" | "stacked";
  readonly children: (ids: FieldIds) => ReactNode;
}

/** A labelled control with its help and error, tied together for assistive technology. */
export function Field({ label, help, error, aside, layout = "row", children }: FieldProps) {
  const id = useId();
  const describedBy = `${id}-more`;
  return (
    <div className={classNames("nl-field", layout === "stacked" && "is-stacked")}>
      <label className="nl-field-label" htmlFor={id}>
        {label}
      </label>
      <div className="nl-field-control">
        {children({ id, describedBy })}
        {aside}
      </div>
      {/* After the control, so that Tab comes to the control first. */}
      {help !== undefined && (
        <Tooltip text={help} side="left">
          <button type="button" className="nl-help" aria-label={`About ${label}`}>
            <Icon of={CircleHelp} size={13} />
          </button>
        </Tooltip>
      )}
      <div id={describedBy} className="nl-field-more">
        {help !== undefined && <span className="nl-visually-hidden">{help}</span>}
        {error !== undefined && error !== null && (
          <span className="nl-field-error" role="alert">
            {error}
          </span>
        )}
      </div>
    </div>
  );
}
