/**
 * What successes had done and been told by then, and failures had not: kinds of act, words acted on and how answers
 * begin, with their log-odds over tasks that are not the run's own. A naive Bayes score (Maron 1961), which the
 * regression weighs as one sign among others.
 */
import type { Course } from './course.ts';

export interface Told {
  task: string;
  success: boolean;
  weight: number;
  marks: string[];
}

export interface Telltales {
  /** The sum of the log-odds of the marks, damped by their number; `except` leaves out what that task itself added. */
  score(marks: string[], except?: string): number;
  /** The marks that say most, most telling first. */
  strongest(marks: string[], most: number): { mark: string; odds: number }[];
}

/** A mark seen at fewer tasks says nothing. */
const LEAST_TASKS = 3;
/** However clear it was, no mark counts for more than this log-odds. */
const FURTHEST = 2;
const MOST_MARKS = 300;

/** Each mark of the first `cut` steps, once. */
export function marksOf({ paces }: Course, cut: number): string[] {
  const marks = new Set<string>();
  let before = '';
  for (const { name, answer, failed, said } of paces.slice(0, cut)) {
    if (marks.size > MOST_MARKS) break;
    marks.add(`did ${name}`);
    if (before !== '' && before !== name) marks.add(`did ${before}, then ${name}`);
    if (failed) marks.add(`${name} failed`);
    if (answer !== '') marks.add(`was told "${answer}"`);
    for (const word of said) marks.add(`${name} … ${word}`);
    before = name;
  }
  return [...marks];
}

type Pair = [failed: number, worked: number];

interface Counts {
  runs: Pair;
  marks: Map<string, Pair>;
}

export function telltalesOf(all: Told[]): Telltales {
  const whole: Counts = { runs: [0, 0], marks: new Map() };
  const own = new Map<string, Counts>();
  const tasks = new Map<string, Set<string>>();
  for (const { task, success, weight, marks } of all) {
    const side = success ? 1 : 0;
    const mine = own.get(task) ?? { runs: [0, 0], marks: new Map() };
    own.set(task, mine);
    for (const { runs, marks: counts } of [whole, mine]) {
      runs[side] += weight;
      for (const mark of marks) {
        const pair = counts.get(mark) ?? [0, 0];
        pair[side] += weight;
        counts.set(mark, pair);
      }
    }
    for (const mark of marks) tasks.set(mark, (tasks.get(mark) ?? new Set()).add(task));
  }
  const odds = (mark: string, except?: string): number => {
    const mine = except === undefined ? undefined : own.get(except);
    const part = mine?.marks.get(mark);
    const pair = whole.marks.get(mark);
    if (!pair || (tasks.get(mark)?.size ?? 0) - (part ? 1 : 0) < LEAST_TASKS) return 0;
    const share = (side: 0 | 1) =>
      (pair[side] - (part?.[side] ?? 0) + 0.5) / (whole.runs[side] - (mine?.runs[side] ?? 0) + 1);
    return Math.max(-FURTHEST, Math.min(FURTHEST, Math.log(share(1) / share(0))));
  };
  return {
    score(marks, except) {
      const known = marks.map((mark) => odds(mark, except)).filter((value) => value !== 0);
      return known.reduce((sum, value) => sum + value, 0) / Math.sqrt(1 + known.length);
    },
    strongest: (marks, most) =>
      marks
        .map((mark) => ({ mark, odds: odds(mark) }))
        .filter(({ odds: value }) => value !== 0)
        .sort((a, b) => Math.abs(b.odds) - Math.abs(a.odds))
        .slice(0, most),
  };
}
