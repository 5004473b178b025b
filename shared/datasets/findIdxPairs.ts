import { recogniseIdxName } from "./readIdx.ts";

export interface IdxPair {
  readonly images: string;
  readonly labels: string | null;
}

/** Images with the labels of the same name. Pairs first, training parts before test parts. */
export function findIdxPairs(names: readonly string[]): readonly IdxPair[] {
  const known = names.flatMap((name) => {
    const recognised = recogniseIdxName(name);
    return recognised ? [{ name, ...recognised, stem: findStem(name) }] : [];
  });
  const labels = known.filter(({ content }) => content === "labels");
  return known
    .filter(({ content }) => content === "images")
    .map(({ name, stem, part }) => ({
      images: name,
      labels: labels.find((entry) => entry.stem === stem)?.name ?? null,
      part,
    }))
    .sort(
      (a, b) =>
        Number(a.labels === null) - Number(b.labels === null) ||
        Number(a.part === "test") - Number(b.part === "test"),
    )
    .map(({ images, labels: found }) => ({ images, labels: found }));
}

/** `emnist-letters-train-` of `emnist-letters-train-images-idx3-ubyte.gz`. */
function findStem(name: string): string {
  const lower = name.toLowerCase();
  const end = lower.search(/image|label|idx/);
  return end < 0 ? lower : lower.slice(0, end);
}
