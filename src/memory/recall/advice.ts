/** Of the strategies that a search found, those that are told: near enough, best first, none that says the same twice. */
import type { Random } from '../../learners/random.ts';
import type { Strategy } from '../../types.ts';
import type { Near } from './candidates.ts';
import { diverse } from './diverse.ts';
import { worth } from './evidence.ts';
import { drawn } from './explore.ts';
import { BESIDE_BEST, FLOOR, floorOf, near, reaching } from './floor.ts';

export interface AdviceQuery {
  project: string;
  k: number;
  now?: Date;
  floor?: boolean;
  explore?: { share: number; random: Random };
}

/** Advice that is told; `explored` stands in the place of a better known one, to be tried. */
export type Advice = Near<Strategy> & { explored?: true };

/** Which strategies are searched: what is stale is told only where there is nothing else. */
export const TOLD = { status: ['active', 'candidate', 'stale'] };

/** What a strategy is judged by. */
export const passagesOf = ({ situation, suggestion, seen_at }: Strategy): string[] => [
  situation,
  suggestion,
  ...seen_at,
];

/** How many each search hands over: the more are asked for, the more are weighed. */
export const wideFor = (k: number): number => Math.min(48, 16 + 2 * k);

export function adviceFrom(found: Near<Strategy>[], query: AdviceQuery): Advice[] {
  const { project, k, now, floor = true } = query;
  // The asker's own project comes first, whatever others know.
  const own = (record: Strategy) =>
    Number(record.project === project || record.projects?.includes(project) === true);
  const given = found.filter(({ record }) => record.kind === 'given');
  const learned = found.filter(({ record }) => record.kind !== 'given');
  const fitting = [
    ...near(given, FLOOR.given, project, floor, BESIDE_BEST.given),
    ...reaching(learned, ({ record }) => floorOf(record), project, floor),
  ];
  const fresh = fitting.filter(({ record }) => record.status !== 'stale');
  const advice = (fresh.length > 0 ? fresh : fitting)
    .map((hit) => ({ ...hit, score: worth(hit, now) }))
    .sort((a, b) => own(b.record) - own(a.record) || b.score - a.score);
  const { explore } = query;
  const told = diverse(advice, ({ record }) => record.suggestion, explore ? advice.length : k);
  return explore ? drawn(told, k, explore) : told;
}
