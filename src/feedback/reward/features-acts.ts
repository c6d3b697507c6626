/** Features of what a run did: how much, how varied, what failed and was got past, what was checked. */
import type { Pace } from './course.ts';
import type { Feature, View } from './features.ts';

const paces = (view: View): Pace[] => view.course.paces;

/** Share of the steps; null without any. */
export const share = (all: Pace[], is: (pace: Pace) => boolean): number | null =>
  all.length === 0 ? null : all.filter(is).length / all.length;

export const lately = (all: Pace[]): Pace[] => all.slice(-Math.max(1, Math.ceil(all.length / 3)));

const distinct = (values: (string | undefined)[]): number =>
  new Set(values.filter((value) => value !== undefined)).size;

const orNull = (count: number): number | null => (count === 0 ? null : count);

export const EARLIER_ATTEMPTS = 'earlier attempts at the task';

export const ACTS: Feature[] = [
  { name: 'steps taken', counts: true, of: ({ course }) => course.length },
  {
    name: 'different kinds of action',
    counts: true,
    of: (view) => distinct(paces(view).map(({ name }) => name)),
  },
  {
    name: 'different kinds of action for its length',
    of: (view) =>
      paces(view).length === 0
        ? null
        : distinct(paces(view).map(({ name }) => name)) / Math.sqrt(paces(view).length),
  },
  {
    name: 'different tools',
    counts: true,
    of: (view) => orNull(distinct(paces(view).map(({ step }) => step.tool))),
  },
  {
    name: 'agents at work',
    of: (view) => orNull(distinct(paces(view).map(({ step }) => step.agent))),
  },
  {
    name: 'handovers between agents',
    counts: true,
    of: (view) => {
      const agents = paces(view).flatMap(({ step }) => step.agent ?? []);
      return agents.length === 0
        ? null
        : agents.filter((agent, i) => i > 0 && agent !== agents[i - 1]).length;
    },
  },
  { name: 'share of steps that failed', of: (view) => share(paces(view), ({ failed }) => failed) },
  {
    name: 'share of the last steps that failed',
    of: (view) => share(lately(paces(view)), ({ failed }) => failed),
  },
  { name: 'failures got past', counts: true, of: (view) => tries(paces(view)).mended },
  { name: 'failures left open', counts: true, of: (view) => tries(paces(view)).open },
  {
    name: 'share of actions done before, to the letter',
    of: (view) => againShare(paces(view).map(({ act }) => act)),
  },
  {
    name: 'share of answers that came before, to the letter',
    of: (view) => againShare(paces(view).map(({ seen }) => seen)),
  },
  { name: 'share of steps that only look', of: (view) => share(paces(view), ({ looks }) => looks) },
  { name: 'share of steps that change files', of: (view) => share(paces(view), ({ edits }) => edits) },
  { name: 'share of steps that run a check', of: (view) => share(paces(view), ({ checks }) => checks) },
  {
    name: 'checked after the last change',
    of: (view) => {
      const last = paces(view).findLastIndex(({ edits }) => edits);
      return last < 0 ? null : Number(paces(view).some(({ checks }, i) => checks && i > last));
    },
  },
  {
    name: 'the last check did not fail',
    of: (view) => {
      const last = paces(view).findLast(({ checks }) => checks);
      return last === undefined ? null : Number(!last.failed);
    },
  },
  { name: EARLIER_ATTEMPTS, counts: true, of: ({ run }) => run.earlier ?? null },
];

/** Things tried that failed once: got past, or failed when they were tried last. */
function tries(all: Pace[]): { mended: number; open: number } {
  const last = new Map<string, boolean>();
  const failedOnce = new Set<string>();
  for (const { key, failed } of all) {
    last.set(key, failed);
    if (failed) failedOnce.add(key);
  }
  const open = [...last.values()].filter((failed) => failed).length;
  return { open, mended: failedOnce.size - open };
}

function againShare(texts: string[]): number | null {
  const seen = new Set<string>();
  let again = 0;
  for (const text of texts) {
    if (text !== '' && seen.has(text)) again += 1;
    seen.add(text);
  }
  return texts.length === 0 ? null : again / texts.length;
}
