import type { ColumnProfile } from "#shared/datasets/profileColumns.ts";

const shownCategories = 12;

/** How a column's values are spread: numbers in equal bins, categories by frequency. Decorative beside the figures. */
export function ColumnHistogram({
  profile,
  isTarget,
}: {
  readonly profile: ColumnProfile;
  readonly isTarget: boolean;
}) {
  const counts = listCounts(profile);
  const most = Math.max(1, ...counts);
  const width = 100 / Math.max(1, counts.length);
  return (
    <svg
      className="nl-data-histogram"
      data-target={isTarget ? "" : undefined}
      viewBox="0 0 100 34"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {counts.map((count, index) => {
        const height = count === 0 ? 0 : Math.max(1.5, (33 * count) / most);
        return (
          <rect
            // Bars have no identity beyond their place.
            key={index}
            x={index * width + width * 0.06}
            width={width * 0.88}
            y={34 - height}
            height={height}
            rx={0.8}
          />
        );
      })}
    </svg>
  );
}

function listCounts({
  numbers,
  numberCount,
  textCount,
  categories,
}: ColumnProfile): readonly number[] {
  if (numbers && numberCount >= textCount && !(categories.length > 0 && categories.length <= 8)) {
    return numbers.histogram;
  }
  return categories.slice(0, shownCategories).map(({ count }) => count);
}
