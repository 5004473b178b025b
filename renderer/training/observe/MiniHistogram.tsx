import type { Histogram } from "#shared/training/observations.ts";

/** A histogram the size of a word. Without words: what it shows is told in full in the inspector. */
export function MiniHistogram({ histogram }: { readonly histogram: Histogram }) {
  const { shares } = histogram;
  const most = Math.max(...shares, 1);
  const bars = shares
    .map((share, bin) =>
      share === 0
        ? ""
        : `M${bin + 0.5} 14V${(14 - Math.max(0.8, Math.sqrt(share / most) * 13)).toFixed(1)}`,
    )
    .join("");
  return (
    <svg className="nl-mini-histogram" viewBox="0 0 32 14" aria-hidden="true">
      <path d={bars} />
    </svg>
  );
}
