/**
 * The export of a memory into a store, empty or not. Somebody else's file is not trusted further than it must be: every
 * record is checked with its schema, secrets are taken out again, and no run counts for more than its verdict is worth.
 * Otherwise records come in as they are, trust included: whose file to import is the importer's judgement.
 */
import type { z } from 'zod';
import { supersedes } from '../capture/identify.ts';
import { openSource } from '../capture/reading/source-file.ts';
import type { Context } from '../context.ts';
import { RATER_TRUST } from '../feedback/ratings/submit.ts';
import { noteAttempts } from '../learning/attempts.ts';
import { countPatterns } from '../learning/errors/learn.ts';
import { noteWritings } from '../learning/writings.ts';
import { TABLES } from '../memory/memory.ts';
import { cleanText, mapStrings } from '../text.ts';
import {
  Attempt,
  BatchRecord,
  CodeConcept,
  ErrorOccurrence,
  ErrorPattern,
  ExampleReview,
  Experience,
  Exposure,
  Rating,
  RatingRequest,
  Retrieval,
  RewardModel,
  Strategy,
  Trajectory,
  Use,
  VERDICT_TRUST,
  type VerdictSource,
  Writing,
} from '../types.ts';
import { forgottenIds, pardon } from './ledger.ts';
import { type AnyRecord, anyTable, pages, sourcesOf, type TableName } from './records.ts';
import { checkHeader, Line, type State } from './transfer.ts';

/** How the records of each table are checked. A new table must be named here. */
const SCHEMAS: Record<TableName, z.ZodType> = {
  trajectories: Trajectory,
  experiences: Experience,
  attempts: Attempt,
  writings: Writing,
  strategies: Strategy,
  concepts: CodeConcept,
  error_patterns: ErrorPattern,
  occurrences: ErrorOccurrence,
  retrievals: Retrieval,
  uses: Use,
  exposures: Exposure,
  ratings: Rating,
  rating_requests: RatingRequest,
  reward_models: RewardModel,
  example_reviews: ExampleReview,
  batches: BatchRecord,
};

export interface MemoryImport {
  path: string;
  /** By table: records that were not there, or longer versions of runs; and those that were. */
  added: Partial<Record<TableName, number>>;
  known: number;
  /** Records of runs that were forgotten here. */
  forgotten: number;
  /** Secrets that were taken out. */
  redacted: number;
  broken: { line: number; reason: string }[];
  broken_count: number;
}

const AT_ONCE = 100;
const DERIVED_AT_ONCE = 50;
const MOST_BROKEN_SHOWN = 20;

interface Waiting {
  record: AnyRecord;
  state: State | undefined;
}

/**
 * Imports an exported memory, line by line. What is stored already stays as it is; importing a file twice changes
 * nothing. Into a store with runs of its own the new ones come as not yet learned from, so that the next batch tells
 * from both. Runs that were forgotten here, and what rests on them, stay out unless `again`.
 * @throws KnowhowError `bad_memory_file`, `newer_memory_file`, `store_*`.
 */
export async function importMemory(
  ctx: Context,
  path: string,
  { again = false, signal }: { again?: boolean; signal?: AbortSignal } = {},
): Promise<MemoryImport> {
  const report: MemoryImport = {
    path,
    added: {},
    known: 0,
    forgotten: 0,
    redacted: 0,
    broken: [],
    broken_count: 0,
  };
  const merging = (await ctx.memory.trajectories.count()) > 0;
  const barred = await forgottenIds(ctx.memory);
  const back = new Set<string>();
  const patterns = new Set<string>();
  const derived = { attempts: new Set<string>(), writings: new Set<string>() };
  const file = await openSource(path);
  try {
    checkHeader(file.head.split('\n', 1)[0] ?? '');
    let table: TableName | undefined;
    let waiting: Waiting[] = [];
    const flush = async () => {
      if (table) await store(ctx, table, waiting, merging, report);
      waiting = [];
    };
    for await (const found of file.records()) {
      signal?.throwIfAborted();
      if (found.line === 1) continue;
      const line = 'broken' in found ? found.broken : read(ctx, found.value, report);
      if (typeof line === 'string') {
        report.broken_count += 1;
        if (report.broken.length < MOST_BROKEN_SHOWN) report.broken.push({ line: found.line, reason: line });
        continue;
      }
      const named = namesOf(line.record).filter((id) => barred.has(id));
      if (named.length > 0 && !again) {
        report.forgotten += 1;
        continue;
      }
      for (const id of named) back.add(id);
      if (line.table !== table || waiting.length >= AT_ONCE) await flush();
      table = line.table;
      if (table === 'occurrences') patterns.add(String(line.record.pattern));
      // What follows from a run is worked out from the run: a file could say anything of it.
      if (table === 'attempts' || table === 'writings') derived[table].add(String(line.record.trajectory));
      else waiting.push(line);
    }
    await flush();
  } finally {
    await file.close();
  }
  if (back.size > 0) await pardon(ctx.memory, back);
  await derive(ctx, derived, report, signal);
  // Of what both stores have met, each knew only its own part.
  if (merging && (report.added.occurrences ?? 0) > 0) await countPatterns(ctx, patterns);
  return report;
}

