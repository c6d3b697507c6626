/** Tasks that were drawn under one share, in their two arms. Only such tasks may be compared: shares change with the times. */
import type { Unit } from './unit.ts';

export interface Shares {
  strata: { with: Unit[]; without: Unit[] /** Sums to 1 over the strata. */; weight: number }[];
  /** Tasks under shares that have one arm only: nothing to compare them with. */
  left_out: number;
}

/** Tasks by the share under which they were drawn, weighted as Mantel and Haenszel do: n₁n₀/n. An arm needs `least` of them. */
export function byShare(units: Unit[], least = 1): Shares {
  const shares = new Map<number, { with: Unit[]; without: Unit[] }>();
  for (const unit of units) {
    const arms = shares.get(unit.holdout);
    if (arms === undefined)
      shares.set(unit.holdout, {
        with: unit.arm === 'shown' ? [unit] : [],
        without: unit.arm === 'shown' ? [] : [unit],
      });
    else (unit.arm === 'shown' ? arms.with : arms.without).push(unit);
  }
  const all = [...shares].sort(([a], [b]) => a - b).map(([, arms]) => arms);
  const both = all.filter((arms) => arms.with.length >= least && arms.without.length >= least);
  const counted = both.reduce((sum, arms) => sum + arms.with.length + arms.without.length, 0);
  const weighed = both.map((arms) => ({ ...arms, weight: harmonic(arms.with.length, arms.without.length) }));
  const weights = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return {
    strata: weighed.map((stratum) => ({ ...stratum, weight: stratum.weight / weights })),
    left_out: units.length - counted,
  };
}

const harmonic = (a: number, b: number): number => (a * b) / (a + b);
