/**
 * Histories of one strategy, drawn from a seed: run after run asks what is known, is shown it or not, and ends well or
 * badly; after every one the rules of its life are asked, until it is retired or the runs are over. The facts and the
 * counts are those of the server: `armOf`, `usesOf`, `credit`, `moved`. Counting thousands of uses anew after each run
 * would take hours, so in between they are added up here, and what came out is held against `credit()` at the end.
 */
import { armOf } from '../../src/learners/arm.ts';
import { canonicalJson } from '../../src/learners/content-id.ts';
import { createRandom } from '../../src/learners/random.ts';
import { credit, moved } from '../../src/learning/strategies/standing.ts';
import { usesOf } from '../../src/learning/uses.ts';
import type { Counted, Retrieval, Strategy, Trajectory, Use } from '../../src/types.ts';

export interface Case {
  /** What runs reach that are not shown it, 0..1. */
  base: number;
  /** What being shown it adds, -1..1. */
  effect: number;
  /** What there is to compare with: runs held out, attempts without it where it was learned, other runs of its project. */
  against: 'withheld' | 'without' | 'project';
  /** Share of tasks held out. */
  holdout?: number;
  /** Attempts at each task; above one, all of a task end alike in half of the tasks. */
  attempts?: number;
}

/** Whether a strategy is retired, by the counts so far. */
export type Rule = (strategy: Strategy) => boolean;

export interface Ending {
  /** Runs that were shown it until it was retired; undefined where it never was. */
  shown?: number;
  /** These, and those from which it was withheld meanwhile. */
  asked?: number;
  confirmed: boolean;
}

const AT = '2026-01-31T12:00:00.000Z';
const NOW = new Date(AT);
const ID = 'strat_drawn';

/** The rules as they are. */
export const isRetired: Rule = (strategy) => {
  const { status } = moved(strategy, { now: NOW });
  return status === 'stale' || status === 'archived';
};

/** One history of at most `most` runs that are shown it. */
export function historyOf(of: Case, seed: number, most: number, rule: Rule = isRetired): Ending {
  const random = createRandom(seed);
  const { holdout = 0, attempts = 1 } = of;
  const strategy = strategyFor(of, random);
  const [shown, withheld] = [counter(), counter()];
  const facts: [Trajectory, Retrieval][] = [];
  let now = strategy;
  while (shown.counted().tried < most) {
    const task = `${seed}-${Math.floor(facts.length / attempts)}`;
    const arm = armOf('shop', { id: task, description: task }, holdout);
    const rate = of.base + (arm === 'withheld' ? 0 : of.effect);
    const isFirst = facts.length % attempts === 0;
    const [last] = facts.at(-1) ?? [];
    const isAlike = attempts > 1 && createRandom(Math.floor(facts.length / attempts) + seed)() < 0.5;
    const drawn = random() < rate;
    const success = !isFirst && isAlike && last ? last.outcome.success === true : drawn;
    facts.push([runOf(seed, facts.length, task, success), retrievalOf(seed, facts.length, arm, holdout)]);
    (arm === 'withheld' ? withheld : shown).add(task, success);
    now = counted(strategy, shown, withheld);
    if (rule(now)) {
      agree(now, facts, strategy);
      return { shown: shown.counted().tried, asked: facts.length, confirmed: false };
    }
  }
  agree(now, facts, strategy);
  return { confirmed: rule === isRetired && isHelpful(now) };
}

const isHelpful = (strategy: Strategy): boolean =>
  moved({ ...strategy, status: 'candidate', status_why: '' }, { now: NOW }).status === 'active';

