/** Figures over all feedback: how much there is, what was said, by whom, and how far raters agree. */
import type { Context } from '../../context.ts';
import { clusteredMean, type MeanInterval } from '../../learners/clustered-mean.ts';
import { fitRaters } from '../../learners/raters.ts';
import { RATER_KINDS, type RaterKind, type RatingRequest } from '../../types.ts';
import { compositeOf, MEASURES, type Measure, measureOf } from './composite.ts';
import { ratingsOf } from './read.ts';
import { scoresFrom } from './scores.ts';
import { type Voice, voicesOf } from './voices.ts';

/** Five equal bins over 0..1, a CAT score as (score − 1) / 9. */
export const BINS = 5;

interface MeasureFigures extends MeanInterval {
  /** How many voices in each of five equal bins, the lowest first. */
  distribution: number[];
}

interface RaterFigures {
  rater: string;
  workflows: number;
  /** Of the composites that they said. */
  mean: number;
  /** How much higher than others they rate the same, shrunk, with its standard error. null: cannot tell yet. */
  bias: number | null;
  error: number | null;
}

export interface KindFigures {
  ratings: number;
  voices: number;
  workflows: number;
  tasks: number;
  measures: Record<Measure, MeasureFigures>;
  /** Who rated most comes first, at most 100. */
  raters: RaterFigures[];
  agreement: {
    /** Workflows that several rated. */
    shared: number;
    /** Intraclass correlation: the share of what single scores vary that is the workflow's own. null: cannot tell yet. */
    icc: number | null;
    contradictory: number;
  };
}

export interface FeedbackStatistics {
  project?: string;
  ratings: number;
  workflows: number;
  requests: Record<RatingRequest['state'], number>;
  /** Each kind of rater for itself. */
  kinds: Partial<Record<RaterKind, KindFigures>>;
}

const MOST_RATERS = 100;
/** Fewer workflows with several raters say nothing of agreement. */
const ENOUGH_SHARED = 3;

/** Everything that is counted, of all projects unless one is named. Intervals are over tasks. */
export async function feedbackStatistics(
  ctx: Context,
  { project }: { project?: string | undefined } = {},
): Promise<FeedbackStatistics> {
  const rows = await ratingsOf(ctx, { project });
  const states = await ctx.memory.rating_requests.tally('state', { project });
  const requests = { pending: 0, answered: 0, declined: 0, withdrawn: 0, ...Object.fromEntries(states) };
  const kinds = RATER_KINDS.flatMap((kind) => {
    const own = rows.filter(({ rater_kind }) => rater_kind === kind);
    return own.length === 0 ? [] : [[kind, kindFigures(voicesOf(own), own.length)]];
  });
  return {
    ...(project === undefined ? {} : { project }),
    ratings: rows.length,
    workflows: distinct(rows, keyOf),
    requests,
    kinds: Object.fromEntries(kinds),
  };
}

function kindFigures(voices: Voice[], ratings: number): KindFigures {
  const scores = scoresFrom(voices);
  const shared = scores.flatMap(({ by, kinds }) => kinds[by] ?? []).filter(({ raters }) => raters > 1);
  const scored = voices.flatMap((voice) => {
    const value = compositeOf(voice.said);
    return value === undefined ? [] : [{ item: keyOf(voice), rater: voice.rater, value }];
  });
  const byRater = Map.groupBy(scored, (row) => row.rater);
  const fit = scored.length > 0 ? fitRaters(scored) : undefined;
  const { item = 0, rater = 0, residual = 0 } = fit?.variance ?? {};
  const all = item + rater + residual;
  return {
    ratings,
    voices: voices.length,
    workflows: distinct(voices, keyOf),
    tasks: distinct(voices, ({ task_key }) => task_key),
    measures: Object.fromEntries(
      MEASURES.map((measure) => [measure, figuresOf(voices, measure)]),
    ) as KindFigures['measures'],
    raters: [...(fit?.raters ?? [])]
      .map(([name, { bias, error }]): RaterFigures => {
        const own = (byRater.get(name) ?? []).map(({ value }) => value);
        const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
        const known = error > 0;
        return {
          rater: name,
          workflows: own.length,
          mean,
          bias: known ? bias : null,
          error: known ? error : null,
        };
      })
      .sort((a, b) => b.workflows - a.workflows || (a.rater < b.rater ? -1 : 1))
      .slice(0, MOST_RATERS),
    agreement: {
      shared: shared.length,
      icc: shared.length >= ENOUGH_SHARED && all > 1e-12 ? item / all : null,
      contradictory: shared.filter((score) => score.contradictory).length,
    },
  };
}

/** Mean and interval of one measure over voices, and how they lie. */
export function figuresOf(voices: readonly Voice[], measure: Measure): MeasureFigures {
  const values = voices.flatMap(({ said, task_key }) => {
    const value = measureOf(said, measure);
    return value === undefined ? [] : [{ value, cluster: task_key }];
  });
  const distribution = Array.from({ length: BINS }, () => 0);
  for (const { value } of values) {
    const bin = Math.min(BINS - 1, Math.floor(value * BINS));
    distribution[bin] = (distribution[bin] ?? 0) + 1;
  }
  return { ...clusteredMean(values, [0, 1]), distribution };
}

const distinct = <T>(all: readonly T[], key: (one: T) => string): number => new Set(all.map(key)).size;

const keyOf = ({ project, workflow }: { project: string; workflow: string }): string =>
  JSON.stringify([project, workflow]);
