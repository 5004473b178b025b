import "./parts.css";

export interface ProgressBarProps {
  readonly label: string;
  /** 0 to 1; null where not known. */
  readonly value: number | null;
}

export function ProgressBar({ label, value }: ProgressBarProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      className="nl-progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { "aria-valuenow": percent })}
      data-unknown={percent === null ? "" : undefined}
    >
      <span style={{ width: percent === null ? undefined : `${percent}%` }} />
    </div>
  );
}
