/**
 * Works off what hooks have left: reads transcripts into the memory, notes what was shown, runs a batch that is due, and
 * writes the hints anew. One worker a store at a time; it ends when nothing is left.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { requestAfterBatch } from '../feedback/ratings/foresee.ts';
import { startDueBatch } from '../learning/auto-batch.ts';
import { createPipeline } from '../learning/pipeline.ts';
import { withLock } from '../memory/lock.ts';
import { readState, type WorkerState, writeState } from './capture-state.ts';
import { captureTranscript } from './capture-transcript.ts';
import { refreshHints } from './hints-write.ts';
import { faultOf, type HookLog, openHookLog } from './hook-log.ts';
import { clearSessions } from './sessions.ts';
import { markSkipped } from './skipped.ts';
import {
  endJob,
  type Job,
  leaveJob,
  makeFolder,
  recoverJobs,
  takeJob,
  waitingJobs,
  waitOf,
} from './spool.ts';
import { storeBytes } from './store-bytes.ts';
import { sweepHost } from './sweep-host.ts';

export interface Work {
  /** Where hooks keep their files. */
  place: string;
  local: boolean;
  open: () => Promise<Context>;
  now: () => Date;
  signal: AbortSignal;
}

const DAY = 86_400_000;

/** Does what waits, and what comes meanwhile. Failures are said in the log; what was not done waits for the next worker. */
export async function workOff(work: Work): Promise<void> {
  const { place, signal } = work;
  makeFolder(place);
  let log = openHookLog(place, work.now);
  for (;;) {
    const done = await withLock(join(place, 'worker.lock'), async () => {
      // Without the session's name: nothing redacts it yet.
      for (const { host, event } of recoverJobs(place))
        log('given up: no worker came back from it', { host, event });
      if (waitingJobs(place).length === 0) return true;
      try {
        const ctx = await work.open();
        log = openHookLog(place, work.now, (line) => ctx.redactor.redact(line).text);
        try {
          await round(ctx, work, log);
        } finally {
          await ctx.close();
        }
        return true;
      } catch (error) {
        log('the worker failed', { fault: faultOf(error) });
        return false;
      }
    });
    // What came between the last look and letting go of the lock found it held, and waits for nobody but us.
    if (!done.held || !done.value || signal.aborted || waitingJobs(place).length === 0) return;
  }
}

/** All that waits, and after it what follows from it. */
async function round(ctx: Context, work: Work, log: HookLog): Promise<void> {
  const { place, now, signal } = work;
  const state = readState(place);
  const { capture, data } = ctx.config;
  const bytes = work.local ? await storeBytes(data) : 0;
  state.store_mb = Math.ceil(bytes / 1e6);
  const isFull = state.store_mb > capture.max_store_mb;
  if (isFull && state.full_since === undefined) {
    state.full_since = now().toISOString();
    log('capture stopped: the store is larger than capture.max_store_mb', { store_mb: state.store_mb });
  }
  if (!isFull) delete state.full_since;
  let learned = false;
  let added = 0;
  while (!signal.aborted) {
    const [job] = waitingJobs(place);
    if (job === undefined) break;
    const wait = waitOf(job, now().getTime());
    if (wait > 0) {
      await sleep(Math.min(wait, 1_000), undefined, { signal }).catch(() => undefined);
      continue;
    }
    takeJob(place, job);
    try {
      const isOff = !capture.enabled || existsSync(join(place, 'off'));
      if (isFull || isOff) {
        if (isOff && job.kind === 'transcript') markSkipped(place, job.host, job.path);
        log('not captured', { host: job.host, session: job.session, because: isOff ? 'off' : 'store full' });
      } else {
        added += await doJob(ctx, work, job, state, log);
        learned ||= job.ended || job.kind === 'sweep';
      }
      endJob(place, job);
    } catch (error) {
      if (signal.aborted) leaveJob(place, job);
      else log('not captured', { host: job.host, session: job.session, fault: faultOf(error) });
      endJob(place, job);
    }
    writeState(place, state);
  }
  if (learned && !signal.aborted) await learnIfDue(ctx, log);
  if (work.local) await refreshHints(ctx, place);
  clearSessions(place, now().getTime() - 2 * Math.max(1, capture.sweep_days) * DAY);
  writeState(place, state);
  if (added > 0) log('captured', { runs: added });
}

async function doJob(
  ctx: Context,
  { place, now, signal }: Work,
  job: Job,
  state: WorkerState,
  log: HookLog,
): Promise<number> {
  if (job.kind === 'sweep') return sweepHost(ctx, place, job, state, { log, signal, now });
  const { added, left } = await captureTranscript(ctx, place, job, state, { signal, now });
  if (left !== undefined && left !== 'unwanted folder')
    log('not captured', { host: job.host, session: job.session, because: left });
  return added;
}

async function learnIfDue(ctx: Context, log: HookLog): Promise<void> {
  const { started, reasons } = await startDueBatch(ctx, createPipeline(ctx));
  if (!started) return;
  requestAfterBatch(ctx);
  await ctx.background.idle();
  log('a batch ran', { because: reasons.join('; ') });
}
