import type { Point } from "#shared/training/curves.ts";

/** A line of a chart. */
export interface Curve {
  readonly label: string;
  readonly color: `--${string}`;
  readonly points: readonly Point[];
  /** Thin and pale, for measured values behind a smoothed line or one of epochs. */
  readonly isRaw?: boolean;
  readonly isDashed?: boolean;
  /** The values that it smooths. */
  readonly measured?: readonly Point[];
  /** Left out of the legend, where another line stands for it. */
  readonly isUnlisted?: boolean;
}
