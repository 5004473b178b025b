import type { Random } from "../../base/random.ts";

const tableSize = 8192;

/**
 * Normal noise for pixels, a hundred times cheaper than drawing each: a table of normals, read from a random place with
 * a random odd stride for every picture, so that no two pictures share a pattern.
 */
export function createPixelNoise(
  deviation: number,
  random: Random,
): () => (index: number) => number {
  const table = Float32Array.from({ length: tableSize }, () => deviation * random.nextNormal());
  return () => {
    const start = random.nextInt(tableSize);
    const stride = 2 * random.nextInt(tableSize / 2) + 1;
    return (index) => table[(start + index * stride) & (tableSize - 1)] ?? 0;
  };
}
