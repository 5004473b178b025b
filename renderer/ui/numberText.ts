export interface NumberLimits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly isInteger?: boolean | undefined;
  /** An empty field means null. */
  readonly isNullable?: boolean | undefined;
}

export type NumberReading =
  | { readonly kind: "value"; readonly value: number | null }
  | { readonly kind: "problem"; readonly message: string };

/** What a person typed into a number field: `1e-3`, `0,5`, `1,024`, `10 000` and `` (null where allowed) are understood. */
export function readNumber(text: string, limits: NumberLimits): NumberReading {
  const trimmed = text.trim();
  if (trimmed === "") {
    return limits.isNullable === true
      ? { kind: "value", value: null }
      : { kind: "problem", message: "Enter a number." };
  }
  const value = Number(normaliseNumber(trimmed));
  if (!Number.isFinite(value)) return { kind: "problem", message: `“${trimmed}” is not a number.` };
  if (limits.isInteger === true && !Number.isInteger(value)) {
    return { kind: "problem", message: "Enter a whole number." };
  }
  if (limits.min !== undefined && value < limits.min) {
    return { kind: "problem", message: `The least is ${limits.min}.` };
  }
  if (limits.max !== undefined && value > limits.max) {
    return { kind: "problem", message: `The most is ${limits.max}.` };
  }
  return { kind: "value", value };
}

/** The next value for an arrow key or a drag: whole steps for integers, a twentieth of the magnitude otherwise. */
export function stepNumber(value: number, steps: number, limits: NumberLimits): number {
  const { min = -Infinity, max = Infinity } = limits;
  if (limits.isInteger === true) return Math.min(max, Math.max(min, Math.round(value) + steps));
  const magnitude = value === 0 ? 0.1 : 10 ** Math.floor(Math.log10(Math.abs(value)));
  const stepped = value + (steps * magnitude) / 10;
  const rounded = Number(stepped.toPrecision(6));
  // Lest 0.01 − 0.001 × 10 lands on exactly nothing on the way to a smaller magnitude.
  const kept = rounded === 0 && value > 0 && min >= 0 ? value / 10 : rounded;
  return Math.min(max, Math.max(min, kept));
}

function normaliseNumber(text: string): string {
  const compact = text.replace(/[\s_\u00a0\u2009\u202f]/g, "");
  if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(compact)) return compact.replaceAll(",", "");
  return /^[-+]?\d*,\d+(e[-+]?\d+)?$/i.test(compact) ? compact.replace(",", ".") : compact;
}
