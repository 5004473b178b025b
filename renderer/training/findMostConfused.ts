/** The largest off-diagonal cells: what is taken for what. */
export function findMostConfused(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  limit: number,
): readonly { readonly truth: string; readonly predicted: string; readonly count: number }[] {
  return counts
    .flatMap((row, truth) =>
      row.map((count, predicted) => ({
        truth: classes[truth] ?? String(truth),
        predicted: classes[predicted] ?? String(predicted),
        count: truth === predicted ? 0 : count,
      })),
    )
    .filter(({ count }) => count > 0)
    .toSorted((left, right) => right.count - left.count)
    .slice(0, limit);
}
