/** Times of repeated work, in milliseconds. */
export interface Times {
  p50: number;
  p99: number;
  runs: number;
}

export const percentile = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

export function summary(times: number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), runs: times.length };
}

export async function timed<R>(work: () => Promise<R>): Promise<{ ms: number; value: R }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}

/** Two ways of doing the same, in turns, so that whatever else the machine does meets both. The first rounds warm up. */
export async function inTurns<A, B>(
  rounds: number,
  one: (round: number) => Promise<A>,
  other: (round: number) => Promise<B>,
  warmUp = 5,
): Promise<{ one: Times; other: Times }> {
  const times: { one: number[]; other: number[] } = { one: [], other: [] };
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const first = await timed(() => one(round));
    const second = await timed(() => other(round));
    if (round < warmUp) continue;
    times.one.push(first.ms);
    times.other.push(second.ms);
  }
  return { one: summary(times.one), other: summary(times.other) };
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
