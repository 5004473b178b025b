import type { Random } from "../base/random.ts";

/**
 * A matrix, row by row, whose columns (or rows, where there are fewer of them) are orthonormal, times `gain`; uniform
 * among all such (Saxe et al. 2013, https://arxiv.org/abs/1312.6120). tfjs's own way is made of thousands of small tensor
 * operations (tfjs-layers src/initializers.ts, `linalg.qr`): minutes for the recurrent kernel of an LSTM of 256 units.
 */
export function makeOrthogonal(
  rows: number,
  columns: number,
  options: { readonly gain: number; readonly random: Random },
): Float32Array {
  const { gain, random } = options;
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < Math.min(rows, columns)) {
    const vector = Float64Array.from({ length }, () => random.nextNormal());
    const before = measure(vector);
    removeAll(vector, vectors);
    // Once more where much was taken away, because rounding is then large beside what is left.
    if (measure(vector) < 0.7 * before) removeAll(vector, vectors);
    const norm = measure(vector);
    if (norm < 1e-8) continue; // As good as dependent on the others: draw again.
    vectors.push(vector.map((value) => value / norm));
  }
  const result = new Float32Array(rows * columns);
  vectors.forEach((vector, which) => {
    vector.forEach((value, at) => {
      const index = rows >= columns ? at * columns + which : which * columns + at;
      result[index] = gain * value;
    });
  });
  return result;
}

/** Gram–Schmidt: takes away what lies along each of the orthonormal vectors. */
function removeAll(vector: Float64Array, vectors: readonly Float64Array[]): void {
  const { length } = vector;
  for (const other of vectors) {
    let along = 0;
    for (let at = 0; at < length; at++) along += (vector[at] ?? 0) * (other[at] ?? 0);
    for (let at = 0; at < length; at++) vector[at] = (vector[at] ?? 0) - along * (other[at] ?? 0);
  }
}

function measure(vector: Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}
