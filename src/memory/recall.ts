/**
 * Recall: what is known that fits a task. Candidates by meaning and by keywords; judged by relevance, by what other
 * attempts at the task say, and by evidence; diverse; and nothing at all below the floor.
 */
import type { Random } from '../learners/random.ts';
import type { CodeConcept, ErrorPattern, Experience, Strategy, Trajectory } from '../types.ts';
import type { Filter } from './filter.ts';
import { type ErrorMatch, matchError } from './match-error.ts';
import { experienceId, type Memory } from './memory.ts';
import { adviceFrom, passagesOf, TOLD, wideFor } from './recall/advice.ts';
import { type Near, nearest, nearestSketches } from './recall/candidates.ts';
import { diverse, oneOfEach } from './recall/diverse.ts';
import { helpful, merit } from './recall/evidence.ts';
import { BESIDE_BEST, FLOOR, near, reaching, WIDESPREAD, whyNothing } from './recall/floor.ts';
import { byTask, OUTLINE, type Told, worthReading } from './recall/votes.ts';
import type { Table } from './table.ts';
import { vectorsOf } from './vectors.ts';

export { FLOOR };

export interface RecallQuery {
  task: string;
  error?: string;
  project: string;
  /** Most records of each kind. */
  k: number;
  /** Without it, nothing fades with age. */
  now?: Date;
  /** False hands back what is nearest however far it is: for measuring. */
  floor?: boolean;
  /** In a share of retrievals the last place goes to a strategy that is less well known; without it never. */
  explore?: { share: number; random: Random };
}

export interface Recalled {
  /** `explored`: it stands there to be tried. */
  strategies: { strategy: Strategy; relevance: number; score: number; explored?: true }[];
  error_patterns: { pattern: ErrorPattern; relevance: number; values?: Record<string, string> }[];
  concepts: { concept: CodeConcept; relevance: number }[];
  experiences: {
    trajectory: Trajectory;
    experience: Experience | undefined;
    relevance: number;
    score: number;
  }[];
  /** The best relevance met, known or not: says how far off an abstention was. */
  best: number;
  /** Why there is nothing, in plain words; absent when there is something. */
  why?: string;
}

/** How many runs each search hands over: many tell of one task, and a task is judged by all of its runs. */
const wideForRuns = (k: number): number => Math.min(64, 32 + 4 * k);

/** Runs that are read for each that is asked for: some say the same, some may not be told. */
const READ_FOR_ONE = 4;

