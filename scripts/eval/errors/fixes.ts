/**
 * Is the suggested fix what really fixed it? Patterns are learned from the tasks of four folds; in the fifth every error
 * that its run got past is a question: what did it? The answer is the kind of the act that stood before the success.
 * Knowhow answers with the fix that the error's pattern suggests; the baseline with the fix that worked most often over
 * all errors, whatever they were.
 */
import { createRandom } from '../../../src/learners/random.ts';
import { patternOf } from '../../../src/learning/errors/patterns.ts';
import type { ErrorOccurrence } from '../../../src/types.ts';

export interface Met {
  task: string;
  occurrence: ErrorOccurrence;
  /** True for steps of its run that met no error: only there something was really got past. */
  clean: (step: number) => boolean;
}

/** What got a run past an error: the kind of the act before the first try that met no error whatever. */
const reallyDid = ({ occurrence, clean }: Met): string | undefined => {
  const past = occurrence.attempts.find(({ worked }) => worked);
  return past && clean(past.step) ? past.kind : undefined;
};

/** One error that was got past: whether each answer names what did it. */
interface Asked {
  task: string;
  suggested: number;
  frequent: number;
  perPattern: number;
  silent: number;
}

export interface FixFigures {
  cases: number;
  tasks: number;
  /** Shares of the cases whose fix was named. */
  suggested: number;
  most_frequent: number;
  /** As an upper line: the fix that worked most often at this pattern, however often it failed. */
  most_frequent_at_pattern: number;
  /** Cases where nothing was suggested: counted as wrong. */
  nothing_suggested: number;
  /** Points, with a 95 % interval; tasks are drawn, not cases. */
  difference: { points: number; low: number; high: number };
  /** Of tries that did what was suggested, and of all other tries at the same errors: how many got past it. */
  followed: { tried: number; worked: number };
  otherwise: { tried: number; worked: number };
  lift: { points: number; low: number; high: number };
}

const FOLDS = 5;
const DRAWS = 2_000;

export function fixFigures(met: Met[], foldOf: (task: string) => number, seed = 11): FixFigures {
  const asked: Asked[] = [];
  const tries: { task: string; did: boolean; worked: boolean }[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const learned = learn(met.filter(({ task }) => foldOf(task) % FOLDS !== fold));
    for (const each of met.filter(({ task }) => foldOf(task) % FOLDS === fold)) {
      const { task, occurrence, clean } = each;
      const suggestion = learned.suggested.get(occurrence.pattern);
      for (const { kind, worked, step } of occurrence.attempts)
        if (suggestion !== undefined)
          tries.push({ task, did: kind === suggestion, worked: worked && clean(step) });
      const really = reallyDid(each);
      if (really === undefined) continue;
      asked.push({
        task,
        suggested: Number(suggestion === really),
        frequent: Number(learned.frequent === really),
        perPattern: Number(learned.perPattern.get(occurrence.pattern) === really),
        silent: Number(suggestion === undefined),
      });
    }
  }
  const rate = (of: (each: Asked) => number) =>
    asked.reduce((sum, each) => sum + of(each), 0) / Math.max(1, asked.length);
  const did = tries.filter((each) => each.did);
  const other = tries.filter((each) => !each.did);
  return {
    cases: asked.length,
    tasks: new Set(asked.map(({ task }) => task)).size,
    suggested: rate(({ suggested }) => suggested),
    most_frequent: rate(({ frequent }) => frequent),
    most_frequent_at_pattern: rate(({ perPattern }) => perPattern),
    nothing_suggested: rate(({ silent }) => silent),
    difference: clustered(
      asked.map(({ task, suggested, frequent }) => ({ task, sums: [suggested - frequent, 1] })),
      ([gain = 0, count = 0]) => gain / count,
      seed,
    ),
    followed: { tried: did.length, worked: did.filter(({ worked }) => worked).length },
    otherwise: { tried: other.length, worked: other.filter(({ worked }) => worked).length },
    lift: clustered(
      tries.map(({ task, did: followed, worked }) => ({
        task,
        sums: followed ? [Number(worked), 1, 0, 0] : [0, 0, Number(worked), 1],
      })),
      ([a = 0, n = 0, b = 0, m = 0]) => a / Math.max(1, n) - b / Math.max(1, m),
      seed,
    ),
  };
}

interface Learned {
  suggested: Map<string, string>;
  perPattern: Map<string, string>;
  frequent: string | undefined;
}

function learn(met: Met[]): Learned {
  const suggested = new Map<string, string>();
  const perPattern = new Map<string, string>();
  const all = new Map<string, number>();
  for (const [pattern, same] of Map.groupBy(met, ({ occurrence }) => occurrence.pattern)) {
    const counted = patternOf(
      same.map(({ occurrence }) => occurrence),
      '2026-01-01T00:00:00.000Z',
    );
    const best = counted?.fixes.find(({ fix }) => fix === counted.suggested_fix)?.kind;
    if (best !== undefined) suggested.set(pattern, best);
    const own = new Map<string, number>();
    for (const each of same) {
      const kind = reallyDid(each);
      if (kind === undefined) continue;
      own.set(kind, (own.get(kind) ?? 0) + 1);
      all.set(kind, (all.get(kind) ?? 0) + 1);
    }
    const most = mostOf(own);
    if (most !== undefined) perPattern.set(pattern, most);
  }
  return { suggested, perPattern, frequent: mostOf(all) };
}

const mostOf = (counts: Map<string, number>): string | undefined =>
  [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];

/** A figure over sums, in points, with a 95 % bootstrap interval (Efron & Tibshirani 1993) that draws whole tasks. */
export function clustered(
  rows: { task: string; sums: number[] }[],
  figure: (sums: number[]) => number,
  seed: number,
): { points: number; low: number; high: number } {
  const random = createRandom(seed);
  const tasks = [...Map.groupBy(rows, ({ task }) => task).values()].map((own) =>
    added(own.map(({ sums }) => sums)),
  );
  const drawn = () => added(tasks.map(() => tasks[Math.floor(random() * tasks.length)] ?? []));
  const draws = Array.from({ length: DRAWS }, () => figure(drawn())).sort((a, b) => a - b);
  const points = (share: number | undefined) => Math.round(1_000 * (share ?? 0)) / 10;
  return { points: points(figure(added(tasks))), low: points(draws[49]), high: points(draws[1_949]) };
}

const added = (all: number[][]): number[] =>
  all.reduce((sum, each) => each.map((value, i) => value + (sum[i] ?? 0)), [] as number[]);
