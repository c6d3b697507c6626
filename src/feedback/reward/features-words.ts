/** Features of the texts: how long they are, and how much of the task's own words stands in them. */
import type { Pace } from './course.ts';
import type { Feature, View } from './features.ts';
import { share } from './features-acts.ts';

const mean = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Share of the task's words that stand in the given texts; null where the task has none. */
function covered({ course }: View, said: Set<string>[]): number | null {
  if (course.about.size === 0 || said.length === 0) return null;
  const about = [...course.about];
  return about.filter((word) => said.some((words) => words.has(word))).length / about.length;
}

const of = (view: View, part: 'said' | 'told' | 'thought'): Set<string>[] =>
  view.course.paces.map((pace) => pace[part]).filter((words) => words.size > 0);

/** Words that were acted on and stood in the answer just before. */
const followsUp = (pace: Pace, before: Pace | undefined): boolean =>
  before !== undefined &&
  pace.said.size > 0 &&
  [...pace.said].filter((word) => before.told.has(word)).length * 2 >= pace.said.size;

const largest = (values: (number | null)[]): number | null =>
  values.reduce((most, value) => (most === null || (value !== null && value > most) ? value : most), null);

const has = (all: Set<string>[], word: string): boolean => all.some((words) => words.has(word));

function leftLying({ course }: View, told: Set<string>[], said: Set<string>[]): number | null {
  const back = [...course.about].filter((word) => has(told, word));
  return back.length === 0 ? null : back.filter((word) => !has(said, word)).length / back.length;
}

function ofTask({ course }: View, said: Set<string>[]): number | null {
  const words = [...new Set(said.flatMap((each) => [...each]))];
  return words.length === 0 ? null : words.filter((word) => course.about.has(word)).length / words.length;
}

export const WORDS: Feature[] = [
  { name: 'length of the task', counts: true, of: ({ course }) => course.asked },
  { name: 'different words in the task', counts: true, of: ({ course }) => course.about.size },
  {
    name: 'length of an action',
    counts: true,
    of: ({ course }) => mean(course.paces.map(({ letters }) => letters.action)),
  },
  {
    name: 'length of an answer',
    counts: true,
    of: ({ course }) => mean(course.paces.map(({ letters }) => letters.observation)),
  },
  {
    name: 'length of the last answer',
    counts: true,
    of: ({ course }) => course.paces.at(-1)?.letters.observation ?? null,
  },
  {
    name: 'length of a thought',
    counts: true,
    of: ({ course }) => mean(course.paces.flatMap(({ letters }) => letters.thought || [])),
  },
  {
    name: 'share of steps with a thought',
    of: ({ course }) => share(course.paces, ({ letters }) => letters.thought > 0),
  },
  { name: 'words of the task in what was done', of: (view) => covered(view, of(view, 'said')) },
  {
    name: 'words of the task in the first action',
    of: (view) => covered(view, of(view, 'said').slice(0, 1)),
  },
  {
    name: 'words of the task in the last action',
    of: (view) => covered(view, of(view, 'said').slice(-1)),
  },
  { name: 'words of the task in what came back', of: (view) => covered(view, of(view, 'told')) },
  {
    name: 'words of the task in the last answer',
    of: (view) => covered(view, of(view, 'told').slice(-1)),
  },
  {
    name: 'words of the task in the one answer with most of them',
    of: (view) => largest(of(view, 'told').map((words) => covered(view, [words]))),
  },
  {
    name: 'words of the task that came back and were not acted on',
    of: (view) => leftLying(view, of(view, 'told'), of(view, 'said')),
  },
  {
    name: 'share of the words of actions that are of the task',
    of: (view) => ofTask(view, of(view, 'said')),
  },
  { name: 'words of the task in its thoughts', of: (view) => covered(view, of(view, 'thought')) },
  {
    name: 'share of actions that follow up what just came back',
    of: ({ course: { paces } }) =>
      paces.length < 2
        ? null
        : paces.filter((pace, i) => followsUp(pace, paces[i - 1])).length / (paces.length - 1),
  },
];
