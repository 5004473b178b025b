import { useState, type ComponentProps } from "react";
import { classNames } from "./classNames.ts";
import "./field.css";

export interface TextFieldProps extends Omit<
  ComponentProps<"input">,
  "value" | "onChange" | "type" | "aria-label"
> {
  readonly label?: string;
  readonly value: string;
  readonly describedBy?: string | undefined;
  readonly isInvalid?: boolean;
  /** When the text is committed: with Enter, or by leaving the field. */
  readonly onCommit: (value: string) => void;
}

/** A line of text, committed by Enter or by leaving; Escape takes the typing back. */
export function TextField(props: TextFieldProps) {
  const { label, value, describedBy, isInvalid = false, className, onCommit, ...rest } = props;
  const [draft, setDraft] = useState<string | null>(null);

  const commit = (): void => {
    if (draft !== null && draft !== value) onCommit(draft);
    setDraft(null);
  };
  return (
    <input
      {...rest}
      type="text"
      className={classNames("nl-input", className)}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={isInvalid || undefined}
      value={draft ?? value}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape" && draft !== null) {
          event.stopPropagation();
          setDraft(null);
        }
      }}
    />
  );
}
