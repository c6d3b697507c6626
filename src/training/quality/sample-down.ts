/** Too many examples: which of them stay, so that no task and no kind of task drowns the others. Seeded; their order does not matter. */
import { fillLevel, ticketOf } from '../../learners/sampling.ts';
import type { DatasetSettings } from '../../types/training.ts';
import type { Sketch } from './sketch.ts';

export type SamplingSettings = Pick<DatasetSettings, 'most_examples' | 'most_per_task' | 'seed'>;

export interface StratumReport {
  /** Domain and task type; rejected answers are strata of their own. */
  stratum: string;
  of: number;
  kept: number;
}

/** Of the room, how much accepted answers have before rejected ones get any; what either does not need is the other's. */
const FIRST_CLAIM = 0.75;

/** An example that may stay, and what decides about it. */
interface Candidate {
  index: number;
  label: boolean;
  stratum: string;
  task: string;
  /** What its composite has that differs within a task. */
  merit: number;
  ticket: number;
  id: string;
  /** How many of its task and label are taken before it. */
  rank: number;
}

/**
 * First at most `most_per_task` of a task: in turn from those that were right at once and those that were right after retries, the
 * best of each first, so that the few that stay do not all tell the same course. Then strata (domain and task type) that are too full
 * are drawn down to one common level, small ones whole, until `most_examples` hold all; of each stratum every task's first before
 * any task's second, and among those by lot. Accepted answers have a claim on three quarters of either room.
 */
export function sampleDown(
  sketches: Sketch[],
  { most_examples, most_per_task, seed }: SamplingSettings,
): { kept: boolean[]; report: StratumReport[] } {
  const all = sketches.map((sketch, index) => candidate(sketch, index, seed));
  const left = [...grouped(all, ({ task }) => task).values()].flatMap((ofTask) => {
    const [right, wrong] = parted(ofTask).map((same) => inTurn(same, sketches));
    return firstOf(right as Candidate[], wrong as Candidate[], most_per_task);
  });
  const kept = new Array<boolean>(sketches.length).fill(false);
  const [right, wrong] = parted(left) as [Candidate[], Candidate[]];
  const rooms = roomsOf(right.length, wrong.length, most_examples);
  for (const { index } of [...drawn(right, rooms.right), ...drawn(wrong, rooms.wrong)]) kept[index] = true;
  return { kept, report: reportOf(all, kept) };
}

function candidate(sketch: Sketch, index: number, seed: number): Candidate {
  const { label, domain, task_type, task_key, project, quality, confidence, id } = sketch;
  return {
    index,
    label,
    id,
    stratum: `${domain}/${task_type}${label ? '' : ' (negatives)'}`,
    task: `${project}\n${task_key}`,
    // A rejected answer is worth what its verdict is worth, whatever its grade.
    merit: (label ? 0.006 * (quality ?? 0) : 0) + 0.2 * confidence,
    ticket: ticketOf(seed, id),
    rank: 0,
  };
}

const parted = (candidates: Candidate[]): [right: Candidate[], wrong: Candidate[]] => [
  candidates.filter(({ label }) => label),
  candidates.filter(({ label }) => !label),
];

/** One task's examples of one label, in the order in which they are taken. */
function inTurn(candidates: Candidate[], sketches: Sketch[]): Candidate[] {
  const best = [...candidates].sort((a, b) => b.merit - a.merit || byLot(a, b));
  const lines = grouped(best, ({ index }) => String((sketches[index] as Sketch).retry_count > 0));
  const taken = [...lines.values()]
    .flatMap((line) => line.map((one, turn) => ({ one, turn })))
    .sort((a, b) => a.turn - b.turn || b.one.merit - a.one.merit || byLot(a.one, b.one));
  for (const [rank, { one }] of taken.entries()) one.rank = rank;
  return taken.map(({ one }) => one);
}

function firstOf(right: Candidate[], wrong: Candidate[], most: number): Candidate[] {
  const rooms = roomsOf(right.length, wrong.length, most);
  return [...right.slice(0, rooms.right), ...wrong.slice(0, rooms.wrong)];
}

function roomsOf(right: number, wrong: number, room: number): { right: number; wrong: number } {
  const claimed = Math.min(right, Math.max(Math.ceil(room * FIRST_CLAIM), room - wrong));
  return { right: claimed, wrong: Math.min(wrong, room - claimed) };
}

function drawn(candidates: Candidate[], room: number): Candidate[] {
  const strata = [...grouped(candidates, ({ stratum }) => stratum)].sort(([a], [b]) => (a < b ? -1 : 1));
  const quotas = fillLevel(
    strata.map(([, { length }]) => length),
    room,
  );
  return strata.flatMap(([, inStratum], s) =>
    inStratum.sort((a, b) => a.rank - b.rank || byLot(a, b)).slice(0, quotas[s]),
  );
}

function reportOf(all: Candidate[], kept: boolean[]): StratumReport[] {
  return [...grouped(all, ({ stratum }) => stratum)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([stratum, members]) => ({
      stratum,
      of: members.length,
      kept: members.filter(({ index }) => kept[index]).length,
    }));
}

const byLot = (a: Candidate, b: Candidate): number => a.ticket - b.ticket || (a.id < b.id ? -1 : 1);

function grouped<T>(values: T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
