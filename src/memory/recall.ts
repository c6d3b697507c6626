/**
 * Recall: what is known that fits a task. Meaning and keywords, fused by reciprocal rank; then judged by relevance
 * and by evidence; diverse; within a token budget; and nothing at all below the floor.
 */
import { cosine, wilson } from '../learners/statistics.ts';
import { jaccard, topics } from '../learners/words.ts';
import type { CodeConcept, ErrorPattern, Experience, Strategy, Trajectory } from '../types.ts';
import type { Filter } from './filter.ts';
import { type ErrorMatch, matchError } from './match-error.ts';
import { experienceId, type Memory } from './memory.ts';
import type { Table } from './table.ts';

export interface RecallQuery {
  task: string;
  error?: string;
  project: string;
  /** Most records of each kind. */
  k: number;
}

export interface Recalled {
  strategies: { strategy: Strategy; relevance: number }[];
  error_patterns: { pattern: ErrorPattern; relevance: number; values?: Record<string, string> }[];
  concepts: { concept: CodeConcept; relevance: number }[];
  experiences: { trajectory: Trajectory; experience: Experience | undefined; relevance: number }[];
  /** The best relevance met, known or not: says how far off an abstention was. */
  best: number;
}

/**
 * Below these similarities of a task to a known one nothing is returned. Measured with the offline embedder on
 * terminal-bench, tau-bench and the samples: the nearest task of a foreign set lies below .22 to .27 for 95 % of
 * tasks. What holds at several tasks of the asker's own project may be farther away than what one run did, and a
 * route, made of one task's steps, must be nearly the same task.
 */
export const FLOOR = { shared: 0.2, single: 0.27, route: 0.35, foreign: 0.27 };
/** Met at this many tasks, an error is a property of the environment and not of one task. */
const WIDESPREAD = 3;
/** A concept or error pattern shares only a few words with a task: these are judged by keywords as well. */
const WIDE = 24;
const RRF_K = 60;

export async function recall(memory: Memory, query: RecallQuery): Promise<Recalled> {
  // The asker's own project comes first, whatever others know.
  const own = ({ record }: { record: { project: string } }) => Number(record.project === query.project);
  const [vector] = await memory.embedder.embed([query.task]);
  const near = async <T extends { id: string; project: string }>(
    table: Table<T>,
    textsOf: (record: T) => string[],
    extra: Filter = {},
    others: Filter = { abstractable: 'true' },
  ) => (vector ? nearTask(memory, table, query, vector, textsOf, extra, others) : []);
  const [trajectories, strategies, concepts, patterns, matched] = await Promise.all([
    // Runs carry their judgement in their experience; it is looked up for the few that are left.
    near(memory.trajectories, ({ task }) => [task.description], { status: 'active' }, {}),
    near(memory.strategies, ({ situation, suggestion, seen_at }) => [situation, suggestion, ...seen_at], {
      status: ['active', 'candidate'],
    }),
    near(memory.concepts, ({ name, description, signature }) => [`${name} ${description}`, signature]),
    near(memory.error_patterns, ({ template, examples }) => [template, ...examples.slice(0, 1)]),
    query.error ? matchError(memory, query.error, query.project, query.k) : [],
  ]);
  const experiences = (await withExperiences(memory, trajectories)).filter(
    ({ record, experience }) => own({ record }) === 1 || experience?.abstractability.abstractable,
  );
  const best = Math.max(0, ...[...experiences, ...strategies].map(({ relevance }) => relevance));
  return {
    strategies: diverse(
      strategies
        .filter((hit) => isNear(hit, query, floorOf(hit.record)))
        .sort((a, b) => own(b) - own(a) || worth(b) - worth(a)),
      ({ record }) => record.suggestion,
      query.k,
    ).map(({ record, relevance }) => ({ strategy: record, relevance })),
    error_patterns: errorsFor(patterns, matched, trajectories, query),
    concepts: concepts
      .filter((hit) => isNear(hit, query, FLOOR.single))
      .sort((a, b) => own(b) - own(a))
      .slice(0, Math.min(query.k, 2))
      .map(({ record, relevance }) => ({ concept: record, relevance })),
    experiences: diverse(
      experiences
        .filter((hit) => isNear(hit, query, FLOOR.single))
        .sort((a, b) => own(b) - own(a) || merit(b) - merit(a)),
      ({ record }) => `${record.task.id ?? record.task.description} ${record.outcome.success}`,
      query.k,
    ).map(({ record, experience, relevance }) => ({ trajectory: record, experience, relevance })),
    best,
  };
}

interface Near<T> {
  record: T;
  /** Similarity of the query to the nearest of the record's texts, 0..1. */
  relevance: number;
  /** Reciprocal-rank fusion of the vector and the keyword search. */
  fused: number;
}

