/** Exploration: now and then the last place goes to advice that fits and would not have been told, to find out. */
import { betaQuantile } from '../../learners/beta.ts';
import type { Random } from '../../learners/random.ts';
import { votesOf } from '../../learners/votes.ts';
import type { Strategy } from '../../types.ts';
import type { Near } from './candidates.ts';

/** With fewer places, exploring would take the best advice away. */
const FEWEST_PLACES = 2;

/**
 * The first `k` of what fits; in `share` of the calls the last of them gives its place to one that came after. Which one is
 * drawn by Thompson sampling (Thompson 1933; Chapelle & Li 2011): each by its chance of being the best of them, as its
 * win rate is believed. What is stale is never tried. The draw is only made where there is a choice.
 */
export function drawn<T extends Near<Strategy>>(
  fitting: T[],
  k: number,
  { share, random }: { share: number; random: Random },
): (T & { explored?: true })[] {
  const told = fitting.slice(0, k);
  const others = fitting.slice(k).filter(({ record }) => record.status !== 'stale');
  if (share <= 0 || k < FEWEST_PLACES || others.length === 0 || random() >= share) return told;
  const draws = others.map((hit) => ({ hit, rate: rateDrawn(hit.record, random) }));
  const [first, ...rest] = draws;
  if (!first) return told;
  const { hit } = rest.reduce((best, each) => (each.rate > best.rate ? each : best), first);
  return [...told.slice(0, -1), { ...hit, explored: true as const }];
}

function rateDrawn(strategy: Strategy, random: Random): number {
  const { worked, failed } = votesOf(strategy);
  return betaQuantile(random(), 1 + worked, 1 + failed);
}