/** The attempts and writings of runs that the file has some of, made from the runs as they are stored now. */
async function derive(
  ctx: Context,
  wanted: Record<'attempts' | 'writings', Set<string>>,
  report: MemoryImport,
  signal?: AbortSignal,
): Promise<void> {
  for (const [table, note] of [
    ['attempts', noteAttempts],
    ['writings', noteWritings],
  ] as const) {
    const before = await ctx.memory[table].count();
    for (const ids of pages([...wanted[table]], DERIVED_AT_ONCE)) {
      signal?.throwIfAborted();
      await note(ctx, await ctx.memory.trajectories.getMany(ids));
    }
    const added = (await ctx.memory[table].count()) - before;
    if (added > 0) report.added[table] = added;
  }
}

interface Read extends Waiting {
  table: TableName;
}

/** The line's record, checked and redacted, or why it is broken. Nothing of its text is quoted. */
function read(ctx: Context, value: unknown, report: MemoryImport): Read | string {
  const line = Line.safeParse(value);
  if (!line.success) return 'not a line of a memory';
  const table = TABLES.find((name) => name === line.data.table);
  if (!table) return 'a table that this Knowhow does not have';
  const clean = ctx.redactor.redactDeep(mapStrings(line.data.record, cleanText));
  const parsed = SCHEMAS[table].safeParse(clean.value);
  if (!parsed.success) return `not a record of the table ${table}`;
  report.redacted += Object.values(clean.found).reduce((sum, count) => sum + count, 0);
  const record = parsed.data as AnyRecord;
  return { table, record: CAPPED[table]?.(record) ?? record, state: line.data.state };
}

/** What is judged counts for no more than who judged it. */
const CAPPED: Partial<Record<TableName, (record: AnyRecord) => AnyRecord>> = {
  trajectories(record) {
    const { outcome, task } = record as unknown as Trajectory;
    // A verifier is a command: nobody's file brings one that may be run here.
    const { verifier: _, ...rest } = task;
    return { ...judgedBy(record, outcome.success, outcome.verdict?.source ?? 'agent'), task: rest };
  },
  exposures(record) {
    const { success, judged_by } = record as unknown as Exposure;
    return judgedBy(record, success, judged_by);
  },
  ratings(record) {
    const { rater_kind } = record as unknown as Rating;
    return { ...record, trust: Math.min(record.trust, RATER_TRUST[rater_kind]) };
  },
};

const judgedBy = (record: AnyRecord, success: boolean | null, by: VerdictSource): AnyRecord => ({
  ...record,
  trust: Math.min(record.trust, VERDICT_TRUST[success === null ? 'unknown' : by]),
});

/** What comes in though a record of this id is stored: a longer version of a run, and a decision on what waits here. */
const REPLACES: Partial<Record<TableName, (record: AnyRecord, stored: AnyRecord) => boolean>> = {
  trajectories: (record, stored) =>
    supersedes(record as unknown as Trajectory, stored as unknown as Trajectory),
  example_reviews: (record, stored) => stored.state === 'pending' && record.state !== 'pending',
};

const namesOf = (record: AnyRecord): string[] =>
  [record.id, ...sourcesOf(record), record.trajectory].filter((each) => typeof each === 'string');

async function store(
  ctx: Context,
  table: TableName,
  waiting: Waiting[],
  merging: boolean,
  report: MemoryImport,
): Promise<void> {
  const rows = anyTable(ctx.memory, table);
  const ids = [...new Set(waiting.map(({ record }) => record.id))];
  const known = new Map((await rows.list({ where: { id: ids } })).map((record) => [record.id, record]));
  const fresh = waiting.filter(({ record }) => {
    const stored = known.get(record.id);
    return stored === undefined || (REPLACES[table]?.(record, stored) ?? false);
  });
  await rows.put(fresh.map(({ record }) => record));
  report.known += waiting.length - fresh.length;
  if (fresh.length > 0) report.added[table] = (report.added[table] ?? 0) + fresh.length;
  if (table !== 'trajectories') return;
  for (const same of Map.groupBy(fresh, ({ state }) => JSON.stringify(state)).values()) {
    const state = same[0]?.state;
    if (!state) continue;
    const { status, batch } = state;
    // What rests, rests on; but runs that only the other memory has learned from are new to this one.
    const values: Record<string, string> = merging && status === 'active' ? { status } : { status, batch };
    for (const page of pages(same.map(({ record }) => record.id)))
      await ctx.memory.trajectories.mark({ id: page }, values);
  }
}
