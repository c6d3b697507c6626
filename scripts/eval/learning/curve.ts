/**
 * The learning curve: each arm after so many tasks, and the arms against each other. Seeds and tasks are drawn with
 * replacement, both, and an attempt is compared with the same seed's attempt at the same task (paired bootstrap).
 */
import { createRandom } from '../../../src/learners/random.ts';
import { ARMS, type Arm, type Observed } from './study.ts';

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Point {
  experience: number;
  arms: Record<Arm, { success: Interval; retries: Interval; steps: Interval }>;
  /** Knowhow less the other: successes in shares, failing checks per task. */
  over: Record<'none' | 'shuffled', { success: Interval; retries: Interval; steps: Interval }>;
  pairs: Pairs;
}

/** Attempts with memory held against the same attempts without. */
export interface Pairs {
  attempts: number;
  /** Successes that memory won, and lost. */
  won: number;
  lost: number;
  /** Attempts with fewer failing checks, and with more. */
  quicker: number;
  slower: number;
}

const DRAWS = 2_000;
const MEASURES = {
  success: ({ success }: Observed) => Number(success),
  retries: ({ retries }: Observed) => retries,
  steps: ({ steps }: Observed) => steps,
};
type Measure = keyof typeof MEASURES;

export const curve = (observed: Observed[]): Point[] =>
  [...Map.groupBy(observed, ({ experience }) => experience)]
    .sort(([a], [b]) => a - b)
    .map(([experience, at]) => pointOf(experience, at));

function pointOf(experience: number, observed: Observed[]): Point {
  const seeds = [...new Set(observed.map(({ seed }) => seed))];
  const tasks = [...new Set(observed.map(({ task }) => task))];
  const at = new Map(observed.map((each) => [`${each.arm} ${each.seed} ${each.task}`, each]));
  const random = createRandom(7);
  const draw = <T>(from: T[]): T[] => from.map(() => from[Math.floor(random() * from.length)] as T);
  const mean = (arm: Arm, measure: Measure, ofSeeds: number[], ofTasks: string[]) => {
    const values = ofSeeds.flatMap((seed) =>
      ofTasks.flatMap((task) => {
        const one = at.get(`${arm} ${seed} ${task}`);
        return one ? [MEASURES[measure](one)] : [];
      }),
    );
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  };
  const drawn = Array.from({ length: DRAWS }, () => ({ seeds: draw(seeds), tasks: draw(tasks) }));
  const interval = (of: (ofSeeds: number[], ofTasks: string[]) => number): Interval => {
    const sorted = drawn.map((each) => of(each.seeds, each.tasks)).sort((a, b) => a - b);
    return {
      value: of(seeds, tasks),
      low: sorted[Math.floor(0.025 * DRAWS)] ?? 0,
      high: sorted[Math.ceil(0.975 * DRAWS) - 1] ?? 0,
    };
  };
  const all = <T>(of: (measure: Measure) => T) => ({
    success: of('success'),
    retries: of('retries'),
    steps: of('steps'),
  });
  const against = (arm: Arm) =>
    all((measure) => interval((s, t) => mean('knowhow', measure, s, t) - mean(arm, measure, s, t)));
  return {
    experience,
    arms: Object.fromEntries(
      ARMS.map((arm) => [arm, all((measure) => interval((s, t) => mean(arm, measure, s, t)))]),
    ) as Point['arms'],
    over: { none: against('none'), shuffled: against('shuffled') },
    pairs: pairsIn(observed),
  };
}

export interface FamilyFigures {
  family: string;
  success: Record<Arm, number>;
  retries: Record<Arm, number>;
  pairs: Pairs;
}

/** By kind of task, after the most experience: where memory helped and where it hurt. */
export function families(observed: Observed[]): FamilyFigures[] {
  const most = Math.max(...observed.map(({ experience }) => experience));
  const last = observed.filter(({ experience }) => experience === most);
  return [...Map.groupBy(last, ({ family }) => family)].map(([family, at]) => {
    const of = (arm: Arm) => at.filter((each) => each.arm === arm);
    const mean = (arm: Arm, measure: Measure) =>
      of(arm).reduce((sum, each) => sum + MEASURES[measure](each), 0) / Math.max(1, of(arm).length);
    const arms = (measure: Measure) =>
      Object.fromEntries(ARMS.map((arm) => [arm, mean(arm, measure)])) as Record<Arm, number>;
    return { family, success: arms('success'), retries: arms('retries'), pairs: pairsIn(at) };
  });
}

function pairsIn(at: Observed[]): Pairs {
  const bare = new Map(at.filter(({ arm }) => arm === 'none').map((one) => [`${one.seed} ${one.task}`, one]));
  const pairs: Pairs = { attempts: 0, won: 0, lost: 0, quicker: 0, slower: 0 };
  for (const one of at.filter(({ arm }) => arm === 'knowhow')) {
    const without = bare.get(`${one.seed} ${one.task}`);
    if (!without) continue;
    pairs.attempts += 1;
    pairs.won += Number(one.success && !without.success);
    pairs.lost += Number(!one.success && without.success);
    pairs.quicker += Number(one.retries < without.retries);
    pairs.slower += Number(one.retries > without.retries);
  }
  return pairs;
}
