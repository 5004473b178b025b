/** Row-major matrices: `product` [rows, columns] = left [rows, inner] · right [inner, columns], either one stored transposed. */
export interface Product {
  readonly left: Float32Array;
  readonly right: Float32Array;
  /** Zeros; the result is added. */
  readonly product: Float32Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Four rows of the right matrix at a time, so that each pass over a row of the product does four products. */
export function multiply(task: Product): void {
  const { left, rows, inner, columns, transposeA, transposeB } = task;
  // A transposed copy costs rows × columns steps, next to nothing beside the product.
  const right = transposeB ? transpose(task.right, columns, inner) : task.right;
  const { product } = task;
  // Element [row, index] of the left matrix lies at row * rowStep + index * indexStep.
  const rowStep = transposeA ? 1 : inner;
  const indexStep = transposeA ? rows : 1;
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    let from = row * rowStep;
    let index = 0;
    for (; index + 3 < inner; index += 4) {
      // Reads inside the arrays' bounds by construction; ?? 0 satisfies the type and costs nothing measurable.
      const a0 = left[from] ?? 0;
      const a1 = left[from + indexStep] ?? 0;
      const a2 = left[from + 2 * indexStep] ?? 0;
      const a3 = left[from + 3 * indexStep] ?? 0;
      from += 4 * indexStep;
      // After ReLU and dropout much is zero, and so are the borders of digits. (Zero times infinity counts as zero here;
      // a loss that is no number still shows by its other terms.)
      if (a0 === 0 && a1 === 0 && a2 === 0 && a3 === 0) continue;
      const b0 = index * columns;
      const b1 = b0 + columns;
      const b2 = b1 + columns;
      const b3 = b2 + columns;
      for (let column = 0; column < columns; column++) {
        product[to + column] =
          (product[to + column] ?? 0) +
          a0 * (right[b0 + column] ?? 0) +
          a1 * (right[b1 + column] ?? 0) +
          a2 * (right[b2 + column] ?? 0) +
          a3 * (right[b3 + column] ?? 0);
      }
    }
    for (; index < inner; index++) {
      const a = left[from] ?? 0;
      from += indexStep;
      const b = index * columns;
      for (let column = 0; column < columns; column++) {
        product[to + column] = (product[to + column] ?? 0) + a * (right[b + column] ?? 0);
      }
    }
  }
}

export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return turned;
}
