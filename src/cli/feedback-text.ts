/** Feedback in words: ratings, figures, trends and requests for the terminal. */
import { MEASURES } from '../feedback/ratings/composite.ts';
import type { WorkflowScore } from '../feedback/ratings/scores.ts';
import type { FeedbackStatistics, KindFigures } from '../feedback/ratings/statistics.ts';
import type { Trends } from '../feedback/ratings/trends.ts';
import type { RaterKind, RatingParts, RatingRequest } from '../types.ts';
import { plural } from './frame.ts';

const MOST_TEXT = 120;
const MOST_RATERS = 10;
const WHO: Record<RaterKind, string> = {
  human: 'People',
  judge: 'Judges',
  agent: 'Agents, of their own work',
};

/** `CAT 8 (quality 7), satisfaction 0.9, "words", #tag`. */
export function saidText({ cat, text, tags = [], ...shares }: RatingParts): string {
  const dimensions = Object.entries(cat?.dimensions ?? {}).map(([name, score]) => `${name} ${score}`);
  const split = dimensions.length > 0 ? ` (${dimensions.join(', ')})` : '';
  return [
    ...(cat ? [`CAT ${cat.score}${split}`] : []),
    ...Object.entries(shares).map(([name, share]) => `${name} ${share}`),
    ...(text ? [`"${shortened(text)}"`] : []),
    ...tags.map((tag) => `#${tag}`),
  ].join(', ');
}

const shortened = (text: string): string => {
  const line = text.replace(/\s+/gu, ' ');
  return line.length <= MOST_TEXT ? line : `${line.slice(0, MOST_TEXT)}…`;
};

export function statisticsText({ ratings, workflows, requests, kinds }: FeedbackStatistics): string {
  const asked = `Requests: ${requests.pending} pending, ${requests.answered} answered, ${requests.declined} declined, ${requests.withdrawn} withdrawn.`;
  if (ratings === 0) return `No feedback yet.\n${asked}`;
  const parts = Object.entries(kinds).map(([kind, figures]) => kindText(WHO[kind as RaterKind], figures));
  return [`${plural(ratings, 'rating')} of ${plural(workflows, 'workflow')}.`, ...parts, asked].join('\n');
}

function kindText(who: string, { voices, tasks, measures, raters, agreement }: KindFigures): string {
  const { shared, icc, contradictory } = agreement;
  const agreed =
    icc === null
      ? `cannot tell yet (${plural(shared, 'workflow')} rated by several)`
      : `${icc.toFixed(2)} (intraclass correlation over ${plural(shared, 'shared workflow')})`;
  return [
    `${who}: ${plural(voices, 'voice')} on ${plural(tasks, 'task')}`,
    ...MEASURES.filter((measure) => measures[measure].n > 0).map((measure) => {
      const { n, distribution, ...figure } = measures[measure];
      return `  ${measure.padEnd(12)} ${meanText(figure)}  n ${n}, from low to high ${distribution.join(' ')}`;
    }),
    `  agreement: ${agreed}; ${plural(contradictory, 'contradictory workflow')}`,
    ...raters.slice(0, MOST_RATERS).map(({ rater, workflows, mean, bias, error }) => {
      const habit =
        bias === null || error === null ? 'bias not known yet' : `bias ${signed(bias)} ± ${error.toFixed(2)}`;
      return `  ${rater}: ${plural(workflows, 'workflow')}, mean ${mean.toFixed(2)}, ${habit}`;
    }),
  ].join('\n');
}

type Interval = { mean: number | null; low: number | null; high: number | null };

const meanText = ({ mean, low, high }: Interval): string => {
  if (mean === null) return '–';
  const within = low === null || high === null ? 'no interval yet' : `${low.toFixed(2)}–${high.toFixed(2)}`;
  return `${mean.toFixed(2)} (${within})`;
};

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

export const trendsText = ({ measure, kind, days, bins }: Trends): string =>
  [
    `${measure} over ${plural(days, 'day')}, by ${WHO[kind].toLowerCase()}:`,
    ...bins.map(
      (bin) => `  ${bin.from.slice(0, 10)} to ${bin.to.slice(0, 10)}  ${meanText(bin)}  n ${bin.n}`,
    ),
  ].join('\n');

export const scoresText = (scores: WorkflowScore[]): string =>
  scores.length === 0
    ? 'No workflow was rated as high.'
    : scores
        .map(({ workflow, composite, adjusted, by, kinds }) => {
          const { raters = 0, contradictory = false } = kinds[by] ?? {};
          const odd = contradictory ? ', contradictory' : '';
          return `${composite.toFixed(2)}  ${workflow}  ${plural(raters, 'rater')} (${by}), without bias ${adjusted.toFixed(2)}${odd}`;
        })
        .join('\n');

export const requestsText = (requests: RatingRequest[]): string =>
  requests
    .map(({ id, workflow, predicted, question }) => {
      const foreseen = predicted === undefined ? '' : `, foreseen ${predicted.toFixed(2)}`;
      return `${id}  ${workflow}${foreseen}${question ? `: ${shortened(question)}` : ''}`;
    })
    .join('\n');
