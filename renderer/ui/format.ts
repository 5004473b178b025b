/** Numbers for people: thin grouping, three telling digits, units in words. */
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `9,248` up to a hundred thousand, then `1.23 M`; `1.5e+16` where no unit's name is left. */
export function formatLarge(value: number): string {
  if (Math.abs(value) < 100_000) return grouped.format(value);
  if (Math.abs(value) >= 1e15) return value.toExponential(1);
  const units = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "K"],
  ] as const;
  const [size, unit] = units.find(([limit]) => Math.abs(value) >= limit) ?? [1, ""];
  return `${trimZeros((value / size).toPrecision(3))} ${unit}`.trim();
}

/** `9,248`: every digit. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** Every digit up to a million, which people compare with papers and lecture notes; then `60.97 M`. */
export function formatExact(value: number): string {
  return value < 1_000_000 ? grouped.format(value) : `${(value / 1_000_000).toFixed(2)} M`;
}

/** `98 kB`, decimal units as file managers show them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${value < 10 ? trimZeros(value.toFixed(1)) : Math.round(value)} ${units[index] ?? ""}`;
}

/** `41 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = seconds % 60;
    return rest === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${rest} s`;
  }
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `just now`, `5 min`, `2 h`, `Tue`, `12 Nov`, `12 Nov 2024`. */
export function formatWhen(thenMs: number, nowMs = Date.now()): string {
  const age = nowMs - thenMs;
  if (age < 60_000) return "just now";
  if (age < 3_600_000) return `${Math.floor(age / 60_000)} min`;
  if (age < 43_200_000) return `${Math.floor(age / 3_600_000)} h`;
  const then = new Date(thenMs);
  if (age < 6 * 86_400_000) return then.toLocaleDateString("en-GB", { weekday: "short" });
  const isThisYear = then.getFullYear() === new Date(nowMs).getFullYear();
  return then.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
  });
}

/** A loss or metric by its logged name: shares as `98.1 %`, the rest with three telling digits. */
export function formatMetric(name: string, value: number): string {
  if (!Number.isFinite(value)) return "not a number";
  return isShare(name) ? `${(value * 100).toFixed(1)} %` : formatNumber(value);
}

/** `0.0613`, `1.2e-7`, `12,345`. */
export function formatNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential(1);
  if (size >= 10_000) return formatLarge(value);
  return trimZeros(value.toPrecision(size >= 1000 ? 4 : 3));
}

/** Whether a metric is a share between 0 and 1. */
function isShare(name: string): boolean {
  return /(accuracy|precision|recall|f1|auc|iou)$/i.test(name);
}

/** `valRmse` → `RMSE`, `topK5Accuracy` → `top-5 accuracy`; training and validation share it. */
export function metricTitle(name: string): string {
  const base = name.replace(/^val(?=[A-Z])/, "");
  const known = shortNames.get(base.toLowerCase());
  if (known !== undefined) return known;
  const [, most] = /^topK(\d+)Accuracy$/i.exec(base) ?? [];
  if (most !== undefined) return `top-${most} accuracy`;
  const words = base
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
  return words.toLowerCase();
}

const shortNames = new Map([
  ["r2", "R²"],
  ["mse", "MSE"],
  ["rmse", "RMSE"],
  ["mae", "MAE"],
  ["mape", "MAPE"],
  ["f1", "F1"],
  ["auc", "AUC"],
  ["prauc", "PR AUC"],
  ["meaniou", "mean IoU"],
]);

function trimZeros(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}