/** Candidates from the asker's project first, from others only what was judged abstractable. */
async function nearTask<T extends { id: string; project: string }>(
  memory: Memory,
  table: Table<T>,
  query: RecallQuery,
  vector: Float32Array,
  textsOf: (record: T) => string[],
  extra: Filter,
  others: Filter,
): Promise<Near<T>[]> {
  const own = { ...extra, project: query.project };
  const open = { ...extra, ...others };
  const lists = await Promise.all([
    table.nearest(vector, WIDE, own),
    table.matching(query.task, WIDE, own),
    table.nearest(vector, WIDE, open),
    table.matching(query.task, WIDE, open),
  ]);
  const fused = new Map<string, Near<T>>();
  for (const list of lists) {
    for (const [rank, { record }] of list.entries()) {
      const entry = fused.get(record.id) ?? { record, relevance: 0, fused: 0 };
      entry.fused += 1 / (RRF_K + rank);
      fused.set(record.id, entry);
    }
  }
  const found = [...fused.values()];
  const texts = found.map(({ record }) => textsOf(record));
  const vectors = await memory.embedder.embed(texts.flat());
  let at = 0;
  for (const [i, entry] of found.entries()) {
    const count = texts[i]?.length ?? 0;
    const similar = vectors.slice(at, at + count).map((other) => cosine(vector, other));
    entry.relevance = Math.max(0, ...similar);
    at += count;
  }
  return found.sort(
    (a, b) => b.relevance + 4 * b.fused - (a.relevance + 4 * a.fused) || (a.record.id < b.record.id ? -1 : 1),
  );
}

const floorOf = ({ kind, evidence }: Strategy): number => {
  if (kind === 'route') return FLOOR.route;
  return evidence.tasks >= WIDESPREAD ? FLOOR.shared : FLOOR.single;
};

/** Near enough: `floor` in the asker's own project, at least FLOOR.foreign in another. */
const isNear = <T extends { project: string }>(
  { record, relevance }: Near<T>,
  { project }: RecallQuery,
  floor: number,
): boolean => relevance >= (record.project === project ? floor : Math.max(floor, FLOOR.foreign));

/** Relevance times evidence: an active, often confirmed strategy before a near but untried one. */
function worth({ record, relevance }: Near<Strategy>): number {
  const { worked, tried, without, tasks } = record.evidence;
  const [low] = wilson(worked, tried, 1);
  const lift =
    without && without.tried > 0
      ? Math.max(0, worked / Math.max(tried, 1) - without.worked / without.tried)
      : 0;
  const standing = record.status === 'active' ? 1 : 0.6;
  return (
    relevance *
    standing *
    (0.5 + low) *
    (1 + 0.5 * lift + 0.05 * Math.min(tasks, 4)) *
    (0.7 + 0.3 * record.trust)
  );
}

async function withExperiences(memory: Memory, hits: Near<Trajectory>[]) {
  const known = await memory.experiences.getMany(hits.map(({ record }) => experienceId(record.id)));
  const byRun = new Map(known.map((experience) => [experience.trajectory, experience]));
  return hits.map((hit) => ({ ...hit, experience: byRun.get(hit.record.id) }));
}

/** Successes rank first among runs about equally near; a judged run before a claim. */
function merit({ record, relevance }: Near<Trajectory>): number {
  const outcome = record.outcome.success === true ? 1 : record.outcome.success === false ? 0.9 : 0.8;
  return relevance * outcome * (0.85 + 0.15 * record.trust);
}

/** Errors that match what the caller reports, then those met at near tasks that have a fix which worked. */
function errorsFor(
  patterns: Near<ErrorPattern>[],
  matched: ErrorMatch[],
  runs: Near<Trajectory>[],
  query: RecallQuery,
): Recalled['error_patterns'] {
  const isOwn = ({ pattern }: { pattern: ErrorPattern }) => Number(pattern.project === query.project);
  const helpful = (met: { pattern: ErrorPattern; relevance: number }) =>
    met.relevance * (1 + Math.log1p(met.pattern.support.worked));
  const near = new Map(runs.map(({ record, relevance }) => [record.id, relevance]));
  const met = patterns
    .filter(({ record }) => record.suggested_fix !== '')
    .map(({ record, relevance }) => ({
      pattern: record,
      relevance: Math.max(relevance, ...record.derived_from.map((id) => near.get(id) ?? 0)),
    }))
    .filter((hit) =>
      isNear(
        { ...hit, record: hit.pattern, fused: 0 },
        query,
        hit.pattern.tasks >= WIDESPREAD ? FLOOR.shared : FLOOR.single,
      ),
    )
    .sort((a, b) => isOwn(b) - isOwn(a) || helpful(b) - helpful(a));
  const reported = matched.map(({ pattern, score, values }) => ({ pattern, relevance: score, values }));
  return diverse([...reported, ...met], ({ pattern }) => pattern.template, Math.min(query.k, 3));
}

/** The first `k` whose texts are not nearly the same as one already taken. */
function diverse<T>(ranked: T[], textOf: (item: T) => string, k: number): T[] {
  const taken: { item: T; words: Set<string> }[] = [];
  for (const item of ranked) {
    if (taken.length >= k) break;
    const words = topics(textOf(item));
    if (taken.some((other) => jaccard(other.words, words) >= 0.7)) continue;
    taken.push({ item, words });
  }
  return taken.map(({ item }) => item);
}
