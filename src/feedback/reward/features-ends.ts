/** Features of time, cost and how it ended: what a run that is under way does not know yet is null. */
import { VERDICT_TRUST } from '../../types.ts';
import type { Feature, View } from './features.ts';

const ms = (time: string | undefined): number | null => (time === undefined ? null : Date.parse(time));

/** Milliseconds from the first step to the last: by the run's own times, else by its steps'. */
function lasted({ run, course, cut }: View): number | null {
  const [start, end] = [ms(run.started_at), ms(run.ended_at)];
  if (!cut && start !== null && end !== null && end >= start) return end - start;
  const times = course.paces.flatMap(({ step }) => ms(step.at) ?? []);
  const [first, last] = [times[0], times.at(-1)];
  if (times.length > 1 && first !== undefined && last !== undefined && last >= first) return last - first;
  const durations = course.paces.flatMap(({ step }) => step.duration_ms ?? []);
  return durations.length === 0 ? null : durations.reduce((sum, value) => sum + value, 0);
}

/**
 * The outcome, where it is no person's word: what a person says of a run may be the very feedback that is to be
 * foreseen.
 */
const outcomeOf = ({ run, cut }: View) =>
  cut || run.outcome.verdict?.source === 'human' ? undefined : run.outcome;

const whole = ({ cut }: View, value: number | undefined): number | null => (cut ? null : (value ?? null));

export const ENDS: Feature[] = [
  { name: 'seconds it took', counts: true, of: (view) => seconds(lasted(view)) },
  {
    name: 'seconds a step',
    counts: true,
    of: (view) => seconds(lasted(view), Math.max(1, view.course.length)),
  },
  { name: 'tokens used', counts: true, of: (view) => whole(view, view.run.usage?.tokens) },
  { name: 'calls of a model', counts: true, of: (view) => whole(view, view.run.usage?.llm_calls) },
  { name: 'cost in dollars', counts: true, of: (view) => whole(view, view.run.usage?.cost_usd) },
  {
    name: 'ended well, as judged',
    of: (view) => {
      const success = outcomeOf(view)?.success;
      return success === undefined || success === null ? null : Number(success);
    },
  },
  { name: 'score it ended with', of: (view) => outcomeOf(view)?.score ?? null },
  {
    name: 'how far its judge is to be trusted',
    of: (view) => {
      const outcome = outcomeOf(view);
      // Nobody judged it: no judge, and so no trust.
      if (outcome === undefined || outcome.success === null) return null;
      return VERDICT_TRUST[outcome.verdict?.source ?? 'agent'];
    },
  },
  {
    name: 'ended with an error that is named',
    of: (view) => {
      const outcome = outcomeOf(view);
      return outcome === undefined ? null : Number((outcome.error ?? '').trim() !== '');
    },
  },
];

const seconds = (lasts: number | null, steps = 1): number | null =>
  lasts === null ? null : lasts / 1_000 / steps;
