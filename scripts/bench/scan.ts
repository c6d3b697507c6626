/** The limit that memory sets: an exact scan of all vectors in one array of floats, in plain JavaScript. */
import { summary, timed } from './measure.ts';

export async function measureScan(vectors: Float32Array, dimensions: number, queries: Float32Array[]) {
  const count = vectors.length / dimensions;
  const times: number[] = [];
  for (const query of queries) {
    const { ms } = await timed(async () => {
      let best = Number.NEGATIVE_INFINITY;
      for (let row = 0; row < count; row += 1) {
        const at = row * dimensions;
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        // Four sums that do not wait for one another.
        for (let i = 0; i < dimensions; i += 4) {
          a += (vectors[at + i] as number) * (query[i] as number);
          b += (vectors[at + i + 1] as number) * (query[i + 1] as number);
          c += (vectors[at + i + 2] as number) * (query[i + 2] as number);
          d += (vectors[at + i + 3] as number) * (query[i + 3] as number);
        }
        best = Math.max(best, a + b + c + d);
      }
      return best;
    });
    times.push(ms);
  }
  return summary(times);
}
