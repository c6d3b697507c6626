/**
 * Failure prediction, within tasks: of two attempts at one task, one that ended well and one that did not, which gets the
 * higher probability from its first steps? Both are held out, with all other attempts at their task (folds of tasks);
 * what is asked went through a real store. Tasks with mixed outcomes only, tasks drawn with replacement for intervals.
 */
import { createRandom } from '../../../src/learners/random.ts';
import { fitPredictor } from '../../../src/learning/predict/fit.ts';
import { judgedRuns, predictWith } from '../../../src/learning/predict/predict.ts';
import { type TrajectoryDraft, TrajectoryInput } from '../../../src/types.ts';
import { plainBm25 } from '../bm25.ts';
import type { RunSet } from '../sets.ts';
import { importRuns, PROJECT, withStore } from '../stores.ts';

const FOLDS = 10;
const DRAWS = 2_000;
const MOST_TEXT = 8_000;

export interface Share {
  value: number;
  low: number;
  high: number;
}

export interface PairFigures {
  knowhow: Share;
  bm25: Share;
  /** Knowhow less BM25, and less chance. */
  over_bm25: Share;
  over_chance: Share;
}

export interface PredictionFigures {
  set: string;
  runs: number;
  tasks: number;
  mixed: number;
  pairs: number;
  /** Runs for which Knowhow said that it cannot tell; a pair of them counts as a tie. */
  silent: number;
  /** Each run cut at half of its own steps, which gives away how long it was. */
  first_half: PairFigures;
  /** Both runs of a pair cut at the same step: half of the shorter one. */
  same_step: PairFigures;
}

interface Attempt {
  task: string;
  draft: TrajectoryDraft;
  success: boolean;
  half: number;
}

/** One pair, by ranker: 1 where the success got more, 0.5 for a tie. */
interface Pair {
  task: string;
  knowhow: number;
  bm25: number;
}

export async function predictionFigures(set: RunSet): Promise<PredictionFigures> {
  const attempts: Attempt[] = set.runs.flatMap(({ task, draft }) =>
    draft.outcome.success === null || draft.steps.length < 2
      ? []
      : [
          {
            task,
            draft,
            success: draft.outcome.success,
            half: Math.max(1, Math.floor(draft.steps.length / 2)),
          },
        ],
  );
  const byTask = Map.groupBy(attempts, ({ task }) => task);
  const mixed = [...byTask].filter(([, all]) => new Set(all.map(({ success }) => success)).size === 2);
  const tasks = [...byTask.keys()];
  const halves: Pair[] = [];
  const levels: Pair[] = [];
  let silent = 0;
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const out = new Set(tasks.filter((_, i) => i % FOLDS === fold));
    const asked = mixed.filter(([task]) => out.has(task));
    if (asked.length === 0) continue;
    const kept = attempts.filter(({ task }) => !out.has(task));
    await withStore(async (ctx) => {
      await importRuns(ctx, kept);
      const judged = await judgedRuns(ctx, PROJECT);
      const fitted = fitPredictor(judged);
      const knowhow = remembering(({ draft }, steps) => {
        const run = TrajectoryInput.parse({ ...draft, steps: draft.steps.slice(0, steps) });
        const { probability } = predictWith(fitted, judged, { ...run, project: PROJECT });
        if (probability === null) silent += 1;
        return probability ?? 0.5;
      });
      const rank = plainBm25(kept.map((attempt) => textOf(attempt, attempt.half)));
      const bm25 = remembering((attempt, steps) => {
        const nearest = kept[rank(textOf(attempt, steps))[0] ?? -1];
        return nearest === undefined ? 0.5 : Number(nearest.success);
      });
      for (const [task, all] of asked) {
        for (const good of all.filter(({ success }) => success)) {
          for (const bad of all.filter(({ success }) => !success)) {
            const level = Math.min(good.half, bad.half);
            const won = (score: (attempt: Attempt, steps: number) => number, a: number, b: number) =>
              (Math.sign(score(good, a) - score(bad, b)) + 1) / 2;
            halves.push({
              task,
              knowhow: won(knowhow, good.half, bad.half),
              bm25: won(bm25, good.half, bad.half),
            });
            levels.push({ task, knowhow: won(knowhow, level, level), bm25: won(bm25, level, level) });
          }
        }
      }
    });
  }
  return {
    set: set.name,
    runs: attempts.length,
    tasks: tasks.length,
    mixed: mixed.length,
    pairs: halves.length,
    silent,
    first_half: figuresOf(halves),
    same_step: figuresOf(levels),
  };
}

const textOf = ({ draft }: Attempt, steps: number): string =>
  draft.steps
    .slice(0, steps)
    .map(({ action, observation }) => `${action}\n${observation}`)
    .join('\n')
    .slice(0, MOST_TEXT);

/** An attempt is asked about in many pairs. */
function remembering(score: (attempt: Attempt, steps: number) => number) {
  const known = new Map<Attempt, Map<number, number>>();
  return (attempt: Attempt, steps: number): number => {
    const mine = known.get(attempt) ?? new Map<number, number>();
    known.set(attempt, mine);
    const value = mine.get(steps) ?? score(attempt, steps);
    mine.set(steps, value);
    return value;
  };
}

/** AUROC as the share of pairs in the right order, with 95 % intervals over tasks. */
function figuresOf(pairs: Pair[], seed = 7): PairFigures {
  const clusters = [...Map.groupBy(pairs, ({ task }) => task).values()].map((all) => ({
    knowhow: all.reduce((sum, { knowhow }) => sum + knowhow, 0),
    bm25: all.reduce((sum, { bm25 }) => sum + bm25, 0),
    count: all.length,
  }));
  const shares = (drawn: typeof clusters) => {
    const count = drawn.reduce((sum, each) => sum + each.count, 0);
    const knowhow = drawn.reduce((sum, each) => sum + each.knowhow, 0) / count;
    const bm25 = drawn.reduce((sum, each) => sum + each.bm25, 0) / count;
    return { knowhow, bm25, over_bm25: knowhow - bm25, over_chance: knowhow - 0.5 };
  };
  const random = createRandom(seed);
  const draws = Array.from({ length: DRAWS }, () =>
    shares(clusters.map(() => clusters[Math.floor(random() * clusters.length)] as (typeof clusters)[number])),
  );
  const value = shares(clusters);
  const share = (name: keyof PairFigures): Share => {
    const sorted = draws.map((draw) => draw[name]).sort((a, b) => a - b);
    return {
      value: value[name],
      low: sorted[Math.floor(0.025 * DRAWS)] ?? 0,
      high: sorted[Math.ceil(0.975 * DRAWS) - 1] ?? 0,
    };
  };
  return {
    knowhow: share('knowhow'),
    bm25: share('bm25'),
    over_bm25: share('over_bm25'),
    over_chance: share('over_chance'),
  };
}
