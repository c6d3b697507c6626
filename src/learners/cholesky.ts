/** Symmetric positive definite systems, row by row in one flat array. All pure. */

/**
 * The lower triangle L with L·Lᵀ = matrix, `size` numbers a row. A pivot that is 0 but for rounding makes its row and
 * column 0: that unknown is left at 0.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let j = 0; j < size; j += 1) {
    let pivot = matrix[j * size + j] as number;
    for (let k = 0; k < j; k += 1) pivot -= (lower[j * size + k] as number) ** 2;
    if (!(pivot > 1e-12 * (matrix[j * size + j] as number))) continue;
    const root = Math.sqrt(pivot);
    lower[j * size + j] = root;
    for (let i = j + 1; i < size; i += 1) {
      let rest = matrix[i * size + j] as number;
      for (let k = 0; k < j; k += 1)
        rest -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      lower[i * size + j] = rest / root;
    }
  }
  return lower;
}

/** L⁻¹·right. */
export function forward(lower: Float64Array, right: ArrayLike<number>, size: number): Float64Array {
  const half = new Float64Array(size);
  for (let i = 0; i < size; i += 1) {
    const pivot = lower[i * size + i] as number;
    if (pivot === 0) continue;
    let rest = right[i] as number;
    for (let k = 0; k < i; k += 1) rest -= (lower[i * size + k] as number) * (half[k] as number);
    half[i] = rest / pivot;
  }
  return half;
}

/** The x with L·Lᵀ·x = right. */
export function solveWith(lower: Float64Array, right: ArrayLike<number>, size: number): Float64Array {
  const result = forward(lower, right, size);
  for (let i = size - 1; i >= 0; i -= 1) {
    const pivot = lower[i * size + i] as number;
    if (pivot === 0) continue;
    let rest = result[i] as number;
    for (let k = i + 1; k < size; k += 1) rest -= (lower[k * size + i] as number) * (result[k] as number);
    result[i] = rest / pivot;
  }
  return result;
}

/** The x with matrix·x = right, for a matrix given by its rows. */
export const solve = (matrix: number[][], right: number[]): number[] =>
  Array.from(solveWith(cholesky(Float64Array.from(matrix.flat()), right.length), right, right.length));
