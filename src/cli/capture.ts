/** `knowhow capture`: what hooks take and have taken; `knowhow hook`, as far as people look it up. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { HOSTS } from '../capture/hooks/calls.ts';
import { hooksPlace } from '../config/glance.ts';
import { loadConfig } from '../config.ts';
import { readState } from '../ingest/capture-state.ts';
import { hookLogFile, logTail } from '../ingest/hook-log.ts';
import { noteResumed } from '../ingest/skipped.ts';
import { makeFolder, namesIn, waitingJobs, writeWhole } from '../ingest/spool.ts';
import { storeBytes } from '../ingest/store-bytes.ts';
import { createHindsight } from '../learning/hindsight/learner.ts';
import { isRemote } from '../memory/remote-errors.ts';
import { answer, type GlobalOptions, globals, plural, withContext } from './frame.ts';

export function addCapture(program: Command): void {
  program
    .command('hook')
    .description('What the hooks of an agent call, with JSON on stdin; `knowhow setup` registers it')
    .addArgument(new Argument('[host]', 'whose hook it is').choices([...HOSTS]))
    .option('--holdout <share>', 'share of sessions that are shown nothing, to compare with (0 to 1)')
    .option('--work', 'work off what hooks have left, as they do it by themselves')
    .action(async (host: string | undefined, options: HookOptions, command: Command) => {
      const { data, project } = globals(command);
      const { runHook } = await import('./hook.ts');
      await runHook([
        ...(host === undefined ? [] : [host]),
        ...(options.work ? ['--work'] : []),
        ...(options.holdout === undefined ? [] : ['--holdout', options.holdout]),
        ...(data === undefined ? [] : ['--data', data]),
        ...(project === undefined ? [] : ['--project', project]),
      ]);
    });

  program
    .command('capture')
    .description('Sessions taken by hooks: how it stands, pause it, go on')
    .addArgument(
      new Argument('[what]', 'off pauses until on; both hold for every host')
        .choices(['status', 'on', 'off'])
        .default('status'),
    )
    .action(async (what: string, _options: object, command: Command) => {
      const global = globals(command);
      const place = placeOf(global);
      const mark = join(place, 'off');
      if (what === 'off') {
        makeFolder(place);
        writeWhole(mark, `${new Date().toISOString()}\n`);
      } else if (what === 'on' && existsSync(mark)) {
        noteResumed(place, new Date());
        rmSync(mark, { recursive: true, force: true });
      }
      const status = { ...(await statusOf(global)), batch: undefined as Batch | undefined };
      if (status.last_session !== undefined) status.batch = await batchOf(command);
      answer(global, status, () => statusText(status));
    });
}

interface HookOptions {
  work?: boolean;
  holdout?: string;
}

const placeOf = ({ data }: GlobalOptions): string => {
  const config = loadConfig({ data });
  return hooksPlace(config.data, !isRemote(config.data));
};

const LOG_LINES = 5;

type Batch = Awaited<ReturnType<typeof batchOf>>;

/** When something is learned next, undefined where the store cannot be opened: `knowhow doctor` says why. */
async function batchOf(command: Command) {
  try {
    return await withContext(command, async (ctx) => {
      const { auto_batch, min_trajectories } = ctx.config.learning;
      return { ...(await createHindsight(ctx).shouldRunBatch()), auto_batch, min_trajectories };
    });
  } catch {
    return undefined;
  }
}

function batchText({ auto_batch, due, pending, min_trajectories, reasons }: NonNullable<Batch>): string {
  const now = 'or at once: `knowhow learn --min 0`';
  if (!auto_batch) return `by \`knowhow learn\` alone: learning.auto_batch is off; ${pending} runs wait`;
  if (due) return `a batch is due, and runs when a session ends, ${now}`;
  return pending < min_trajectories
    ? `a batch runs after ${plural(min_trajectories - pending, 'more session')} (${pending} of ${min_trajectories} runs wait), ${now}`
    : `${reasons.join('; ')}, ${now}`;
}

type CaptureStatus = Awaited<ReturnType<typeof statusOf>>;

/** How capture stands: settings, what was taken last, what waits, how large the store is. @throws KnowhowError `bad_config`. */
export async function statusOf({ data }: GlobalOptions) {
  const config = loadConfig({ data });
  const { enabled, projects, exclude, context, context_tokens, max_store_mb, sweep_days } = config.capture;
  const local = !isRemote(config.data);
  const place = hooksPlace(config.data, local);
  const { last, swept, full_since } = readState(place);
  const store_mb = local ? Math.ceil((await storeBytes(config.data)) / 1e6) : undefined;
  const paused = existsSync(join(place, 'off'));
  return {
    capturing: enabled && !paused && full_since === undefined,
    enabled,
    paused_since: paused ? statSync(join(place, 'off')).mtime.toISOString() : undefined,
    full_since,
    store_mb,
    max_store_mb,
    projects: projects ?? null,
    exclude,
    context: context && local,
    context_tokens,
    sweep_days,
    swept,
    last_session: last,
    waiting: waitingJobs(place).length,
    hints: namesIn(join(place, 'hints')).length > 0,
    log: hookLogFile(place),
    log_tail: logTail(place, LOG_LINES),
  };
}

/** Whether sessions are taken, and why not. */
export const stateText = (status: CaptureStatus): string =>
  !status.enabled
    ? 'off, by the configuration or KNOWHOW_CAPTURE'
    : status.paused_since !== undefined
      ? `off since ${status.paused_since}; \`knowhow capture on\` goes on`
      : status.full_since !== undefined
        ? `stopped since ${status.full_since}: the store takes ${status.store_mb} MB, more than capture.max_store_mb (${status.max_store_mb})`
        : 'on, for hosts whose hooks are set up (`knowhow setup`)';

function statusText(status: CaptureStatus & { batch: Batch | undefined }): string {
  const { last_session: last } = status;
  return [
    `Capture: ${stateText(status)}.`,
    `Folders: ${status.projects === null ? 'all' : status.projects.join(', ')}${status.exclude.length > 0 ? `, but not ${status.exclude.join(', ')}` : ''}.`,
    `Context: ${status.context ? `at most ${status.context_tokens} tokens at a time` : 'nothing is added'}.`,
    last
      ? `Last session: ${last.host} ${last.session}${last.project === undefined ? '' : ` of ${last.project}`}, at ${last.at}.`
      : 'No session was captured yet.',
    `Waiting: ${plural(status.waiting, 'transcript')}.`,
    ...(status.batch === undefined ? [] : [`Learning: ${batchText(status.batch)}.`]),
    ...(status.store_mb === undefined
      ? []
      : [`Store: ${status.store_mb} MB of ${status.max_store_mb} MB at most.`]),
    ...(status.log_tail.length > 0 ? [`Log (${status.log}):`, ...status.log_tail] : []),
  ].join('\n');
}
