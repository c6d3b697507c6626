/**
 * Exposures as the doors record them, with a planted difference.
 *
 * - `exposureOf({ task, arm, success, … })`  one run
 * - `trial({ tasks, holdout, base, lift })`  an experiment: so many tasks, arms drawn, success as planted; `runs` attempts a task
 */
import { createRandom } from '../../../src/learners/random.ts';
import type { Exposure } from '../../../src/types.ts';

export const DAY_MS = 86_400_000;
export const START = Date.parse('2026-01-01T00:00:00Z');
export const NOW = new Date(START + 200 * DAY_MS);

export interface ExposureFacts extends Partial<Omit<Exposure, 'id' | 'derived_from' | 'trust'>> {
  task: string;
}

let made = 0;

export function exposureOf({ task, ...facts }: ExposureFacts): Exposure {
  made += 1;
  const ran_at = facts.ran_at ?? new Date(START + made * 3_600_000).toISOString();
  const trajectory = facts.trajectory ?? `traj_seeded_${made}`;
  return {
    at: ran_at,
    project: 'shop',
    trajectory,
    retrieval: `ret_seeded_${made}`,
    task_key: `task_${facts.project ?? 'shop'}_${task}`,
    records: ['strat_common'],
    success: true,
    judged_by: 'test',
    steps: 10,
    ...facts,
    ran_at,
    id: trajectory.replace('traj_', 'expo_'),
    derived_from: [trajectory],
    trust: 1,
  };
}

export interface TrialFacts {
  tasks: number;
  holdout?: number;
  /** Rate of success without. */
  base?: number;
  /** What being shown something adds. */
  lift?: number;
  runs?: number;
  project?: string;
  judged_by?: Exposure['judged_by'];
  seed?: number;
  /** What each task was, or would have been, shown. */
  records?: (task: number) => string[];
  /** Day of the first task. */
  from?: number;
  /** What a record adds, for tasks that were shown it. */
  adds?: Record<string, number>;
  tokens?: boolean;
  prefix?: string;
}

/** One task a quarter of a day; every `1/holdout`-th on average is held out. */
export function trial(facts: TrialFacts): Exposure[] {
  const {
    tasks,
    holdout = 0.3,
    base = 0.5,
    lift = 0,
    runs = 1,
    project = 'shop',
    judged_by = 'test',
  } = facts;
  const {
    seed = 1,
    records = () => ['strat_common'],
    from = 0,
    adds = {},
    tokens = false,
    prefix = 't',
  } = facts;
  const random = createRandom(seed);
  return Array.from({ length: tasks }, (_, nth) => {
    const arm = random() < holdout ? ('withheld' as const) : ('shown' as const);
    const chosen = records(nth);
    const more = chosen.reduce((sum, id) => sum + (adds[id] ?? 0), lift);
    const rate = arm === 'shown' ? base + more : base;
    return Array.from({ length: runs }, (_, attempt) => {
      const success = random() < rate;
      return exposureOf({
        task: `${prefix}${nth}`,
        project,
        arm,
        holdout,
        records: chosen,
        success,
        judged_by,
        steps: Math.round((arm === 'shown' ? 9 : 12) + 4 * random()),
        ...(tokens
          ? {
              tokens: Math.round((arm === 'shown' ? 18_000 : 21_000) + 6_000 * random()),
              context_tokens: arm === 'shown' ? 400 : 0,
            }
          : {}),
        trajectory: `traj_${project}_${prefix}${nth}_${attempt}`,
        ran_at: new Date(START + from * DAY_MS + nth * 0.25 * DAY_MS + attempt * 600_000).toISOString(),
      });
    });
  }).flat();
}
