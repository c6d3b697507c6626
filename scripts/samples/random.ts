/** Seeded randomness (mulberry32 over an FNV-1a hash of the seed's text): the same seed gives the same moves. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(p: number): boolean;
  int(least: number, most: number): number;
  pick<T>(from: readonly T[]): T | undefined;
}

export function seededRandom(seed: string): Random {
  let state = 2166136261;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    chance: (p) => next() < p,
    int: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (from) => from[Math.floor(next() * from.length)],
  };
}
