import { useId, useRef, useState, type PointerEvent } from "react";
import { classNames } from "./classNames.ts";
import { type NumberLimits, readNumber, stepNumber } from "./numberText.ts";
import "./field.css";

export interface NumberFieldProps extends NumberLimits {
  readonly id?: string;
  readonly label?: string;
  readonly value: number | null;
  readonly unit?: string | undefined;
  readonly placeholder?: string;
  readonly describedBy?: string | undefined;
  readonly isDisabled?: boolean;
  readonly isInvalid?: boolean;
  readonly className?: string;
  /** `isGesture` is true while arrow keys or a drag change it step by step: one undo step in the end. */
  readonly onCommit: (value: number | null, options: { readonly isGesture: boolean }) => void;
  /** The end of such a gesture. */
  readonly onGestureEnd?: () => void;
}

/**
 * A number: type it, step it with the arrow keys (Shift for ten), or drag it sideways. What is typed counts on Enter or
 * on leaving; what can't be read stays in the field with the reason, and the value stays as it was.
 */
export function NumberField(props: NumberFieldProps) {
  const { id, label, value, unit, placeholder, describedBy, isDisabled = false, className } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const drag = useRef<{ x: number; start: number; isMoving: boolean } | null>(null);
  const problemId = useId();
  const reading = draft === null ? null : readNumber(draft, props);
  const problem = reading?.kind === "problem" ? reading.message : null;

  const commit = (): void => {
    if (reading === null) return;
    if (reading.kind === "problem") return;
    if (reading.value !== value) props.onCommit(reading.value, { isGesture: false });
    setDraft(null);
  };
  const step = (steps: number): void => {
    const from = reading?.kind === "value" ? (reading.value ?? 0) : (value ?? 0);
    setDraft(null);
    props.onCommit(stepNumber(from, steps, props), { isGesture: true });
  };

  const onPointerDown = (event: PointerEvent<HTMLInputElement>): void => {
    if (event.button !== 0 || isDisabled || value === null) return;
    if (document.activeElement === event.currentTarget) return;
    drag.current = { x: event.clientX, start: value, isMoving: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLInputElement>): void => {
    const from = drag.current;
    if (from === null) return;
    const distance = event.clientX - from.x;
    if (!from.isMoving && Math.abs(distance) < 4) return;
    from.isMoving = true;
    event.currentTarget.blur();
    const next = stepNumber(from.start, Math.trunc(distance / 4), props);
    if (next !== value) props.onCommit(next, { isGesture: true });
  };
  const onPointerUp = (event: PointerEvent<HTMLInputElement>): void => {
    const wasMoving = drag.current?.isMoving ?? false;
    drag.current = null;
    if (wasMoving) props.onGestureEnd?.();
    else if (document.activeElement === event.currentTarget && draft === null) {
      event.currentTarget.select();
    }
  };

  return (
    <span className="nl-number">
      <input
        id={id}
        type="text"
        inputMode={props.isInteger === true ? "numeric" : "decimal"}
        autoComplete="off"
        spellCheck={false}
        className={classNames("nl-input is-number is-scrubbable", className)}
        aria-label={label}
        aria-describedby={classNames(describedBy, problem !== null && problemId) || undefined}
        aria-invalid={problem !== null || props.isInvalid === true || undefined}
        disabled={isDisabled}
        placeholder={placeholder}
        value={draft ?? (value === null ? "" : String(value))}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onKeyUp={(event) => {
          if (event.key === "ArrowUp" || event.key === "ArrowDown") props.onGestureEnd?.();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          else if (event.key === "Escape" && draft !== null) {
            event.stopPropagation();
            setDraft(null);
          } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
            event.preventDefault();
            step((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
          }
        }}
      />
      {unit !== undefined && <span className="nl-number-unit">{unit}</span>}
      {problem !== null && (
        <span id={problemId} role="alert" className="nl-number-problem">
          {problem}
        </span>
      )}
    </span>
  );
}
