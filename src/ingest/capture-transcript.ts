/** One transcript into the memory, with what its session had been shown. */
import { homedir } from 'node:os';
import { allowedTranscript, folderName, isOptedOut, isWanted } from '../capture/hooks/folders.ts';
import { keptTask } from '../capture/recorder.ts';
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import type { Retrieval, TrajectoryDraft } from '../types.ts';
import type { WorkerState } from './capture-state.ts';
import type { HookLog } from './hook-log.ts';
import { type FileReport, type IngestOptions, ingest } from './import.ts';
import { type Shown, shownOf } from './sessions.ts';
import { wasSkipped } from './skipped.ts';
import { type Job, keyOf } from './spool.ts';
import { folderOfSession, lookedAt } from './sweep.ts';

export interface Surroundings {
  log: HookLog;
  signal: AbortSignal;
  now: () => Date;
}

/** Why nothing was taken of a transcript. */
export type LeftOut =
  | 'unwanted folder'
  | 'unknown folder'
  | 'paused'
  | 'refused: not a transcript of the host'
  | 'no importer knows it';

export interface Taken {
  /** Runs that were new or longer. */
  added: number;
  left?: LeftOut;
}

/** A transcript that grows while it is read is read again, so often. */
const READ_AGAIN = 2;

/**
 * Reads a transcript as `knowhow import` does: the same runs with the same ids, so that one which has grown replaces its
 * shorter self. One that was read as it stands is left alone. Nothing is taken where the folder that a hook was called in,
 * or the one that the session ran in, is not wanted; nor, without a hook (a sweep), where nobody knows the folder.
 */
export async function captureTranscript(
  ctx: Context,
  place: string,
  job: Job,
  state: WorkerState,
  { signal, now }: Omit<Surroundings, 'log'>,
  isSweep = false,
): Promise<Taken> {
  const { host, session } = job;
  const { capture } = ctx.config;
  const found = allowedTranscript(job.path, job.folders);
  if (found === undefined) return { added: 0, left: 'refused: not a transcript of the host' };
  if (wasSkipped(place, host, found.path)) return { added: 0, left: 'paused' };
  const home = homedir();
  const isRefused = (folder: string | undefined): folder is string =>
    folder !== undefined && (!isWanted(folder, capture, home) || isOptedOut(folder, home));
  const near = await folderOfSession(host, found.path);
  if (isRefused(job.cwd) || isRefused(near)) return { added: 0, left: 'unwanted folder' };
  const cwd = job.cwd ?? near;
  let left: LeftOut | undefined;
  const wanted = (said: string | undefined): boolean => {
    const folder = said ?? cwd;
    if (isRefused(said)) left = 'unwanted folder';
    else if (folder === undefined && (isSweep || !isWanted(undefined, capture, home)))
      left ??= 'unknown folder';
    else return true;
    return false;
  };
  const key = keyOf(host, found.path);
  let added = 0;
  for (let turn = 0; turn <= READ_AGAIN; turn += 1) {
    const [before] = lookedAt(found.path);
    const [bytes, changed] = state.read[key] ?? [];
    if (before === undefined || (bytes === before.bytes && changed === before.changed)) break;
    left = undefined;
    const read = await readOnce(ctx, place, found.path, { ...job, cwd }, { wanted, signal });
    added += read.added;
    if (left === undefined) state.read[key] = [before.bytes, before.changed];
    if (read.format === undefined) left = 'no importer knows it';
    await ctx.memory.retrievals.put(read.shown.map((each) => retrievalOf(each, ctx)));
    const [draft] = read.drafts;
    const redacted = (text: string) => ctx.redactor.redact(text).text;
    if (draft)
      state.last = {
        host,
        session: redacted(draft.session ?? session),
        at: now().toISOString(),
        project: draft.project === undefined ? undefined : redacted(draft.project),
      };
    if (left !== undefined) break;
  }
  return { added, ...(left === undefined ? {} : { left }) };
}

interface ShownTo {
  shown: Shown;
  run: TrajectoryDraft;
}

interface Read {
  added: number;
  format: string | undefined;
  drafts: Pick<TrajectoryDraft, 'session' | 'project'>[];
  /** What the runs' sessions were shown; nothing for runs that were forgotten. */
  shown: ShownTo[];
}

async function readOnce(
  ctx: Context,
  place: string,
  path: string,
  { host, cwd, project }: Job,
  options: Pick<IngestOptions, 'wanted' | 'signal'>,
): Promise<Read> {
  const drafts: Read['drafts'] = [];
  const told = new Map<string, ShownTo>();
  const overlay = (_: string, draft: TrajectoryDraft): TrajectoryDraft => {
    const run = { ...draft, project: project ?? draft.project ?? folderName(cwd) };
    drafts.push({ session: run.session, project: run.project });
    // A subagent's session has a name of its own: it did not see what was shown.
    const shown = run.session === undefined ? undefined : shownOf(place, host, run.session);
    if (shown === undefined) return run;
    told.set(shown.id, { shown, run });
    return { ...run, retrieval_id: shown.id };
  };
  const { files, totals } = await ingest(ctx, [path], { ...options, outcomes: overlay });
  return {
    added: totals.added,
    format: files.at(0)?.format ?? undefined,
    drafts,
    shown: files.some(wasForgotten) ? [] : [...told.values()],
  };
}

const wasForgotten = ({ skipped }: FileReport): boolean =>
  skipped.some(({ what }) => what.startsWith('forgotten before'));

/** What hooks showed in a session, or withheld, as one fact: the run's outcome is credited to it. */
function retrievalOf(
  { shown: { id, at, records, at_first, drawn, tokens }, run }: ShownTo,
  ctx: Context,
): Retrieval {
  const project = ctx.redactor.redact(run.project?.trim() || ctx.config.project).text;
  const task = keptTask(ctx, run.task);
  const isWithheld = drawn?.arm === 'withheld';
  return {
    id,
    at: at.toISOString(),
    project,
    derived_from: [],
    trust: 1,
    task: task.description.slice(0, 2_000),
    known: true,
    shown: isWithheld ? [] : records,
    ...(at_first === undefined ? {} : { at_first }),
    ...(drawn ?? {}),
    ...(isWithheld ? { withheld: records } : {}),
    ...(tokens === undefined ? {} : { tokens }),
    task_key: taskKey(project, task),
  };
}