/** Learned from three runs that all worked: a contrast within tasks. Others are drawn at the rate without it. */
function strategyFor({ base, against }: Case, random: () => number): Strategy {
  const draw = (tried: number): Counted => {
    const worked = Array.from({ length: tried }, random).filter((drawn) => drawn < base).length;
    return { worked, tried, votes: { worked, failed: tried - worked } };
  };
  return {
    id: ID,
    at: AT,
    project: 'shop',
    derived_from: [],
    trust: 1,
    kind: 'contrast',
    situation: 'When a check fails',
    abstractable: false,
    suggestion: 'Run `make tables`.',
    seen_at: [],
    pitfalls: [],
    parameters: [],
    evidence: {
      worked: 3,
      tried: 3,
      from: ['traj_1', 'traj_2', 'traj_3'],
      tasks: against === 'without' ? 24 : 3,
      judged: 3,
      firm: true,
      votes: { worked: 3, failed: 0 },
      ...(against === 'without' ? { without: tallyOf(draw(24)) } : {}),
      ...(against === 'withheld' ? {} : { base: draw(300) }),
    },
    status: 'active',
    status_why: 'judged runs succeeded with it more often than without',
    method: 'heuristic',
  };
}

const tallyOf = ({ worked, tried }: Counted) => ({ worked, tried });

/** Adds up what `tallyUses` counts, of runs judged by a test and shown in the first place. */
function counter() {
  const tasks = new Map<string, { good: number; bad: number }>();
  const sum = { worked: 0, tried: 0, judged: 0, votes: { worked: 0, failed: 0 } };
  return {
    add(task: string, success: boolean): void {
      const seen = tasks.get(task) ?? { good: 0, bad: 0 };
      const before = seen.good + seen.bad;
      sum.votes.worked -= before ? seen.good / before : 0;
      sum.votes.failed -= before ? seen.bad / before : 0;
      if (success && seen.good === 0) sum.judged += 1;
      if (success) seen.good += 1;
      else seen.bad += 1;
      sum.votes.worked += seen.good / (before + 1);
      sum.votes.failed += seen.bad / (before + 1);
      sum.worked += Number(success);
      sum.tried += 1;
      tasks.set(task, seen);
    },
    counted: (): Counted => sum,
    used: () => ({ ...sum, votes: { ...sum.votes }, tasks: tasks.size, last: AT }),
  };
}
type Counter = ReturnType<typeof counter>;

function counted(strategy: Strategy, shown: Counter, withheld: Counter): Strategy {
  const of = ({ worked, tried, votes }: Counted): Counted => ({ worked, tried, votes: { ...votes } });
  const evidence = {
    ...strategy.evidence,
    ...(shown.counted().tried > 0 ? { used: shown.used() } : {}),
    ...(withheld.counted().tried > 0
      ? { withheld: { ...of(withheld.counted()), shown: of(shown.counted()) } }
      : {}),
  };
  return { ...strategy, evidence };
}

function runOf(seed: number, nth: number, task: string, success: boolean): Trajectory {
  return {
    id: `traj_${seed}_${nth}`,
    at: AT,
    project: 'shop',
    derived_from: [],
    trust: 1,
    task: { id: task, description: task },
    steps: [],
    outcome: { success },
  };
}

const retrievalOf = (seed: number, nth: number, arm: Retrieval['arm'], holdout: number): Retrieval => ({
  id: `ret_${seed}_${nth}`,
  at: AT,
  project: 'shop',
  derived_from: [],
  trust: 1,
  task: '',
  known: true,
  shown: arm === 'withheld' ? [] : [ID],
  ...(arm ? { arm, holdout } : {}),
  ...(arm === 'withheld' ? { withheld: [ID] } : {}),
});

/** What was added up must be what the server counts from the same facts. */
function agree(now: Strategy, facts: [Trajectory, Retrieval][], strategy: Strategy): void {
  const uses: Use[] = facts.flatMap(([run, retrieval]) => usesOf(run, retrieval));
  const base = strategy.evidence.base;
  const real = credit(strategy, new Map([[ID, uses]]), base && (() => base));
  const figures = ({ evidence: { used, withheld, base: others } }: Strategy) =>
    canonicalJson(JSON.parse(JSON.stringify([used, withheld, others], sixDigits)));
  if (figures(now) !== figures(real))
    throw new Error(`the counts differ: ${figures(now)} against ${figures(real)}`);
}

const sixDigits = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value;
