/** How what is said changes: five bins of equal length over the last days. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import type { MeanInterval } from '../../learners/clustered-mean.ts';
import type { RaterKind } from '../../types.ts';
import type { Measure } from './composite.ts';
import { ratingsOf, type Scope } from './read.ts';
import { BINS, figuresOf } from './statistics.ts';
import { voicesOf } from './voices.ts';

export interface TrendOptions extends Scope {
  /** Default 30. */
  days?: number | undefined;
  /** Default: the composite. */
  measure?: Measure | undefined;
  /** Whose word; default: people's. */
  kind?: RaterKind | undefined;
}

interface TrendBin extends Omit<MeanInterval, 'clusters'> {
  from: string;
  to: string;
}

export interface Trends {
  measure: Measure;
  kind: RaterKind;
  days: number;
  /** The oldest first. One in which nothing was said has a mean of null. */
  bins: TrendBin[];
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 3_650;

/**
 * In each bin a rater counts once a workflow, with what was said within it. Intervals are over tasks.
 * @throws KnowhowError `bad_argument`, `unknown_workflow`, `forgotten_workflow`.
 */
export async function feedbackTrends(ctx: Context, options: TrendOptions = {}): Promise<Trends> {
  const { days = 30, measure = 'composite', kind = 'human', ...scope } = options;
  if (!(days > 0 && days <= MOST_DAYS))
    throw callerError('bad_argument', `days: must be more than 0 and at most ${MOST_DAYS}.`);
  const rows = (await ratingsOf(ctx, scope)).filter(({ rater_kind }) => rater_kind === kind);
  const until = ctx.now().getTime();
  const width = (days * DAY_MS) / BINS;
  const start = until - days * DAY_MS;
  const binOf = (at: string) => Math.min(BINS - 1, Math.floor((Date.parse(at) - start) / width));
  const bins = Array.from({ length: BINS }, (_, i): TrendBin => {
    const said = voicesOf(rows.filter(({ at }) => binOf(at) === i));
    const { n, mean, low, high } = figuresOf(said, measure);
    return { from: time(start + i * width), to: time(start + (i + 1) * width), n, mean, low, high };
  });
  return { measure, kind, days, bins };
}

const time = (ms: number): string => new Date(ms).toISOString();
