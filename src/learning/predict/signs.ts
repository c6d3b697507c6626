/**
 * Signs of how a run will end, from its first steps: each a share or a rate, so that an early and a late look at a run
 * can be compared.
 */
import type { Course, Pace } from './course.ts';

/** In words, for reasons: what it means when the value is high. */
export const SIGNS = {
  failed: 'steps that failed',
  open: 'commands that failed and were not got past',
  repeated: 'actions done before, to the letter',
  nothing_new: 'answers that came before, to the letter',
  stuck: 'lately the same actions with the same answers',
  failing_lately: 'lately steps that failed',
  looking: 'steps that only look',
  looking_lately: 'lately more looking than before',
  variety: 'different kinds of action',
  discovery: 'lately words that had not been seen before',
  on_task_done: 'words of the task among what was done',
  on_task_lately: 'lately the words of the task among what was done',
  on_task_seen: 'words of the task among what came back',
} as const;

export type Sign = keyof typeof SIGNS;
export const NAMES = Object.keys(SIGNS) as Sign[];

/** The signs after the first `cut` steps, in the order of NAMES. `cut` is at least 1 and at most the steps there are. */
export function signsOf({ about, paces }: Course, cut: number): number[] {
  const so = paces.slice(0, cut);
  const late = so.slice(-Math.max(1, Math.ceil(cut / 3)));
  const early = so.slice(0, so.length - late.length);
  const values: Record<Sign, number> = {
    failed: share(so, ({ failed }) => failed),
    open: openShare(so),
    repeated: 1 - new Set(so.map(({ act }) => act)).size / so.length,
    nothing_new: againShare(so.map(({ seen }) => seen)),
    stuck: stuckShare(early, late),
    failing_lately: share(late, ({ failed }) => failed),
    looking: share(so, ({ looks }) => looks),
    looking_lately:
      share(late, ({ looks }) => looks) - share(early.length > 0 ? early : late, ({ looks }) => looks),
    variety: new Set(so.map(({ name }) => name)).size / Math.sqrt(so.length),
    discovery: discovery(early, late),
    on_task_done: covered(about, so, ({ said }) => said),
    on_task_lately: covered(about, late, ({ said }) => said),
    on_task_seen: covered(about, so, ({ told }) => told),
  };
  return NAMES.map((name) => values[name]);
}

const share = <T>(all: T[], is: (one: T) => boolean): number =>
  all.length === 0 ? 0 : all.filter(is).length / all.length;

/** Of the different things tried, those whose last try failed. */
function openShare(paces: Pace[]): number {
  const last = new Map<string, boolean>();
  for (const { shape, failed } of paces) last.set(shape, failed);
  return share([...last.values()], (failed) => failed);
}

function againShare(texts: string[]): number {
  const seen = new Set<string>();
  let again = 0;
  for (const text of texts) {
    if (text !== '' && seen.has(text)) again += 1;
    seen.add(text);
  }
  return again / texts.length;
}

function stuckShare(early: Pace[], late: Pace[]): number {
  const known = new Set(early.map(({ act, seen }) => `${act}\n${seen}`));
  return share(late, ({ act, seen }) => {
    const key = `${act}\n${seen}`;
    const before = known.has(key);
    known.add(key);
    return before;
  });
}

function discovery(early: Pace[], late: Pace[]): number {
  const known = new Set(early.flatMap(({ told }) => told));
  const lately = new Set(late.flatMap(({ told }) => told));
  return lately.size === 0 ? 0 : share([...lately], (word) => !known.has(word));
}

function covered(about: Set<string>, paces: Pace[], of: (pace: Pace) => string[]): number {
  const said = new Set(paces.flatMap(of));
  return share([...about], (word) => said.has(word));
}