/** What fits a task. @throws KnowhowError `store_*`. */
export async function recall(memory: Memory, query: RecallQuery): Promise<Recalled> {
  const { task, project, k } = query;
  // The asker's own project comes first, whatever others know.
  const own = (record: { project: string; projects?: string[] }) =>
    Number(record.project === project || record.projects?.includes(project) === true);
  const hasFloor = query.floor ?? true;
  const [vector] = await vectorsOf(memory.embedder, [task]);
  const search = <T>(table: Table<T>, own: Filter, beyond: Filter, wide: number) => ({
    table,
    task,
    vector,
    where: [{ ...own, project }, beyond],
    wide,
  });
  const searchRecords = <T extends { id: string }>(
    table: Table<T>,
    passagesOf: (record: T) => string[],
    own: Filter = {},
  ) => nearest(memory, search(table, own, { ...own, abstractable: 'true' }, wideFor(k)), passagesOf);
  const active = { status: 'active' };
  const [runs, strategies, concepts, patterns, matched] = await Promise.all([
    nearestSketches(memory, search(memory.trajectories, active, active, wideForRuns(k)), OUTLINE).then(
      (found) => byTask(memory, found),
    ),
    searchRecords(memory.strategies, passagesOf, TOLD),
    searchRecords(memory.concepts, ({ name, description, signature }) => [
      `${name} ${description}`,
      signature,
    ]),
    searchRecords(memory.error_patterns, ({ template, examples }) => [template, ...examples.slice(0, 1)]),
    query.error ? matchError(memory, query.error, project, k) : [],
  ]);
  const [ours, others] = [1, 0].map((side) =>
    worthReading(
      runs.filter(({ record }) => own(record) === side),
      READ_FOR_ONE * k,
    ),
  ) as [Told[], Told[]];
  // Runs carry their judgement in their experience; it is looked up for the few that need it.
  const foreign = await experiencesOf(memory, others);
  const allowed = [
    ...ours,
    ...others.filter(({ record }) => foreign.get(record.id)?.abstractability.abstractable),
  ];
  const best = Math.max(0, ...[...allowed, ...strategies].map(({ relevance }) => relevance));

  const advice = adviceFrom(strategies, query);
  const told = oneOfEach(
    (await readRuns(memory, near(allowed, FLOOR.single, project, hasFloor, BESIDE_BEST.runs)))
      .map((hit) => ({ ...hit, score: merit(hit), ended: String(hit.record.outcome.success) }))
      .sort((a, b) => b.score - a.score),
    ({ score }) => score,
  )
    .sort((a, b) => own(b.record) - own(a.record))
    .slice(0, k);
  const experiences = await experiencesOf(memory, told);
  const found = {
    strategies: advice.map(({ record, relevance, score, explored }) => ({
      strategy: record,
      relevance,
      score,
      ...(explored ? { explored } : {}),
    })),
    error_patterns: errorsFor(patterns, matched, runs, query),
    concepts: reaching(concepts, () => FLOOR.single, project, hasFloor)
      .sort((a, b) => own(b.record) - own(a.record))
      .slice(0, Math.min(k, 2))
      .map(({ record, relevance }) => ({ concept: record, relevance })),
    experiences: told.map(({ record, relevance, score }) => ({
      trajectory: record,
      experience: experiences.get(record.id),
      relevance,
      score,
    })),
    best,
  };
  const isNothing =
    found.strategies.length + found.error_patterns.length + found.concepts.length + told.length === 0;
  return isNothing ? { ...found, why: whyNothing(best) } : found;
}

async function readRuns(memory: Memory, told: Told[]) {
  const runs = await memory.trajectories.getMany(told.map(({ record }) => record.id));
  const byId = new Map(runs.map((run) => [run.id, run]));
  return told.flatMap(({ record: { id }, ...hit }) => {
    const record = byId.get(id);
    return record ? [{ ...hit, record }] : [];
  });
}

async function experiencesOf(
  memory: Memory,
  runs: { record: { id: string } }[],
): Promise<Map<string, Experience>> {
  const known = await memory.experiences.getMany(runs.map(({ record }) => experienceId(record.id)));
  return new Map(known.map((experience) => [experience.trajectory, experience]));
}

/** Errors that match what the caller reports, then those met at near tasks that have a fix which worked. */
function errorsFor(
  patterns: Near<ErrorPattern>[],
  matched: ErrorMatch[],
  runs: Told[],
  { project, k, floor = true }: RecallQuery,
): Recalled['error_patterns'] {
  const isOwn = ({ pattern }: { pattern: ErrorPattern }) => Number(pattern.project === project);
  const relevance = new Map(runs.map((run) => [run.record.id, run.relevance]));
  const fixed = patterns
    .filter(({ record }) => record.suggested_fix !== '')
    .map((found) => ({
      ...found,
      relevance: Math.max(found.relevance, ...found.record.derived_from.map((id) => relevance.get(id) ?? 0)),
    }));
  const floorOf = ({ record }: Near<ErrorPattern>) =>
    record.tasks >= WIDESPREAD ? FLOOR.shared : FLOOR.single;
  const met = reaching(fixed, floorOf, project, floor)
    .map(({ record, relevance }) => ({ pattern: record, relevance }))
    .sort((a, b) => isOwn(b) - isOwn(a) || helpful(b) - helpful(a));
  const reported = matched.map(({ pattern, score, values }) => ({ pattern, relevance: score, values }));
  return diverse([...reported, ...met], ({ pattern }) => pattern.template, Math.min(k, 3));
}
